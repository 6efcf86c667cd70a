/**
 * History on DuckDB: the `HistoryStore` port. Words and numbers meet here: this side knows entities, attributes and
 * instances, the worker knows rows of numbers.
 */
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Entity } from '../../ngsild/entity.ts';
import { compareOrderKeys, evaluateTypes, matchesSelector, orderKeysOf } from '../../ngsild/index.ts';
import type { EntityOrder, EntitySelector, TemporalQuery } from '../../ngsild/query.ts';
import { entityMarker } from '../history.ts';
import type {
  HistoryForget,
  HistoryInstance,
  HistoryStore,
  PastInstance,
  PastQuery,
  RetentionRule,
  Tenant,
} from '../ports.ts';
import { toAggregates } from './aggregate.ts';
import { buffersOf, toBatch } from './batch.ts';
import { toHistories, toInstance } from './instances.ts';
import { parseInstant } from './instant.ts';
import { matchingEntities } from './matching.ts';
import { remoteEngine } from './remote.ts';
import type { Selection } from './selection.ts';
import type { Forgets } from './remove.ts';
import { openWords, type Words } from './words.ts';

export type HistoryOptions = {
  /** Made when it is not there. One process at a time. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** DuckDB's own bound; results and dictionaries come on top. */
  readonly memoryMb?: number;
  /** Where DuckDB spills what does not fit; default `tmp` in the directory. */
  readonly tempDirectory?: string;
  /** Values per series and hour from which a sealed day gets hourly rollups; default 8. */
  readonly rollupFrom?: number;
};

type Named = Pick<Entity, 'id' | 'type'>;

const instancesMax = 100_000;
/** Entities handed over in one message when history opens. */
const loadedAtOnce = 50_000;
/** Names that a search looks at in one go. */
const candidatesAtFirst = 100;
const candidatesMax = 10_000;

export async function openHistory(options: HistoryOptions): Promise<HistoryStore> {
  const {
    directory,
    clock,
    log,
    metrics,
    memoryMb = 512,
    tempDirectory = join(directory, 'tmp'),
    rollupFrom = 8,
  } = options;
  const startedAt = clock.now();
  const engine = remoteEngine({ directory, memoryMb, tempDirectory, rollupFrom });
  const saved = await engine.call('load', []);
  const words = openWords(saved);
  let known = 0;
  for (let from = 0; ; from += loadedAtOnce) {
    const entities = await engine.call('entities', [from, from + loadedAtOnce]);
    if (!entities) break;
    words.loadEntities(entities);
    known += entities.length;
  }
  let applied = saved.applied;
  let broken: Error | undefined;
  let appends: Promise<void> = Promise.resolve();
  const rowsTotal = metrics.counter('chorsu_history_instances_total', 'Attribute instances taken into history');
  const batchesTotal = metrics.counter('chorsu_history_batches_total', 'Transactions that took instances into history');
  metrics.gauge('chorsu_history_applied_seq', 'Sequence number up to which history is durable', () => applied);
  log.info('history is open', {
    appliedSeq: applied,
    entities: known,
    ms: clock.now() - startedAt,
  });

  /** Appends and erasures, one after the other: both change the dictionaries. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = appends.then(work);
    appends = done.then(
      () => {},
      () => {},
    );
    return done;
  };

  const appendNow = async (instances: readonly HistoryInstance[], seq: number): Promise<void> => {
    if (broken) throw broken;
    if (seq <= applied) return;
    // After a crash a batch may be cut otherwise than before: what was applied stays applied.
    const fresh = instances.filter((instance) => instance.seq > applied);
    // Nothing to lose: should the process die, these records are read again and give nothing again.
    if (fresh.length > 0) {
      try {
        const batch = toBatch(fresh, words);
        await engine.call('append', [batch, words.takeAdded(), seq], buffersOf(batch));
      } catch (error) {
        // Words handed over with the batch may be lost: only a new start knows which are saved.
        broken = error instanceof Error ? error : new Error(String(error));
        throw broken;
      }
      rowsTotal.add(fresh.length);
      batchesTotal.add();
    }
    applied = seq;
  };

  /** @returns undefined when nothing can match */
  const select = (entities: readonly number[], query: TemporalQuery): Selection | undefined => {
    const attrs = query.attrs && numbers(query.attrs, (name) => words.attrs.find(name));
    const datasets =
      query.datasetIds && numbers(query.datasetIds, (id) => words.datasets.find(id === '@none' ? '' : id));
    const marker = words.attrs.find(entityMarker);
    if (entities.length === 0 || attrs?.length === 0 || datasets?.length === 0) return undefined;
    return {
      entities,
      kinds: words.kindsOf(entities),
      ...(attrs && { attrs }),
      ...(datasets && { datasets }),
      ...intervalOf(query),
      // That an entity was there is no value that it had at some time.
      ...(query.time && marker !== undefined && { marker }),
      ...(query.lastN !== undefined && { lastN: query.lastN }),
    };
  };
  const numbersOf = (tenant: Tenant, ids: readonly string[]): number[] =>
    numbers(ids, (id) => words.findEntity(tenant, id));

  /** Those of the entities that match by what they were. @param entities in ascending order */
  const matching = async (entities: readonly number[], query: PastQuery): Promise<readonly number[]> => {
    const { attrs, within = { timeproperty: 'modifiedAt' } } = query;
    const { time, timeproperty, datasetIds } = within;
    const interval = { timeproperty, ...(time && { time }) };
    const selection = select(entities, { ...interval, ...(datasetIds && { datasetIds }), ...(attrs && { attrs }) });
    if (!selection) return [];
    const there = await engine.call('entitiesWhere', [selection]);
    const { kinds } = selection;
    return matchingEntities({ engine, words, interval: { kinds, ...intervalOf(interval) } }, ascending(there), query);
  };

  return {
    appliedSeq: () => Promise.resolve(applied),
    append: (batch, seq) => inTurn(() => appendNow(batch, seq)),
    async entities(tenant, query, { limit, offset, count = false, after: first, order }) {
      const { ids: names, selectors = [{}] } = query;
      const fits = (types: readonly string[], { type }: EntitySelector) => !type || evaluateTypes(type, types);
      const kinds = words.kindsWhere(
        tenant,
        (types) => fits(types, query) && selectors.some((selector) => fits(types, selector)),
      );
      const found: Named[] = [];
      let after = first;
      const enough = count || order ? Number.POSITIVE_INFINITY : offset + limit;
      for (let size = Math.max(candidatesAtFirst, limit + offset); found.length < enough; size *= 4) {
        const question = { tenant, kinds, limit: Math.min(size, candidatesMax), ...(names && { names }) };
        const part = await engine.call('candidates', [{ ...question, ...(after !== undefined && { after }) }]);
        const asked = part.filter(([id, name]) => {
          const { name: now, kind } = words.entity(id);
          const entity = { id: name, type: words.kind(kind).types };
          return (
            now === name &&
            matchesSelector(query, entity) &&
            selectors.some((selector) => matchesSelector(selector, entity))
          );
        });
        const matched = new Set(await matching(ascending(asked.map(([id]) => id)), query));
        for (const [id, name] of asked) {
          if (matched.has(id)) found.push({ id: name, type: words.kind(words.entity(id).kind).types });
        }
        if (part.length < question.limit) break;
        after = part.at(-1)?.[1];
      }
      if (order) found.sort(byOrder(order));
      return { entities: found.slice(offset, offset + limit), ...(count && { count: found.length }) };
    },
    async instances(tenant, ids, query, { limit = instancesMax } = {}) {
      const asked = numbersOf(tenant, ids);
      const selection = select(ascending(asked), query);
      if (!selection) return { entities: [], truncated: false };
      const marker = words.attrs.find(entityMarker);
      const { attrs } = selection;
      const withMarker = attrs && marker !== undefined ? { ...selection, attrs: [...attrs, marker] } : selection;
      const found = await engine.call('instances', [withMarker, limit]);
      return { entities: toHistories(found, asked, marker, words), truncated: found.truncated };
    },
    async observed(tenant, id, observations) {
      const found: (PastInstance | undefined)[] = observations.map(() => undefined);
      const entity = words.findEntity(tenant, id);
      if (entity === undefined) return found;
      const question = {
        place: [] as number[],
        attr: [] as number[],
        dataset: [] as number[],
        instant: [] as number[],
      };
      for (const [place, { name, datasetId = '', observedAt }] of observations.entries()) {
        const attr = words.attrs.find(name);
        const dataset = words.datasets.find(datasetId);
        const instant = parseInstant(observedAt)?.us;
        if (attr === undefined || dataset === undefined || instant === undefined) continue;
        question.place.push(place);
        question.attr.push(attr);
        question.dataset.push(dataset);
        question.instant.push(instant);
      }
      if (question.place.length === 0) return found;
      const rows = await engine.call('observed', [{ entity, kinds: words.kindsOf([entity]), ...question }]);
      for (const [place, row] of rows) found[place] = toInstance(row, words);
      return found;
    },
    async instance(tenant, id, name, place) {
      const entity = words.findEntity(tenant, id);
      const attr = words.attrs.find(name);
      if (entity === undefined || attr === undefined) return undefined;
      const row = await engine.call('instance', [{ entity, attr, kinds: words.kindsOf([entity]), ...place }]);
      return row && toInstance(row, words);
    },
    async aggregate(tenant, ids, query, aggregation, { limit = instancesMax } = {}) {
      const asked = numbersOf(tenant, ids);
      const selection = select(ascending(asked), query);
      if (!selection || aggregation.methods.length === 0) return { entities: [], truncated: false };
      const origin = query.time && { origin: query.time.timeAt * 1000 };
      const marker = words.attrs.find(entityMarker);
      const values = { ...selection, ...(marker !== undefined && { marker }) };
      const { rows, truncated } = await engine.call('aggregate', [values, { ...aggregation, ...origin }, limit]);
      return { entities: toAggregates(rows, aggregation.methods, asked, words), truncated };
    },
    async retain(rules, now) {
      await appends;
      const tenants = new Set(rules.map((rule) => rule.tenant));
      const expiries = [...tenants].flatMap((tenant) => {
        const ofTenant = rules.filter((rule) => rule.tenant === tenant);
        const days = new Set(ofTenant.map((rule) => rule.days).filter((value) => value !== null));
        return Array.from(days, (kept) => ({
          kinds: words.kindsWhere(tenant, (types) => shortestDays(ofTenant, types) === kept),
          before: (now - kept * 86_400_000) * 1000,
        }));
      });
      return engine.call('retain', [expiries]);
    },
    erase: (tenant, entity) =>
      inTurn(async () => {
        const id = words.findEntity(tenant, entity);
        if (id === undefined) return { deleted: 0 };
        const erased = await engine.call('erase', [id]);
        words.forgetEntity(tenant, entity);
        words.forgetWords(erased);
        return { deleted: erased.deleted };
      }),
    forget: (list) =>
      inTurn(async () => {
        const forgets = toForgets(list, words);
        if (forgets.kinds.length === 0) return { deleted: 0 };
        const { deleted, gone } = await engine.call('forget', [forgets]);
        for (const id of gone) {
          const { tenant, name } = words.entity(id);
          words.forgetEntity(tenant, name);
        }
        return { deleted };
      }),
    async seal(now, signal) {
      const sealed = { sealedDays: 0, rows: 0, bytes: 0 };
      for (let due = 1; due > 0 && signal?.aborted !== true;) {
        await appends;
        const step = await engine.call('sealStep', [now]);
        sealed.sealedDays += step.sealedDays;
        sealed.rows += step.rows;
        sealed.bytes += step.bytes;
        due = step.due;
      }
      return sealed;
    },
    async copyTo(directory) {
      await appends;
      return engine.call('copyTo', [directory]);
    },
    stats: () => engine.call('stats', []),
    digest: (range = {}) => engine.call('digest', [range]),
    async close() {
      await appends;
      await engine.close();
    },
  };
}

/** Entities, attributes and datasets that history does not know are left out: nothing of them is there. */
function toForgets(list: readonly HistoryForget[], words: Words): Forgets {
  const entities: number[] = [];
  const seqs: number[] = [];
  const places: number[] = [];
  const series: Forgets['series'][number][] = [];
  const known = new Set<number>();
  const staying = new Set<number>();
  for (const { tenant, entity, before, past, stays } of list) {
    const id = words.findEntity(tenant, entity);
    if (id === undefined) continue;
    known.add(id);
    if (stays) staying.add(id);
    if (past === 'all') series.push([id, null, null, before]);
    else if ('name' in past) {
      const attr = words.attrs.find(past.name);
      const dataset = past.all ? null : words.datasets.find(past.datasetId ?? '');
      if (attr !== undefined && dataset !== undefined) series.push([id, attr, dataset, before]);
    } else {
      for (const { seq, place = -1 } of past) {
        entities.push(id);
        seqs.push(seq);
        places.push(place);
      }
    }
  }
  return {
    entity: Int32Array.from(entities),
    seq: Float64Array.from(seqs),
    place: Int32Array.from(places),
    series,
    staying: [...staying],
    kinds: words.kindsOf([...known]),
  };
}

/** An entity of several types is kept no longer than the strictest of them allows. */
function shortestDays(rules: readonly RetentionRule[], types: readonly string[]): number | null {
  const days = rules.filter((rule) => types.includes(rule.type)).flatMap((rule) => rule.days ?? []);
  return days.length === 0 ? null : Math.min(...days);
}

const numbers = (names: readonly string[], find: (name: string) => number | undefined): number[] => [
  ...new Set(names.map(find).filter((id) => id !== undefined)),
];

function byOrder(order: EntityOrder): (a: Named, b: Named) => number {
  const compare = compareOrderKeys(order);
  const keys = ({ id, type }: Named) => orderKeysOf({ id, type, createdAt: '', modifiedAt: '', attrs: {} }, order);
  return (a, b) => compare(keys(a), keys(b)) || (a.id < b.id ? -1 : 1);
}

const ascending = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b);

/** The interval in microseconds: from is included, to is not. */
function intervalOf({ time, timeproperty }: Pick<TemporalQuery, 'time' | 'timeproperty'>) {
  const from = time && time.timerel !== 'before' ? time.timeAt * 1000 : undefined;
  const to = time?.timerel === 'before' ? time.timeAt : time?.timerel === 'between' ? time.endTimeAt : undefined;
  return {
    by: timeproperty,
    timed: time !== undefined,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to: to * 1000 }),
  };
}
