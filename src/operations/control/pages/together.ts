/** Routes of groups, of what is asked of them, and of schedules. */
import type { Context, Hono } from 'hono';
import { randomId } from '../../../base/ids.ts';
import { isObject, parseJson } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import { whoOf, type Principal } from '../../../http/index.ts';
import type { PageContent, Reader } from '../../../ui/index.ts';
import { parseGroup, parseRequest, parseSchedule } from '../parse.ts';
import type { Batch, Command, ControlPoint, Schedule } from '../schema.ts';
import { batchPage, groupPage } from './group.tsx';
import { bodyOf, commandJson, idOf, inInstants, type ControlPagesDeps, type Together } from './requests.ts';
import { schedulesPage } from './schedules.tsx';

type Form = Readonly<Record<string, string>>;

/** What a group is told is read by the limits of its first point; the others are asked when it is written. */
function firstOf({ groups, batches }: Together, id: string): ControlPoint {
  const [first] = batches.members(groups.get(id).value);
  if (!first) throw new Problem('conflict', 'none of its points may be commanded', 'id');
  // The list is confirmed: that is asked of a group whether it is dangerous or not.
  return { ...first.point, dangerous: false };
}

/** Groups and schedules that `who` may see. */
export function settingsFor(who: Principal, { together, views }: Pick<ControlPagesDeps, 'together' | 'views'>) {
  const { groups, scheduled } = together;
  const pointsOf = ({ group, point }: Schedule): readonly string[] => [
    ...(point === undefined ? [] : [point]),
    ...(group === undefined ? [] : groups.get(group).value.points),
  ];
  return {
    groups: groups.list().filter(({ value }) => views.shows(who, value.points)),
    schedules: scheduled.list().filter(({ value }) => views.shows(who, pointsOf(value))),
  };
}

/** @throws Problem not-found: also for who may not see one of its points */
function demandShown(views: ControlPagesDeps['views'], who: Principal, ids: readonly string[]): void {
  if (!views.shows(who, ids)) throw new Problem('not-found', 'there is no such group of devices', 'id');
}

/** Sets a group or a schedule, as JSON says. */
async function save({ together }: ControlPagesDeps, who: Principal, value: unknown, why: string): Promise<void> {
  const { groups, scheduled, schedules } = together;
  if (isObject(value) && 'switchings' in value) {
    const schedule = parseSchedule(value);
    schedules.check(schedule);
    await scheduled.set(who, schedule, { version: scheduled.version(schedule.id), why });
    return;
  }
  const group = parseGroup(value);
  if (together.batches.members(group).length !== group.points.length)
    throw new Problem('bad-data', 'every point has to be on the list', 'points');
  await groups.set(who, group, { version: groups.version(group.id), why });
}

export function togetherPages(app: Hono, deps: ControlPagesDeps): void {
  const { together, views, site, nameOf, permits } = deps;
  const { groups, batches, schedules, store } = together;
  const { city } = site;

  const seen = (reader: Reader, ids: readonly string[]) => Promise.all(ids.map((id) => views.get(reader.who, id)));
  const list = (reader: Reader, said: { json?: string; detail?: string } = {}): PageContent => {
    const settings = settingsFor(reader.who, deps);
    return schedulesPage(
      {
        schedules: settings.schedules.map((setting) => ({ setting, due: schedules.preview(setting.value) })),
        groups: settings.groups,
        city,
        nameOfAccount: nameOf,
        mayManage: reader.who.areas === undefined && permits(reader.who, 'manageControls'),
        ...said,
      },
      reader,
    );
  };
  site.page(app, '/console/control/schedules', (reader) => list(reader));
  site.form(app, '/console/control/schedules', async (c, reader) => {
    const { json = '', why = '' } = (await c.req.parseBody()) as Form;
    try {
      await save(deps, reader.who, parseJson(Buffer.from(json)), why);
      return '/console/control/schedules';
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 400 && error.kind !== 'conflict')) throw error;
      return list(reader, { json, detail: `${error.message}${error.field === undefined ? '' : ` (${error.field})`}` });
    }
  });

  const group = async (reader: Reader, id: string, wrong?: string): Promise<PageContent> => {
    const { value } = groups.get(id);
    demandShown(views, reader.who, value.points);
    const members = await seen(
      reader,
      batches.members(value).map(({ point }) => point.id),
    );
    return groupPage({ group: value, members, key: randomId(), ...(wrong !== undefined && { wrong }) }, reader);
  };
  site.page(app, '/console/control/groups/:id', (reader) => group(reader, reader.params['id'] ?? ''));
  site.form(app, '/console/control/groups/:id/commands', async (c, reader) => {
    const id = idOf(c);
    try {
      const ask = parseRequest(firstOf(together, id), (await c.req.parseBody()) as Form);
      return `/console/control/batches/${(await batches.request(reader.who, id, ask)).id}`;
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'bad-data') throw error;
      return group(reader, id, error.field ?? 'value');
    }
  });
  site.page(app, '/console/control/batches/:id', async (reader) => {
    const batch = await batches.get(reader.params['id'] ?? '');
    demandShown(
      views,
      reader.who,
      batch.points.map(([id]) => id),
    );
    const { value } = groups.get(batch.group);
    const members = batches.members(value);
    const there = batch.points.map(([id]) => id).filter((id) => members.some(({ point }) => point.id === id));
    return batchPage(
      {
        batch,
        group: value,
        views: await seen(reader, there),
        commands: await store.ofBatch(batch.id),
        city,
        nameOfAccount: nameOf,
        own: value.confirmation === 'other' && reader.who.kind !== 'anonymous' && reader.who.id === batch.by,
      },
      reader,
    );
  });
  for (const act of ['confirm', 'cancel'] as const)
    site.form(app, `/console/control/batches/:id/${act}`, async (c, reader) => {
      await batches[act](reader.who, idOf(c));
      return `/console/control/batches/${idOf(c)}`;
    });
}

const batchJson = (batch: Batch, commands: readonly Command[] = []): Record<string, unknown> => ({
  ...inInstants(batch),
  count: batch.points.length,
  points: batch.points.map(([point, version]) => ({ point, version })),
  commands: commands.map(commandJson),
});

export function togetherApi(app: Hono, deps: ControlPagesDeps): void {
  const { batches, schedules, store } = deps.together;
  const base = '/api/operations/control';
  const shown = async (c: Context, batch: Batch, status: 200 | 201 = 200): Promise<Response> => {
    demandShown(
      deps.views,
      whoOf(c),
      batch.points.map(([id]) => id),
    );
    return c.json(batchJson(batch, await store.ofBatch(batch.id)), status);
  };
  app.get(`${base}/groups`, (c) =>
    c.json({ groups: settingsFor(whoOf(c), deps).groups.map(({ value, version }) => ({ ...value, version })) }),
  );
  app.get(`${base}/schedules`, (c) =>
    c.json({
      schedules: settingsFor(whoOf(c), deps).schedules.map(({ value, version }) => ({
        ...value,
        version,
        next: schedules.preview(value).map((due) => ({ ...due, at: new Date(due.at).toISOString() })),
      })),
    }),
  );
  for (const kind of ['groups', 'schedules'] as const)
    app.post(`${base}/${kind}`, async (c) => {
      const body = await bodyOf(c);
      if ((kind === 'schedules') !== 'switchings' in body)
        throw new Problem('bad-data', `this is no member of ${kind}`, kind === 'schedules' ? 'switchings' : 'points');
      await save(deps, whoOf(c), body, '');
      return c.body(null, 204);
    });
  app.post(`${base}/groups/:id/commands`, async (c) => {
    const header = c.req.header('idempotency-key')?.replace(/^"(.*)"$/, '$1');
    const body = { ...(await bodyOf(c)), ...(header !== undefined && { key: header }) };
    const ask = parseRequest(firstOf(deps.together, idOf(c)), body);
    return shown(c, await batches.request(whoOf(c), idOf(c), ask), 201);
  });
  app.get(`${base}/batches/:id`, async (c) => shown(c, await batches.get(idOf(c))));
  for (const act of ['confirm', 'cancel'] as const)
    app.post(`${base}/batches/:id/${act}`, async (c) => shown(c, await batches[act](whoOf(c), idOf(c))));
}
