/**
 * What stands in the log: that a version of a record was there at a time, and a commitment to what it said, never what it
 * said. Whoever holds the record and its key can prove it; when the key is destroyed, the entry says nothing more.
 */
import { canonicalJson } from '../../base/canonical.ts';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Json } from '../../ngsild/entity.ts';
import { fromBase64, toBase64 } from './encoding.ts';

export type LogEntry = {
  /** The kind of record: `release`, `law-pack`. */
  readonly type: string;
  /** Opaque where the record is about a person. */
  readonly id: string;
  /** Counted from 1 per type and id. */
  readonly version: number;
  /** ISO 8601, when the version was made. */
  readonly at: string;
  /** HMAC-SHA-256 of the record's canonical JSON under its key, base64. */
  readonly commitment: string;
};

/** What a holder needs to prove a version: stands in the `extra` line of its proof. */
export type Opening = Omit<LogEntry, 'commitment'> & { readonly record: Json; readonly key: string };

export type Hmac = (key: Uint8Array, message: Uint8Array) => Uint8Array;

const utf8 = new TextEncoder();

/** The bytes that are hashed into the tree. */
export const entryBytes = ({ type, id, version, at, commitment }: LogEntry): Uint8Array =>
  utf8.encode(canonicalJson({ type, id, version, at, commitment }));

/** @throws Problem bad-data */
export function parseEntry(bytes: Uint8Array): LogEntry {
  const value = parseJson(bytes);
  if (isObject(value)) {
    const { type, id, version, at, commitment } = value;
    if (
      typeof type === 'string' &&
      typeof id === 'string' &&
      Number.isSafeInteger(version) &&
      typeof at === 'string' &&
      typeof commitment === 'string'
    )
      return { type, id, version: Number(version), at, commitment };
  }
  throw new Problem('bad-data', 'no entry: wanted type, id, version, at and commitment');
}

/** The entry that an opening opens. @throws Problem bad-data when its key is no base64 */
export function entryOf({ type, id, version, at, record, key }: Opening, hmac: Hmac): LogEntry {
  const bytes = fromBase64(key);
  if (!bytes) throw new Problem('bad-data', 'the key of the record is no base64', 'key');
  return { type, id, version, at, commitment: toBase64(hmac(bytes, utf8.encode(canonicalJson(record)))) };
}

export const openingBytes = (opening: Opening): Uint8Array => utf8.encode(canonicalJson(opening));

/** @throws Problem bad-data */
export function parseOpening(bytes: Uint8Array): Opening {
  const value = parseJson(bytes);
  if (!isObject(value) || typeof value['key'] !== 'string' || value['record'] === undefined)
    throw new Problem('bad-data', 'the proof does not carry its record: wanted record and key in the line "extra"');
  const { type, id, version, at } = parseEntry(utf8.encode(JSON.stringify({ ...value, commitment: '' })));
  return { type, id, version, at, record: value['record'] as Json, key: value['key'] };
}
