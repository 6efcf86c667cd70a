import { renderToString } from 'preact-render-to-string';
import type { JSX } from 'preact';
import { inLanguage, type Language } from '../city/profile.ts';
import { localeOf } from './locales/index.ts';
import { uiWords } from './messages/index.ts';
import type { NavigationEntry, PageContent, Reader, Site } from './site.tsx';

export type Theme = 'auto' | 'light' | 'dark';

/** Four squares round a crossing: the roof of a bazaar, seen from above. */
function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        d="M2 2h12v7.3A7 7 0 0 0 9.3 14H2zM18 2h12v12h-7.3A7 7 0 0 0 18 9.3zM2 18h7.3a7 7 0 0 0 4.7 4.7V30H2zM22.7 18H30v12H18v-7.3a7 7 0 0 0 4.7-4.7z"
      />
      <path class="f-accent" d="M16 12.2 19.8 16 16 19.8 12.2 16z" />
    </svg>
  );
}

type HeaderProps = {
  readonly site: Site;
  readonly reader: Reader;
  readonly section: string | undefined;
  /** Of every page. */
  readonly entries: readonly NavigationEntry[];
};

/** City first, platform second; the switch keeps the page and its query. */
function Header({ site, reader, section, entries }: HeaderProps): JSX.Element {
  const t = uiWords(reader.language);
  const name = inLanguage(site.city.name, reader.language).text;
  const account = site.account?.(reader.language, reader.who);
  return (
    <header class="top">
      <a class="brand" href={reader.to('/')}>
        <Mark />
        <span>
          <b>{name}</b>
          <small>{t('platform')}</small>
        </span>
      </a>
      <nav aria-label={t('sections')}>
        <Entries entries={entries} section={section} reader={reader} />
      </nav>
      {account && (
        <a class="account" href={reader.to(account.href)} aria-current={account.href === section ? 'page' : undefined}>
          {account.text}
        </a>
      )}
      <details class="lang">
        <summary>
          <span>
            <span class="hide">{t('language')}: </span>
            {localeOf(reader.language).name}
          </span>
        </summary>
        <ul>
          {site.city.languages.map((language) => (
            <li>
              <a
                href={`/${language}${reader.path}`}
                lang={language}
                hreflang={language}
                aria-current={language === reader.language ? 'true' : undefined}
              >
                {localeOf(language).name}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </header>
  );
}

function Entries({ entries, section, reader }: Omit<HeaderProps, 'site'>): JSX.Element {
  return (
    <ul>
      {entries.map(({ href, text }) => (
        <li>
          <a href={reader.to(href)} aria-current={href === section ? 'page' : undefined}>
            {text}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Footer({ site, reader }: { site: Site; reader: Reader }): JSX.Element {
  const t = uiWords(reader.language);
  const back = encodeURIComponent(`/${reader.language}${reader.path}`);
  const themes = [
    { to: 'dark', text: t('themeDark') },
    { to: 'light', text: t('themeLight') },
    { to: 'auto', text: t('themeAuto') },
  ];
  return (
    <footer class="foot">
      <ul aria-label={t('footer')}>
        {site.footer(reader.language).map(({ href, text }) => (
          <li>
            <a href={reader.to(href)}>{text}</a>
          </li>
        ))}
        {themes
          .filter(({ to }) => to !== reader.theme)
          .map(({ to, text }) => (
            <li>
              <a href={`/theme?to=${to}&back=${back}`} rel="nofollow">
                {text}
              </a>
            </li>
          ))}
      </ul>
    </footer>
  );
}

/**
 * A whole HTML document. Nothing in it is inline but text: it passes a content security policy without `unsafe-inline`.
 * @param content `main` is everything between header and footer
 */
export function renderPage(site: Site, reader: Reader, content: PageContent): string {
  const { city, assets } = site;
  const { language } = reader;
  const t = uiWords(language);
  const name = inLanguage(city.name, language).text;
  const shown: Language = t.languageOf('skip');
  const kind = content.kind ?? 'portal';
  const entries = site.navigation(language, reader.who);
  const entryOf = (href: string | undefined) => entries.find((entry) => entry.href === href);
  const above = entryOf(entryOf(content.section)?.below) ?? entryOf(content.section);
  const below = entries.filter((entry) => above !== undefined && entry.below === above.href);
  const document = (
    <html lang={language} data-theme={reader.theme === 'auto' ? undefined : reader.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${content.title} – ${name}`}</title>
        {content.refreshS !== undefined && <meta http-equiv="refresh" content={String(content.refreshS)} />}
        {content.description && <meta name="description" content={content.description} />}
        <link rel="stylesheet" href={assets.css} />
        {kind === 'console' && <link rel="stylesheet" href={assets.fontsCss} />}
        <link rel="icon" href="data:," />
        {city.languages.map((other) => (
          <link rel="alternate" hreflang={other} href={`/${other}${reader.path}`} />
        ))}
        <link rel="alternate" hreflang="x-default" href={reader.path} />
        {content.feeds?.map(({ href, type, title }) => (
          <link rel="alternate" type={type} title={title} href={href} />
        ))}
        {content.islands?.map((island) => (
          <script type="module" src={assets.islands.get(island)} />
        ))}
      </head>
      <body class={kind === 'console' ? 'console' : undefined} lang={shown === language ? undefined : shown}>
        <a class="skip" href="#main">
          {t('skip')}
        </a>
        <Header
          site={site}
          reader={reader}
          section={above ? above.href : content.section}
          entries={entries.filter((entry) => entryOf(entry.below) === undefined)}
        />
        {above && below.length > 0 && (
          <nav class="below" aria-label={above.text}>
            <Entries entries={below} section={content.section} reader={reader} />
          </nav>
        )}
        <main id="main">
          {shown !== language && (
            <p class="untranslated" lang={language}>
              {localeOf(language).notTranslated}
            </p>
          )}
          {city.simulated && <p class="sample">{t('sampleCity', { city: name })}</p>}
          {content.main}
        </main>
        <Footer site={site} reader={reader} />
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(document)}`;
}
