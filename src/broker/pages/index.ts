/** The broker's pages: home, map, list, one entity, and the files behind them. Everything works without JavaScript. */
import type { Context, Hono } from 'hono';
import { Problem } from '../../base/problem.ts';
import { within } from '../../base/timers.ts';
import {
  whoOf,
  type HomeContext,
  type HomePart,
  type Module,
  type Principal,
  type ThingContext,
} from '../../http/index.ts';
import { coreContext, type Entity } from '../../ngsild/index.ts';
import { pageAsked, type CitySearch, type Reader, type Site } from '../../ui/index.ts';
import type { Broker } from '../broker.ts';
import { type Attention, attentionOf, attentionOfPart } from './attention.ts';
import { type Change, describeChange, type DescribedChange, keyOf, linesPerType } from './changes.ts';
import { pointsMax, type CityState } from './cityState.ts';
import { entitiesCsv, historyCsv, listFileName, pointsGeoJson } from './downloads.ts';
import { type EntityContent, EntityPage, fileName } from './entity.tsx';
import { filterOf } from './filter.tsx';
import { foundIn, queryMax, searchRequest } from './found.ts';
import { FoundPage } from './foundPage.tsx';
import { chartable, panelsMax, seriesOf } from './history.ts';
import { changesShown, Home, type HomeContent, homeTitle } from './home.tsx';
import { List, type ListContent, listTitle, pageSize } from './list.tsx';
import { MapPage } from './mapPage.tsx';
import { mapContent } from './mapSection.tsx';
import { pageWords } from './messages/index.ts';
import { rangeOf } from './ranges.ts';
import { rememberedFor } from './readers.ts';
import { isSimulated, nameOf } from './view.ts';

/** Results of one search on a page: more cannot be told apart on the map. */
const foundMax = 12;

export type PagesDeps = {
  readonly site: Site;
  readonly broker: Broker;
  /** What has just happened; see `broker/live.ts`. */
  /** The index of streets, house numbers and places; built when it is first asked. */
  readonly search: () => Promise<CitySearch>;
  readonly live: {
    recent(who: Principal, limit: number): Promise<readonly Change[]>;
    latestByType(who: Principal): Promise<readonly Change[]>;
  };
  /** What the other modules have to say on the home page. */
  readonly home: (context: HomeContext) => Promise<readonly HomePart[]>;
  /** What can be done with a thing, as the other modules say. */
  readonly thing: (context: ThingContext) => Promise<EntityContent['acts']>;
};

/**
 * The module of the broker's pages.
 * @returns also `describe`, which the live stream puts into words with
 */
export function pages(deps: PagesDeps): Module & {
  readonly describe: (change: Change, language: string, who: Principal) => DescribedChange;
  /** What of that which needs attention now `who` may see; remembered for three seconds. */
  readonly urgent: (
    who: Principal,
  ) => Promise<readonly { readonly entity: Entity; readonly severity: 'trouble' | 'warn' }[]>;
} {
  const { site, broker, live, home, thing, search } = deps;
  const { city, clock } = site;
  const remembered = rememberedFor({ broker, city, now: () => clock.now() });
  const describe = (change: Change, language: string, who: Principal): DescribedChange =>
    describeChange(change, language, city, (id) => remembered(who).names.of(id, language));

  const attentionNow = async (
    { language, who }: Pick<Reader, 'language' | 'who'>,
    parts: readonly HomePart[],
  ): Promise<readonly Attention[]> => {
    const { state, names } = remembered(who);
    const found = await state.found();
    names.remember(found.map(({ entity }) => entity));
    const all = [
      ...found.map((one) => attentionOf(one, city, language)),
      ...parts.flatMap(({ attention = [] }) => attention.map(attentionOfPart)),
    ];
    return all.toSorted((a, b) => Number(a.severity === 'warn') - Number(b.severity === 'warn'));
  };

  /** Notable changes first of all, then the newest reading of each type: something is always happening in a city. */
  const changesNow = async ({ language, who }: Reader): Promise<readonly DescribedChange[]> => {
    const { names } = remembered(who);
    const candidates = [...(await live.recent(who, changesShown)), ...(await live.latestByType(who))];
    const byKey = new Map<string, Change>();
    for (const change of candidates) if (!byKey.has(keyOf(change))) byKey.set(keyOf(change), change);
    const newest = [...byKey.values()].sort((a, b) => b.at - a.at || b.seq - a.seq);
    const told: DescribedChange[] = [];
    const perType = new Map<string, number>();
    for (const change of newest) {
      if (told.length >= changesShown) break;
      const many = perType.get(change.type) ?? 0;
      if (many >= linesPerType) continue;
      perType.set(change.type, many + 1);
      if (names.of(change.id, language) === undefined) {
        const known = await broker.find(who, 0, change.id);
        if (known) names.remember([known.entity]);
      }
      const line = describe(change, language, who);
      if (line.text !== '') told.push(line);
    }
    return told;
  };

  const homePage = async (reader: Reader) => {
    const { language, now, query, who } = reader;
    const { state, names } = remembered(who);
    const parts = await home({ language, now });
    const attention = await attentionNow(reader, parts);
    const map = await mapContent(site, state, filterOf(query, city), attention);
    names.remember(map.entities);
    const content: HomeContent = { attention, parts, map, changes: await changesNow(reader) };
    return {
      title: pageWords(language)('now'),
      description: homeTitle(content, site, language),
      section: '/',
      islands: ['live', 'map'] as const,
      main: Home({ site, reader, content }),
    };
  };

  const mapPage = async (reader: Reader) => {
    const { language, now, query, who } = reader;
    const { state } = remembered(who);
    const find = (query.get('find') ?? '').trim().slice(0, queryMax);
    if (find !== '') {
      const found = await foundIn({ city, search: await search(), state }, find, foundMax, language);
      const pick = Number(query.get('pick'));
      const isPick = Number.isInteger(pick) && pick >= 1 && pick <= found.length;
      return {
        title: `${find} · ${pageWords(language)('mapPage')}`,
        section: '/map',
        main: FoundPage({ site, reader, find, found, ...(isPick && { pick }) }),
      };
    }
    const attention = await attentionNow(reader, await home({ language, now }));
    const content = await mapContent(site, state, filterOf(query, city), attention);
    return {
      title: pageWords(language)('mapPage'),
      section: '/map',
      islands: ['map'] as const,
      main: MapPage({ site, reader, content }),
    };
  };

  const listPage = async (reader: Reader) => {
    const { language, query, who } = reader;
    const { state } = remembered(who);
    const filter = filterOf(query, city);
    const page = pageAsked(query);
    // Without a district the store pages; with one, what lies in it is known to the pages.
    const size = { limit: pageSize, offset: (page - 1) * pageSize };
    const inDistrict = filter.district === undefined ? undefined : await state.select(filter);
    const [types, found] = await Promise.all([
      state.types(),
      inDistrict
        ? { entities: inDistrict.slice(size.offset, size.offset + size.limit), count: inDistrict.length }
        : broker.query(who, 0, filter.type === undefined ? {} : { type: { node: 'type', iri: filter.type } }, {
            ...size,
            count: true,
          }),
    ]);
    const content: ListContent = {
      filter,
      types,
      entities: found.entities,
      count: found.count ?? found.entities.length,
      page,
    };
    return { title: listTitle(content, site, language), section: '/entities', main: List({ site, reader, content }) };
  };

  /** The attributes to draw: the one of the address, else the most telling ones. */
  const wantedOf = (
    entity: Entity,
    attr: string | null,
    language: string,
  ): { chosen?: string; wanted: readonly string[] } => {
    const possible = chartable(entity, language).map(({ iri }) => iri);
    const chosen = attr === null ? undefined : possible.find((iri) => coreContext.compact(iri) === attr);
    return chosen === undefined ? { wanted: possible.slice(0, 8) } : { chosen, wanted: [chosen] };
  };

  const entityPage = async (reader: Reader) => {
    const { language, now, query, params, who } = reader;
    const { entity } = await broker.get(who, 0, params['id'] ?? '');
    const found = (await remembered(who).state.found()).filter(({ entity: { id } }) => id === entity.id);
    const range = rangeOf(query.get('range'), now, city.timeZone);
    const { chosen, wanted } = wantedOf(entity, query.get('attr'), language);
    const series = await within(historyPatienceMs, seriesOf({ broker, who }, entity, wanted, range, language));
    const content = {
      entity,
      attention: found.map((one) => attentionOf({ ...one, entity }, city, language)),
      range,
      series: series?.slice(0, panelsMax),
      acts: await thing({ id: entity.id, types: entity.type, language, who }),
      ...(chosen !== undefined && { chosen }),
    };
    return {
      title: nameOf(entity, language).text,
      section: '/entities',
      islands: ['chart'] as const,
      main: EntityPage({ site, reader, content }),
    };
  };

  const file = (c: Context, text: string, type: string, name?: string): Response => {
    c.header('content-type', type);
    if (name !== undefined) c.header('content-disposition', `attachment; filename="${name}"`);
    c.header('cache-control', 'no-cache');
    return c.body(text);
  };
  const languageOf = (c: Context): string => c.req.query('lang') ?? city.languages[0] ?? 'en';
  const selected = async (c: Context): Promise<readonly Entity[]> => {
    const { state } = remembered(whoOf(c));
    const filter = filterOf(new URL(c.req.url).searchParams, city);
    const counts = (await state.types()).filter(({ type }) => filter.type === undefined || type === filter.type);
    if (counts.some(({ count }) => count > pointsMax)) {
      throw new Problem('too-many-results', `a file holds at most ${pointsMax} entities of a type; use /ngsi-ld/v1`);
    }
    return state.select(filter);
  };
  const states = async ({ state }: { state: CityState }): Promise<ReadonlyMap<string, 'trouble' | 'warn'>> =>
    new Map((await state.found()).toReversed().map(({ entity, watch }) => [entity.id, watch.severity]));

  const downloads = (app: Hono): void => {
    const typeName = (c: Context): string | undefined => c.req.query('type') || undefined;
    app.get('/api/search', async (c) => {
      const { state } = remembered(whoOf(c));
      const { q, limit } = searchRequest(new URL(c.req.url).searchParams);
      const language = languageOf(c);
      const results = await foundIn({ city, search: await search(), state }, q, limit, language);
      return c.json({
        query: q,
        simulated: city.simulated,
        ...(city.credit !== undefined && { credit: city.credit }),
        results: results.map(({ href, ...result }, i) => ({
          ...result,
          href: `/${language}${href ?? `/map?${new URLSearchParams({ find: q, pick: String(i + 1) }).toString()}`}`,
        })),
      });
    });
    app.get('/api/entities.csv', async (c) => {
      const entities = await selected(c);
      const name = listFileName(city, typeName(c), 'csv', entities.some(isSimulated));
      return file(c, entitiesCsv(entities, city, languageOf(c)), 'text/csv; charset=utf-8', name);
    });
    app.get('/api/entities.geojson', async (c) => {
      const entities = await selected(c);
      const name = listFileName(city, typeName(c), 'geojson', entities.some(isSimulated));
      const body = JSON.stringify(pointsGeoJson(entities, await states(remembered(whoOf(c))), city, languageOf(c)));
      return file(c, body, 'application/geo+json', name);
    });
    app.get('/api/entities/history.csv', async (c) => {
      const who = whoOf(c);
      const { entity } = await broker.get(who, 0, c.req.query('id') ?? '');
      const range = rangeOf(c.req.query('range') ?? null, clock.now(), city.timeZone);
      const language = languageOf(c);
      const { wanted } = wantedOf(entity, c.req.query('attr') ?? null, language);
      const series = await seriesOf({ broker, who }, entity, wanted, range, language);
      return file(
        c,
        historyCsv(entity, series, range.stepMs),
        'text/csv; charset=utf-8',
        fileName(site, entity, range.name),
      );
    });
  };

  return {
    name: 'pages',
    access: {
      'GET /': 'readEntities',
      'GET /map': 'readEntities',
      'GET /entities': 'readEntities',
      'GET /entities/:id{.+}': 'readEntities',
      'GET /api/search': 'readEntities',
      'GET /api/entities.csv': 'readEntities',
      'GET /api/entities.geojson': 'readEntities',
      'GET /api/entities/history.csv': 'readEntities',
    },
    describe,
    urgent: async (who) =>
      (await remembered(who).state.found()).map(({ entity, watch }) => ({ entity, severity: watch.severity })),
    navigation: (language) => {
      const t = pageWords(language);
      return [
        { href: '/', text: t('now') },
        { href: '/map', text: t('mapPage') },
        { href: '/entities', text: t('things') },
      ];
    },
    routes: (app) => {
      site.page(app, '/', homePage);
      site.page(app, '/map', mapPage);
      site.page(app, '/entities', listPage);
      site.page(app, '/entities/:id{.+}', entityPage);
      downloads(app);
    },
  };
}

/** A history that is being written may keep its readers waiting; a page does not wait with them. */
const historyPatienceMs = 3000;
