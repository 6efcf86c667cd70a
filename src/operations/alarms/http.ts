/** Routes of alarms: the console's pages and forms, and the same as JSON below `/api/operations/alarms`. */
import type { Context, Hono } from 'hono';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import {
  senderOf,
  whoOf,
  type Access,
  type Action,
  type Module,
  type Principal,
  type Resource,
} from '../../http/index.ts';
import { localPath, type City, type PageContent, type Reader, type Site } from '../../ui/index.ts';
import { districtsFor } from '../districts.ts';
import { alarmsApi } from './api.ts';
import { alarmsCsv } from './csv.ts';
import { alertPrefix } from './entity.ts';
import { alarmsPage, groupSize, pageSize } from './pages/alarms.tsx';
import type { OrdersOfAlarm } from './pages/content.ts';
import { handoverPage } from './pages/handover.tsx';
import { alarmWords } from './pages/messages/index.ts';
import { manualPage } from './pages/manual.tsx';
import { takenPage } from './pages/taken.tsx';
import { wallPage } from './pages/wall.tsx';
import { parseAct, parseFilter, parseManual, parseSeen } from './parse.ts';
import type { Alarm, AlarmFilter } from './schema.ts';
import { Taken, type Alarms, type Opened } from './service.ts';
import type { AlarmRow } from './tables.ts';

const access: Access = {
  'GET /console': 'readOperations',
  'GET /console/alarms': 'readOperations',
  'GET /console/sound': 'readOperations',
  'GET /console/alarms/new': 'workAlarms',
  'POST /console/alarms': 'workAlarms',
  'POST /console/alarms/:id/steps': 'workAlarms',
  'POST /console/alarms/:id/group': 'workAlarms',
  'GET /console/handover': 'readOperations',
  'POST /console/handover': 'workAlarms',
  'GET /api/operations/alarms': 'readOperations',
  'POST /api/operations/alarms': 'workAlarms',
  'GET /api/operations/alarms.csv': 'readOperations',
  'GET /api/operations/alarms/:id': 'readOperations',
  'POST /api/operations/alarms/:id/steps': 'workAlarms',
};

/** Alarms of one answer of the API, at most; of one CSV file. */
const apiMax = 1000;
const csvMax = 20_000;

export function alarmsModule(deps: {
  alarms: Alarms;
  site: Site;
  nameOf: (id: string) => string;
  permits: (who: Principal, action: Action, resource?: Resource) => boolean;
  orders: OrdersOfAlarm;
  /** Whether something that may be commanded is the entity, or belongs to it. */
  controls: (who: Principal, entity: string) => Promise<boolean>;
  /** False for a command that only looks. */
  follows: boolean;
}): Module {
  const { alarms, site, nameOf, permits, orders, controls, follows } = deps;
  const { city } = site;

  const mayIn =
    (who: Principal, action: Action) =>
    (district = ''): boolean =>
      permits(who, action, { type: 'Area', id: district });
  const consolePage = async (reader: Reader, c: Context): Promise<PageContent> => {
    const filter = parseFilter(reader.query);
    const page = pageOf(reader.query);
    const isFlat = filter.show === 'closed' || filter.group !== undefined;
    const size = isFlat ? pageSize : groupSize;
    const at = { limit: size, offset: (page - 1) * size };
    const { who, query } = reader;
    const [counts, found] = await Promise.all([
      alarms.counts(who, filter),
      isFlat ? alarms.list(who, filter, at) : alarms.groups(who, filter, at),
    ]);
    const groups =
      'groups' in found
        ? found.groups
        : found.alarms.map((first) => ({ first, count: 1, waiting: 0, from: first.raisedAt }));
    const asked = query.get('alarm');
    const chosen = asked ?? groups[0]?.first.id;
    const opened = chosen === undefined ? undefined : await openedOf(who, chosen, asked !== null);
    const work = opened && (await orders(reader, opened.alarm.id));
    const { subject } = opened?.alarm ?? {};
    const controlled = subject !== undefined && (await controls(who, subject));
    const acts = await alarms.lastActs(groups.map(({ first }) => first.id));
    const content = {
      filter,
      counts,
      groups,
      total: found.total,
      page,
      size,
      acts,
      ...(opened && { opened }),
      ...(work && { orders: work }),
      controlled,
      isChosen: asked !== null,
      mayRaise: permits(who, 'workAlarms'),
      mayWork: mayIn(who, 'workAlarms'),
      mayTell: mayIn(who, 'writeNotices'),
      sound: soundIsOn(c),
      nameOf,
      city,
      districts: districtsFor(city, who),
    };
    return query.get('view') === 'wall' ? wallPage(content, reader) : alarmsPage(content, reader);
  };

  /** Of the first row, which nobody asked for, nothing is said when it has just gone. */
  const openedOf = async (who: Principal, id: string, asked: boolean): Promise<Opened | undefined> => {
    try {
      return await alarms.get(who, id);
    } catch (error) {
      if (asked || !(error instanceof Problem)) throw error;
      return undefined;
    }
  };

  /** Who was first is said in the reader's words. */
  const done = async (c: Context, reader: Reader, act: (form: Form) => Promise<string>) => {
    const form = (await c.req.parseBody()) as Form;
    const back = backOf(form);
    try {
      return await act(form);
    } catch (error) {
      if (error instanceof Taken) return takenPage({ taken: error, back, city }, reader);
      throw error;
    }
  };

  return {
    name: 'alarms',
    access,
    api: alarmsApi,
    navigation: (language) => [
      { href: '/console', text: alarmWords(language)('console') },
      { href: '/console/alarms', text: alarmWords(language)('title'), below: '/console' },
    ],
    routes(app) {
      site.page(app, '/console', consolePage);
      site.page(app, '/console/alarms', consolePage);
      // A preference of the browser, kept by the browser until it is closed: nothing on the server changes.
      app.get('/console/sound', (c) => {
        const { secure } = senderOf(c);
        const value = c.req.query('to') === 'on' ? 'sound=on' : 'sound=; Max-Age=0';
        c.header(
          'set-cookie',
          `${secure ? '__Host-' : ''}${value}; Path=/; SameSite=Lax; HttpOnly${secure ? '; Secure' : ''}`,
        );
        return c.body(null, 204);
      });
      site.page(app, '/console/alarms/new', (reader) =>
        manualPage({ districts: districtsFor(city, reader.who), given: {} }, reader),
      );
      site.form(app, '/console/alarms', async (c, reader) => {
        const form = (await c.req.parseBody()) as Form;
        try {
          const id = await alarms.raise(reader.who, parseManual(form, reader.language, districtsOf(city)));
          return `/console/alarms?alarm=${id}`;
        } catch (error) {
          if (!(error instanceof Problem) || error.field === undefined) throw error;
          if (error.kind !== 'bad-data' && error.kind !== 'forbidden') throw error;
          const wrong = error.kind === 'forbidden' ? 'place' : error.field;
          return manualPage({ districts: districtsFor(city, reader.who), given: form, wrong }, reader);
        }
      });
      site.form(app, '/console/alarms/:id/steps', (c, reader) =>
        done(c, reader, async (form) => {
          await alarms.act(reader.who, idOf(c), parseAct(form, reader.now), parseSeen(form));
          return backOf(form);
        }),
      );
      site.form(app, '/console/alarms/:id/group', (c, reader) =>
        done(c, reader, async (form) => {
          const back = backOf(form);
          await alarms.acknowledgeGroup(reader.who, filterOfBack(back), idOf(c));
          return back;
        }),
      );
      site.page(app, '/console/handover', async (reader) => handover(reader));
      site.form(app, '/console/handover', async (c, reader) => {
        const form = (await c.req.parseBody()) as Form;
        const text = String(form['text'] ?? '').trim();
        try {
          await alarms.handOver(reader.who, text);
          return '/console/handover';
        } catch (error) {
          if (!(error instanceof Problem) || error.field !== 'text') throw error;
          return handover(reader, text);
        }
      });
      apiRoutes(app, alarms, city, () => site.clock.now());
    },
    ...(follows && { start: () => alarms.start() }),
    stop: () => alarms.stop(),
  };

  async function handover(reader: Reader, given?: string): Promise<PageContent> {
    const { who } = reader;
    const [counts, { groups }, notes] = await Promise.all([
      alarms.counts(who),
      alarms.groups(who, { show: 'open' }, { limit: groupSize, offset: 0 }),
      alarms.handovers(who),
    ]);
    const mayWork = permits(who, 'workAlarms');
    return handoverPage(
      { counts, groups, notes, nameOf, city, mayWork, ...(given !== undefined && { given }) },
      reader,
    );
  }
}

type Form = Readonly<Record<string, string>>;

const soundIsOn = (c: Context): boolean => /(?:^|;\s*)(?:__Host-)?sound=on(?:;|$)/.test(c.req.header('cookie') ?? '');

const idOf = (c: Context): string => c.req.param('id') ?? '';
const districtsOf = (city: City): readonly string[] => city.districts.map(({ id }) => id);

const pageOf = (query: URLSearchParams): number =>
  Math.min(10_000, Math.max(1, Math.trunc(Number(query.get('page') ?? 1)) || 1));

/** Where the form stood: a page of the console. */
function backOf(form: Form): string {
  const back = localPath(form['back']);
  return /^\/console(?:[/?]|$)/.test(back) ? back : '/console/alarms';
}

const filterOfBack = (back: string): AlarmFilter => {
  const { group: _group, ...filter } = parseFilter(new URL(back, 'http://here').searchParams);
  return { ...filter, show: filter.show === 'closed' ? 'open' : filter.show };
};

/** An alarm as JSON: instants in ISO 8601, words by language. */
function alarmJson(alarm: AlarmRow | Alarm): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(alarm)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, /(?:At|Until)$/.test(name) ? new Date(value as number).toISOString() : value]),
  );
}

function apiRoutes(app: Hono, alarms: Alarms, city: City, now: () => number): void {
  app.get('/api/operations/alarms', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const filter = parseFilter(query);
    const limit = numberIn(query, 'limit', 100, apiMax);
    const offset = numberIn(query, 'offset', 0, Number.MAX_SAFE_INTEGER);
    const who = whoOf(c);
    const counts = await alarms.counts(who, filter);
    if (query.get('grouped') === 'true') {
      const { groups, total } = await alarms.groups(who, filter, { limit, offset });
      const shown = groups.map(({ first, count, waiting, from }) => ({
        first: alarmJson(first),
        count,
        waiting,
        from: new Date(from).toISOString(),
      }));
      return c.json({ counts, total, groups: shown });
    }
    const { alarms: found, total } = await alarms.list(who, filter, { limit, offset });
    return c.json({ counts, total, alarms: found.map(alarmJson) });
  });
  app.get('/api/operations/alarms.csv', async (c) => {
    const query = new URL(c.req.url).searchParams;
    const { alarms: found } = await alarms.list(whoOf(c), parseFilter(query), { limit: csvMax, offset: 0 });
    const isSimulated = found.some(({ simulated }) => simulated);
    return c.body(alarmsCsv(found, city, query.get('lang') ?? 'en'), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${isSimulated ? 'simulated-' : ''}${city.id}-alarms.csv"`,
      'cache-control': 'no-store',
    });
  });
  app.get('/api/operations/alarms/:id', async (c) => c.json(openedJson(await alarms.get(whoOf(c), idOf(c)))));
  app.post('/api/operations/alarms', async (c) => {
    const fields = await bodyOf(c);
    const language = typeof fields['language'] === 'string' ? fields['language'] : 'en';
    const id = await alarms.raise(whoOf(c), parseManual(fields, language, districtsOf(city)));
    return c.json(openedJson(await alarms.get(whoOf(c), id)), 201, { location: `/api/operations/alarms/${id}` });
  });
  app.post('/api/operations/alarms/:id/steps', async (c) => {
    const fields = await bodyOf(c);
    await alarms.act(whoOf(c), idOf(c), parseAct(fields, now()), parseSeen(fields));
    return c.json(openedJson(await alarms.get(whoOf(c), idOf(c))), 201);
  });
}

function openedJson({ alarm, steps }: Opened): Record<string, unknown> {
  return {
    ...alarmJson({ ...alarm, id: alarm.id.slice(alertPrefix.length) }),
    entity: alarm.id,
    steps: steps.map(({ at, until, observedAt, ...step }) => ({
      ...step,
      at: new Date(at).toISOString(),
      ...(until !== undefined && { until: new Date(until).toISOString() }),
      ...(observedAt !== undefined && { observedAt: new Date(observedAt).toISOString() }),
    })),
  };
}

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
