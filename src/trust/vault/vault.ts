/** Opens `vault.db`: what is known of persons, apart from everything else, under keys that can be destroyed. */
import type { Clock } from '../../base/clock.ts';
import { randomId, type NewId } from '../../base/ids.ts';
import { isObject, parseJson } from '../../base/json.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Json } from '../../ngsild/entity.ts';
import { openDatabase, viewDatabase } from '../../store/index.ts';
import { textOf } from '../identity/columns.ts';
import type { Policy } from '../policy/index.ts';
import { openAccessLog, verifyAccessLog, type AccessEntry, type AccessLog, type Anchor } from './accessLog.ts';
import { openErased } from './erased.ts';
import { openMasterKey, readMasterKey, rotateMasterKey } from './masterKey.ts';
import { openOpenings, type Openings } from './openings.ts';
import { openRecords, type Records } from './records.ts';
import { vaultVersions } from './tables.ts';

export type Vault = {
  readonly records: Records;
  readonly openings: Openings;
  readonly accessLog: Omit<AccessLog, 'append'>;
  /** Those who name records in what they write: asked of each that is pending for an hour. */
  namedBy(ask: (ids: readonly string[]) => Promise<ReadonlySet<string>>): void;
  /** Deletes what a crash left behind. @returns how many */
  sweep(): Promise<number>;
  /** From here on the transparency log is told where the access log ends, what waits first. */
  tellLog(note: (type: string, id: string, record: Json) => Promise<unknown>): Promise<void>;
  /** Tells what waits; goes on by itself with each deed. */
  flush(): Promise<void>;
  /** A copy as of one moment, without its key. */
  copyTo(path: string): Promise<void>;
  close(): Promise<void>;
};

/** What the transparency log calls them. */
export const anchorType = 'vault-access';

/** Where the list of the erased lies, which no backup holds. */
export const erasedPath = (keyFile: string): string => `${keyFile}.erased`;

/**
 * @param path of `vault.db`, made when it is not there
 * @param keyFile made with it
 * @throws Problem bad-data: another vault's key, none where there was one, or no vault
 */
export async function openVault(deps: {
  path: string;
  keyFile: string;
  policy: Pick<Policy, 'permits'>;
  clock: Clock;
  newId?: NewId;
}): Promise<Vault> {
  const { path, keyFile, policy, clock, newId = randomId } = deps;
  const database = openDatabase(path, vaultVersions);
  try {
    const key = await openMasterKey(database, keyFile);
    const accessLog = openAccessLog(database, key);
    let note: ((type: string, id: string, record: Json) => Promise<unknown>) | undefined;
    const inTurn = oneAtATime();
    const flush = (): Promise<void> =>
      inTurn(async () => {
        if (!note) return;
        for (const { seq, type, id, record } of database.all('SELECT seq, type, id, record FROM note ORDER BY seq')) {
          await note(textOf(type), textOf(id), parseJson(Buffer.from(textOf(record))) as Json);
          database.run('DELETE FROM note WHERE seq = ?', seq ?? null);
        }
      });
    const tell = (told: Omit<AccessEntry, 'seq' | 'at'>): void => {
      const { seq, head } = accessLog.append(told, clock.now());
      // A number and a hash: who and whose stays here.
      const record = JSON.stringify({ deed: told.deed, seq, head });
      database.run('INSERT INTO note (type, id, record) VALUES (?, ?, ?)', anchorType, told.opening ?? 'vault', record);
      // Once the transaction is through. What cannot be told now waits, and is told by the housekeeping.
      setImmediate(() => void flush().catch(() => {}));
    };
    const erased = openErased(erasedPath(keyFile));
    const records = openRecords({ database, key, erased, clock, newId, tell });
    records.eraseAgain();
    const askers: ((ids: readonly string[]) => Promise<ReadonlySet<string>>)[] = [];
    return {
      records,
      openings: openOpenings({ database, records, policy, clock, newId, tell }),
      accessLog,
      namedBy: (ask) => void askers.push(ask),
      sweep: () =>
        records.sweep(async (ids) => {
          const found = await Promise.all(askers.map((ask) => ask(ids)));
          return new Set(found.flatMap((some) => [...some]));
        }),
      tellLog(to) {
        note = to;
        return flush();
      },
      flush,
      copyTo: (to) => database.copyTo(to),
      close: () =>
        inTurn(async () => {
          note = undefined;
          database.close();
        }),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Reads the access log of a vault, also while its city is served; changes nothing.
 * @param anchors what the transparency log was told before
 * @throws Problem not-found, bad-data: no key of this vault, or the log was changed
 */
export async function verifyVault(deps: {
  path: string;
  keyFile: string;
  anchors: readonly Anchor[];
}): Promise<{ readonly entries: number }> {
  const database = viewDatabase(deps.path);
  try {
    return verifyAccessLog(database, await readMasterKey(database, deps.keyFile), deps.anchors);
  } finally {
    database.close();
  }
}

/** A new key for a vault that nobody has open. @returns how many keys of persons it seals now */
export async function rotateVaultKey(deps: {
  path: string;
  keyFile: string;
  clock: Clock;
  by: string;
}): Promise<number> {
  const database = openDatabase(deps.path, vaultVersions);
  try {
    return await rotateMasterKey(database, deps.keyFile, (key) => {
      const { seq, head } = openAccessLog(database, key).append({ deed: 'rekeyed', by: deps.by }, deps.clock.now());
      const record = JSON.stringify({ deed: 'rekeyed', seq, head });
      database.run('INSERT INTO note (type, id, record) VALUES (?, ?, ?)', anchorType, 'vault', record);
    });
  } finally {
    database.close();
  }
}

/** What the transparency log was told: rows of its versions, which `anchorsIn` takes. */
export const anchorsSql = `SELECT record FROM log_version WHERE type = '${anchorType}' ORDER BY at`;

export const anchorsIn = (rows: readonly { readonly record?: unknown }[]): readonly Anchor[] =>
  rows.map(({ record }) => anchorOf(JSON.parse(String(record)))).filter((anchor) => anchor !== undefined);

export const anchorOf = (record: unknown): Anchor | undefined =>
  isObject(record) && Number.isSafeInteger(record['seq']) && typeof record['head'] === 'string'
    ? { seq: Number(record['seq']), head: record['head'] }
    : undefined;
