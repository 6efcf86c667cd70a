/** The map of what needs attention and of everything else as dots, with its list. Used by home and by the map page. */
import type { JSX } from 'preact';
import { coreContext, type Entity } from '../../ngsild/index.ts';
import {
  CityMap,
  Empty,
  formatDateTime,
  formatDay,
  Links,
  type MapPin,
  PinnedRows,
  type Position,
  type Reader,
  Section,
  Simulated,
  type Site,
  uiWords,
} from '../../ui/index.ts';
import type { Attention } from './attention.ts';
import type { CityState } from './cityState.ts';
import { type Filter, FilterForm, filterQuery } from './filter.tsx';
import { isSilent, silentAfterMs } from './heard.ts';
import { pageWords } from './messages/index.ts';
import { districtIdOf, positionOf } from './view.ts';
import { typeWord } from './vocabulary/index.ts';

/** A kind with more members than this is drawn only when it is chosen. */
const crowd = 600;
/** Pins that one can still tell apart. */
export const pinsMax = 9;

export type MapContent = {
  readonly filter: Filter;
  readonly types: readonly { type: string; count: number }[];
  readonly attention: readonly Attention[];
  readonly entities: readonly Entity[];
  /** Kinds that are too many to be drawn unasked. */
  readonly hidden: readonly string[];
};

/** Collects what the map shows under a filter. */
export async function mapContent(
  site: Site,
  state: CityState,
  filter: Filter,
  attention: readonly Attention[],
): Promise<MapContent> {
  const types = await state.types();
  const wanted =
    filter.type === undefined ? types.filter(({ count }) => count <= crowd).map(({ type }) => type) : [filter.type];
  const lists = await Promise.all(wanted.map((type) => state.ofType(type)));
  const entities = lists
    .flat()
    .filter((entity) => filter.district === undefined || districtIdOf(entity, site.city) === filter.district);
  return {
    filter,
    types,
    attention: attention.filter(({ district }) => filter.district === undefined || district === filter.district),
    entities,
    hidden: filter.type === undefined ? types.filter(({ count }) => count > crowd).map(({ type }) => type) : [],
  };
}

/** Where the interactive map finds the same entities: a layer of the kinds shown, one of what is urgent among the others. */
function tilesOf({ filter, types, hidden }: MapContent, language: string): { things: string; urgent?: string } {
  const shown =
    filter.type === undefined ? types.map(({ type }) => type).filter((type) => !hidden.includes(type)) : [filter.type];
  const { type: _, ...rest } = filter;
  const layer = (kinds: readonly string[], more: Readonly<Record<string, string>>): string =>
    `/api/tiles/${encodeURIComponent(kinds.map((type) => coreContext.compact(type)).join(','))}/{z}/{x}/{y}.mvt${filterQuery(rest, { lang: language, ...more })}`;
  return {
    // A city without entities still has a layer, which is empty.
    things: layer(shown.length === 0 ? ['Thing'] : shown, {}),
    ...(hidden.length > 0 && { urgent: layer(hidden, { only: 'attention' }) }),
  };
}

export function MapAndList({
  site,
  reader,
  content,
  action,
}: {
  site: Site;
  reader: Reader;
  content: MapContent;
  action: string;
}): JSX.Element {
  const { language, now, to } = reader;
  const { city, assets } = site;
  const { filter, types, attention, entities, hidden } = content;
  const t = pageWords(language);
  const ui = uiWords(language);
  const shown = attention.slice(0, pinsMax);
  const pins = shown.flatMap(({ at, severity, title }, i): MapPin[] =>
    at ? [{ number: i + 1, shape: severity, at, label: `${i + 1}. ${title}` }] : [],
  );
  const placesOf = (some: readonly Entity[]): readonly Position[] =>
    some.map(positionOf).filter((position) => position !== undefined);
  const silent = placesOf(entities.filter((entity) => isSilent(entity, now)));
  const dots = placesOf(entities.filter((entity) => !isSilent(entity, now)));
  const query = filterQuery(filter, { lang: language });
  const shapeless = city.districts.length + city.streets.length === 0;
  const bare = shapeless && dots.length + silent.length + pins.length === 0;
  const placeless = bare && !city.frame;
  const nothing = types.length === 0 && attention.length === 0;
  const time = formatDateTime(now, language, city.timeZone);
  return (
    <div class="duo">
      <Section id="map" title={t('where')}>
        {types.length > 0 && (
          <FilterForm action={action} city={city} language={language} filter={filter} types={types} />
        )}
        {placeless ? (
          <Empty title={t('noProfile')}>
            {t('noProfileText')} <code>chorsu serve --city almaty</code>
          </Empty>
        ) : (
          <>
            <p>
              <a class="hide" href="#list">
                {ui('skipMap')}
              </a>
            </p>
            <CityMap
              city={city}
              language={language}
              pins={pins}
              dots={[{ state: 'silent', at: silent }, { at: dots }]}
              time={time}
              legend={
                nothing
                  ? []
                  : [
                      { shape: 'trouble', text: t('trouble') },
                      { shape: 'warn', text: t('warn') },
                    ]
              }
              note={(n) => (
                <>
                  {!nothing &&
                    `${t('mapNote')} ${t('shownDots', { n })}. ${silent.length > 0 ? t('silentDots', { n: silent.length, minutes: silentAfterMs / 60_000 }) : ''} ${hidden.length > 0 ? t('hiddenType', { what: hidden.map((type) => typeWord(type, language, true)).join(', ') }) : ''} `}
                  {(nothing || shapeless) && <Unmapped reader={reader} site={site} />}
                </>
              )}
              {...(!bare && {
                interactive: {
                  href: to(`/map${filterQuery(filter)}`),
                  city: '/api/tiles/city/{z}/{x}/{y}.mvt',
                  ...tilesOf(content, language),
                  live: `/api/live?lang=${language}`,
                  silentAfterMs,
                  now,
                  assets,
                },
              })}
            />
          </>
        )}
      </Section>
      <Section id="list" title={t('sameAsList')}>
        {nothing ? (
          <Empty title={t('nothingMeasured')}>{t('nothingMeasuredText')}</Empty>
        ) : shown.length === 0 ? (
          <Empty title={t('nothingWrong')}>{t('nothingWrongText')}</Empty>
        ) : (
          <PinnedRows
            items={shown.map(({ severity, title, text, href, where, sinceMs }, i) => ({
              number: i + 1,
              shape: severity,
              title,
              href: to(href),
              proof: [where, sinceMs === undefined ? undefined : formatDay(sinceMs, now, language, city.timeZone)]
                .filter(Boolean)
                .join(' · '),
              ...(text !== undefined && { text }),
            }))}
          />
        )}
        {attention.length > shown.length && <p class="more">{t('andMore', { n: attention.length - shown.length })}</p>}
        <div class="links">
          <Simulated word={ui('simulated')} when={city.simulated} />
        </div>
        <Links
          items={[
            !nothing && { href: `/api/entities.csv${query}`, text: t('listCsv') },
            !nothing && { href: `/api/entities.geojson${query}`, text: 'GeoJSON' },
            !nothing && { href: to(`/entities${filterQuery(filter)}`), text: t('allThings') },
          ]}
        />
      </Section>
    </div>
  );
}

/** What the picture of a city without districts or measurements is, and how its districts get on it. */
function Unmapped({ reader: { language, to }, site: { city } }: { reader: Reader; site: Site }): JSX.Element | null {
  const t = pageWords(language);
  if (city.districts.length + city.streets.length > 0) {
    return <>{t(city.districts.length > 0 ? 'onlyBorders' : 'onlyStreets')}</>;
  }
  if (!city.frame) return null;
  return (
    <>
      {t(city.frame.kind === 'extent' ? 'frameExtent' : 'frameChosen')} <a href={to('/about')}>{t('loadDistricts')}</a>
    </>
  );
}
