/** Rows of history, and what they mean: `EntityHistory` on the main thread. */
import type { AttributeKind, Instance, InstancePlace } from '../../ngsild/entity.ts';
import { instanceIdOf } from '../../ngsild/index.ts';
import type { AttributeSeries, EntityHistory, PastInstance } from '../ports.ts';
import { createdWithChange, decimalsShift, flag } from './batch.ts';
import type { Database } from './database.ts';
import { formatInstant } from './instant.ts';
import { parquet } from './parquet.ts';
import { filesFor, rowsWhere, selectRows } from './selection.ts';
import type { Selection } from './selection.ts';
import type { Words } from './words.ts';

/** A row of history as the worker answers it. */
export type InstanceRow = readonly [
  entity: number,
  attr: number,
  dataset: number,
  shape: number,
  flags: number,
  at: number,
  lag: number,
  created: number,
  seq: number,
  pos: number,
  value: number | null,
  text: string | null,
  rest: string | null,
  /** The time that the question goes by. */
  t: number,
];

export type InstanceRows = {
  readonly rows: readonly InstanceRow[];
  readonly truncated: boolean;
  /** With `truncated`: every (entity, attribute) that the whole answer has. */
  readonly series: readonly (readonly [entity: number, attr: number, shape: number])[];
};

/** The columns of an `InstanceRow`, from rows with `t` as their time. */
export const instanceColumns = `entity, attr, dataset, shape, flags, instant::DOUBLE, lag::DOUBLE, created::DOUBLE,
  seq::DOUBLE, pos, value, text, rest, t::DOUBLE`;

/**
 * The different values that the selected rows have, without their times: a place that is told again every minute is one.
 * Markers of deletion have none.
 */
export function readValues(database: Database, selection: Selection, limit: number): Promise<InstanceRows> {
  return database.read(async (read) => {
    const selected = await selectRows(read, database.sealed, selection);
    const rows = (await read.all(
      `SELECT DISTINCT entity, attr, 0, shape, 0, 0::DOUBLE, 0::DOUBLE, ${createdWithChange}::DOUBLE, 0::DOUBLE, 0,
         value, text, rest, 0::DOUBLE
       FROM (${selected}) WHERE (flags & ${flag.deleted}) = 0 LIMIT ${limit + 1}`,
    )) as unknown as InstanceRow[];
    return { rows, truncated: rows.length > limit, series: [] };
  });
}

/** The row of one instance. */
export function readInstance(
  database: Database,
  { entity, attr, kinds, seq, place }: InstanceQuestion,
): Promise<InstanceRow | undefined> {
  const at = { entities: [entity], kinds, attrs: [attr], by: 'modifiedAt', timed: false } as const;
  return database.read(async (read) => {
    const files = (await filesFor(read, database.sealed, at)).filter(({ seqs }) => seqs[0] <= seq && seq <= seqs[1]);
    const sources = ['tail', ...(files.length > 0 ? [parquet(files.map(({ file }) => file))] : [])];
    const condition = `entity = ${entity} AND attr = ${attr} AND seq = ${seq}::BIGINT AND pos = ${place}`;
    const [row] = await read.all(`SELECT ${instanceColumns} FROM (${rowsWhere(condition, at.by, sources)})`);
    return row as unknown as InstanceRow | undefined;
  });
}

export type InstanceQuestion = InstancePlace & {
  readonly entity: number;
  readonly attr: number;
  readonly kinds: readonly number[];
};

type Series = { entity: EntityHistory; attrs: Map<number, PastInstance[]> };

/**
 * @param ids    the entities asked for, in the order of the answer
 * @param marker the attribute number under which deletions of whole entities stand
 */
export function toHistories(
  { rows, series }: InstanceRows,
  ids: readonly number[],
  marker: number | undefined,
  words: Words,
): EntityHistory[] {
  const found = new Map<number, Series>();
  const seriesOf = (entity: number): Series => {
    let known = found.get(entity);
    if (!known) {
      const { name, kind } = words.entity(entity);
      known = { entity: { id: name, type: words.kind(kind).types, attrs: [] }, attrs: new Map() };
      found.set(entity, known);
    }
    return known;
  };
  const instancesOf = (entity: number, attr: number) => {
    const { attrs } = seriesOf(entity);
    let list = attrs.get(attr);
    if (!list) attrs.set(attr, (list = []));
    return list;
  };
  for (const row of rows) {
    const [entity, attr] = row;
    const instance = toInstance(row, words);
    if (attr !== marker) instancesOf(entity, attr).push(instance);
    else if (instance.deletedAt === undefined) seriesOf(entity);
    else {
      const known = seriesOf(entity);
      const last = known.entity.deletedAt;
      if (last === undefined || last < instance.deletedAt)
        known.entity = { ...known.entity, deletedAt: instance.deletedAt };
    }
  }
  const cutAway = new Map<string, AttributeKind>();
  for (const [entity, attr, shape] of series) {
    if (attr === marker) continue;
    instancesOf(entity, attr);
    cutAway.set(`${entity} ${attr}`, words.shape(shape).type);
  }
  return ids.flatMap((id) => {
    const known = found.get(id);
    if (!known) return [];
    const attrs = Array.from(known.attrs, ([attr, instances]): AttributeSeries => {
      const type = cutAway.get(`${id} ${attr}`);
      return { name: words.attrs.text(attr), instances, ...(type && { type }) };
    });
    return [{ ...known.entity, attrs: attrs.sort((a, b) => (a.name < b.name ? -1 : 1)) }];
  });
}

export function toInstance(row: InstanceRow, words: Words): PastInstance {
  const [, , dataset, shape, flags, at, lag, created, seq, pos, value, text, rest] = row;
  const changed = at + lag;
  const modifiedAt = formatInstant(changed, 3);
  return {
    ...words.shape(shape),
    ...(rest !== null && (JSON.parse(rest) as Partial<Instance>)),
    value: value ?? (text === null ? null : (JSON.parse(text) as Instance['value'])),
    ...(dataset !== 0 && { datasetId: words.datasets.text(dataset) }),
    ...((flags & flag.observed) !== 0 && { observedAt: formatInstant(at, flags >> decimalsShift) }),
    createdAt: created === createdWithChange ? modifiedAt : formatInstant(created, 3),
    modifiedAt,
    ...((flags & flag.deleted) !== 0 && { deletedAt: modifiedAt }),
    instanceId: instanceIdOf({ seq, place: pos }),
  };
}
