/** What lies in the vault: bytes of a person, each sealed under that person's key. Who may read them is asked above this. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import type { Database, Found } from '../../store/index.ts';
import { textOf } from '../identity/columns.ts';
import type { AccessDeed } from './accessLog.ts';
import { newKey, seal, unseal } from './cipher.ts';
import type { Erased } from './erased.ts';
import { subjectName } from './masterKey.ts';

export const recordKinds = ['contact', 'original', 'text'] as const;
export type RecordKind = (typeof recordKinds)[number];

/** bytes */
const lengthMax: Readonly<Record<RecordKind, number>> = { contact: 4_096, text: 65_536, original: 10_000_000 };

export type VaultRecord = {
  /** Opaque; what others name it by. */
  readonly id: string;
  readonly kind: RecordKind;
  /** From 1. */
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly changedAt: number;
};

export type Records = ReturnType<typeof openRecords>;

/** What is told of each deed, within its transaction. */
type Tell = (told: { deed: AccessDeed; by: string; subject: string; kind?: RecordKind }) => void;

/** A record whose name nobody has written down by then was left behind by a crash. */
export const pendingMs = 3_600_000;

export function openRecords(deps: {
  database: Database;
  key: Uint8Array;
  erased: Erased;
  clock: Clock;
  newId: NewId;
  tell: Tell;
}) {
  const { database, key, erased, clock, newId, tell } = deps;

  const subjectKey = (subject: string): Buffer | undefined => {
    const row = database.get('SELECT sealed_key FROM subject WHERE id = ?', subject);
    return row && unseal(key, row['sealed_key'] as Uint8Array, subjectName(subject));
  };
  const subjectKeyMade = (subject: string): Buffer => {
    const known = subjectKey(subject);
    if (known) return known;
    const made = newKey();
    const sealed = seal(key, made, subjectName(subject));
    database.run('INSERT INTO subject (id, sealed_key, made_at) VALUES (?, ?, ?)', subject, sealed, clock.now());
    return made;
  };
  const rowOf = (id: string): Found => {
    const row = database.get('SELECT * FROM record WHERE id = ?', id);
    if (!row) throw new Problem('not-found', 'the vault has no such record', 'id');
    return row;
  };
  /** A person without records has no key either: of those who leave nothing stays. */
  const dropEmpty = (subject: string): void =>
    void database.run(
      'DELETE FROM subject WHERE id = ? AND NOT EXISTS (SELECT 1 FROM record WHERE subject = ?)',
      subject,
      subject,
    );
  const open = (row: Found, own: Uint8Array): VaultRecord => {
    const id = textOf(row['id']);
    const version = Number(row['version']);
    const name = recordName(textOf(row['subject']), id, version);
    return {
      id,
      kind: row['kind'] as RecordKind,
      version,
      bytes: unseal(own, row['sealed'] as Uint8Array, name),
      changedAt: Number(row['made_at']),
    };
  };

  return {
    /**
     * Durable when it returns. A pending one waits for `keep`: first the vault, then the change that names it.
     * @throws Problem too-large, conflict (the person was erased)
     */
    put(given: { subject: string; kind: RecordKind; bytes: Uint8Array; by: string; pending?: boolean }): string {
      const { subject, kind, bytes, by, pending = false } = given;
      requireLength(kind, bytes);
      if (erased.list().includes(subject)) throw new Problem('conflict', 'the records of this person were erased');
      const id = newId();
      database.transaction(() => {
        const sealed = seal(subjectKeyMade(subject), bytes, recordName(subject, id, 1));
        const now = clock.now();
        database.run(
          'INSERT INTO record (id, subject, kind, version, pending, sealed, made_at, used_at) VALUES (?, ?, ?, 1, ?, ?, ?, ?)',
          id,
          subject,
          kind,
          Number(pending),
          sealed,
          now,
          now,
        );
        tell({ deed: 'kept', by, subject, kind });
      });
      return id;
    },

    /** What names them is durable. */
    keep(ids: readonly string[]): void {
      database.transaction(() => {
        for (const id of ids) database.run('UPDATE record SET pending = 0 WHERE id = ?', id);
      });
    },

    /** @throws Problem not-found, too-large */
    replace(id: string, bytes: Uint8Array, by: string): void {
      const row = rowOf(id);
      const subject = textOf(row['subject']);
      const kind = row['kind'] as RecordKind;
      requireLength(kind, bytes);
      database.transaction(() => {
        const version = Number(row['version']) + 1;
        const sealed = seal(subjectKeyMade(subject), bytes, recordName(subject, id, version));
        const now = clock.now();
        const sql = 'UPDATE record SET version = ?, sealed = ?, made_at = ?, used_at = ? WHERE id = ?';
        database.run(sql, version, sealed, now, now, id);
        tell({ deed: 'changed', by, subject, kind });
      });
      database.scrub();
    },

    /** No backup brings it back either. @throws Problem not-found */
    remove(id: string, by: string): void {
      rowOf(id);
      erased.add(id);
      removeRecord(id, by);
    },

    /** Oldest first. Reading keeps them from being erased for want of use. */
    of(subject: string, kind?: RecordKind): readonly VaultRecord[] {
      const own = subjectKey(subject);
      if (!own) return [];
      const rows = database.all('SELECT * FROM record WHERE subject = ? AND pending = 0 ORDER BY rowid', subject);
      const found = rows.filter((row) => kind === undefined || row['kind'] === kind).map((row) => open(row, own));
      for (const { id } of found) database.run('UPDATE record SET used_at = ? WHERE id = ?', clock.now(), id);
      return found;
    },

    has: (subject: string): boolean =>
      database.get('SELECT 1 AS one FROM record WHERE subject = ? AND pending = 0 LIMIT 1', subject) !== undefined,

    /** Something of the person is still sealed, or was put just now. */
    hasKey: (subject: string): boolean =>
      database.get('SELECT 1 AS one FROM subject WHERE id = ?', subject) !== undefined,

    /** For what is said of a person elsewhere in the vault. */
    sealFor: (subject: string, text: string, name: string): Buffer =>
      seal(subjectKeyMade(subject), Buffer.from(text), ['text', subject, name]),
    /** undefined when the key that it was sealed under is gone. */
    openFor(subject: string, sealed: unknown, name: string): string | undefined {
      const own = sealed instanceof Uint8Array ? subjectKey(subject) : undefined;
      if (!own) return undefined;
      try {
        return unseal(own, sealed as Uint8Array, ['text', subject, name]).toString();
      } catch {
        // Sealed under a key that the person had before.
        return undefined;
      }
    },

    /**
     * Destroys the key of a person and what it sealed; told to the list of the erased first, so that no backup brings it back.
     * @returns records that are gone
     */
    erase(subject: string, by: string): number {
      if (!erased.list().includes(subject)) erased.add(subject);
      return eraseSubject(subject, by);
    },

    /** Before anything is served: what was erased since the backup was made is erased again. @returns how many */
    eraseAgain: (): number =>
      erased.list().filter((id) => {
        if (database.get('SELECT 1 AS one FROM subject WHERE id = ?', id)) eraseSubject(id, 'system');
        else if (database.get('SELECT 1 AS one FROM record WHERE id = ?', id)) removeRecord(id, 'system');
        else return false;
        return true;
      }).length,

    /** Deletes what nothing names an hour after it was put: left behind by a crash. @returns how many */
    async sweep(named: (ids: readonly string[]) => Promise<ReadonlySet<string>>): Promise<number> {
      const before = clock.now() - pendingMs;
      const ids = database
        .all('SELECT id FROM record WHERE pending = 1 AND made_at < ?', before)
        .map(({ id }) => textOf(id));
      if (ids.length === 0) return 0;
      const kept = await named(ids);
      const orphans = ids.filter((id) => !kept.has(id));
      database.transaction(() => {
        for (const id of kept) database.run('UPDATE record SET pending = 0 WHERE id = ?', id);
        for (const id of orphans) {
          const subject = textOf(rowOf(id)['subject']);
          database.run('DELETE FROM record WHERE id = ?', id);
          dropEmpty(subject);
          tell({ deed: 'swept', by: 'system', subject });
        }
      });
      if (orphans.length > 0) database.scrub();
      return orphans.length;
    },

    /** Persons none of whose records was put, changed or read since. */
    unused: (since: number): readonly string[] =>
      database
        .all('SELECT subject FROM record GROUP BY subject HAVING max(used_at) < ? ORDER BY subject', since)
        .map(({ subject }) => textOf(subject)),

    counts: (): { readonly subjects: number; readonly records: number } => ({
      subjects: Number(database.get('SELECT count(*) AS n FROM subject')?.['n'] ?? 0),
      records: Number(database.get('SELECT count(*) AS n FROM record')?.['n'] ?? 0),
    }),
  };

  function removeRecord(id: string, by: string): void {
    const row = rowOf(id);
    const subject = textOf(row['subject']);
    database.transaction(() => {
      database.run('DELETE FROM record WHERE id = ?', id);
      dropEmpty(subject);
      tell({ deed: 'removed', by, subject, kind: row['kind'] as RecordKind });
    });
    database.scrub();
  }

  function eraseSubject(subject: string, by: string): number {
    const gone = database.transaction(() => {
      const count = database.run('DELETE FROM record WHERE subject = ?', subject);
      database.run('DELETE FROM subject WHERE id = ?', subject);
      database.run('UPDATE opening SET sealed_reason = NULL WHERE subject = ?', subject);
      tell({ deed: 'erased', by, subject });
      return count;
    });
    database.scrub();
    return gone;
  }
}

const recordName = (subject: string, id: string, version: number): readonly (string | number)[] => [
  'record',
  subject,
  id,
  version,
];

function requireLength(kind: RecordKind, bytes: Uint8Array): void {
  if (bytes.length > lengthMax[kind])
    throw new Problem('too-large', `${kind} takes at most ${lengthMax[kind]} bytes, not ${bytes.length}`, kind);
}
