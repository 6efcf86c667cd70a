/** Which feed holds for which source: a row names the file, the file holds the bytes. */
import { keptDays } from '../importing/tables.ts';
import type { Files, RowDelta, Rows, SqlValue, TableDefinition } from '../../store/ports.ts';

/**
 * One row per import; of each source the newest one holds. So undoing an import is taking its row away, and the feed
 * before it holds again.
 */
export const gtfsFeedTable: TableDefinition = {
  name: 'gtfs_feed',
  columns: {
    source: 'TEXT',
    imported_at: 'INTEGER',
    sha256: 'TEXT',
    file_name: 'TEXT',
    bytes: 'INTEGER',
    version: 'TEXT',
    first_date: 'TEXT',
    last_date: 'TEXT',
    stops: 'INTEGER',
    routes: 'INTEGER',
    trips: 'INTEGER',
    stop_times: 'INTEGER',
    warnings: 'INTEGER',
    previous: 'TEXT',
  },
  key: ['source', 'imported_at'],
};

/** An import is known for its days and pruned within the hour after them: a day later it is surely too old. */
const undoableMs = (keptDays + 1) * 86_400_000;

export type FeedRow = {
  readonly source: string;
  /** ms since 1970. */
  readonly importedAt: number;
  readonly sha256: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly version: string | undefined;
  /** `20190415`: first and last day on which anything runs. */
  readonly firstDate: string | undefined;
  readonly lastDate: string | undefined;
  readonly stops: number;
  readonly routes: number;
  readonly trips: number;
  readonly stopTimes: number;
  readonly warnings: number;
  /** sha256 of the feed that held before. */
  readonly previous: string | undefined;
};

export type FeedStore = {
  /** The feeds that hold now, by source. */
  current(): Promise<readonly FeedRow[]>;
  currentOf(source: string): Promise<FeedRow | undefined>;
  /** The bytes of a feed. @throws Error when the file is damaged */
  bytes(sha256: string): Promise<Uint8Array | undefined>;
  /** Durable when resolved; nothing names the bytes yet. @returns their SHA-256 */
  keep(bytes: Uint8Array): Promise<string>;
  /** Rows of feeds that can never hold again: every import that took their place is too old to be taken back. */
  past(nowMs: number): Promise<readonly RowDelta[]>;
};

const newest = `SELECT * FROM gtfs_feed AS feed WHERE imported_at =
  (SELECT MAX(imported_at) FROM gtfs_feed AS other WHERE other.source = feed.source)`;

export function feedStore({ rows, files }: { rows: Rows; files: Files }): FeedStore {
  // The one that holds, and those that an undo can bring back.
  const kept = files.keeper(async () =>
    (await rows.all('SELECT DISTINCT sha256 FROM gtfs_feed')).map(({ sha256 }) => String(sha256)),
  );
  return {
    current: async () => (await rows.all(`${newest} ORDER BY source`)).map(rowOf),
    async currentOf(source) {
      const found = await rows.get(`${newest} AND source = ?`, [source]);
      return found && rowOf(found);
    },
    async bytes(sha256) {
      return kept.get(sha256);
    },
    keep: (bytes) => kept.put(bytes),
    async past(nowMs) {
      const limit = nowMs - undoableMs;
      const found = await rows.all(
        `SELECT source, imported_at FROM gtfs_feed AS feed
         WHERE EXISTS (SELECT 1 FROM gtfs_feed AS later WHERE later.source = feed.source
           AND later.imported_at > feed.imported_at AND later.imported_at < ?)`,
        [limit],
      );
      return found.map(({ source, imported_at }) => ({
        table: gtfsFeedTable.name,
        key: { source: String(source), imported_at: Number(imported_at) },
        row: null,
      }));
    },
  };
}

/** The row that makes a feed hold. */
export function feedRow({ source, importedAt, ...feed }: FeedRow): RowDelta {
  return {
    table: gtfsFeedTable.name,
    key: { source, imported_at: importedAt },
    row: {
      sha256: feed.sha256,
      file_name: feed.fileName,
      bytes: feed.bytes,
      version: feed.version ?? null,
      first_date: feed.firstDate ?? null,
      last_date: feed.lastDate ?? null,
      stops: feed.stops,
      routes: feed.routes,
      trips: feed.trips,
      stop_times: feed.stopTimes,
      warnings: feed.warnings,
      previous: feed.previous ?? null,
    },
  };
}

function rowOf(row: Readonly<Record<string, SqlValue>>): FeedRow {
  const text = (column: string): string | undefined => {
    const value = row[column];
    return typeof value === 'string' ? value : undefined;
  };
  const number = (column: string): number => Number(row[column] ?? 0);
  return {
    source: text('source') ?? '',
    importedAt: number('imported_at'),
    sha256: text('sha256') ?? '',
    fileName: text('file_name') ?? '',
    bytes: number('bytes'),
    version: text('version'),
    firstDate: text('first_date'),
    lastDate: text('last_date'),
    stops: number('stops'),
    routes: number('routes'),
    trips: number('trips'),
    stopTimes: number('stop_times'),
    warnings: number('warnings'),
    previous: text('previous'),
  };
}
