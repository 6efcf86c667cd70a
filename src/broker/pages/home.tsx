/** Home: what needs attention now, in one sentence and a few numbers; where; what changed; how fresh; what next. */
import type { JSX } from 'preact';
import type { HomePart } from '../../http/index.ts';
import { coreContext } from '../../ngsild/index.ts';
import {
  Empty,
  formatDateTime,
  formatDay,
  formatNumber,
  formatRelative,
  formatTime,
  formatWeekday,
  inLanguage,
  Numbers,
  type Reader,
  Section,
  Simulated,
  type Site,
  type State,
  StateBanner,
  Status,
  Table,
  TimedRows,
  uiWords,
  zoneOffsetMs,
} from '../../ui/index.ts';
import type { Attention } from './attention.ts';
import type { DescribedChange } from './changes.ts';
import { MapAndList, type MapContent } from './mapSection.tsx';
import { pageWords } from './messages/index.ts';
import { entityPath, positionOf, withUnit } from './view.ts';

export type HomeContent = {
  readonly attention: readonly Attention[];
  readonly map: MapContent;
  readonly parts: readonly HomePart[];
  readonly changes: readonly DescribedChange[];
};

type Fresh = NonNullable<HomePart['freshness']>[number];

export const changesShown = 7;

function Freshness({ items, reader, site }: { items: readonly Fresh[]; reader: Reader; site: Site }): JSX.Element {
  const { language, now, to } = reader;
  const t = pageWords(language);
  const ui = uiWords(language);
  if (items.length === 0) return <Empty title={t('noSources')}>{t('noSourcesText')}</Empty>;
  const states: Record<Fresh['state'], State> = { fresh: 'good', late: 'warn', silent: 'trouble', never: 'none' };
  const said = ({ state, lastMs }: Fresh): string => {
    if (state === 'never' || lastMs === undefined) return ui('never');
    return state === 'fresh' ? ui('fresh') : ui(state, { ago: formatRelative(lastMs, now, language) });
  };
  return (
    <Table
      label={t('freshness')}
      caption={<Simulated word={ui('simulated')} when={items.some(({ simulated }) => simulated)} />}
      columns={[
        {
          head: t('source'),
          cell: (item: Fresh) => (
            <>
              <a href={to(item.href)}>{item.name}</a>
              <small>{item.detail}</small>
            </>
          ),
        },
        {
          head: t('latest'),
          numeric: true,
          cell: ({ lastMs }) => (lastMs === undefined ? '–' : formatDay(lastMs, now, language, site.city.timeZone)),
        },
        { head: t('state'), cell: (item) => <Status state={states[item.state]}>{said(item)}</Status> },
      ]}
      rows={items}
    />
  );
}

/** Whether any watch of the city is about a kind of thing that it has. */
function isWatched({ map }: HomeContent, { city }: Site): boolean {
  const types = new Set(map.types.map(({ type }) => type));
  return city.watches.some(({ type }) => types.has(coreContext.expand(type)));
}

function headline(content: HomeContent, site: Site, language: string): { title: string; lede: string } {
  const t = pageWords(language);
  const [worst] = content.attention;
  const city = inLanguage(site.city.name, language).text;
  // Of what nobody measures nothing can be said, not even that all is well.
  if (!worst && content.map.types.length === 0) return { title: t('emptyCity', { city }), lede: t('emptyCityText') };
  // Where no watch looks, quiet is no good news.
  if (!worst && !isWatched(content, site)) return { title: t('unwatched', { city }), lede: t('unwatchedText') };
  if (!worst) return { title: t('calm', { city }), lede: t('calmText') };
  const others = content.attention.length - 1;
  const lede = [worst.text, others > 0 ? t('andMore', { n: others }) : undefined, t('restUsual')]
    .filter(Boolean)
    .join(' ');
  return { title: worst.title, lede };
}

function numbers(content: HomeContent, site: Site, reader: Reader): Parameters<typeof Numbers>[0]['items'] {
  const { language, now } = reader;
  const t = pageWords(language);
  const mark = (simulated: boolean, text: string): JSX.Element => (
    <>
      <Simulated word={uiWords(language)('simulated')} when={simulated} /> {text}
    </>
  );
  const { attention, map, parts } = content;
  const { simulated, timeZone } = site.city;
  const [worst] = attention;
  const fresh = parts.flatMap(({ freshness = [] }) => freshness);
  const total = map.types.reduce((sum, { count }) => sum + count, 0);
  const trouble = attention.filter(({ severity }) => severity === 'trouble').length;
  const items: { value: string; label: string; proof: JSX.Element }[] = [];
  if (worst?.value?.number !== undefined) {
    const { at, label } = worst.value;
    const when = at === undefined ? '' : `, ${formatDay(at, now, language, timeZone)}`;
    items.push({ value: withUnit(worst.value), label, proof: mark(worst.simulated, `${worst.name ?? ''}${when}`) });
  }
  for (const part of parts.flatMap((own) => own.numbers ?? [])) {
    items.push({ value: part.value, label: part.label, proof: mark(part.simulated, part.proof) });
  }
  if (total > 0) {
    const proof = t('attentionProof', { trouble, warn: attention.length - trouble });
    const looked = attention.length > 0 || isWatched(content, site);
    if (looked)
      items.push({
        value: formatNumber(attention.length, language),
        label: t('attention'),
        proof: mark(simulated, proof),
      });
    items.push({
      value: formatNumber(total, language),
      label: t('observed'),
      proof: mark(simulated, t('observedProof', { n: map.types.length })),
    });
  }
  // A source that has never sent is no measure of freshness.
  if (fresh.some(({ state }) => state !== 'never')) {
    const n = fresh.filter(({ state }) => state === 'fresh').length;
    const last = Math.max(...fresh.map(({ lastMs }) => lastMs ?? 0));
    const proof = last > 0 ? `${t('lastReading')} ${formatTime(last, language, timeZone)}` : '';
    const value = t('of', { n: formatNumber(n, language), all: formatNumber(fresh.length, language) });
    items.push({ value, label: t('sourcesFresh'), proof: mark(simulated, proof) });
  }
  return items;
}

export function Home({ site, reader, content }: { site: Site; reader: Reader; content: HomeContent }): JSX.Element {
  const { language, now, to } = reader;
  const { city } = site;
  const t = pageWords(language);
  const ui = uiWords(language);
  const { title, lede } = headline(content, site, language);
  const items = numbers(content, site, reader);
  const hasPlaces = content.map.entities.some((entity) => positionOf(entity) !== undefined);
  const cityName = inLanguage(city.name, language).text;
  const fresh = content.parts.flatMap(({ freshness = [] }) => freshness);
  const empty = content.map.types.length === 0 && content.attention.length === 0;
  return (
    <>
      <p class="kicker">
        {t('now')} · {formatWeekday(now, language, city.timeZone)},{' '}
        {formatDateTime(now, language, city.timeZone).slice(0, 10)},{' '}
        {t('clock', { time: formatTime(now, language, city.timeZone) })}
      </p>
      <h1>{title}</h1>
      <p class="lede">{lede}</p>
      {empty && (
        <p>
          <a class="btn main" href={to('/sources/connect')}>
            {t('connectFirst')}
          </a>
        </p>
      )}
      {items.length > 0 && <Numbers items={items} />}
      <StateBanner id="live-state" hidden>
        {ui('connectionLost')}
      </StateBanner>
      {(hasPlaces || city.districts.length > 0 || city.frame) && (
        <MapAndList site={site} reader={reader} content={content.map} action={to('/')} />
      )}
      <div class="duo even">
        <Section
          id="changes"
          title={t('changes')}
          {...(city.simulated && { note: <Simulated word={ui('simulated')} /> })}
        >
          {content.changes.length === 0 && <Empty title={t('noChanges')}>{t('noChangesText')}</Empty>}
          <TimedRows
            live={{
              source: `/api/live?lang=${language}`,
              offsetMs: zoneOffsetMs(now, city.timeZone),
              limit: changesShown,
              entityPath: to('/entities/'),
            }}
            items={content.changes.map(({ at, id, name, text, type, key }) => ({
              at,
              key,
              kind: type,
              time: formatTime(at, language, city.timeZone),
              text: (
                <>
                  <a href={to(entityPath(id))}>{name}</a>: {text}
                </>
              ),
              proof: type,
            }))}
          />
        </Section>
        <Section id="fresh" title={t('freshness')}>
          <Freshness items={fresh} reader={reader} site={site} />
          <p class="more">
            <a href={to('/sources')}>{t('allSources')}</a>
          </p>
        </Section>
      </div>
      <Section id="next" title={t('next')}>
        <div class="steps">
          {empty ? (
            <div>
              <h3>{t('aboutCity', { city: cityName })}</h3>
              <p>{t('aboutCityText')}</p>
              <a class="btn" href={to('/about')}>
                {t('openAbout')}
              </a>
            </div>
          ) : (
            <div>
              <h3>{t('findThing')}</h3>
              <p>{t('findThingText')}</p>
              <a class="btn main" href={to('/entities')}>
                {t('openList')}
              </a>
            </div>
          )}
          {city.simulated ? (
            <div>
              <h3>{t('yourCity', { city: cityName })}</h3>
              <p>
                {t('yourCityText')} <code>chorsu init</code>
              </p>
              <a class="btn" href={to('/sources')}>
                {t('seeSources')}
              </a>
            </div>
          ) : empty ? (
            city.districts.length === 0 && (
              <div>
                <h3>{t('addDistricts')}</h3>
                <p>
                  {t('addDistrictsText')}{' '}
                  <code>{`chorsu init --city ${city.id} --out DIR --districts FILE --streets FILE`}</code>
                </p>
              </div>
            )
          ) : (
            <div>
              <h3>{t('connectNext')}</h3>
              <p>{t('noSourcesText')}</p>
              <a class="btn" href={to('/sources/connect')}>
                {t('connectOpen')}
              </a>
            </div>
          )}
        </div>
      </Section>
    </>
  );
}

export const homeTitle = (content: HomeContent, site: Site, language: string): string =>
  headline(content, site, language).title;
