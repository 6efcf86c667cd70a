/** The search of the city: a form that works without JavaScript, its results as a list and as pins on the drawn map. */
import type { JSX } from 'preact';
import { boxOf } from '../../base/shapes.ts';
import {
  type City,
  CityMap,
  Empty,
  formatDateTime,
  inLanguage,
  Links,
  type MapPin,
  PinnedRows,
  type Position,
  type Reader,
  Section,
  Simulated,
  type Site,
  TextField,
  uiWords,
} from '../../ui/index.ts';
import type { Found } from './found.ts';
import { pageWords } from './messages/index.ts';

export function FindForm({ action, language, find }: { action: string; language: string; find: string }): JSX.Element {
  const t = pageWords(language);
  return (
    <form class="filter noprint" method="get" action={action} role="search">
      <TextField id="find" name="find" label={t('find')} value={find} inputMode="search" />
      <button class="btn">{t('findButton')}</button>
    </form>
  );
}

/** @param pick the result that the map is about; absent: all of them */
export function FoundPage({
  site,
  reader,
  find,
  found,
  pick,
}: {
  site: Site;
  reader: Reader;
  find: string;
  found: readonly Found[];
  pick?: number;
}): JSX.Element {
  const { language, now, to } = reader;
  const { city } = site;
  const t = pageWords(language);
  const ui = uiWords(language);
  const shown = pick === undefined ? found : found.slice(pick - 1, pick);
  const pins = shown.flatMap(({ at, title }, i): MapPin[] =>
    at ? [{ number: (pick ?? 1) + i, shape: 'event', at, label: `${(pick ?? 1) + i}. ${title}` }] : [],
  );
  const view = viewOf(city, shown);
  const address = (number?: number): string =>
    to(`/map?${new URLSearchParams({ find, ...(number !== undefined && { pick: String(number) }) }).toString()}`);
  return (
    <>
      <h1>{t('mapHead', { city: inLanguage(city.name, language).text })}</h1>
      <FindForm action={to('/map')} language={language} find={find} />
      <div class="duo">
        <Section id="list" title={t('foundHead', { n: found.length, find })}>
          {found.length === 0 ? (
            <Empty title={t('foundNothing', { find })}>{t('foundNothingText')}</Empty>
          ) : (
            <PinnedRows
              items={found.map(({ title, what, district, at, href }, i) => ({
                number: i + 1,
                shape: 'event' as const,
                title,
                ...(at ? { href: address(i + 1) } : href !== undefined && { href: to(href) }),
                proof: [what, district?.name].filter(Boolean).join(' · '),
                ...(at && href !== undefined && { text: <a href={to(href)}>{t('foundOpen')}</a> }),
              }))}
            />
          )}
          <div class="links">
            <Simulated word={ui('simulated')} when={city.simulated} />
          </div>
          <Links
            items={[
              pick !== undefined && { href: address(), text: t('foundAll') },
              { href: to('/map'), text: t('foundBack') },
            ]}
          />
        </Section>
        {view && (
          <Section id="map" title={t('where')}>
            <CityMap
              city={view}
              language={language}
              pins={pins}
              time={formatDateTime(now, language, city.timeZone)}
              legend={[]}
            />
          </Section>
        )}
      </div>
    </>
  );
}

/** Room around a single house, and the least of any picture: about 600 metres each way. */
const roomDegrees = 0.0055;

/** The city with only what the picture of these results shows; undefined when none of them has a place. */
function viewOf(city: City, found: readonly Found[]): City | undefined {
  const corners = found.flatMap(({ at, box }): Position[] =>
    box && found.length === 1
      ? [
          [box[0], box[1]],
          [box[2], box[3]],
        ]
      : at
        ? [at]
        : [],
  );
  if (corners.length === 0) return undefined;
  const [left, bottom, right, top] = boxOf(corners);
  const stretch = 1 / Math.cos((bottom * Math.PI) / 180);
  const [west, east] = [left - roomDegrees * stretch, right + roomDegrees * stretch];
  const [south, north] = [bottom - roomDegrees, top + roomDegrees];
  const touches = (points: readonly Position[]): boolean => {
    const [w, s, e, n] = boxOf(points);
    return w <= east && e >= west && s <= north && n >= south;
  };
  // The box of the city is not the box of this picture.
  const { frame: _, ...shown } = city;
  return {
    ...shown,
    bbox: [west, south, east, north],
    streets: city.streets.filter(({ line }) => touches(line)),
    ground: city.ground.filter(({ geometry }) =>
      geometry.type === 'Polygon'
        ? touches(geometry.coordinates[0] ?? [])
        : geometry.coordinates.some(([shell = []]) => touches(shell)),
    ),
    groundLines: city.groundLines.filter(({ line }) => touches(line)),
  };
}
