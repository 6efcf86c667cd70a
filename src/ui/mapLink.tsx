/** The way from the drawn map to the interactive one, with all that the island needs to know. */
import type { JSX } from 'preact';
import { type City, inLanguage, languages } from '../city/profile.ts';
import type { Assets } from './assets.ts';
import { zoneOffsetMs } from './locales/index.ts';
import { uiWords } from './messages/index.ts';

export type InteractiveMap = {
  readonly href: string;
  readonly city: string;
  readonly things: string;
  /** What needs attention among kinds that are not drawn unasked. */
  readonly urgent?: string;
  readonly live?: string;
  /** What moves and was not heard for so long is drawn hollow. */
  readonly silentAfterMs: number;
  /** The server's clock, ms: those of phones may be wrong. */
  readonly now: number;
  readonly assets: Assets;
};

/** The words of the library's controls, under its own keys. */
const controlWords = (t: ReturnType<typeof uiWords>, city: string): Record<string, string> => ({
  'Map.Title': t('mapOf', { city }),
  'NavigationControl.ZoomIn': t('zoomIn'),
  'NavigationControl.ZoomOut': t('zoomOut'),
  'CooperativeGesturesHandler.MobileHelpText': t('twoFingers'),
  'CooperativeGesturesHandler.WindowsHelpText': t('zoomWithKey', { key: 'Ctrl' }),
  'CooperativeGesturesHandler.MacHelpText': t('zoomWithKey', { key: '⌘' }),
  'ScaleControl.Meters': t('metre'),
  'ScaleControl.Kilometers': t('kilometre'),
});

/** @param ground the city has streets and no districts: white streets need a ground to be seen on */
export function InteractiveMapLink(props: {
  to: InteractiveMap;
  city: City;
  language: string;
  bbox: City['bbox'];
  ground: boolean;
}): JSX.Element {
  const { to, city, language, bbox, ground } = props;
  const { href, assets, ...tiles } = to;
  const t = uiWords(language);
  const name = inLanguage(city.name, language).text;
  return (
    <ul class="links">
      <li>
        <a
          href={href}
          data-map-open={JSON.stringify({
            ...tiles,
            ...(ground && { ground }),
            languages: [language, ...languages.filter((other) => other !== language)],
            bbox,
            ...(city.simulated && { stamp: `${t('stamp')} · ${name}` }),
            ...(city.credit !== undefined && { credit: city.credit }),
            offsetMs: zoneOffsetMs(to.now, city.timeZone),
            words: {
              loading: t('mapLoading'),
              failed: t('mapFailed'),
              lastHeard: t('lastHeard', { time: '{time}' }),
              locale: controlWords(t, name),
            },
            assets: { ...assets.maplibre, fonts: assets.fontsCss },
          })}
        >
          {t('openMap')}
        </a>
      </li>
    </ul>
  );
}
