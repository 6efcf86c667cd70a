/** The store's door: opens everything that one data directory holds, except history, which follows the journal. */
import type { Clock } from '../base/clock.ts';
import { randomId } from '../base/ids.ts';
import { type Log, silentLog } from '../base/log.ts';
import { createMetrics, type Metrics } from '../base/metrics.ts';
import { type DataDirectory, openDirectory, type ProfileName } from './directory.ts';
import { openFiles } from './files/files.ts';
import { openJournal, type SegmentJournal } from './journal/journal.ts';
import type { Derivation, Files, Rows, TableDefinition } from './ports.ts';
import { replay } from './replay.ts';
import { openState, type StateStore } from './sqlite/state.ts';
import { createWriter, type Writer, type WriterOptions } from './writer.ts';

export type StoreOptions = {
  /** The data directory; made when it is not there. */
  readonly directory: string;
  /** The one to serve it with; see `openDirectory`. */
  readonly profile?: ProfileName;
  readonly clock: Clock;
  readonly log?: Log;
  readonly metrics?: Metrics;
  /** Tables of all modules. */
  readonly tables?: readonly TableDefinition[];
  /** Makes a derivation that has seen nothing yet. */
  readonly derivation?: () => Derivation;
  /** Version of the program, kept in format.json. */
  readonly program?: string;
  readonly onFatal?: (error: Error) => void;
  /** Default 64 MiB; tests take less. */
  readonly segmentBytes?: number;
  readonly writer?: Pick<WriterOptions, 'pendingMax' | 'pendingBytesMax' | 'roomMs' | 'applyMs' | 'cleanMax'>;
};

export type Store = {
  readonly directory: DataDirectory;
  readonly writer: Writer;
  readonly journal: SegmentJournal;
  readonly state: StateStore;
  /** Waits until everything acknowledged is applied, then reads. */
  readonly rows: Rows;
  readonly files: Files;
  /** See `StoreOptions`. */
  readonly derivation: (() => Derivation) | undefined;
  /** Records that the state store had to catch up with at start. */
  readonly replayed: number;
  /**
   * Deletes journal segments beyond the window, but never one that a follower (`minSeq`) or the state store after a
   * power loss still needs.
   */
  prune(window: { maxAgeMs: number; maxBytes: number; minSeq: number }): Promise<{ deletedSegments: number }>;
  /** Stops the writer, applies, syncs, and gives the directory free. */
  close(): Promise<void>;
};

/**
 * @throws Problem conflict (directory in use), not-supported (newer format), bad-data
 * @throws Error when journal or state are damaged
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, log = silentLog, metrics = createMetrics(), tables = [], program = '0.1.0' } = options;
  const directory = await openDirectory({
    path: options.directory,
    program,
    newCity: randomId,
    ...(options.profile && { profile: options.profile }),
  });
  const opened: { close(): Promise<void> }[] = [];
  try {
    const journal = await openJournal({
      directory: directory.journal,
      log,
      ...(options.segmentBytes && { segmentBytes: options.segmentBytes }),
    });
    opened.push(journal);
    const state = openState({ path: directory.state, tables });
    opened.push(state);
    const derivation = options.derivation?.();
    await derivation?.load(state.rows);
    const { records, droppedRows } = await replay(journal, state, derivation, (seq, last) => {
      log.info('replaying the journal', { seq, last });
    });
    if (droppedRows > 0) log.warn('row changes of tables that no module has were left out', { droppedRows });
    await state.checkpoint();
    const writer = createWriter({
      journal,
      state,
      ...(derivation && { derivation }),
      clock,
      lastAt: state.appliedAt(),
      log,
      metrics,
      ...(options.onFatal && { onFatal: options.onFatal }),
      ...options.writer,
    });
    metrics.gauge('chorsu_journal_bytes', 'Bytes of the journal.', () => journal.stats().bytes);
    metrics.gauge('chorsu_journal_segments', 'Segments of the journal.', () => journal.stats().segments);
    metrics.gauge('chorsu_journal_last_seq', 'Last durable change.', () => journal.lastSeq());
    metrics.gauge('chorsu_state_applied_seq', 'Last change applied to state.db.', () => state.appliedSeq());
    return {
      directory,
      writer,
      journal,
      state,
      rows: {
        async all(sql, parameters) {
          await writer.applied();
          return state.rows.all(sql, parameters);
        },
        async get(sql, parameters) {
          await writer.applied();
          return state.rows.get(sql, parameters);
        },
      },
      files: openFiles({ directory: directory.files, tmp: directory.tmp, metrics, now: () => clock.now() }),
      derivation: options.derivation,
      replayed: records,
      async prune({ minSeq, ...window }) {
        const durable = await state.checkpoint();
        return journal.prune({ ...window, now: clock.now(), minSeq: Math.min(minSeq, durable + 1) });
      },
      async close() {
        await writer.close();
        await state.close();
        await journal.close();
        directory.release();
      },
    };
  } catch (error) {
    for (const part of opened.reverse()) await part.close();
    directory.release();
    throw error;
  }
}

export { type DataDirectory, openDirectory, profileIn, readFormat } from './directory.ts';
export { createWriter, type Writer, type WriterState } from './writer.ts';
export { type HistoryOptions, openHistory } from './duckdb/index.ts';
export { instancesOf, startHistory } from './history.ts';
export { openJournal } from './journal/journal.ts';
export { copyStore, type DataDigest, digestStore } from './backup.ts';
export { openDatabase, viewDatabase, type Database, type DatabaseView, type Found, type Value } from './database.ts';
export { moveDurably, sync, writeDurably } from './durably.ts';
export { openOnlooker, type Onlooker, type SeenRow, type SeenValue } from './onlooker.ts';
export { follow, type Follower, type FollowOptions } from './follower.ts';
export { verify, type Verification } from './verify.ts';
