/** The allow-list: who put what on it, when and why. Knows neither HTTP nor SQL. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';
import { sameJson } from '../../base/json.ts';
import { isSimulated, type Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal, type Principal } from '../../http/index.ts';
import { coreContext } from '../../ngsild/index.ts';
import { controlDelta, controlIri } from './entity.ts';
import { thingOf } from './parse.ts';
import type { ControlPoint, PointVersion } from './schema.ts';
import { versionRow, type ControlStore } from './store.ts';

/** A change, as somebody asks for it. */
export type PointChange = {
  /** The version that was looked at; 0 for a new point. */
  readonly version: number;
  readonly why: string;
};

export type Points = {
  /** Reads what was set before; nothing is known until then. */
  load(): Promise<void>;
  /** Those that may be commanded, by id. */
  list(): readonly PointVersion[];
  find(id: string): PointVersion | undefined;
  /** @throws Problem not-found */
  get(id: string): PointVersion;
  /** Newest first. @throws Problem not-found */
  versions(id: string): readonly PointVersion[];
  /** @throws Problem bad-data, conflict (somebody else changed it), forbidden: see `demandWhole` */
  set(who: Principal, point: ControlPoint, change: PointChange): Promise<PointVersion>;
  /** Takes the points of a file: what differs becomes a new version, others stay. @returns how many were set. @throws Problem, as `set` */
  take(who: Principal, points: readonly ControlPoint[], why: string): Promise<number>;
  /** From now on it cannot be commanded. @throws Problem not-found, conflict, forbidden */
  remove(who: Principal, id: string, change: PointChange): Promise<void>;
  /** Called after each change. */
  onChange(listener: (version: PointVersion) => void): void;
};

const whyMax = 300;
const pointsMax = 10_000;
const districtIri = coreContext.expand('district');

/**
 * By which way what is reached is the whole city's: whoever is limited to areas could call a device of another one's own.
 * @throws Problem forbidden
 */
export function demandWhole({ areas }: Pick<Principal, 'areas'>): void {
  if (areas) throw new Problem('forbidden', 'what may be controlled is said by those who are not limited to areas');
}

export function openPoints(deps: {
  store: ControlStore;
  broker: Pick<Broker, 'amend' | 'find'>;
  city: Pick<City, 'districts'>;
  clock: Clock;
}): Points {
  const { store, broker, city, clock } = deps;
  const known = new Map<string, PointVersion[]>();
  const listeners: ((version: PointVersion) => void)[] = [];
  const inTurn = oneAtATime();
  const keep = (version: PointVersion): void => {
    const list = known.get(version.point.id);
    if (list) list.push(version);
    else known.set(version.point.id, [version]);
  };
  const newest = (id: string): PointVersion | undefined => known.get(id)?.at(-1);
  const active = (): readonly PointVersion[] =>
    [...known.values()].flatMap((versions) => {
      const last = versions.at(-1);
      return last && !last.removed ? [last] : [];
    });
  const demandVersion = (id: string, { version, why }: PointChange): void => {
    const current = newest(id)?.version ?? 0;
    if (version !== current)
      throw new Problem(
        'conflict',
        `the control point was changed meanwhile: version ${current} holds, ${version} was looked at`,
        'version',
      );
    if (why.length > whyMax) throw new Problem('bad-data', `a reason has at most ${whyMax} characters`, 'why');
  };

  /** @param at stands before the field of a problem */
  const checked = async (who: Principal, point: ControlPoint, at = ''): Promise<ControlPoint> => {
    const stored = await broker.find(who, 0, point.entity);
    if (!stored) throw new Problem('bad-data', `there is no entity ${point.entity}`, `${at}entity`);
    const other = active().find((one) => one.point.id !== point.id && thingOf(one.point) === thingOf(point));
    if (other) throw new Problem('bad-data', `${other.point.id} controls the same`, `${at}attribute`);
    const said = stored.entity.attrs[districtIri]?.[0]?.value;
    const district = point.district ?? (typeof said === 'string' ? said : undefined);
    if (district !== undefined && !city.districts.some(({ id }) => id === district))
      throw new Problem('bad-data', `the city has no district ${district}`, `${at}district`);
    return { ...point, ...(district !== undefined && { district }) };
  };

  const write = async (version: PointVersion): Promise<void> => {
    const { point } = version;
    const id = controlIri(point.id);
    await broker.amend(systemPrincipal, 0, [id, point.entity], { by: 'control' }, (looked, at) => {
      const before = looked.get(id)?.entity;
      const thing = looked.get(point.entity)?.entity;
      const simulated = thing !== undefined && isSimulated(thing);
      return {
        entities: version.removed
          ? before
            ? [{ op: 'delete', id, at }]
            : []
          : controlDelta(before, point, point.district ?? '', undefined, undefined, simulated, at),
        rows: [versionRow(version)],
      };
    });
    keep(version);
    for (const listener of listeners) listener(version);
  };

  const versionOf = (who: Principal, point: ControlPoint, why: string, removed = false): PointVersion => ({
    point,
    version: (newest(point.id)?.version ?? 0) + 1,
    at: clock.now(),
    by: who.id,
    why: why.trim(),
    removed,
  });

  const get: Points['get'] = (id) => {
    const found = newest(id);
    if (!found || found.removed) throw new Problem('not-found', `there is no control point ${id}`, 'id');
    return found;
  };

  return {
    async load() {
      for (const version of await store.versions()) keep(version);
    },
    list: () => active().toSorted((a, b) => (a.point.id < b.point.id ? -1 : 1)),
    find: (id) => active().find(({ point }) => point.id === id),
    get,
    versions(id) {
      const found = known.get(id);
      if (!found) throw new Problem('not-found', `there is no control point ${id}`, 'id');
      return found.toReversed();
    },
    onChange: (listener) => void listeners.push(listener),
    set: (who, text, change) =>
      inTurn(async () => {
        demandWhole(who);
        demandVersion(text.id, change);
        if (known.size >= pointsMax && !known.has(text.id))
          throw new Problem('bad-data', `a city has at most ${pointsMax} control points`);
        const version = versionOf(who, await checked(who, text), change.why);
        await write(version);
        return version;
      }),
    take: (who, points, why) =>
      inTurn(async () => {
        demandWhole(who);
        // All are looked at before the first is written: a file with a fault changes nothing.
        const good = await Promise.all(points.map((point, n) => checked(who, point, `points[${n}].`)));
        let count = 0;
        for (const point of good) {
          const before = newest(point.id);
          if (before && !before.removed && sameJson(before.point, point)) continue;
          await write(versionOf(who, point, why));
          count++;
        }
        return count;
      }),
    remove: (who, id, change) =>
      inTurn(async () => {
        demandWhole(who);
        const { point } = get(id);
        demandVersion(id, change);
        await write(versionOf(who, point, change.why, true));
      }),
  };
}
