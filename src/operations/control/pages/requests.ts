/** What routes of control share: what they are given, how they read a request, how they tell of a command. */
import type { Context } from 'hono';
import { isObject, parseJson } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import type { Principal, Resource } from '../../../http/index.ts';
import type { Site } from '../../../ui/index.ts';
import type { Commands } from '../commands.ts';
import type { Groups } from '../groups.ts';
import type { Points } from '../points.ts';
import type { Schedules } from '../schedules.ts';
import type { Command, ControlGroup, Schedule } from '../schema.ts';
import type { Settings } from '../settings.ts';
import type { ControlStore } from '../store.ts';
import type { Views } from '../views.ts';

export type Together = {
  readonly groups: Settings<ControlGroup>;
  readonly batches: Groups;
  readonly scheduled: Settings<Schedule>;
  readonly schedules: Schedules;
  readonly store: Pick<ControlStore, 'ofBatch'>;
};
export type ControlPagesDeps = {
  readonly points: Points;
  readonly commands: Commands;
  readonly views: Views;
  readonly together: Together;
  readonly site: Site;
  /** Of an account, as it is shown. */
  readonly nameOf: (id: string) => string;
  readonly permits: (who: Principal, action: 'controlDevices' | 'manageControls', resource?: Resource) => boolean;
};

export const idOf = (c: Context): string => c.req.param('id') ?? '';

/** Instants (`...At`, `at`) in ISO 8601. */
export const inInstants = (value: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      /(?:At|^at)$/.test(name) && typeof one === 'number' ? new Date(one).toISOString() : one,
    ]),
  );

export const commandJson = (command: Command): Record<string, unknown> => inInstants(command);

export async function bodyOf(c: Context): Promise<Readonly<Record<string, unknown>>> {
  const body = parseJson(new Uint8Array(await c.req.arrayBuffer()));
  if (!isObject(body)) throw new Problem('bad-data', 'a JSON object is expected');
  return body;
}
