import { Form, type PageContent, type Reader } from '../../../../ui/index.ts';
import type { SignOn } from '../signOn.ts';
import { CodeField } from './codeField.tsx';
import { signOnWords } from './messages/index.ts';
import { PasskeyButton } from './passkeyButton.tsx';

/** `/login/second`: after the first factor. @param wrong what to say of the code that was tried */
export function secondPage(
  signOn: SignOn,
  reader: Reader,
  back: string,
  wrong?: 'codeWrong' | 'codeRest',
): PageContent {
  const { language, to } = reader;
  const t = signOnWords(language);
  const query = new URLSearchParams({ back });
  return {
    title: t('second'),
    ...(wrong && { status: wrong === 'codeRest' ? 429 : 400 }),
    islands: ['passkeys'],
    main: (
      <>
        <h1>{t('second')}</h1>
        <p class="lede">{t('secondText')}</p>
        <Form reader={reader} action={`${to('/login/second')}?${query}`}>
          <CodeField label={t('code')} help={t('codeHelp')} {...(wrong && { wrong: t(wrong) })} />
          <p>
            <button class="btn main" type="submit">
              {t('signIn')}
            </button>
          </p>
        </Form>
        <PasskeyButton signOn={signOn} reader={reader} back={back} />
        <p>
          <a href={`${to('/login')}?${query}`}>{t('beginAgain')}</a>
        </p>
      </>
    ),
  };
}
