/**
 * What one record of an import made, small enough to keep for every record: which entities it touched, which of them
 * were born by it, and of the others what stood there before. The instances themselves are known by the record's place
 * in the journal. With it the record can be undone.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Looked, Reading } from '../../broker/index.ts';
import type { Entity, Instance } from '../../ngsild/entity.ts';

/** The import's own records, by which what it gave is told from what others gave. */
export type Own = {
  /** Sequence numbers. */
  readonly seqs: Set<number>;
  /** `modifiedAt` of what they gave. */
  readonly ats: Set<string>;
};

/** One entity that a record touched. */
export type Touched =
  | { readonly id: string; readonly born: true }
  | {
      readonly id: string;
      readonly born?: undefined;
      /** Of the entity before. */
      readonly modifiedAt?: string;
      /**
       * Attributes as they were before, null where there was none. One that the import itself had given stands with an
       * earlier record; one that the record did not replace (the reading was late) stands nowhere.
       */
      readonly before: Readonly<Record<string, readonly Instance[] | null>>;
      /** Somebody else changed the entity between two records of the import. */
      readonly met?: true;
    };

export const isOwn = ({ modifiedAt }: Instance, { ats }: Own): boolean =>
  modifiedAt !== undefined && ats.has(modifiedAt);

/** What a record with these readings will have made, given the entities as they stand. */
export function touchedBy(readings: readonly Reading[], looked: Looked, own: Own): Touched[] {
  const touched = new Map<string, Touched & { before?: Record<string, readonly Instance[] | null> }>();
  for (const { id, attrs } of readings) {
    const stored = looked.get(id);
    let entry = touched.get(id);
    if (!entry) {
      entry = stored ? { id, before: {}, ...beside(stored.entity, stored.seq, own) } : { id, born: true };
      touched.set(id, entry);
    }
    if (!stored || entry.before === undefined || own.ats.has(stored.entity.createdAt)) continue;
    for (const name in attrs) {
      if (Object.hasOwn(entry.before, name)) continue;
      const known = stored.entity.attrs[name];
      if (known === undefined) entry.before[name] = null;
      else if (!known.every((instance) => isOwn(instance, own)) && replaces(attrs[name] ?? [], known)) {
        entry.before[name] = known;
      }
    }
  }
  return [...touched.values()];
}

function beside(entity: Entity, seq: number, own: Own): { modifiedAt?: string; met?: true } {
  if (own.seqs.has(seq)) return {};
  const ours =
    own.ats.has(entity.createdAt) ||
    Object.values(entity.attrs).some((instances) => instances.some((instance) => isOwn(instance, own)));
  return { modifiedAt: entity.modifiedAt, ...(ours && { met: true as const }) };
}

/** A late reading of one series enters history only. */
function replaces(incoming: readonly Instance[], known: readonly Instance[]): boolean {
  const [next, second] = incoming;
  const [last, other] = known;
  if (!next || !last || second || other || next.observedAt === undefined || last.observedAt === undefined) return true;
  return next.datasetId !== last.datasetId || Date.parse(next.observedAt) >= Date.parse(last.observedAt);
}

/** Entry as JSON: `[id]` born, else `[id, before, modifiedAt, met]`. */
type Line = readonly [string] | readonly [string, Record<string, readonly Instance[] | null>, string | 0, 0 | 1];

export function writeManifest(touched: readonly Touched[]): Uint8Array {
  const lines = touched.map((entry): Line =>
    entry.born ? [entry.id] : [entry.id, entry.before, entry.modifiedAt ?? 0, entry.met === true ? 1 : 0],
  );
  return pack(lines);
}

export function readManifest(bytes: Uint8Array): Touched[] {
  return (unpack(bytes) as Line[]).map(([id, before, modifiedAt, met]) => {
    if (before === undefined) return { id, born: true };
    return {
      id,
      before,
      ...(typeof modifiedAt === 'string' && { modifiedAt }),
      ...(met === 1 && { met: true as const }),
    };
  });
}

export const pack = (value: unknown): Uint8Array => new Uint8Array(zstdCompressSync(JSON.stringify(value)));
export const unpack = (bytes: Uint8Array): unknown => JSON.parse(zstdDecompressSync(bytes).toString());

/** The attribute after what the import gave it is taken back; an empty list when nothing is left. */
export function takenBack(
  known: readonly Instance[],
  before: readonly Instance[] | null,
  own: Own,
): readonly Instance[] {
  return known.flatMap((instance) => {
    if (!isOwn(instance, own)) return [instance];
    const old = before?.find(({ datasetId }) => datasetId === instance.datasetId);
    return old ? [old] : [];
  });
}
