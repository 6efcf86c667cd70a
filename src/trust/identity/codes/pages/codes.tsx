import {
  Breadcrumb,
  Code,
  Facts,
  Form,
  formatDateTime,
  Links,
  type PageContent,
  type Reader,
  Section,
} from '../../../../ui/index.ts';
import { MustAdd } from '../../signon/pages/again.tsx';
import { CodeField } from '../../signon/pages/codeField.tsx';
import { signOnWords } from '../../signon/pages/messages/index.ts';
import { toBase32 } from '../base32.ts';
import type { CodesState } from '../codes.ts';

export type CodesContent = {
  readonly state: CodesState;
  /** A passkey or an app is there: codes on paper are for when it is lost. */
  readonly hasSecond: boolean;
  readonly timeZone: string;
};

/** `/account/codes`: the second step by codes. */
export function codesPage({ state, hasSecond, timeZone }: CodesContent, reader: Reader): PageContent {
  const { language, to, who } = reader;
  const t = signOnWords(language);
  const { appSince, printedLeft } = state;
  const button = (action: string, text: string) => (
    <Form reader={reader} action={to(action)}>
      <p>
        <button class="btn" type="submit">
          {text}
        </button>
      </p>
    </Form>
  );
  return {
    title: t('codes'),
    section: '/account',
    main: (
      <>
        <Breadcrumb label={t('ways')} items={[{ text: t('ways'), href: to('/account') }, { text: t('codes') }]} />
        <h1>{t('codes')}</h1>
        <p class="lede">{t('codesText')}</p>
        {who.session?.due && <MustAdd reader={reader} />}
        <Section id="app" title={t('app')}>
          <p>
            {appSince === undefined
              ? t('appNone')
              : t('appSince', { at: formatDateTime(appSince, language, timeZone) })}
          </p>
          <Links
            items={[{ href: to('/account/codes/app'), text: t(appSince === undefined ? 'appSetUp' : 'appOther') }]}
          />
          {appSince !== undefined && button('/account/codes/app/remove', t('appRemove'))}
        </Section>
        <Section id="printed" title={t('printed')} note={t('printedText')}>
          {printedLeft > 0 && <p>{t('printedLeft', { n: printedLeft })}</p>}
          {hasSecond ? (
            button('/account/codes/printed', t(printedLeft > 0 ? 'printedOther' : 'printedMake'))
          ) : (
            <p>{t('printedFirst')}</p>
          )}
        </Section>
      </>
    ),
  };
}

export type AppContent = { readonly secret: Uint8Array; readonly uri: string; readonly isWrong: boolean };

/** `/account/codes/app`: an app is given its secret, and shows that it has it. */
export function appPage({ secret, uri, isWrong }: AppContent, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = signOnWords(language);
  const grouped = toBase32(secret).replaceAll(/(.{4})(?=.)/g, '$1 ');
  return {
    title: t('app'),
    section: '/account',
    ...(isWrong && { status: 400 }),
    main: (
      <>
        <Breadcrumb label={t('ways')} items={[{ text: t('codes'), href: to('/account/codes') }, { text: t('app') }]} />
        <h1>{t('app')}</h1>
        <p class="lede">{t('appKeyText')}</p>
        <Code label={t('appKey')} text={grouped} />
        <Links items={[{ href: uri, text: t('appOpen') }]} />
        <Form reader={reader} action={to('/account/codes/app')}>
          <CodeField label={t('appCode')} help={t('codeHelp')} {...(isWrong && { wrong: t('codeWrong') })} />
          <p>
            <button class="btn main" type="submit">
              {t('appConfirm')}
            </button>
          </p>
        </Form>
      </>
    ),
  };
}

/** What is shown once. */
export function printedPage(codes: readonly string[], city: string, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = signOnWords(language);
  return {
    title: t('printed'),
    section: '/account',
    headers: { 'cache-control': 'no-store' },
    main: (
      <>
        <h1>{t('printed')}</h1>
        <p class="lede">{t('printedShown')}</p>
        <Facts items={[{ name: city, value: <Code label={t('printed')} text={codes.join('\n')} /> }]} />
        <Links items={[{ href: to('/account/codes'), text: t('done') }]} />
      </>
    ),
  };
}
