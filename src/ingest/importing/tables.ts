/** The tables of imports: what each import is and has counted, what each of its records made, what is remembered. */
import type { RowDelta, SqlValue, TableDefinition } from '../../store/ports.ts';
import type { Refusal } from '../mapping/index.ts';
import type { ImportKind, OpenedFile } from './importer.ts';
import type { NoteCounts } from './notes.ts';

export const importTable: TableDefinition = {
  name: 'ingest_import',
  // `detail` is JSON of what no query asks for.
  columns: {
    id: 'TEXT',
    source: 'TEXT',
    identity: 'TEXT',
    state: 'TEXT',
    started_at: 'INTEGER',
    finished_at: 'INTEGER',
    detail: 'TEXT',
  },
  key: ['id'],
  indexes: [['identity'], ['source']],
};

/** One row per record of an import, written in that record: its `_seq` is the record's place in the journal. */
export const batchTable: TableDefinition = {
  name: 'ingest_import_batch',
  columns: { import: 'TEXT', n: 'INTEGER', at: 'TEXT', seq: 'INTEGER', manifest: 'BLOB', doubtful: 'BLOB' },
  key: ['import', 'n'],
};

export const importTables: readonly TableDefinition[] = [importTable, batchTable];

/**
 * `running` without a process that runs it means that it was killed; like `stopped` and `failed` it goes on at its place
 * with the same command.
 */
export const importStates = ['running', 'stopped', 'failed', 'done', 'undoing', 'undone'] as const;
export type ImportState = (typeof importStates)[number];

export type ImportCounts = {
  /** Rows or features of the file. */
  readonly items: number;
  /** Of a wide table one per cell, else one per item; the sum of the four below. */
  readonly readings: number;
  readonly kept: number;
  /** Kept with a status: out of range or doubtful. */
  readonly flagged: number;
  readonly rejected: number;
  /** Taken before, by another import or from the source itself. */
  readonly alreadyThere: number;
  /** Entities that were not there before. */
  readonly born: number;
};

/** What an undo did so far. */
export type UndoOutcome = {
  /** Entities that are gone, as if they had never been. */
  readonly gone: number;
  /** Entities of which attributes are again what they were. */
  readonly restored: number;
  /** Entities that somebody else has changed since: what they gave stays. */
  readonly stays: number;
  /** Ids of some of those. */
  readonly staying: readonly string[];
};

/** An import as it is kept. Instants in milliseconds. */
export type ImportRecord = {
  readonly id: string;
  readonly kind: ImportKind;
  /** Id of the source. */
  readonly source: string;
  readonly unit: OpenedFile['unit'];
  /** Of the file, without its directory. */
  readonly name: string;
  readonly bytes: number;
  /** The same for the same file with the same mapping. */
  readonly identity: string;
  readonly state: ImportState;
  readonly counts: ImportCounts;
  readonly rejectedBy: Readonly<Partial<Record<Refusal, number>>>;
  /** What was met in the file so far, with how often; see `OpenedFile.notes`. */
  readonly notes: NoteCounts;
  /** Items that are dealt with; an import that goes on begins after them. */
  readonly place: number;
  /** Records that took something. */
  readonly batches: number;
  /** Length of the rejects file when `place` was noted. */
  readonly rejectsBytes: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Why it failed. */
  readonly error: string | null;
  readonly undo: UndoOutcome | null;
  readonly undoneAt: number | null;
  /** When what it made was forgotten: then it can no longer be undone. */
  readonly prunedAt: number | null;
};

export const noCounts: ImportCounts = {
  items: 0,
  readings: 0,
  kept: 0,
  flagged: 0,
  rejected: 0,
  alreadyThere: 0,
  born: 0,
};

/** Until then an import can be taken back. */
export const keptDays = 90;

/** Of an import that begins. */
export const nothingYet = {
  counts: noCounts,
  rejectedBy: {},
  notes: {},
  place: 0,
  batches: 0,
  rejectsBytes: 0,
} as const;

export function importRow(record: ImportRecord): RowDelta {
  const { id, source, identity, state, startedAt, finishedAt, ...detail } = record;
  return {
    table: importTable.name,
    key: { id },
    row: {
      source,
      identity,
      state,
      started_at: startedAt,
      finished_at: finishedAt,
      detail: JSON.stringify(detail),
    },
  };
}

export function toImport(row: Readonly<Record<string, SqlValue>>): ImportRecord {
  const detail = JSON.parse(String(row['detail'])) as Omit<
    ImportRecord,
    'id' | 'source' | 'identity' | 'state' | 'startedAt' | 'finishedAt'
  >;
  return {
    id: String(row['id']),
    source: String(row['source']),
    identity: String(row['identity']),
    state: String(row['state']) as ImportState,
    startedAt: Number(row['started_at']),
    finishedAt: row['finished_at'] === null ? null : Number(row['finished_at']),
    ...detail,
  };
}

export const batchRow = (id: string, n: number, row: RowDelta['row']): RowDelta => ({
  table: batchTable.name,
  key: { import: id, n },
  row,
});
