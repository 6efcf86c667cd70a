/** The map with room: the same picture as on the home page, and the way to the interactive one. */
import type { JSX } from 'preact';
import { inLanguage, type Reader, type Site, StateBanner, uiWords } from '../../ui/index.ts';
import { FindForm } from './foundPage.tsx';
import { MapAndList, type MapContent } from './mapSection.tsx';
import { pageWords } from './messages/index.ts';

export function MapPage({ site, reader, content }: { site: Site; reader: Reader; content: MapContent }): JSX.Element {
  const { language, to } = reader;
  const t = pageWords(language);
  return (
    <>
      <h1>{t('mapHead', { city: inLanguage(site.city.name, language).text })}</h1>
      {content.types.length === 0 && (
        <>
          <p class="lede">{t('mapEmpty')}</p>
          <p>
            <a class="btn main" href={to('/sources/connect')}>
              {t('connectFirst')}
            </a>
          </p>
        </>
      )}
      <FindForm action={to('/map')} language={language} find="" />
      <StateBanner id="live-state" hidden>
        {uiWords(language)('connectionLost')}
      </StateBanner>
      <MapAndList site={site} reader={reader} content={content} action={to('/map')} />
    </>
  );
}
