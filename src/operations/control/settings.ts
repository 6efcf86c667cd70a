/** Groups and schedules: what was set, by whom, when and why; each change is a version. Knows neither HTTP nor SQL. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal, type Principal } from '../../http/index.ts';
import { demandWhole, type PointChange } from './points.ts';
import { settingRow, type ControlStore } from './store.ts';

export type Setting<T> = {
  readonly value: T;
  readonly version: number;
  readonly at: number;
  readonly by: string;
  readonly why: string;
  readonly removed: boolean;
};

export type Settings<T> = {
  load(): Promise<void>;
  /** Those that hold, by id. */
  list(): readonly Setting<T>[];
  find(id: string): Setting<T> | undefined;
  /** It is there, or was. */
  known(id: string): boolean;
  /** The newest; 0: there was none. */
  version(id: string): number;
  /** @throws Problem not-found */
  get(id: string): Setting<T>;
  /** @throws Problem conflict (somebody else changed it), forbidden: see `demandWhole` */
  set(who: Principal, value: T, change: PointChange): Promise<Setting<T>>;
  /** @throws Problem not-found, conflict */
  remove(who: Principal, id: string, change: PointChange): Promise<void>;
};

const settingsMax = 1_000;

export function openSettings<T extends { readonly id: string }>(
  kind: 'group' | 'schedule',
  { store, broker, clock }: { store: ControlStore; broker: Pick<Broker, 'amend'>; clock: Clock },
): Settings<T> {
  const known = new Map<string, Setting<T>>();
  const inTurn = oneAtATime();
  const find = (id: string): Setting<T> | undefined => {
    const found = known.get(id);
    return found?.removed === false ? found : undefined;
  };
  const get = (id: string): Setting<T> => {
    const found = find(id);
    if (!found) throw new Problem('not-found', `there is no ${kind} ${id}`, 'id');
    return found;
  };
  const write = async (
    who: Principal,
    value: T,
    { version, why }: PointChange,
    removed: boolean,
  ): Promise<Setting<T>> => {
    const current = known.get(value.id)?.version ?? 0;
    if (version !== current)
      throw new Problem(
        'conflict',
        `it was changed meanwhile: version ${current} holds, ${version} was looked at`,
        'version',
      );
    if (known.size >= settingsMax && current === 0)
      throw new Problem('bad-data', `a city has at most ${settingsMax} of them`);
    const setting = { value, version: current + 1, at: clock.now(), by: who.id, why: why.trim(), removed };
    await broker.amend(systemPrincipal, 0, [], { by: 'control' }, () => ({
      entities: [],
      rows: [settingRow(kind, setting)],
    }));
    known.set(value.id, setting);
    return setting;
  };
  return {
    async load() {
      for (const setting of await store.settings<T>(kind)) known.set(setting.value.id, setting);
    },
    list: () =>
      [...known.values()].filter(({ removed }) => !removed).toSorted((a, b) => (a.value.id < b.value.id ? -1 : 1)),
    find,
    known: (id) => known.has(id),
    version: (id) => known.get(id)?.version ?? 0,
    get,
    set: (who, value, change) =>
      inTurn(() => {
        demandWhole(who);
        return write(who, value, change, false);
      }),
    remove: (who, id, change) =>
      inTurn(async () => {
        demandWhole(who);
        await write(who, get(id).value, change, true);
      }),
  };
}
