import { Form, Links, type PageContent, type Reader, StateBanner } from '../../../../ui/index.ts';
import type { Account } from '../../accounts.ts';
import { freshMs } from '../../fresh.ts';
import type { SignOn } from '../signOn.ts';
import { SignOnChoices, whyText } from './choices.tsx';
import { CodeField } from './codeField.tsx';
import { signOnWords } from './messages/index.ts';

/** `/login/again`: somebody who is signed in shows once more who they are. */
export function againPage(
  signOn: SignOn,
  account: Account,
  reader: Reader,
  back: string,
  wrong?: 'againWrong' | 'codeRest',
): PageContent {
  const { language, to } = reader;
  const t = signOnWords(language);
  const why = whyText(signOn, reader);
  const hasSecond = signOn.hasSecond(account.id);
  const { appSince, printedLeft } = signOn.codes.of(account.id);
  // Whoever has passkeys alone has nothing to write behind a password.
  const takesPassword = account.hasPassword && (!hasSecond || appSince !== undefined || printedLeft > 0);
  return {
    title: t('again'),
    ...(wrong && { status: wrong === 'codeRest' ? 429 : 400 }),
    islands: ['passkeys'],
    main: (
      <>
        <h1>{t('again')}</h1>
        <p class="lede">{t('againText', { minutes: freshMs / 60_000 })}</p>
        {why !== undefined && <StateBanner>{why}</StateBanner>}
        {wrong && (
          <div class="errors" role="alert">
            <p>{t(wrong)}</p>
          </div>
        )}
        {takesPassword && (
          <Form reader={reader} action={`${to('/login/again')}?${new URLSearchParams({ back })}`}>
            <div class="field">
              <label for="password">{t('password')}</label>
              <input id="password" name="password" type="password" autoComplete="current-password" required />
            </div>
            {hasSecond && <CodeField label={t('code')} help={t('codeHelp')} />}
            <p>
              <button class="btn main" type="submit">
                {t('confirm')}
              </button>
            </p>
          </Form>
        )}
        <SignOnChoices signOn={signOn} reader={reader} back={back} />
      </>
    ),
  };
}

/** For whom the rule asks for a second factor and who has none yet. */
export function MustAdd({ reader }: { reader: Reader }) {
  const t = signOnWords(reader.language);
  return (
    <StateBanner>
      <b>{t('must')}.</b> {t('mustText')}
    </StateBanner>
  );
}

/** `/login/again` for them: there is nothing to confirm before there is something to confirm with. */
export function mustPage(reader: Reader): PageContent {
  const t = signOnWords(reader.language);
  return {
    title: t('must'),
    main: (
      <>
        <h1>{t('must')}</h1>
        <p class="lede">{t('mustText')}</p>
        <Links
          items={[
            { href: reader.to('/account/passkeys'), text: t('passkeyAdd') },
            { href: reader.to('/account/codes'), text: t('appSetUp') },
          ]}
        />
      </>
    ),
  };
}
