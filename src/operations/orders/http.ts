/** Routes of work orders: the console's pages and forms, photos, and the same as JSON below `/api/operations/orders`. */
import type { Context, Hono } from 'hono';
import { randomId } from '../../base/ids.ts';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { whoOf, type Access, type Module, type Principal } from '../../http/index.ts';
import { inLanguage, pageAsked, type City, type PageContent, type Reader, type Site } from '../../ui/index.ts';
import { alertPrefix, type OrdersOfAlarm } from '../alarms/index.ts';
import { ordersApi } from './api.ts';
import { ordersCsv } from './csv.ts';
import { makePage } from './pages/make.tsx';
import { listPage, pageSize } from './pages/list.tsx';
import { orderWords } from './pages/messages/index.ts';
import { orderPage, overtakenPage } from './pages/order.tsx';
import { stateText } from './pages/words.ts';
import { parseAct, parseDraft, parseFilter, parseSent } from './parse.ts';
import { photoBytesMax } from './photos.ts';
import type { Draft } from './schema.ts';
import { Overtaken, type Opened, type Orders, type Permits } from './service.ts';
import { shortId, type OrderRow } from './tables.ts';
import { bytesOf, photoForm } from './upload.ts';

const access: Access = {
  'GET /console/orders': 'readOrders',
  'GET /console/orders/worker.js': 'viewPublic',
  'GET /console/orders/new': 'manageOrders',
  'POST /console/orders': 'manageOrders',
  'GET /console/orders/:id': 'readOrders',
  // Which step, and in which area, is asked when it is known.
  'POST /console/orders/:id/steps': 'readOrders',
  'POST /console/orders/:id/photos': 'readOrders',
  'GET /console/orders/:id/photos/:n': 'readOrders',
  'GET /api/operations/orders': 'readOrders',
  'POST /api/operations/orders': 'manageOrders',
  'GET /api/operations/orders.csv': 'readOrders',
  'GET /api/operations/orders/:id': 'readOrders',
  'POST /api/operations/orders/:id/steps': 'readOrders',
  'POST /api/operations/orders/:id/photos': 'readOrders',
};

/** Orders of one answer of the API, at most; of one CSV file. */
const apiMax = 1000;
const csvMax = 20_000;

/** An account that orders may be given to. */
export type Crew = { readonly id: string; readonly name: string };

type Deps = {
  readonly orders: Orders;
  readonly site: Site;
  readonly nameOf: (id: string) => string;
  readonly permits: Permits;
  readonly crews: () => readonly Crew[];
};

export function orderPages(deps: Deps): Module {
  return {
    name: 'orders',
    access,
    api: ordersApi,
    // A photo is larger than a form.
    streams: [/^\/console\/orders\/[0-9A-Z]{10}\/photos$/, /^\/api\/operations\/orders\/[0-9A-Z]{10}\/photos$/],
    thing: async ({ id, types, language, who }) => {
      if (!deps.permits(who, 'manageOrders')) return [];
      const as = types.some((type) => /[/#]ServiceRequest$/.test(type)) ? 'request' : 'entity';
      return [{ href: `/console/orders/new?${as}=${encodeURIComponent(id)}`, text: orderWords(language)('new') }];
    },
    navigation: (language) => [{ href: '/console/orders', text: orderWords(language)('title'), below: '/console' }],
    routes(app) {
      pageRoutes(app, deps);
      formRoutes(app, deps);
      apiRoutes(app, deps);
    },
  };
}

/** What an alarm's page says of the work. */
export const ordersOfAlarm =
  ({ orders, permits }: Pick<Deps, 'orders' | 'permits'>): OrdersOfAlarm =>
  async ({ who, language }, alarm) => {
    const mayRead = permits(who, 'readOrders');
    const filter = { show: 'all', alarm } as const;
    const { orders: found } = mayRead ? await orders.list(who, filter, { limit: 20, offset: 0 }) : { orders: [] };
    const links = found.map(({ id, state, crew }) => ({
      href: `/console/orders/${id}`,
      text: [crew ?? id, stateText(state, language)].join(' · '),
    }));
    return { links, mayMake: permits(who, 'manageOrders') };
  };

function pageRoutes(app: Hono, { orders, site, nameOf, permits, crews }: Deps): void {
  const { city, assets } = site;
  // Its address stays, so that a browser renews it; it may look after the pages of every language.
  app.get('/console/orders/worker.js', (c) => {
    const script = assets.find(assets.islands.get('ordersWorker') ?? '');
    if (!script) return c.notFound();
    return c.body(new Uint8Array(script.bytes), 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'service-worker-allowed': '/',
    });
  });
  site.page(app, '/console/orders', async (reader) => {
    const { who, query } = reader;
    const mayMake = permits(who, 'manageOrders');
    // Whoever only does orders begins with what there is to do.
    const usual = !mayMake && permits(who, 'doOrders') ? 'mine' : 'open';
    const filter = parseFilter(query, usual);
    const page = pageAsked(query);
    const [counts, { orders: found, total }] = await Promise.all([
      orders.counts(who, filter),
      orders.list(who, filter, { limit: pageSize, offset: (page - 1) * pageSize }),
    ]);
    return listPage({ city, filter, counts, orders: found, total, page, mayMake, nameOf }, reader);
  });
  site.page(app, '/console/orders/new', async (reader) => {
    const { query, who, language } = reader;
    const from = { alarm: alarmIn(query.get('alarm')), request: query.get('request'), asset: query.get('entity') };
    const asked = Object.fromEntries(Object.entries(from).filter(([, id]) => id)) as Draft;
    const source = await orders.suggest(who, asked);
    const word = (words: Parameters<typeof inLanguage>[0] | undefined): string =>
      words ? inLanguage(words, language).text : '';
    const given = {
      key: randomId(),
      alarm: asked.alarm ?? '',
      request: asked.request ?? '',
      entity: source.asset ?? asked.asset ?? '',
      title: word(source.title),
      description: word(source.description),
      priority: String(source.priority ?? ''),
      district: source.district ?? '',
      place: source.place ?? '',
      department: source.department ?? '',
      long: String(source.location?.[0] ?? ''),
      lat: String(source.location?.[1] ?? ''),
      due: '',
    };
    return makePage({ city, given, crews: crews() }, reader);
  });
  site.page(app, '/console/orders/:id', async (reader) =>
    orderPage(
      { city, opened: await orders.get(reader.who, reader.params['id'] ?? ''), nameOf, crews: crews() },
      reader,
    ),
  );
}

function formRoutes(app: Hono, { orders, site, crews }: Deps): void {
  const { city, clock } = site;
  site.form(app, '/console/orders', async (c, reader) => {
    const form = await formOf(c);
    try {
      const draft = draftOf(form, reader.language, city);
      const { who } = reader;
      const id = await orders.make(who, await inAllLanguages(orders, who, draft), form['key'] || undefined);
      return `/console/orders/${id}`;
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'bad-data' || error.field === undefined) throw error;
      return makePage({ city, given: form, wrong: error.field, crews: crews() }, reader);
    }
  });
  /** Who was first is said in the reader's words. */
  const done = async (
    c: Context,
    reader: Reader,
    work: (id: string) => Promise<void>,
  ): Promise<string | PageContent> => {
    const id = idOf(c);
    try {
      await work(id);
      return `/console/orders/${id}`;
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      const { line, by } = error;
      const order = await orders.get(reader.who, id).then(
        (opened) => opened.order,
        () => undefined,
      );
      return overtakenPage({ line, by, order, id, city }, reader);
    }
  };
  site.form(app, '/console/orders/:id/steps', (c, reader) =>
    done(c, reader, async (id) => {
      const form = await formOf(c);
      const now = clock.now();
      await orders.act(reader.who, id, parseAct(form, reader.language, city, now), parseSent(form, now));
    }),
  );
  site.form(app, '/console/orders/:id/photos', (c, reader) =>
    done(c, reader, async (id) => {
      const { photo, fields } = await photoForm(c.req.raw);
      await orders.addPhoto(reader.who, id, photo, captionOf(fields['caption']), parseSent(fields, clock.now()));
    }),
  );
  // The address is the same in all languages; whoever may see the order sees the photo, and nobody keeps it.
  app.get('/console/orders/:id/photos/:n', async (c) => {
    const n = Number(c.req.param('n'));
    const bytes = await orders.photo(whoOf(c), idOf(c), Number.isSafeInteger(n) ? n : 0);
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'image/jpeg',
      'content-disposition': `inline; filename="${idOf(c)}-${n}.jpg"`,
      'cache-control': 'no-store',
    });
  });
}

type Form = Readonly<Record<string, string>>;

const idOf = (c: Context): string => c.req.param('id') ?? '';

async function formOf(c: Context): Promise<Form> {
  const body = await c.req.parseBody();
  return Object.fromEntries(
    Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** An alarm is known by its id, with or without prefix. */
const alarmIn = (id: string | null): string | null =>
  id === null || id === '' || id.startsWith(alertPrefix) ? id : alertPrefix + id;

function draftOf(fields: Readonly<Record<string, unknown>>, language: string, city: City): Draft {
  const { alarm } = fields;
  return parseDraft({ ...fields, ...(typeof alarm === 'string' && { alarm: alarmIn(alarm) }) }, language, city);
}

/** What a form repeats of its source in the language of the form stays as the source has it, in all. */
async function inAllLanguages(orders: Orders, who: Principal, draft: Draft): Promise<Draft> {
  const source = await orders.suggest(who, draft);
  const { description, ...rest } = draft;
  if (!description || !source.description) return draft;
  const repeats = Object.entries(description).every(([language, text]) => source.description?.[language] === text);
  return repeats ? rest : draft;
}

function captionOf(text: string | undefined): string | undefined {
  const caption = text?.trim();
  if (caption !== undefined && caption.length > 200) throw new Problem('bad-data', 'at most 200 characters', 'caption');
  return caption || undefined;
}

/** As JSON: instants in ISO 8601, words by language. */
function toJson(values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, isInstant(name) ? new Date(value as number).toISOString() : value]),
  );
}
const isInstant = (name: string): boolean => /^at$|At$|^since$/.test(name);

function openedJson({ order, assignee, steps, times }: Opened): Record<string, unknown> {
  const id = shortId(order.id);
  return {
    ...toJson({ ...order, id, assignee }),
    entity: order.id,
    photos: order.photos.map((photo) => ({ ...toJson(photo), href: `/console/orders/${id}/photos/${photo.n}` })),
    readings: order.readings.map(toJson),
    times: times.map(toJson),
    steps: steps.map(({ act: _act, ...step }) => toJson(step)),
  };
}

function apiRoutes(app: Hono, { orders, site }: Deps): void {
  const { city, clock } = site;
  app.get('/api/operations/orders', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const filter = parseFilter(query, 'open');
    const limit = numberIn(query, 'limit', 100, apiMax);
    const offset = numberIn(query, 'offset', 0, Number.MAX_SAFE_INTEGER);
    const who = whoOf(c);
    const [counts, { orders: found, total }] = await Promise.all([
      orders.counts(who, filter),
      orders.list(who, filter, { limit, offset }),
    ]);
    return c.json({ counts, total, orders: found.map((order: OrderRow) => toJson(order)) });
  });
  app.get('/api/operations/orders.csv', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const { orders: found } = await orders.list(whoOf(c), parseFilter(query, 'open'), { limit: csvMax, offset: 0 });
    const times = await orders.times(found.map(({ id }) => id));
    const isSimulated = found.some(({ simulated }) => simulated);
    return c.body(ordersCsv(found, times, city, query.get('lang') ?? 'en'), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${isSimulated ? 'simulated-' : ''}${city.id}-orders.csv"`,
      'cache-control': 'no-store',
    });
  });
  app.get('/api/operations/orders/:id', async (c) => c.json(openedJson(await orders.get(whoOf(c), idOf(c)))));
  app.post('/api/operations/orders', async (c) => {
    const fields = await bodyOf(c);
    const { key } = parseKey(fields);
    const id = await orders.make(whoOf(c), draftOf(fields, languageOf(fields), city), key);
    return c.json(openedJson(await orders.get(whoOf(c), id)), 201, { location: `/api/operations/orders/${id}` });
  });
  app.post('/api/operations/orders/:id/steps', async (c) => {
    const fields = await bodyOf(c);
    const now = clock.now();
    await orders.act(whoOf(c), idOf(c), parseAct(fields, languageOf(fields), city, now), parseSent(fields, now));
    return c.json(openedJson(await orders.get(whoOf(c), idOf(c))), 201);
  });
  app.post('/api/operations/orders/:id/photos', async (c) => {
    const query = Object.fromEntries(new URL(c.req.url).searchParams);
    const sent = parseSent(query, clock.now());
    const caption = captionOf(query['caption']);
    const photo = await bytesOf(c.req.raw, photoBytesMax);
    if (photo.length === 0) throw new Problem('bad-data', 'the body is empty', 'photo');
    await orders.addPhoto(whoOf(c), idOf(c), photo, caption, sent);
    return c.json(openedJson(await orders.get(whoOf(c), idOf(c))), 201);
  });
}

const languageOf = (fields: Readonly<Record<string, unknown>>): string =>
  typeof fields['language'] === 'string' ? fields['language'] : 'en';

const parseKey = (fields: Readonly<Record<string, unknown>>): { key: string | undefined } => ({
  key: parseSent({ act: fields['key'] }, 0).act,
});

async function bodyOf(c: Context): Promise<Readonly<Record<string, unknown>>> {
  const body = parseJson(new Uint8Array(await c.req.arrayBuffer()));
  if (!isObject(body)) throw new Problem('bad-data', 'a JSON object is expected');
  return body;
}

function numberIn(query: URLSearchParams, name: string, usual: number, max: number): number {
  const text = query.get(name);
  if (text === null) return usual;
  if (!/^\d{1,15}$/.test(text) || Number(text) > max)
    throw new Problem('bad-data', `a whole number up to ${max} is expected`, name);
  return Number(text);
}
