/** How control points stand, for whoever looks: what is wanted, what is reported, what was asked for last. */
import { parseInstant } from '../../base/time.ts';
import { Problem } from '../../base/problem.ts';
import { isSimulated, type Broker } from '../../broker/index.ts';
import type { Principal, Resource } from '../../http/index.ts';
import { coreContext, type Entity } from '../../ngsild/index.ts';
import type { Commands, PointState } from './commands.ts';
import { agrees, valueIn } from './lifecycle.ts';
import type { Points } from './points.ts';
import {
  isOpen,
  pointKinds,
  type Command,
  type ControlPoint,
  type PointKind,
  type PointVersion,
  type StepLine,
  type Texts,
  type Value,
} from './schema.ts';
import type { Standings } from './standings.ts';
import type { ControlStore } from './store.ts';

export type PointView = PointVersion &
  PointState & {
    /** Of what confirms: the newest reading. */
    readonly reported: { readonly value: Value; readonly observedAt: number | undefined } | undefined;
    readonly entityName: Texts | undefined;
    /** What the entity belongs to: a valve to its main. IRIs. */
    readonly belongsTo: readonly string[];
    readonly simulated: boolean;
    readonly mayControl: boolean;
    /** Nothing is under way, and what is reported is not what was wanted. */
    readonly differs: boolean;
  };

const relationsOf = (thing: Entity | undefined): readonly string[] =>
  Object.values(thing?.attrs ?? {}).flatMap((instances) =>
    instances.flatMap(({ type, value }) => (type === 'Relationship' && typeof value === 'string' ? [value] : [])),
  );

/** Parts of the list. `trouble`: it did not do what it was told, or says something else. */
export const shows = ['all', 'open', 'trouble'] as const;
export type Show = (typeof shows)[number];
export type PointFilter = {
  readonly show: Show;
  readonly kind?: PointKind;
  readonly district?: string;
  /** IRI of what is controlled, or of what it belongs to. */
  readonly entity?: string;
};

export type Views = {
  /** @throws Problem not-found: also for who may not see it */
  get(who: Principal, id: string): Promise<PointView>;
  /** Those that match, by id; for a long list, of which a part is loaded then. */
  matching(who: Principal, filter: PointFilter): Promise<readonly PointVersion[]>;
  /** How these stand. */
  load(who: Principal, versions: readonly PointVersion[]): Promise<readonly PointView[]>;
  /** Whether `who` may see every one of these: what is about several points is seen whole or not at all. */
  shows(who: Principal, ids: readonly string[]): boolean;
  /** The newest first. */
  history(who: Principal, id: string, limit: number): Promise<readonly Command[]>;
  /** @throws Problem not-found */
  command(who: Principal, id: string): Promise<{ command: Command; steps: readonly StepLine[] }>;
  /** The newest first, of what `who` may see. */
  commands(who: Principal, limit: number, offset: number): Promise<readonly Command[]>;
};

const troubled = ['contradicted', 'noAnswer', 'refused'];
/** A command that went wrong is trouble for a day, or until the next one. */
const troubleMs = 24 * 3_600_000;

const wentWrong = ({ last }: PointState, now: number): boolean =>
  last !== undefined && troubled.includes(last.state) && now - (last.endedAt ?? 0) < troubleMs;

/** Nothing is under way, and something was wanted: what is reported could be something else. */
const settled = ({ last, desired }: PointState): boolean => desired !== undefined && !(last && isOpen(last));
const differs = (point: ControlPoint, state: PointState, reported: Value | undefined): boolean =>
  settled(state) && reported !== undefined && state.desired !== undefined && !agrees(point, state.desired, reported);

export function controlViews(deps: {
  points: Points;
  commands: Commands;
  standings: Pick<Standings, 'of'>;
  store: ControlStore;
  broker: Pick<Broker, 'find'>;
  permits: (who: Principal, action: 'controlDevices', resource: Resource) => boolean;
  now: () => number;
}): Views {
  const { points, commands, standings, store, broker, permits, now } = deps;
  const sees = ({ areas }: Principal, district: string | undefined): boolean =>
    areas === undefined || (district !== undefined && areas.includes(district));

  const view = async (who: Principal, version: PointVersion): Promise<PointView> => {
    const { point } = version;
    const { readBack } = point;
    const thing = await broker.find(who, 0, point.entity);
    const source = readBack.entity === undefined ? thing : await broker.find(who, 0, readBack.entity);
    const instance = source?.entity.attrs[coreContext.expand(readBack.attribute ?? point.attribute)]?.find(
      ({ datasetId }) => datasetId === undefined,
    );
    const value = valueIn(instance?.value);
    const told = instance?.observedAt ?? instance?.modifiedAt;
    const state = commands.state(point.id);
    const name = thing?.entity.attrs[coreContext.expand('name')]?.[0]?.value;
    return {
      ...version,
      ...state,
      reported:
        value === undefined ? undefined : { value, observedAt: told === undefined ? undefined : parseInstant(told) },
      entityName: typeof name === 'string' ? { en: name } : (name as Texts | undefined),
      belongsTo: relationsOf(thing?.entity),
      simulated: thing !== undefined && isSimulated(thing.entity),
      mayControl: permits(who, 'controlDevices', { type: 'Area', id: point.district ?? '' }),
      differs: differs(point, state, value),
    };
  };
  const visible = (who: Principal, id: string): PointVersion => {
    const version = points.get(id);
    if (!sees(who, version.point.district)) throw new Problem('not-found', `there is no control point ${id}`, 'id');
    return version;
  };

  return {
    get: async (who, id) => view(who, visible(who, id)),
    async matching(who, { show, kind, district, entity }) {
      const chosen = points.list().filter(({ point }) => {
        const { last } = commands.state(point.id);
        return (
          sees(who, point.district) &&
          (kind === undefined || point.kind === kind) &&
          (district === undefined || point.district === district) &&
          (show !== 'open' || (last !== undefined && isOpen(last)))
        );
      });
      const isMeant = async ({ point }: PointVersion): Promise<boolean> => {
        if (entity !== undefined && point.entity !== entity) {
          const thing = await broker.find(who, 0, point.entity);
          if (!relationsOf(thing?.entity).includes(entity)) return false;
        }
        if (show !== 'trouble') return true;
        const state = commands.state(point.id);
        if (wentWrong(state, now())) return true;
        return settled(state) && differs(point, state, await standings.of(point));
      };
      const meant = await Promise.all(chosen.map(isMeant));
      return chosen.filter((_, n) => meant[n]);
    },
    load: (who, versions) => Promise.all(versions.map((version) => view(who, version))),
    shows: (who, ids) =>
      who.areas === undefined ||
      ids.every((id) => {
        const version = points.find(id);
        return version !== undefined && sees(who, version.point.district);
      }),
    async history(who, id, limit) {
      visible(who, id);
      return store.ofPoint(id, limit);
    },
    async command(who, id) {
      const command = await store.find(id);
      if (!command || !sees(who, command.district === '' ? undefined : command.district))
        throw new Problem('not-found', `there is no command ${id}`, 'id');
      return { command, steps: await store.steps(id) };
    },
    commands: (who, limit, offset) => store.list(who.areas ? { districts: who.areas } : {}, limit, offset),
  };
}

/** @throws Problem bad-data, with the parameter */
export function parseFilter(query: URLSearchParams): PointFilter {
  const get = (name: string): string | undefined => query.get(name) || undefined;
  const oneOf = <T extends string>(name: string, known: readonly T[]): T | undefined => {
    const value = get(name);
    const found = known.find((one) => one === value);
    if (value !== undefined && found === undefined)
      throw new Problem('bad-data', `one of ${known.join(', ')} is expected`, name);
    return found;
  };
  const [kind, district, entity] = [oneOf('kind', pointKinds), get('district'), get('entity')];
  return {
    show: oneOf('show', shows) ?? 'all',
    ...(kind !== undefined && { kind }),
    ...(district !== undefined && { district }),
    ...(entity !== undefined && { entity }),
  };
}
