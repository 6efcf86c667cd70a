/**
 * Queries that look at more than types, ids and attribute names. Columns in memory say of most entities yes or no; the
 * bodies of the others are read, and `matchesQuery` decides, so that a query, a subscription and a policy never disagree.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../base/problem.ts';
import {
  compareOrderKeys,
  compilePattern,
  type Entity,
  type EntityOrder,
  type EntityQuery,
  livingAt,
  matchesQuery,
  type OrderKey,
  orderKeysOf,
} from '../../ngsild/index.ts';
import type { PageRequest, Tenant } from '../ports.ts';
import { all, no, qTest, scopeTest, sightTest, type Test, unsure, yes } from './certainty.ts';
import type { Changes } from './changes.ts';
import { changeReader } from './changes.ts';
import { type Column, type ColumnSource, createColumns } from './columns.ts';
import { createMembers } from './members.ts';
import { type KeysOf, orderKeys } from './ordering.ts';
import type { Overdue } from './overdue.ts';
import { conditions, geoBox, joined, names, type Sql, sql } from './sql.ts';

/** Entities that one answer can put in order: their keys are held in memory. */
const orderedMax = 200_000;
/** Bodies read between two looks at the clock. */
const looksPerGlance = 256;
/** Linked entities that one query remembers. */
const resolvedMax = 10_000;

export type Scan = {
  /** Begins a transaction; what is in memory is then what it sees. */
  begin(): void;
  /** @param due what has ended by `page.now` and is not swept yet */
  query(tenant: Tenant, query: EntityQuery, page: PageRequest, due: Overdue): { bodies: string[]; count?: number };
};

/**
 * @param options maxMs: a query that still reads bodies then is given up; what it saw is kept, so that asking again goes
 *   on where it was. Less than the time after which the whole thread is replaced. Default 25 s
 */
export function createScan(db: DatabaseSync, changes: Changes, options: { maxMs?: number } = {}): Scan {
  const { maxMs = 25_000 } = options;
  const columns = createColumns();
  const members = createMembers(db);
  const changed = changeReader(changes);
  const byId = db.prepare('SELECT body FROM chorsu_entity WHERE tenant = ? AND id = ?');
  const byKey = db.prepare('SELECT body FROM chorsu_entity WHERE key = ?');
  const id = db.prepare('SELECT id FROM chorsu_entity WHERE key = ?');
  const last = db.prepare('SELECT max(key) AS key FROM chorsu_entity');
  let maxKey = 0;

  const forget = (entry: number): void => (entry < 0 ? members.forget(-entry) : columns.forget(entry));
  const lost = (): void => {
    columns.clear();
    members.clear();
  };
  const bodyOf = (key: number): string => (byKey.get(key) as { body: string }).body;
  const idOf = (key: number): string => (id.get(key) as { id: string }).id;

  /** Reads the entities at the end of relationships; what `also` hides is not there. */
  const resolver = (
    tenant: Tenant,
    { also = [] }: EntityQuery,
    now = Number.NEGATIVE_INFINITY,
  ): ((id: string) => Entity | undefined) => {
    const known = new Map<string, Entity | undefined>();
    return (wanted) => {
      if (known.has(wanted)) return known.get(wanted);
      const found = byId.get(tenant, wanted) as { body: string } | undefined;
      const entity = found && livingAt(JSON.parse(found.body) as Entity, now);
      const seen = entity && matchesQuery({ also }, entity) ? entity : undefined;
      if (known.size >= resolvedMax) known.clear();
      known.set(wanted, seen);
      return seen;
    };
  };

  /** Keys that may match, in lists each in order of ids; a box gives one list in no order. */
  const candidates = (tenant: Tenant, query: EntityQuery, after: string | undefined): readonly Iterable<number>[] => {
    const { ids, idPattern, geo } = query;
    const parts = conditions(tenant, query);
    const box = geo && geoBox(geo);
    if (box) {
      const [west, south, east, north] = box;
      const inside = sql('b.west <= ? AND b.east >= ? AND b.south <= ? AND b.north >= ?', east, west, north, south);
      const source = 'chorsu_box b CROSS JOIN chorsu_entity e ON e.key = b.entity';
      return [read(`SELECT e.key AS key, e.id AS id FROM ${source}`, [...parts, ...names(query, after), inside], '')];
    }
    if (ids) return [read('SELECT e.key AS key, e.id AS id FROM chorsu_entity e', [...parts, ...names(query, after)])];
    const where = joined(parts, 'AND', '1');
    const shapes = db
      .prepare(`SELECT e.shape AS shape FROM chorsu_count e WHERE e.n > 0 AND ${where.text}`)
      .all(...where.values) as { shape: number }[];
    if (idPattern === undefined && after === undefined) return shapes.map(({ shape }) => members.of(tenant, shape));
    const source = 'SELECT e.key AS key, e.id AS id FROM chorsu_entity e INDEXED BY chorsu_entity_shape';
    return shapes.map(({ shape }) =>
      read(source, [sql('e.tenant = ? AND e.shape = ?', tenant, shape), ...names(query, after)]),
    );
    function* read(select: string, wanted: readonly Sql[], order = ' ORDER BY e.id'): Generator<number> {
      const pattern = idPattern === undefined ? undefined : compilePattern(idPattern, 'idPattern');
      const { text, values } = joined(wanted, 'AND', '1');
      const rows = db.prepare(`${select} WHERE ${text}${order}`).iterate(...values);
      for (const row of rows as Iterable<{ key: number; id: string }>) {
        if (!pattern || pattern.test(row.id)) yield row.key;
      }
    }
  };

  /** Of all lists together, in order of ids; reads on only as far as it is asked. */
  function* merged(lists: readonly Iterable<number>[]): Generator<number> {
    if (lists.length === 1) {
      yield* lists[0] ?? [];
      return;
    }
    const heads: Head[] = [];
    try {
      for (const list of lists) {
        const rest = list[Symbol.iterator]();
        const { done, value: key } = rest.next();
        if (done !== true) heads.push({ rest, key, id: idOf(key) });
      }
      while (heads.length > 0) {
        const [first, ...others] = heads as [Head, ...Head[]];
        const least = others.reduce((a, b) => (compareIds(b.id, a.id) < 0 ? b : a), first);
        yield least.key;
        const { done, value: key } = least.rest.next();
        if (done === true) heads.splice(heads.indexOf(least), 1);
        else {
          least.key = key;
          least.id = idOf(key);
        }
      }
    } finally {
      for (const { rest } of heads) rest.return?.();
    }
  }

  /** The first `wanted` of these, in order; ids are read where nothing else tells two entities apart. */
  const first = (keys: readonly number[], wanted: number, order?: EntityOrder, keysOf?: KeysOf): number[] => {
    const compare = order && compareOrderKeys(order);
    const before = (a: Placed, b: Placed): number =>
      (compare?.(a.by, b.by) ?? 0) || compareIds((a.id ??= idOf(a.key)), (b.id ??= idOf(b.key)));
    let best: Placed[] = [];
    let last: Placed | undefined;
    for (const key of keys) {
      const placed: Placed = { key, by: keysOf?.(key) ?? [], id: undefined };
      if (last && before(placed, last) > 0) continue;
      best.push(placed);
      // Sorted now and then, so that most are dropped at a single look.
      if (best.length < 2 * wanted + 1000) continue;
      best = best.sort(before).slice(0, wanted);
      last = best.at(-1);
    }
    return best
      .sort(before)
      .slice(0, wanted)
      .map(({ key }) => key);
  };

  return {
    begin() {
      changed.settled(forget, lost);
      db.exec('BEGIN');
      maxKey = (last.get() as { key: number | null }).key ?? 0;
      changed.unsettled(forget, lost);
    },
    query(tenant, query, { limit, offset, count, order, after, now }, due) {
      const { q, also = [], scope, geo, selectors } = query;
      const column = (source: ColumnSource): Column => columns.of(source, maxKey);
      const resolve = resolver(tenant, query, now);
      const tools = { column, resolve };
      const tests: Test[] = [...also.map((sight) => sightTest(sight, tools)), ...(q ? [qTest(q, tools)] : [])];
      if (scope) tests.push(scopeTest(scope, tools));
      // Shapes have answered selectors of types alone.
      if (geo ?? selectors?.some(({ ids, idPattern }) => (ids ?? idPattern) !== undefined)) tests.push(() => unsure);
      const test = all(tests);
      const started = performance.now();
      let looked = 0;
      const look = (key: number): Entity => {
        if (++looked % looksPerGlance === 0 && performance.now() - started > maxMs) {
          throw new Problem(
            'too-complex',
            `the query read ${looked} entities in ${maxMs / 1000} s: ask for fewer, or again`,
          );
        }
        const entity = JSON.parse(bodyOf(key)) as Entity;
        columns.learn(key, entity);
        return entity;
      };
      const keysInColumns = order && orderKeys(order, column, idOf, look);
      const keysOf =
        keysInColumns &&
        ((key: number) => {
          const left = due.get(key);
          return left ? orderKeysOf(left, order) : keysInColumns(key);
        });
      const matches = (key: number): boolean => {
        if (due.has(key)) {
          const left = due.get(key);
          return left !== undefined && matchesQuery(query, left, { resolve });
        }
        const certainty = test(key);
        return certainty === yes || (certainty !== no && matchesQuery(query, look(key), { resolve }));
      };
      const lists = candidates(tenant, query, after);
      const unordered = order !== undefined || (geo && geoBox(geo)) !== undefined;
      if (!count && !unordered) {
        const bodies: string[] = [];
        let n = 0;
        if (limit > 0) {
          for (const key of merged(lists.map((list) => filtered(list, matches)))) {
            if (n++ >= offset) bodies.push(bodyOf(key));
            if (bodies.length === limit) break;
          }
        }
        return { bodies };
      }
      const found = lists.map((list) => [...filtered(list, matches)]);
      const total = found.reduce((sum, { length }) => sum + length, 0);
      if (order && total > orderedMax) {
        throw new Problem(
          'too-many-results',
          `at most ${orderedMax} entities can be ordered; ask for fewer`,
          'orderBy',
        );
      }
      const ordered = unordered ? first(found.flat(), offset + limit, order, keysOf) : merged(found);
      const bodies = [...slice(ordered, offset, offset + limit)].map(bodyOf);
      return count ? { bodies, count: total } : { bodies };
    },
  };
}

type Placed = { readonly key: number; readonly by: readonly OrderKey[]; id: string | undefined };

/** Where one list of several is. */
type Head = { readonly rest: Iterator<number>; key: number; id: string };

function* filtered(list: Iterable<number>, matches: (key: number) => boolean): Generator<number> {
  for (const key of list) if (matches(key)) yield key;
}

function* slice(list: Iterable<number>, from: number, to: number): Generator<number> {
  let n = 0;
  if (to <= from) return;
  for (const key of list) {
    if (n++ >= from) yield key;
    if (n >= to) return;
  }
}

/** By the bytes of UTF-8, as SQLite compares; UTF-16 differs only beyond the basic plane. */
function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  if (beyond.test(a) || beyond.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
const beyond = /[\ud800-\uffff]/;
