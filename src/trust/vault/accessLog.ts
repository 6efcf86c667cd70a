/**
 * The vault's own log: who asked, agreed, refused, opened, changed, erased, and when; opaque ids only. Each entry is hashed with
 * the hash before it, so that no byte of it changes unnoticed; the newest hash is kept under the vault's key and told to the
 * transparency log, so that nothing is cut off its end unnoticed either.
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../../base/canonical.ts';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Database, DatabaseView, Found } from '../../store/index.ts';
import { textOf } from '../identity/columns.ts';

export const accessDeeds = [
  'asked',
  'approved',
  'refused',
  'opened',
  'kept',
  'changed',
  'removed',
  'erased',
  'swept',
  'rekeyed',
] as const;
export type AccessDeed = (typeof accessDeeds)[number];

export type AccessEntry = {
  readonly seq: number;
  /** ISO 8601 */
  readonly at: string;
  readonly deed: AccessDeed;
  /** Who did it: id of an account, or `system`. */
  readonly by: string;
  /** Whose record it is about. */
  readonly subject?: string;
  readonly opening?: string;
  readonly purpose?: string;
  readonly kind?: string;
};

/** An entry as it is kept and exported: canonical JSON, and the hash of the hash before it and of that text. */
export type AccessLine = { readonly entry: string; readonly hash: string };

/** What the transparency log knows of the end of this one at some time. */
export type Anchor = { readonly seq: number; readonly head: string };

const firstHash = '0'.repeat(64);
const headName = 'head';
const older = "CASE WHEN entry = '' THEN NULL ELSE entry ->> '$.at' END < ?";

export type AccessLog = ReturnType<typeof openAccessLog>;

export function openAccessLog(database: Database, key: Uint8Array) {
  return {
    /** Within the transaction of the deed itself. @returns where the log then ends */
    append(told: Omit<AccessEntry, 'seq' | 'at'>, atMs: number): Anchor {
      const { seq: before, hash } = lastOf(database);
      const seq = before + 1;
      const entry = canonicalJson({ ...told, seq, at: new Date(atMs).toISOString() });
      const head = hashOf(hash, entry);
      database.run('INSERT INTO access (seq, entry, hash) VALUES (?, ?, ?)', seq, entry, head);
      signHead(database, key);
      return { seq, head };
    },
    /** Entries that say something still. */
    olderThan: (ms: number): number =>
      Number(database.get(`SELECT count(*) AS n FROM access WHERE ${older}`, isoOf(ms))?.['n']),
    /** What is older says nothing more; its hash stays, so that what follows is still bound to it. @returns how many */
    forget(ms: number): number {
      const count = database.transaction(() => {
        const last = database.get(`SELECT max(seq) AS seq FROM access WHERE ${older}`, isoOf(ms));
        const gone = database.run("UPDATE access SET entry = '' WHERE entry <> '' AND seq <= ?", last?.['seq'] ?? 0);
        signHead(database, key);
        return gone;
      });
      database.scrub();
      return count;
    },
    /** Newest first. */
    newest(before: number, limit: number): readonly AccessEntry[] {
      const sql = "SELECT entry FROM access WHERE seq < ? AND entry <> '' ORDER BY seq DESC LIMIT ?";
      return database.all(sql, before, limit).map(({ entry }) => parseEntry(textOf(entry)));
    },
    /** Oldest first; for whoever checks it. */
    lines: (): readonly AccessLine[] => linesOf(database.all('SELECT entry, hash FROM access ORDER BY seq')),
    /** See `verifyAccessLog`. */
    verify: (anchors: readonly Anchor[]) => verifyAccessLog(database, key, anchors),
  };
}

/**
 * Reads it all. @param anchors what the transparency log knew before the log is read
 * @throws Problem bad-data: something was changed, put in, or taken out; field = the first entry that is wrong
 */
export function verifyAccessLog(
  database: Pick<DatabaseView, 'all' | 'get'>,
  key: Uint8Array,
  anchors: readonly Anchor[],
): { readonly entries: number } {
  const stray = database.get('SELECT count(*) AS n, min(seq) AS low, max(seq) AS high FROM access');
  const count = Number(stray?.['n'] ?? 0);
  if (count > 0 && (stray?.['low'] !== 1 || stray['high'] !== count)) throw broken('the numbers have gaps');
  const end = verifyLines(linesOf(database.all('SELECT entry, hash FROM access ORDER BY seq')), anchors);
  const kept = database.get('SELECT value FROM vault WHERE name = ?', headName)?.['value'];
  const signed = signatureOf(key, end);
  if (count > 0 && !(kept instanceof Uint8Array && kept.length === signed.length && timingSafeEqual(kept, signed)))
    throw broken('the end is not where the vault left it');
  return { entries: count };
}

/** Signs where the log ends, and how much of its beginning says nothing more. */
export function signHead(database: Database, key: Uint8Array): void {
  const { seq, hash } = lastOf(database);
  const forgotten = Number(database.get("SELECT count(*) AS n FROM access WHERE entry = ''")?.['n']);
  const signature = signatureOf(key, { seq, head: hash, forgotten });
  database.run('INSERT OR REPLACE INTO vault (name, value) VALUES (?, ?)', headName, signature);
}

function lastOf(database: Database): { seq: number; hash: string } {
  const row = database.get('SELECT seq, hash FROM access ORDER BY seq DESC LIMIT 1');
  return { seq: Number(row?.['seq'] ?? 0), hash: row ? textOf(row['hash']) : firstHash };
}

/** Needs neither key nor database. Entries at the beginning that say nothing more (retention) are bound by their hash. @returns where the log ends @throws Problem bad-data */
export function verifyLines(
  lines: readonly AccessLine[],
  anchors: readonly Anchor[],
): Anchor & { readonly forgotten: number } {
  let head = firstHash;
  let forgotten = 0;
  const heads = new Map<number, string>([[0, firstHash]]);
  for (const [n, { entry, hash }] of lines.entries()) {
    if (entry === '' && forgotten === n) {
      forgotten++;
      head = hash;
    } else {
      const { seq } = parseEntry(entry);
      if (seq !== n + 1) throw broken('the numbers have gaps', n + 1);
      head = hashOf(head, entry);
      if (hash !== head) throw broken('its hash is another', seq);
    }
    heads.set(n + 1, head);
  }
  for (const anchor of anchors) {
    if (heads.get(anchor.seq) !== anchor.head) throw broken('the transparency log was told something else', anchor.seq);
  }
  return { seq: lines.length, head, forgotten };
}

const hashOf = (before: string, entry: string): string =>
  createHash('sha256').update(before).update('\n').update(entry).digest('hex');

function signatureOf(key: Uint8Array, { seq, head, forgotten }: Anchor & { readonly forgotten: number }): Buffer {
  const own = Buffer.from(hkdfSync('sha256', key, '', 'chorsu vault access log', 32));
  return createHmac('sha256', own).update(`${seq} ${head} ${forgotten}`).digest();
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

const linesOf = (rows: readonly Found[]): readonly AccessLine[] =>
  rows.map(({ entry, hash }) => ({ entry: textOf(entry), hash: textOf(hash) }));

function parseEntry(text: string): AccessEntry {
  let value: unknown;
  try {
    value = parseJson(Buffer.from(text));
  } catch {
    throw broken('an entry is no JSON');
  }
  if (!isObject(value) || !Number.isSafeInteger(value['seq'])) throw broken('an entry has no number');
  return value as unknown as AccessEntry;
}

const broken = (why: string, seq?: number): Problem =>
  new Problem(
    'bad-data',
    `the access log of the vault was changed: ${why}`,
    seq === undefined ? undefined : `entry ${seq}`,
  );
