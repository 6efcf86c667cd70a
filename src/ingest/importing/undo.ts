/** An import is taken back: what it gave leaves state and history, what others gave since stays. */
import type { Broker, Decision, Looked } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Attributes, Entity, EntityDelta, Instance } from '../../ngsild/entity.ts';
import type { RowDelta, Rows, SqlValue } from '../../store/ports.ts';
import { isOwn, pack, readManifest, takenBack, unpack, type Own, type Touched } from './manifest.ts';
import { patience } from './patience.ts';
import { settle, type Doubtful } from './settle.ts';
import { batchRow, importRow, type ImportRecord, type UndoOutcome } from './tables.ts';

/** A step with that many entities is large enough. */
const entitiesPerStep = 2_000;
const batchesPerStep = 200;
const rowsPerStep = 1_000;
const stayingMax = 50;

export type UndoOptions = {
  readonly onProgress?: (done: number, total: number) => void;
  /** Records of the import that one durable step takes back, at most. Default 200. */
  readonly batch?: number;
  /** Stops between two steps; the undo goes on at the next start, or when asked again. */
  readonly signal?: AbortSignal;
};

/** A record of the import with what it touched. */
type Step = { readonly n: number; readonly seq: number; readonly at: string; readonly touched: readonly Touched[] };

/**
 * Takes back an import that stands as `undoing`, from its last record to its first, in durable steps.
 * @returns the import as it then stands: `undone`, or `undoing` when it was stopped
 */
export async function undoImport(
  given: ImportRecord,
  { broker, rows, now }: { broker: Broker; rows: Rows; now: () => number },
  { onProgress, signal, batch = batchesPerStep }: UndoOptions = {},
): Promise<ImportRecord> {
  const cause = { by: 'undo', source: given.source };
  const patiently = patience(broker);
  const own = await ownRecords(rows, given.id);
  let record = given;

  const step = async (steps: readonly Step[]): Promise<void> => {
    const byEntity = new Map<string, { seqs: number[]; touched: Touched[] }>();
    for (const { seq, touched } of steps) {
      for (const entry of touched) {
        const known = byEntity.get(entry.id);
        if (known) {
          known.seqs.push(seq);
          known.touched.push(entry);
        } else byEntity.set(entry.id, { seqs: [seq], touched: [entry] });
      }
    }
    const lowest = steps.at(-1);
    if (!lowest) return;
    let next = record;
    const decide = (looked: Looked, at: string): Decision => {
      const made = takeBack(byEntity, looked, at, own);
      next = { ...record, undo: sum(record.undo, made) };
      const cleared = steps.map(({ n, seq, at: stamp }) =>
        batchRow(given.id, n, {
          at: stamp,
          seq,
          manifest: null,
          doubtful: n === lowest.n ? pack(made.doubtful) : null,
        }),
      );
      return { entities: made.entities, rows: [...cleared, importRow(next)] };
    };
    const { seq } = await patiently(() => broker.amend(systemPrincipal, 0, [...byEntity.keys()], cause, decide));
    own.seqs.add(seq);
    record = next;
  };

  for (;;) {
    if (signal?.aborted) return record;
    const found = await rows.all(
      `SELECT n, at, manifest, _seq FROM ingest_import_batch WHERE import = ? AND manifest IS NOT NULL ORDER BY n DESC LIMIT ${batch}`,
      [given.id],
    );
    if (found.length === 0) break;
    let gathered: Step[] = [];
    let entities = 0;
    for (const row of found) {
      const touched = readManifest(row['manifest'] as Uint8Array);
      gathered.push({ n: Number(row['n']), seq: Number(row['_seq']), at: String(row['at']), touched });
      entities += touched.length;
      if (entities < entitiesPerStep) continue;
      await step(gathered);
      onProgress?.(given.batches - (gathered.at(-1)?.n ?? 1) + 1, given.batches);
      gathered = [];
      entities = 0;
      if (signal?.aborted) return record;
    }
    await step(gathered);
    onProgress?.(given.batches - Number(found.at(-1)?.['n'] ?? 1) + 1, given.batches);
  }
  const left = await rows.all('SELECT n, doubtful, _seq FROM ingest_import_batch WHERE import = ? ORDER BY n', [
    given.id,
  ]);
  for (const row of left) {
    if (row['doubtful'] === null) continue;
    const held = unpack(row['doubtful'] as Uint8Array) as Doubtful | { rows: RowDelta[] };
    if (isRows(held)) continue;
    await settle(broker, held, cause, patiently);
  }
  await finish(left);
  return record;

  /** The rows that the import set at its end are again as before, unless another import has set them since. */
  async function finish(batches: readonly Readonly<Record<string, SqlValue>>[]): Promise<void> {
    const restored: RowDelta[] = [];
    for (const row of batches) {
      const held = row['doubtful'] instanceof Uint8Array ? unpack(row['doubtful']) : undefined;
      if (!isRows(held)) continue;
      for (const delta of held.rows) {
        const columns = Object.keys(delta.key);
        const there = await rows.get(
          `SELECT _seq FROM "${delta.table}" WHERE ${columns.map((column) => `"${column}" = ?`).join(' AND ')}`,
          columns.map((column) => delta.key[column] ?? null),
        );
        if (there?.['_seq'] === row['_seq']) restored.push(fromJson(delta));
      }
    }
    // What only the steps needed goes first and in pieces; what is left goes with the last record.
    const spent = batches.filter((row) => row['doubtful'] === null);
    const rest = batches.filter((row) => row['doubtful'] !== null).concat(spent.slice(-rowsPerStep));
    const gone = (row: Readonly<Record<string, SqlValue>>): RowDelta => batchRow(given.id, Number(row['n']), null);
    for (let at = 0; at < spent.length - rowsPerStep; at += rowsPerStep) {
      const some = spent.slice(at, Math.min(at + rowsPerStep, spent.length - rowsPerStep));
      await broker.record(systemPrincipal, 0, [], cause, some.map(gone));
    }
    record = { ...record, state: 'undone', undoneAt: now() };
    await broker.record(systemPrincipal, 0, [], cause, [...restored, ...rest.map(gone), importRow(record)]);
  }
}

/** The import's own records, by their rows. */
export async function ownRecords(rows: Rows, id: string): Promise<Own> {
  const found = await rows.all('SELECT at, seq, _seq FROM ingest_import_batch WHERE import = ?', [id]);
  return {
    // A record that was taken back has the step that did it as its last change.
    seqs: new Set(found.flatMap((row) => [Number(row['seq'] ?? row['_seq']), Number(row['_seq'])])),
    ats: new Set(found.map((row) => String(row['at']))),
  };
}

type Made = {
  readonly entities: readonly EntityDelta[];
  readonly gone: number;
  readonly restored: number;
  readonly staying: readonly string[];
  readonly doubtful: Doubtful;
};

function takeBack(
  byEntity: ReadonlyMap<string, { seqs: readonly number[]; touched: readonly Touched[] }>,
  looked: Looked,
  at: string,
  own: Own,
): Made {
  const entities: EntityDelta[] = [];
  const staying: string[] = [];
  const doubtful: Doubtful = {};
  let gone = 0;
  let restored = 0;
  for (const [id, { seqs, touched }] of byEntity) {
    const past = seqs.map((seq) => ({ seq }));
    const stored = looked.get(id);
    const others = stored !== undefined && !own.seqs.has(stored.seq);
    if (!stored) {
      entities.push({ op: 'forget', id, at, past });
      continue;
    }
    if (touched.some(({ born }) => born)) {
      if (!others) {
        entities.push({ op: 'forget', id, at, past, becomes: null });
        gone++;
        continue;
      }
      const { becomes, kept, names } = withoutObserved(stored.entity, own);
      entities.push({ op: 'forget', id, at, past, becomes });
      // What it was born with stays with it, in history too.
      if (Object.keys(kept).length > 0) entities.push({ op: 'history', id, type: stored.entity.type, at, attrs: kept });
      staying.push(id);
      if (names.length > 0) doubtful[id] = names;
      continue;
    }
    const { becomes, names } = asBefore(stored.entity, touched, own);
    const changed = becomes !== stored.entity;
    entities.push({ op: 'forget', id, at, past, ...(changed && { becomes }) });
    if (changed) restored++;
    const met = touched.some((entry) => !entry.born && entry.met);
    if (others) staying.push(id);
    if (others || met) doubtful[id] = [...new Set([...names, ...ownNames(stored.entity, own)])];
  }
  return { entities, gone, restored, staying, doubtful };
}

/** An entity that the import bore and others have changed since: it keeps what has no instant, and what they gave. */
function withoutObserved(entity: Entity, own: Own): { becomes: Entity; kept: Attributes; names: string[] } {
  const attrs: Record<string, readonly Instance[]> = {};
  const kept: Record<string, readonly Instance[]> = {};
  const names: string[] = [];
  for (const name in entity.attrs) {
    const instances = entity.attrs[name] ?? [];
    const left = instances.filter((instance) => !isOwn(instance, own) || instance.observedAt === undefined);
    if (left.length < instances.length) names.push(name);
    const still = left.filter((instance) => isOwn(instance, own));
    if (still.length > 0) kept[name] = still;
    if (left.length > 0) attrs[name] = left;
  }
  return { becomes: { ...entity, attrs }, kept, names };
}

/** What the import gave last and, by an earlier record, is going to be taken back. */
const ownNames = ({ attrs }: Entity, own: Own): string[] =>
  Object.keys(attrs).filter((name) => attrs[name]?.some((instance) => isOwn(instance, own)));

/** @returns the entity itself when nothing of the import is in it any more */
function asBefore(entity: Entity, touched: readonly Touched[], own: Own): { becomes: Entity; names: string[] } {
  let { attrs, modifiedAt } = entity;
  const names = new Set<string>();
  for (const entry of touched) {
    if (entry.born) continue;
    for (const name in entry.before) {
      names.add(name);
      const known = attrs[name];
      if (!known?.some((instance) => isOwn(instance, own))) continue;
      const left = takenBack(known, entry.before[name] ?? null, own);
      const { [name]: _, ...rest } = attrs;
      attrs = left.length > 0 ? { ...attrs, [name]: left } : rest;
    }
    if (entry.modifiedAt !== undefined && own.ats.has(modifiedAt)) modifiedAt = entry.modifiedAt;
  }
  const same = attrs === entity.attrs && modifiedAt === entity.modifiedAt;
  return { becomes: same ? entity : { ...entity, modifiedAt, attrs }, names: [...names] };
}

function sum(known: UndoOutcome | null, { gone, restored, staying }: Made): UndoOutcome {
  const before = known ?? { gone: 0, restored: 0, stays: 0, staying: [] };
  const fresh = staying.filter((id) => !before.staying.includes(id));
  return {
    gone: before.gone + gone,
    restored: before.restored + restored,
    stays: before.stays + fresh.length,
    staying: [...before.staying, ...fresh].slice(0, stayingMax),
  };
}

const isRows = (held: unknown): held is { rows: RowDelta[] } =>
  typeof held === 'object' && held !== null && 'rows' in held && Array.isArray(held.rows);

/** A row for JSON: its bytes stand as `{ hex }`. */
export function toJson(delta: RowDelta): RowDelta {
  if (!delta.row) return delta;
  const row = Object.fromEntries(
    Object.entries(delta.row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value,
    ]),
  );
  return { ...delta, row: row as RowDelta['row'] };
}

function fromJson(delta: RowDelta): RowDelta {
  if (!delta.row) return delta;
  const row = Object.fromEntries(
    Object.entries(delta.row as Record<string, unknown>).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && 'hex' in value
        ? new Uint8Array(Buffer.from(String(value.hex), 'hex'))
        : value,
    ]),
  );
  return { ...delta, row: row as RowDelta['row'] };
}
