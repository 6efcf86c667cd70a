import { setImmediate as turn } from 'node:timers/promises';
import type { Principal } from '../http/principal.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Attributes, EntityDelta, Instance, Json } from '../ngsild/entity.ts';
import { deltaId, touchesState } from '../ngsild/entity.ts';
import { coreContext } from '../ngsild/index.ts';
import type { JournalRecord, StoredEntity, Tenant } from '../store/ports.ts';
import type { Writer } from '../store/writer.ts';
import type { Broker } from './broker.ts';
import type { View } from './view.ts';

/** What happened to one entity, as live pages show it. Names are IRIs; the pages find the words. */
export type LiveChange = {
  readonly seq: number;
  /** Milliseconds. */
  readonly at: number;
  readonly kind: 'born' | 'changed' | 'gone';
  readonly id: string;
  readonly type: string;
  /** All types that it had, before the change too. */
  readonly types: readonly string[];
  readonly values: readonly {
    readonly name: string;
    readonly value: Json;
    readonly unitCode?: string;
    readonly observedAt?: string;
  }[];
  readonly location?: readonly [number, number];
  /** The GeoProperty that says so. */
  readonly place?: string;
  /** An end, or a state (word or yes/no) that is now another: worth a line in "what changed". */
  readonly notable: boolean;
};

export type Live = {
  /** Called with what `who` may see of what gathered during one beat, the last change of each entity. @returns stop */
  subscribe(who: Principal, listener: (changes: readonly LiveChange[]) => void): () => void;
  /** Notable changes, newest first. */
  recent(who: Principal, limit: number): Promise<readonly LiveChange[]>;
  /** The newest change of each entity type, newest first. */
  latestByType(who: Principal): Promise<readonly LiveChange[]>;
  /** The last change of an entity that has one of these types (IRIs); undefined when there was none since the start. */
  lastChangeOf(types: readonly string[]): { readonly seq: number; readonly at: number } | undefined;
  stop(): Promise<void>;
};

const beatMs = 250;
const perBeatMax = 500;
/** Shorter than a beat: nobody sees the difference, and a busy journal is read in larger pieces. */
const restMsBetweenLooks = 100;
/** An import brings a thousand changes in one record: others have their turn between. */
const changesPerTurn = 2_000;
const recentMax = 200;
/** States that change with every stop of a thousand buses: news for nobody but who looks at that bus. */
const quiet = new Set(['serviceStatus', 'occupancyStatus', 'congestionLevel'].map((name) => coreContext.expand(name)));
const statesMax = 50_000;
const typesMax = 50_000;
const anyType = '';

/**
 * Follows the journal for whoever watches. Keeps nothing durable: a page that loads reads the state, then follows.
 */
export function openLive(deps: {
  broker: Pick<Broker, 'follow' | 'view' | 'find'>;
  writer: Pick<Writer, 'get'>;
  metrics: Metrics;
}): Live {
  const { broker, writer, metrics } = deps;
  const listeners = new Set<(changes: readonly LiveChange[]) => void>();
  const seen = (who: Principal, changes: readonly LiveChange[]) => seenChanges(broker, who, changes);
  const waiting = new Map<string, LiveChange>();
  const states = new Map<string, Json>();
  const newest = new Map<string, LiveChange>();
  const types = new Map<string, readonly string[]>();
  const touched = new Map<string, { seq: number; at: number }>();
  let recent: LiveChange[] = [];
  const skipped = metrics.counter(
    'chorsu_live_skipped_total',
    'Changes that live pages were not sent, because too many came in one beat',
  );

  const isNotable = (delta: EntityDelta, values: LiveChange['values']): boolean => {
    let notable = isEnd(delta);
    for (const { name, value } of values) {
      if (quiet.has(name)) continue;
      if (typeof value !== 'string' && typeof value !== 'boolean') continue;
      const key = `${deltaId(delta)} ${name}`;
      const known = states.get(key);
      if (known !== undefined && known !== value) notable = true;
      if (known === undefined && states.size >= statesMax) continue;
      states.set(key, value);
    }
    return notable;
  };

  /** Types by id, so that following a busy journal does not look every entity up again. */
  const typesOf = (tenant: Tenant, id: string): readonly string[] | Promise<readonly string[]> => {
    const known = types.get(id);
    if (known !== undefined) return known;
    const found = writer.get(tenant, id);
    const keep = (stored: StoredEntity | undefined): readonly string[] => {
      if (types.size >= typesMax) types.clear();
      if (stored) types.set(id, stored.entity.type);
      return stored?.entity.type ?? [];
    };
    return found instanceof Promise ? found.then(keep) : keep(found);
  };

  const changeOf = (record: JournalRecord, delta: EntityDelta, types: readonly string[]): LiveChange => {
    const attrs = attributesAfter(delta);
    const id = deltaId(delta);
    const values: { name: string; value: Json; unitCode?: string; observedAt?: string }[] = [];
    let location: readonly [number, number] | undefined;
    let place: string | undefined;
    for (const name in attrs) {
      const instance = attrs[name]?.[0];
      if (!instance) continue;
      if (instance.type === 'GeoProperty') {
        const point = pointOf(instance);
        if (point) [location, place] = [point, name];
      } else if (instance.type === 'Property') {
        const { value, unitCode, observedAt } = instance;
        values.push({
          name,
          value,
          ...(unitCode !== undefined && { unitCode }),
          ...(observedAt !== undefined && { observedAt }),
        });
      }
    }
    return {
      seq: record.seq,
      at: record.at,
      kind: isBirth(delta) ? 'born' : isEnd(delta) ? 'gone' : 'changed',
      id,
      type: types[0] ?? '',
      types,
      values,
      ...(location && { location }),
      ...(place !== undefined && { place }),
      notable: isNotable(delta, values),
    };
  };

  const take = async (records: readonly JournalRecord[]): Promise<void> => {
    let looked = 0;
    for (const record of records) {
      if (record.tenant !== 0) continue;
      looked += record.entities.length;
      if (looked > changesPerTurn) {
        looked = 0;
        await turn();
      }
      for (const delta of newsOf(record)) {
        if (!touchesState(delta)) continue;
        const id = deltaId(delta);
        // Types may be added: they are looked up again. What an entity was of before it was replaced has changed too.
        const before = delta.op === 'put' ? types.get(id) : undefined;
        if (delta.op === 'put' || (delta.op === 'set' && delta.type)) types.delete(id);
        const known = delta.op === 'put' ? delta.entity.type : typesOf(record.tenant, id);
        const found = known instanceof Promise ? await known : known;
        // What is gone before anybody saw it may have been of any type.
        const of = found.length === 0 ? [anyType] : before ? [...before, ...found] : found;
        for (const type of of) touched.set(type, { seq: record.seq, at: record.at });
        const change = changeOf(record, delta, before ? [...new Set([...found, ...before])] : found);
        if (isEnd(delta)) types.delete(id);
        newest.set(change.type, change);
        if (change.notable) recent = [change, ...recent].slice(0, recentMax);
        if (listeners.size === 0) continue;
        if (waiting.size >= perBeatMax && !waiting.has(change.id)) skipped.add();
        else waiting.set(change.id, change);
      }
    }
  };
  const unfollow = broker.follow('live', take, { restMs: restMsBetweenLooks });

  const beat = setInterval(() => {
    if (waiting.size === 0) return;
    const changes = [...waiting.values()];
    waiting.clear();
    for (const listener of listeners) listener(changes);
  }, beatMs);
  beat.unref();

  return {
    subscribe(who, listener) {
      // One beat after the other, however long it takes to find out what may be seen.
      let told: Promise<void> | undefined;
      const tell = (changes: readonly LiveChange[]): void => {
        const shown = seen(who, changes);
        if (!told && Array.isArray(shown)) return listener(shown as readonly LiveChange[]);
        const mine: Promise<void> = (told ?? Promise.resolve())
          .then(async () => listener(await shown))
          .catch(() => skipped.add(changes.length))
          .finally(() => {
            if (told === mine) told = undefined;
          });
        told = mine;
      };
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    recent: async (who, limit) => (await seen(who, recent)).slice(0, limit),
    latestByType: async (who) =>
      seen(
        who,
        [...newest.values()].sort((a, b) => b.seq - a.seq),
      ),
    lastChangeOf: (wanted) =>
      [...wanted, anyType]
        .map((type) => touched.get(type))
        .filter((change) => change !== undefined)
        .toSorted((a, b) => b.seq - a.seq)[0],
    stop: async () => {
      clearInterval(beat);
      await unfollow();
    },
  };
}

/** What `who` may see of changes. Of what is gone only types can tell: where values decide, its end is not told. */
function seenChanges(
  broker: Pick<Broker, 'view' | 'find'>,
  who: Principal,
  changes: readonly LiveChange[],
): readonly LiveChange[] | Promise<readonly LiveChange[]> {
  const view = broker.view(who);
  const shown = changes.filter(({ types }) => view.showsTypes(types));
  const masked = view.masks ? shown.map((change) => maskedChange(change, view)) : shown;
  if (view.byTypes) return masked;
  const looked = masked.map(async (change) => ((await broker.find(who, 0, change.id)) ? [change] : []));
  return Promise.all(looked).then((found) => found.flat());
}

function maskedChange({ values, place, location, ...change }: LiveChange, { showsAttribute }: View): LiveChange {
  return {
    ...change,
    values: values.filter(({ name }) => showsAttribute(name)),
    ...(location && place !== undefined && showsAttribute(place) && { location, place }),
  };
}

/** Of the things that an import bears one stands for all of its kind: a million lamps are one piece of news. */
function newsOf({ cause, entities }: JournalRecord): Iterable<EntityDelta> {
  if (cause.by !== 'import') return entities;
  const births = new Map<string, EntityDelta>();
  const others: EntityDelta[] = [];
  for (const delta of entities) {
    if (delta.op === 'put') births.set(delta.entity.type.join(' '), delta);
    else others.push(delta);
  }
  return [...births.values(), ...others];
}

/** The entity was not there before: one that is replaced keeps when it was made. */
const isBirth = (delta: EntityDelta): boolean =>
  delta.op === 'put' && delta.entity.createdAt === delta.entity.modifiedAt;

/** The entity is gone after it. */
const isEnd = (delta: EntityDelta): boolean =>
  delta.op === 'delete' || (delta.op === 'forget' && delta.becomes === null);

/** What a page that shows the entity has to show now. */
function attributesAfter(delta: EntityDelta): Attributes {
  switch (delta.op) {
    case 'put':
      return delta.entity.attrs;
    case 'set':
      return delta.attrs;
    case 'forget':
      return delta.becomes?.attrs ?? {};
    default:
      return {};
  }
}

function pointOf(instance: Instance): readonly [number, number] | undefined {
  const geometry = instance.value;
  if (typeof geometry !== 'object' || geometry === null || Array.isArray(geometry)) return undefined;
  const { type, coordinates } = geometry;
  if (type !== 'Point' || !Array.isArray(coordinates)) return undefined;
  const [long, lat] = coordinates;
  return typeof long === 'number' && typeof lat === 'number' ? [long, lat] : undefined;
}
