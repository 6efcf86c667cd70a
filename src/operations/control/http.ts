/** `/console/control` and `/api/operations/control`. */
import type { Context, Hono } from 'hono';
import { randomId } from '../../base/ids.ts';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { whoOf, type Access, type Module, type Principal } from '../../http/index.ts';
import { pageAsked, pageOf, type PageContent, type Reader } from '../../ui/index.ts';
import { controlApi } from './api.ts';
import { Overtaken } from './commands.ts';
import { commandsCsv } from './csv.ts';
import { editPage } from './pages/edit.tsx';
import { listPage } from './pages/list.tsx';
import { controlWords } from './pages/messages/index.ts';
import { pointPage, type PointContent } from './pages/point.tsx';
import { pointPath } from './pages/words.ts';
import { parsePoint, parsePoints, parseRequest } from './parse.ts';
import { bodyOf, commandJson, idOf, inInstants, type ControlPagesDeps } from './pages/requests.ts';
import { settingsFor, togetherApi, togetherPages } from './pages/together.ts';
import type { ControlPoint } from './schema.ts';
import { parseFilter, type PointView } from './views.ts';
import { demandWhole } from './points.ts';

const access: Access = {
  'GET /console/control': 'readOperations',
  'GET /console/control/new': 'manageControls',
  'GET /console/control/import': 'manageControls',
  'POST /console/control/import': 'manageControls',
  'GET /console/control/schedules': 'readOperations',
  'POST /console/control/schedules': 'manageControls',
  'GET /console/control/groups/:id': 'readOperations',
  'POST /console/control/groups/:id/commands': 'controlDevices',
  'GET /console/control/batches/:id': 'readOperations',
  'POST /console/control/batches/:id/confirm': 'controlDevices',
  'POST /console/control/batches/:id/cancel': 'controlDevices',
  'GET /console/control/:id': 'readOperations',
  'GET /console/control/:id/edit': 'manageControls',
  'POST /console/control/:id/edit': 'manageControls',
  'POST /console/control/:id/remove': 'manageControls',
  'POST /console/control/:id/commands': 'controlDevices',
  'POST /console/control/commands/:id/cancel': 'controlDevices',
  'GET /api/operations/control/points': 'readOperations',
  'GET /api/operations/control/points/:id': 'readOperations',
  'GET /api/operations/control/points/:id/commands.csv': 'readOperations',
  'GET /api/operations/control/export': 'manageControls',
  'POST /api/operations/control/points': 'manageControls',
  'POST /api/operations/control/points/:id/remove': 'manageControls',
  'POST /api/operations/control/points/:id/commands': 'controlDevices',
  'GET /api/operations/control/commands': 'readOperations',
  'GET /api/operations/control/commands/:id': 'readOperations',
  'POST /api/operations/control/commands/:id/cancel': 'controlDevices',
  'GET /api/operations/control/groups': 'readOperations',
  'POST /api/operations/control/groups': 'manageControls',
  'POST /api/operations/control/groups/:id/commands': 'controlDevices',
  'GET /api/operations/control/batches/:id': 'readOperations',
  'POST /api/operations/control/batches/:id/confirm': 'controlDevices',
  'POST /api/operations/control/batches/:id/cancel': 'controlDevices',
  'GET /api/operations/control/schedules': 'readOperations',
  'POST /api/operations/control/schedules': 'manageControls',
};

const historyShown = 50;
const csvMax = 10_000;
const listMax = 1_000;
const pageSize = 50;

export function controlPages(deps: ControlPagesDeps): Module {
  return {
    name: 'control',
    access,
    api: controlApi,
    navigation: (language) => [{ href: '/console/control', text: controlWords(language)('title'), below: '/console' }],
    routes(app) {
      // Before those of one point, whose pages have any other name.
      togetherPages(app, deps);
      pageRoutes(app, deps);
      apiRoutes(app, deps);
      togetherApi(app, deps);
    },
  };
}

const managesControls = (permits: ControlPagesDeps['permits'], who: Principal): boolean =>
  who.areas === undefined && permits(who, 'manageControls');

type Form = Readonly<Record<string, string>>;
type Said = Partial<Pick<PointContent, 'given' | 'wrong' | 'overtaken'>>;

function pageRoutes(app: Hono, { points, commands, views, together, site, nameOf, permits }: ControlPagesDeps): void {
  const { city } = site;
  const mayManage = ({ who }: Reader): boolean => managesControls(permits, who);

  const show = async (reader: Reader, id: string, said: Said = {}): Promise<PageContent> => {
    const { who } = reader;
    const view = await views.get(who, id);
    const history = await Promise.all(
      (await views.history(who, id, historyShown)).map(({ id: command }) => views.command(who, command)),
    );
    const content = { view, history, versions: points.versions(id), city, nameOf, key: randomId(), ...said };
    return pointPage({ ...content, mayManage: mayManage(reader) }, reader);
  };

  site.page(app, '/console/control', async (reader) => {
    const filter = parseFilter(reader.query);
    const { rows, ...at } = pageOf(await views.matching(reader.who, filter), pageAsked(reader.query), pageSize);
    const content = {
      ...at,
      points: await views.load(reader.who, rows),
      filter,
      city,
      nameOf,
      empty: points.list().length === 0,
      groups: settingsFor(reader.who, { together, views }).groups,
    };
    return listPage({ ...content, mayManage: mayManage(reader) }, reader);
  });
  for (const path of ['/console/control/new', '/console/control/import'])
    site.page(app, path, (reader) => {
      demandWhole(reader.who);
      return editPage({ version: 0, json: '' }, reader);
    });
  site.page(app, '/console/control/:id', (reader) => show(reader, reader.params['id'] ?? ''));
  site.page(app, '/console/control/:id/edit', (reader) => {
    demandWhole(reader.who);
    const { point, version } = points.get(reader.params['id'] ?? '');
    return editPage({ id: point.id, version, json: JSON.stringify(point, undefined, 2) }, reader);
  });

  site.form(app, '/console/control/:id/commands', async (c, reader) => {
    const form = (await c.req.parseBody()) as Form;
    const id = idOf(c);
    try {
      await commands.request(reader.who, id, parseRequest(points.get(id).point, form));
      return pointPath(id);
    } catch (error) {
      if (error instanceof Overtaken) return show(reader, id, { given: form, overtaken: error });
      if (!(error instanceof Problem) || error.kind !== 'bad-data') throw error;
      return show(reader, id, { given: form, wrong: error.field ?? '' });
    }
  });
  site.form(app, '/console/control/commands/:id/cancel', async (c, reader) => {
    const { point } = await commands.cancel(reader.who, idOf(c));
    return pointPath(point);
  });

  /** What a person pastes: one point, or the file of several. */
  const save = async (c: Context, reader: Reader, id?: string): Promise<string | PageContent> => {
    const form = (await c.req.parseBody()) as Form;
    const { json = '', why = '' } = form;
    const version = Number(form['version'] ?? 0);
    try {
      const value = parseJson(Buffer.from(json));
      if (isObject(value) && 'points' in value) {
        await points.take(reader.who, parsePoints(value), why);
        return '/console/control';
      }
      const point = parsePoint(value);
      if (id !== undefined && point.id !== id) throw new Problem('bad-data', 'the id of a point stays', 'id');
      await points.set(reader.who, point, { version, why });
      return pointPath(point.id);
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 400 && error.kind !== 'conflict')) throw error;
      const detail = `${error.message}${error.field === undefined ? '' : ` (${error.field})`}`;
      return editPage({ ...(id !== undefined && { id }), version, json, why, detail }, reader);
    }
  };
  site.form(app, '/console/control/import', (c, reader) => save(c, reader));
  site.form(app, '/console/control/:id/edit', (c, reader) => save(c, reader, idOf(c)));
  site.form(app, '/console/control/:id/remove', async (c, reader) => {
    const form = (await c.req.parseBody()) as Form;
    await points.remove(reader.who, idOf(c), { version: Number(form['version']), why: form['why'] ?? '' });
    return '/console/control';
  });
}

function apiRoutes(app: Hono, { points, commands, views, permits }: ControlPagesDeps): void {
  const base = '/api/operations/control';
  app.get(`${base}/points`, async (c) => {
    const who = whoOf(c);
    const found = await views.load(who, await views.matching(who, parseFilter(new URL(c.req.url).searchParams)));
    return c.json({ points: found.map((view) => pointJson(view, managesControls(permits, who))) });
  });
  app.get(`${base}/points/:id`, async (c) => {
    const who = whoOf(c);
    return c.json(pointJson(await views.get(who, idOf(c)), managesControls(permits, who)));
  });
  app.get(`${base}/points/:id/commands.csv`, async (c) => {
    const found = await views.history(whoOf(c), idOf(c), csvMax);
    const isSimulated = found.some(({ simulated }) => simulated);
    return c.body(commandsCsv(found), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${isSimulated ? 'simulated-' : ''}${idOf(c)}-commands.csv"`,
      'cache-control': 'no-store',
    });
  });
  app.get(`${base}/export`, (c) => {
    demandWhole(whoOf(c));
    return c.json({ points: points.list().map(({ point }) => point) }, 200, {
      'content-disposition': 'attachment; filename="control-points.json"',
    });
  });
  app.post(`${base}/points`, async (c) => {
    const body = await bodyOf(c);
    if ('points' in body) return c.json({ set: await points.take(whoOf(c), parsePoints(body), '') });
    const { point, version = 0, why = '' } = body;
    if (typeof version !== 'number' || typeof why !== 'string')
      throw new Problem('bad-data', 'expected { point, version, why }', 'version');
    const set = await points.set(whoOf(c), parsePoint(point, 'point'), { version, why });
    return c.json(set, 201, { location: `${base}/points/${set.point.id}` });
  });
  app.post(`${base}/points/:id/remove`, async (c) => {
    const { version, why = '' } = await bodyOf(c);
    if (typeof version !== 'number' || typeof why !== 'string')
      throw new Problem('bad-data', 'expected { version, why }', 'version');
    await points.remove(whoOf(c), idOf(c), { version, why });
    return c.body(null, 204);
  });
  app.post(`${base}/points/:id/commands`, async (c) => {
    const who = whoOf(c);
    const { point } = (await views.get(who, idOf(c))) satisfies PointView;
    // draft-ietf-httpapi-idempotency-key-header: a string, in quotes or as it is.
    const header = c.req.header('idempotency-key')?.replace(/^"(.*)"$/, '$1');
    const body = await bodyOf(c);
    const ask = parseRequest(point, { ...body, ...(header !== undefined && { key: header }) });
    const command = await commands.request(who, point.id, ask);
    return c.json(commandJson(command), 201, { location: `${base}/commands/${command.id}` });
  });
  app.get(`${base}/commands`, async (c) => {
    const query = new URL(c.req.url).searchParams;
    const found = await views.commands(whoOf(c), numberIn(query, 'limit', 100, listMax), numberIn(query, 'offset', 0));
    return c.json({ commands: found.map(commandJson) });
  });
  app.get(`${base}/commands/:id`, async (c) => {
    const { command, steps } = await views.command(whoOf(c), idOf(c));
    return c.json({ ...commandJson(command), steps: steps.map(inInstants) });
  });
  app.post(`${base}/commands/:id/cancel`, async (c) => c.json(commandJson(await commands.cancel(whoOf(c), idOf(c)))));
}

/** Where a device is reached is told to those who set it. */
function pointJson(view: PointView, managed: boolean): Record<string, unknown> {
  const { point, version, last, desired, reported, simulated, mayControl, differs } = view;
  const { channel, ...open }: ControlPoint = point;
  return {
    ...open,
    channel: managed ? channel : { kind: channel.kind },
    version,
    simulated,
    safetyFunction: false,
    mayControl,
    differs,
    ...(desired !== undefined && { desired }),
    ...(reported && {
      reported: {
        value: reported.value,
        ...(reported.observedAt !== undefined && { observedAt: new Date(reported.observedAt).toISOString() }),
      },
    }),
    ...(last && { last: commandJson(last) }),
  };
}

function numberIn(query: URLSearchParams, name: string, usual: number, max = Number.MAX_SAFE_INTEGER): number {
  const text = query.get(name);
  if (text === null) return usual;
  if (!/^\d{1,15}$/.test(text) || Number(text) > max)
    throw new Problem('bad-data', `a whole number up to ${max} is expected`, name);
  return Number(text);
}
