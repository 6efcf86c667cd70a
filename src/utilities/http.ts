/** `/utilities` and its views for everybody; the same numbers as CSV and JSON below `/api/utilities`. */
import type { Context } from 'hono';
import { Problem } from '../base/problem.ts';
import type { Broker } from '../broker/index.ts';
import { whoOf, type Access, type ApiRoute, type Module, type Principal } from '../http/index.ts';
import { languages, negotiateLanguage, type Site } from '../ui/index.ts';
import { airJson, airNow, airTable } from './air/words.ts';
import { airView } from './air/view.ts';
import { csvText } from './csv.ts';
import { heatView } from './heat/view.ts';
import { heatJson, heatNow, heatTable } from './heat/words.ts';
import { lightingView } from './lighting/view.ts';
import { lightingJson, lightingNow, lightingParameters, lightingTable } from './lighting/words.ts';
import { airPage } from './pages/air.tsx';
import { heatPage } from './pages/heat.tsx';
import { lightingPage } from './pages/lighting.tsx';
import { utilityWords } from './pages/messages/index.ts';
import { overviewPage } from './pages/overview.tsx';
import { fileName } from './pages/parts.tsx';
import { waterPage } from './pages/water.tsx';
import { periodDays, periodOf } from './period.ts';
import { readerKey, remembered } from './remembered.ts';
import { doorOf, type Door } from './view.ts';
import { assumptionParameters } from './water/assumptions.ts';
import { waterView } from './water/view.ts';
import { waterJson, waterNow, waterTable } from './water/words.ts';

const air = doorOf({
  name: 'air',
  tables: ['stations', 'days'],
  parameters: [],
  read: airView,
  page: airPage,
  table: airTable,
  json: airJson,
  now: airNow,
});

const water = doorOf({
  name: 'water',
  tables: ['areas', 'days'],
  parameters: assumptionParameters,
  read: waterView,
  page: waterPage,
  table: waterTable,
  json: waterJson,
  now: waterNow,
});

const lighting = doorOf({
  name: 'lighting',
  tables: ['areas', 'groups', 'months', 'days'],
  parameters: lightingParameters,
  read: lightingView,
  page: lightingPage,
  table: lightingTable,
  json: lightingJson,
  now: lightingNow,
});

const heat = doorOf({
  name: 'heat',
  tables: ['substations', 'days'],
  parameters: [],
  read: heatView,
  page: heatPage,
  table: heatTable,
  json: heatJson,
  now: heatNow,
});

/** In the order of the overview. */
const views: readonly Door[] = [lighting, water, heat, air];

const periodParameters: ApiRoute['parameters'] & {} = [
  {
    name: 'days',
    in: 'query',
    description: 'Days up to today; default 30',
    schema: { type: 'integer', enum: [...periodDays] },
  },
  { name: 'from', in: 'query', description: 'First day, with `to`', example: '2026-11-01' },
  { name: 'to', in: 'query', description: 'Last day, included', example: '2026-11-22' },
];
const language = { name: 'lang', in: 'query', description: 'Language of names' } as const;

const titles = { lighting: 'Street lighting', water: 'Water', heat: 'Heat', air: 'Air' } as const;

function apiOf({ name, tables, parameters }: Door): readonly ApiRoute[] {
  const what = titles[name];
  const asked = [...periodParameters, ...parameters, language];
  return [
    {
      name: `get${what.replace(' l', 'L')}View`,
      method: 'GET',
      path: `/api/utilities/${name}`,
      summary: `${what}: the numbers of the page, with their method`,
      parameters: asked,
      answers: { 200: { description: 'The view', media: 'application/json', schema: { type: 'object' } } },
    },
    {
      name: `get${what.replace(' l', 'L')}Csv`,
      method: 'GET',
      path: `/api/utilities/${name}.csv`,
      summary: `${what}: a table of the page; lines that begin with # say how it was counted`,
      parameters: [
        { name: 'table', in: 'query', description: 'Which', schema: { type: 'string', enum: [...tables] } },
        ...asked,
      ],
      answers: { 200: { description: 'The table', media: 'text/csv' } },
    },
  ];
}

const access: Access = Object.fromEntries(
  [
    'GET /utilities',
    ...views.flatMap(({ name }) => [
      `GET /utilities/${name}`,
      `GET /api/utilities/${name}`,
      `GET /api/utilities/${name}.csv`,
    ]),
  ].map((route) => [route, 'viewPublic'] as const),
);

export function utilitiesModule({ broker, site }: { broker: Pick<Broker, 'query' | 'aggregate'>; site: Site }): Module {
  const { city, clock } = site;
  const once = remembered<Awaited<ReturnType<Door['read']>>>(clock);
  const read = async (view: Door, who: Principal, query: URLSearchParams) => {
    const period = periodOf(query, clock.now(), city.timeZone);
    const asked = view.parameters.map(({ name }) => query.get(name));
    const key = JSON.stringify([
      view.name,
      period.from,
      period.to,
      period.days.length,
      period.span,
      asked,
      readerKey(who),
    ]);
    return once(key, () => view.read({ broker, who }, city, period, query));
  };
  const queryOf = (c: Context): URLSearchParams => new URL(c.req.url).searchParams;
  const languageOf = (c: Context): string => {
    const asked = c.req.query('lang');
    if (asked === undefined) return negotiateLanguage(c.req.header('accept-language'), city.languages);
    const known = languages.find((own) => own === asked);
    if (!known) throw new Problem('bad-data', `wanted one of ${languages.join(', ')}`, 'lang');
    return known;
  };
  return {
    name: 'utilities',
    access,
    api: views.flatMap(apiOf),
    navigation: (words) => [{ href: '/utilities', text: utilityWords(words)('title') }],
    routes(app) {
      site.page(app, '/utilities', async (reader) => {
        const shown = { city, language: reader.language, at: reader.now };
        const lines = await Promise.all(
          views.map(async (view) => ({
            name: view.name,
            now: (await read(view, reader.who, new URLSearchParams())).now(shown),
          })),
        );
        return overviewPage(lines, reader, city);
      });
      for (const view of views) {
        const { name, tables } = view;
        site.page(app, `/utilities/${name}`, async (reader) =>
          (await read(view, reader.who, reader.query)).page(reader, city),
        );
        app.get(`/api/utilities/${name}`, async (c) => {
          const seen = await read(view, whoOf(c), queryOf(c));
          return c.json({
            from: seen.period.first,
            to: seen.period.last,
            timeZone: city.timeZone,
            simulated: seen.simulated,
            ...seen.json({ city, language: languageOf(c) }),
          });
        });
        app.get(`/api/utilities/${name}.csv`, async (c) => {
          const table = c.req.query('table') ?? tables[0];
          if (!tables.includes(table)) throw new Problem('bad-data', `wanted one of ${tables.join(', ')}`, 'table');
          const seen = await read(view, whoOf(c), queryOf(c));
          return c.body(csvText(seen.table(table, { city, language: languageOf(c) })), 200, {
            'content-type': 'text/csv; charset=utf-8',
            'content-disposition': `attachment; filename="${fileName(city, name, table, seen.simulated)}"`,
            'cache-control': 'no-cache',
          });
        });
      }
    },
  };
}
