/**
 * Whether the rows that a city shows are those that its log was told of: every row, every entry, every version, both ways.
 * Trusts nothing but the keys; what is read is read from outside, and in bounded memory.
 */
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { Json } from '../../ngsild/entity.ts';
import type { Onlooker, SeenRow } from '../../store/index.ts';
import type { TableDefinition } from '../../store/ports.ts';
import type { OpenedCheckpoint } from './checkpoint.ts';
import { fromBase64, toBase64 } from './encoding.ts';
import { entryBytes, parseEntry, type LogEntry } from './entry.ts';
import {
  compareWithJournal,
  readJournal,
  rowText,
  valueText,
  type Deviation,
  type Found,
  type Told,
} from './journalCheck.ts';
import { hmac } from './keys.ts';
import { equal } from './merkle.ts';
import type { Keys } from './receipt.ts';
import { leafTable, versionTable } from './records.ts';
import type { ReadPath } from './source.ts';
import { readCheckpoint, verifyLog } from './verify.ts';

export type CheckedRecords = OpenedCheckpoint & {
  /** Rows that are what was logged. */
  readonly versions: number;
  /** Made so short before that the log had not taken them, or the rows not where they stand. */
  readonly waiting: number;
  readonly deviations: number;
};

/** What a city shows, for the check of one kind of record. */
export type Shown = Pick<Onlooker, 'each' | 'get' | 'has'> & {
  /** Versions that the log was told of, newest first; `isRecent`: within the last minute. */
  newest(type: string, id: string): Iterable<{ readonly record: string; readonly isRecent: boolean }>;
  /** Whether its newest version was made within the last minute. */
  isRecent(type: string, id: string): boolean;
};
/** Compares rows that are shown with the versions of which the log was told; those are compared with it elsewhere. */
export type RecordsCheck = (shown: Shown, found: Found) => void;

/** The log takes a version within seconds; a city that is killed meanwhile takes it at its next start. */
const waitMs = 60_000;

/**
 * @param tables other tables whose rows are compared with the journal
 * @param checks of kinds of records that have rows of their own
 * @param found called for each deviation
 * @throws Problem as `verifyLog`; not-found
 */
export async function verifyRecords(
  {
    seen,
    read,
    tables = [],
    checks = [],
  }: { seen: Onlooker; read: ReadPath; tables?: readonly TableDefinition[]; checks?: readonly RecordsCheck[] },
  keys: Keys,
  found: Found,
  tell: (done: number, total?: number) => void = () => {},
): Promise<CheckedRecords> {
  let deviations = 0;
  const name = (deviation: Deviation): void => {
    deviations++;
    found(deviation);
  };
  // Rows, tree, journal, in this order: what a city writes meanwhile is then more in the later one, and never less.
  const checkpoint = await read('checkpoint');
  const pinned: ReadPath = async (path) => (path === 'checkpoint' ? checkpoint : read(path));
  const { checkpoint: head } = await readCheckpoint(pinned, keys);
  for (const { name: table } of [versionTable, leafTable]) {
    if (!isThere(seen, table)) throw new Problem('not-found', `there is no table ${table}: it was taken away`);
  }
  const all = [versionTable, leafTable, ...tables.filter((table) => isThere(seen, table.name))];
  for (const table of all) requireWhole(seen, table, name);
  const told = await readJournal(seen, all, name, tell);
  compareWithJournal(seen, all, told, name);
  const rows = rowsOf(seen, told);
  const leaves = compareEntries(rows, head.size, name);
  const opened = await verifyLog(
    pinned,
    keys,
    (done, total) => tell(done, total),
    (first, entries) => entries.forEach((bytes, at) => leaves.entry(first + at, bytes)),
  );
  leaves.end();
  const versions = compareVersions(rows, name);
  for (const one of checks) one(shownOf(rows), name);
  return { ...opened, versions, waiting: rows.waiting.size, deviations };
}

const isThere = (seen: Onlooker, name: string): boolean =>
  seen.get("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?", name) !== undefined;

/** Indexes that say something else than their table would show another history than is checked here. */
function requireWhole(seen: Onlooker, { name }: TableDefinition, found: Found): void {
  for (const row of seen.each(`PRAGMA main.integrity_check(${name})`)) {
    if (row['integrity_check'] !== 'ok') found({ what: `table ${name}`, why: String(row['integrity_check']) });
  }
}

type Version = Pick<LogEntry, 'type' | 'id' | 'version'>;
const versionText = ({ type, id, version }: Version): string => `${type} ${id}, version ${version}`;
const keyOf = ({ type, id, version }: Version): string => JSON.stringify([type, id, version]);

/** The rows as of the moment of opening, and what the journal says beyond. */
function rowsOf(seen: Onlooker, { lastAt, tail }: Told) {
  const versions = new Map<string, SeenRow>();
  const leaves = new Map<number, string>();
  const placed = new Set<string>();
  for (const { delta, at } of tail) {
    const { key, row } = delta;
    if (delta.table === leafTable.name && row !== null) leaves.set(Number(key['leaf']), keyOf(row as Version));
    if (delta.table === versionTable.name && row !== null)
      versions.set(keyOf(key as Version), { ...row, at: BigInt(Number(row['at'])), made: BigInt(at) } as SeenRow);
  }
  const waiting = new Set<string>();
  const unlogged = new Map<string, Version>();
  for (const { delta } of tail)
    if (delta.table === versionTable.name) unlogged.set(keyOf(delta.key as Version), delta.key as Version);
  const madeOf = ({ type, id, version }: Version): number | undefined => {
    const sql = 'SELECT made FROM temp.told_log_version WHERE type = ? AND id = ? AND version = ?';
    const made = versions.get(keyOf({ type, id, version }))?.['made'] ?? seen.get(sql, type, id, version)?.['made'];
    return made === undefined ? undefined : Number(made);
  };
  const isRecent = (version: Version): boolean => lastAt - (madeOf(version) ?? Number.NEGATIVE_INFINITY) <= waitMs;
  return {
    seen,
    unlogged,
    /** Whether the journal says, and the rows not yet, that the version stands there. */
    isPlaced(leaf: number, version: Version): boolean {
      const key = keyOf(version);
      if (leaves.get(leaf) !== key) return false;
      placed.add(key);
      return true;
    },
    isKnown: (version: Version): boolean => placed.has(keyOf(version)),
    waiting,
    /** That an entry stands for; taken out of those that none was found for. */
    version(wanted: Version): SeenRow | undefined {
      const key = keyOf(wanted);
      const late = versions.get(key);
      if (late) unlogged.delete(key);
      const sql = 'SELECT at, record, key FROM main.log_version WHERE type = ? AND id = ? AND version = ?';
      return late ?? seen.get(sql, wanted.type, wanted.id, wanted.version);
    },
    isRecent,
    /** Of one record, those in the journal that are not in the rows. */
    late: (type: string, id: string): readonly SeenRow[] =>
      tail
        .filter(({ delta: { table, key } }) => table === versionTable.name && key['type'] === type && key['id'] === id)
        .map(({ delta: { key, row } }) => ({ ...key, ...row }) as SeenRow),
    /** Whether it may be that it is not logged yet; counted then. */
    mayWait(version: Version): boolean {
      if (isRecent(version)) waiting.add(keyOf(version));
      return isRecent(version);
    },
  };
}
type SeenRows = ReturnType<typeof rowsOf>;

function shownOf({ seen, late, isRecent }: SeenRows): Shown {
  function* newest(type: string, id: string): ReturnType<Shown['newest']> & Generator {
    const sql = 'SELECT version, record FROM main.log_version WHERE type = ? AND id = ? ORDER BY version DESC';
    for (const rows of [late(type, id).toReversed(), seen.each(sql, type, id)])
      for (const { version, record } of rows)
        yield { record: String(record), isRecent: isRecent({ type, id, version: Number(version) }) };
  }
  return {
    each: (sql, ...values) => seen.each(sql, ...values),
    get: (sql, ...values) => seen.get(sql, ...values),
    has: (name) => seen.has(name),
    newest,
    isRecent: (type, id) => [...newest(type, id)][0]?.isRecent ?? false,
  };
}

/** Entry by entry, in their order: the row that says whose it is, and the row of that version. */
function compareEntries(rows: SeenRows, size: number, found: Found) {
  const leaves = rows.seen.each('SELECT leaf, type, id, version FROM main.log_leaf ORDER BY leaf')[Symbol.iterator]();
  let next = leaves.next();
  let newest = Number.NEGATIVE_INFINITY;
  const advance = (): void => void (next = leaves.next());
  // Whatever stands there: SQLite sorts null before numbers, and texts behind them.
  const isBelow = (limit: number): boolean => {
    const leaf = next.done ? '' : next.value['leaf'];
    return leaf === null || ((typeof leaf === 'bigint' || typeof leaf === 'number') && leaf < limit);
  };
  const stray = (): void => {
    found({ what: rowText(leafTable, next.value as SeenRow), why: `the log has ${size} entries, from 0` });
    advance();
  };
  const leafOf = (index: number): SeenRow | undefined => {
    while (isBelow(index)) stray();
    if (next.done || next.value['leaf'] !== BigInt(index)) return undefined;
    const row = next.value;
    advance();
    return row;
  };
  return {
    entry(index: number, bytes: Uint8Array): void {
      const entry = parseEntry(bytes);
      const what = `entry ${index} (${versionText(entry)})`;
      const wrong = (why: string): void => found({ what, why });
      if (!equal(entryBytes(entry), bytes)) wrong('it is spelled otherwise than this program spells entries');
      const leaf = leafOf(index);
      if (leaf && !names(leaf, entry))
        wrong(`its row says that it stands for ${wordsOf(leaf, 'type', 'id', 'version')}`);
      // Not there: only of the very last, which a crash came before.
      if (!leaf && !rows.isPlaced(index, entry) && !(next.done && rows.mayWait(entry)))
        wrong('no row says that it stands here');
      const at = Date.parse(entry.at);
      if (at < newest - waitMs) wrong(`it is dated ${entry.at}, and an entry before it was made later`);
      newest = Math.max(newest, at);
      const row = rows.version(entry);
      if (row) compareRow(row, entry, wrong);
      else wrong('the row of its record is gone');
    },
    end(): void {
      while (!next.done) stray();
    },
  };
}

const wordsOf = (row: SeenRow | undefined, ...columns: readonly string[]): string =>
  columns.map((column) => valueText(row?.[column])).join(' ');

const names = (row: SeenRow, { type, id, version }: Version): boolean =>
  row['type'] === type && row['id'] === id && row['version'] === BigInt(version);

function compareRow({ at, record, key }: SeenRow, entry: LogEntry, wrong: (why: string) => void): void {
  if (at !== BigInt(Date.parse(entry.at))) wrong(`its row is dated ${isoText(at)}, and ${entry.at} was logged`);
  const bytes = typeof key === 'string' ? fromBase64(key) : undefined;
  const commitment =
    bytes && typeof record === 'string' ? toBase64(hmac(bytes, new TextEncoder().encode(record))) : 'none';
  if (commitment !== entry.commitment)
    wrong(`its row says something else than was logged (commitment ${commitment}, wanted ${entry.commitment})`);
}

/** A JSON object in a column; undefined for anything else. */
export function objectIn(text: SeenRow[string] | undefined): Readonly<Record<string, Json>> | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return isObject(value) ? (value as Readonly<Record<string, Json>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds, or whatever stands there. */
export function isoText(at: SeenRow[string] | undefined): string {
  const ms = Number(typeof at === 'bigint' || typeof at === 'number' ? at : Number.NaN);
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : valueText(at);
}

/** Record by record: versions from 1 without a gap, each in the log once, in their order. @returns how many there are */
function compareVersions(rows: SeenRows, found: Found): number {
  const all = rows.seen.each(`SELECT v.type, v.id, v.version, l.leaf FROM main.log_version v
    LEFT JOIN main.log_leaf l ON l.type = v.type AND l.id = v.id AND l.version = v.version
    ORDER BY v.type, v.id, v.version, l.leaf`);
  let count = 0;
  let before: SeenRow | undefined;
  for (const row of all) {
    const what = rowText(versionTable, row);
    const follows = before?.['type'] === row['type'] && before?.['id'] === row['id'] ? before : undefined;
    before = row;
    if (follows?.['version'] === row['version']) {
      found({
        what,
        why: `it stands in the log twice, as entries ${wordsOf(follows, 'leaf')} and ${wordsOf(row, 'leaf')}`,
      });
      continue;
    }
    count++;
    const last = follows?.['version'] ?? 0n;
    const expected = typeof last === 'bigint' ? last + 1n : 1n;
    if (row['version'] !== expected) found({ what, why: `version ${expected} is wanted next: one is missing` });
    const [leaf, earlier] = [row['leaf'], follows?.['leaf']];
    if (leaf === null) {
      const version = { type: String(row['type']), id: String(row['id']), version: Number(row['version']) };
      if (!rows.isKnown(version) && !rows.mayWait(version)) found({ what, why: 'no entry of the log stands for it' });
    } else if (typeof leaf === 'bigint' && typeof earlier === 'bigint' && leaf < earlier)
      found({ what, why: `it was logged before the version that it follows (entries ${leaf} and ${earlier})` });
  }
  for (const version of rows.unlogged.values())
    if (!rows.mayWait(version)) found({ what: versionText(version), why: 'no entry of the log stands for it' });
  return count;
}
