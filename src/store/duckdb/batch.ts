/**
 * Rows of history as columns of numbers, ready to be handed to the worker without being copied.
 * Times are microseconds since 1970 UTC in doubles.
 */
import type { AttributeKind } from '../../ngsild/entity.ts';
import type { HistoryInstance } from '../ports.ts';
import { instantReader } from './instant.ts';
import type { Words } from './words.ts';

/**
 * Bits of a row's `flags`; three bits from `decimalsShift` on hold the digits of observedAt after the second. `named`: the
 * value names things (IRIs), so that it can only be counted (4.5.19.1).
 */
export const flag = { observed: 1, deleted: 2, named: 4 } as const;
export const decimalsShift = 3;

/** Value of `created` that says: as modifiedAt. */
export const createdWithChange = -1;

/** Strings of the few rows that have one. */
export type Sparse = { readonly rows: Int32Array<ArrayBuffer>; readonly texts: readonly string[] };

export type Batch = {
  readonly length: number;
  readonly attr: Int32Array<ArrayBuffer>;
  readonly entity: Int32Array<ArrayBuffer>;
  readonly dataset: Int32Array<ArrayBuffer>;
  readonly kind: Int32Array<ArrayBuffer>;
  readonly shape: Int32Array<ArrayBuffer>;
  readonly flags: Int32Array<ArrayBuffer>;
  /** observedAt, else modifiedAt. */
  readonly instant: Float64Array<ArrayBuffer>;
  /** modifiedAt minus `instant`. */
  readonly lag: Float64Array<ArrayBuffer>;
  readonly created: Float64Array<ArrayBuffer>;
  readonly seq: Float64Array<ArrayBuffer>;
  /** Place among the instances of the same seq. */
  readonly pos: Int32Array<ArrayBuffer>;
  /** NaN: no number, see `text`. */
  readonly value: Float64Array<ArrayBuffer>;
  /** JSON of values that are no numbers. */
  readonly text: Sparse;
  /** JSON of the members that differ from instance to instance. */
  readonly rest: Sparse;
};

const naming: ReadonlySet<AttributeKind> = new Set(['Relationship', 'ListRelationship', 'VocabProperty']);

/**
 * @param instances in order of seq; all instances of one seq stand in one batch, since their places count
 * @throws Error when a modifiedAt is no instant: the writer stamps it, so this is a bug
 */
export function toBatch(instances: readonly HistoryInstance[], words: Words): Batch {
  const length = instances.length;
  const ints = () => new Int32Array(length);
  const doubles = () => new Float64Array(length);
  const batch = {
    attr: ints(),
    entity: ints(),
    dataset: ints(),
    kind: ints(),
    shape: ints(),
    flags: ints(),
    instant: doubles(),
    lag: doubles(),
    created: doubles(),
    seq: doubles(),
    pos: ints(),
    value: doubles(),
  };
  const text = sparse();
  const rest = sparse();
  const readObserved = instantReader();
  const readModified = instantReader();
  const readCreated = instantReader();
  const readDeleted = instantReader();
  let lastSeq = -1;
  let pos = 0;
  for (let row = 0; row < length; row++) {
    const given = instances[row] as HistoryInstance;
    const { tenant, entity, type, addedType, name, instance, modifiedAt, deletedAt, seq, instead } = given;
    const modified = readModified(modifiedAt);
    if (!modified) throw new Error(`history: modifiedAt "${modifiedAt}" of record ${seq} is no instant`);
    pos = seq === lastSeq ? pos + 1 : 0;
    lastSeq = seq;
    const { id, kind } = words.enter(tenant, entity, type, addedType);
    const attr = words.attrs.id(name);
    const shaped = words.shapeOf(attr, instance);
    const observed = instance.observedAt === undefined ? undefined : readObserved(instance.observedAt);
    let flags = naming.has(instance.type) ? flag.named : 0;
    if (observed) flags |= flag.observed | (observed.decimals << decimalsShift);
    // A deletion is when it was recorded: one time less to keep.
    const deleted = deletedAt === undefined ? undefined : (readDeleted(deletedAt) ?? modified);
    if (deleted) flags |= flag.deleted;
    const changed = deleted?.us ?? modified.us;
    const at = observed?.us ?? changed;
    const created = instance.createdAt === undefined ? undefined : readCreated(instance.createdAt)?.us;
    batch.attr[row] = attr;
    batch.entity[row] = id;
    batch.dataset[row] = instance.datasetId === undefined ? 0 : words.datasets.id(instance.datasetId);
    batch.kind[row] = kind;
    batch.shape[row] = shaped.shape;
    batch.flags[row] = flags;
    batch.instant[row] = at;
    batch.lag[row] = changed - at;
    batch.created[row] = created === undefined || created === changed ? createdWithChange : created;
    batch.seq[row] = instead?.seq ?? seq;
    batch.pos[row] = instead?.place ?? pos;
    batch.value[row] = typeof instance.value === 'number' ? instance.value : Number.NaN;
    if (typeof instance.value !== 'number') text.add(row, JSON.stringify(instance.value));
    if (shaped.rest !== undefined) rest.add(row, shaped.rest);
  }
  return { length, ...batch, text: text.done(), rest: rest.done() };
}

function sparse() {
  const rows: number[] = [];
  const texts: string[] = [];
  return {
    add(row: number, text: string): void {
      rows.push(row);
      texts.push(text);
    },
    done: (): Sparse => ({ rows: Int32Array.from(rows), texts }),
  };
}

/** The buffers that change hands with the batch. */
export const buffersOf = (batch: Batch): ArrayBuffer[] =>
  Object.values(batch).flatMap((column) => {
    if (typeof column === 'number') return [];
    return 'rows' in column ? column.rows.buffer : column.buffer;
  });
