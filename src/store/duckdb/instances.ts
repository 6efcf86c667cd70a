/** Reads instances: rows in the worker, `EntityHistory` on the main thread. */
import type { Instance } from '../../ngsild/entity.ts';
import type { AttributeSeries, EntityHistory } from '../ports.ts';
import { createdWithChange, decimalsShift, flag } from './batch.ts';
import type { Database } from './database.ts';
import { formatInstant } from './instant.ts';
import { selectRows } from './selection.ts';
import type { Selection } from './selection.ts';
import type { NumberRange } from './numbers.ts';
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
];

export type InstanceRows = {
  readonly rows: readonly InstanceRow[];
  readonly truncated: boolean;
  /** With `truncated`: every (entity, attribute) that the whole answer has. */
  readonly series: readonly (readonly [entity: number, attr: number])[];
};

/** In order of time; with lastN newest first. */
export function readInstances(database: Database, selection: Selection, limit: number): Promise<InstanceRows> {
  return database.read(async (read) => {
    const selected = await selectRows(read, database.sealed, selection);
    const direction = selection.lastN === undefined ? 'ASC' : 'DESC';
    const rows = (await read.all(
      `SELECT entity, attr, dataset, shape, flags, instant::DOUBLE, lag::DOUBLE, created::DOUBLE, seq::DOUBLE, pos,
         value, text, rest
       FROM (${selected}) ORDER BY t ${direction}, seq ${direction}, pos ${direction} LIMIT ${limit + 1}`,
    )) as unknown as InstanceRow[];
    const truncated = rows.length > limit;
    if (!truncated) return { rows, truncated, series: [] };
    rows.pop();
    const series = await read.all(`SELECT DISTINCT entity, attr FROM (${selected})`);
    return { rows, truncated, series: series as unknown as [number, number][] };
  });
}

/** The entities that have a number in one of the ranges. */
export function readEntitiesWithNumbers(
  database: Database,
  selection: Selection,
  ranges: readonly NumberRange[],
): Promise<readonly number[]> {
  const within = ({ from, above, to, below }: NumberRange): string =>
    [
      'value IS NOT NULL',
      ...(from === undefined ? [] : [`value >= ${from}::DOUBLE`]),
      ...(above === undefined ? [] : [`value > ${above}::DOUBLE`]),
      ...(to === undefined ? [] : [`value <= ${to}::DOUBLE`]),
      ...(below === undefined ? [] : [`value < ${below}::DOUBLE`]),
    ].join(' AND ');
  return database.read(async (read) => {
    const selected = await selectRows(read, database.sealed, selection);
    const rows = await read.all(
      `SELECT DISTINCT entity FROM (${selected}) WHERE ${ranges.map((range) => `(${within(range)})`).join(' OR ')}`,
    );
    return rows.map(([entity]) => entity as number);
  });
}

type Series = { entity: EntityHistory; attrs: Map<number, (Instance & { instanceId: string; deletedAt?: string })[]> };

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
  for (const [entity, attr] of series) if (attr !== marker) instancesOf(entity, attr);
  return ids.flatMap((id) => {
    const known = found.get(id);
    if (!known) return [];
    const attrs: AttributeSeries[] = Array.from(known.attrs, ([attr, instances]) => ({
      name: words.attrs.text(attr),
      instances,
    }));
    return [{ ...known.entity, attrs: attrs.sort((a, b) => (a.name < b.name ? -1 : 1)) }];
  });
}

function toInstance(row: InstanceRow, words: Words): Instance & { instanceId: string; deletedAt?: string } {
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
    instanceId: `urn:ngsi-ld:instance:${seq}-${pos}`,
  };
}
