/** What is asked of imports, and what is told of them. */
import type { MappingFile, Refused, Taken } from '../mapping/index.ts';
import type { EngineOptions, EngineResult } from './engine.ts';
import type { ImportKind, OpenedFile } from './importer.ts';
import type { NoteCounts } from './notes.ts';
import type { Remark } from './remark.ts';
import type { ImportCounts, ImportRecord } from './tables.ts';

/** What a file is opened with. */
export type FileOptions = {
  readonly file: string;
  /** Its name where `file` is a temporary one. Default: that of `file`. */
  readonly name?: string;
  /** Absent: what is remembered of the source. */
  readonly mapping?: MappingFile;
  /** Whose mapping; needed only when the mapping file has several for this kind of file. */
  readonly source?: string;
  /** Of a workbook: name or number from 1; default the one of the mapping, else the only visible one with values. */
  readonly sheet?: string;
};
export type ImportOptions = EngineOptions &
  FileOptions & {
    /** The import stands in the list, under this id, and nothing of the file is taken yet. */
    readonly onBegin?: (id: string) => Promise<void>;
  };

export type ImportReport = ImportCounts & {
  /** Under which it is listed and taken back; absent for a dry run. */
  readonly id?: string;
  readonly kind: ImportKind;
  readonly source: string;
  readonly unit: OpenedFile['unit'];
  readonly rejectedBy: ImportRecord['rejectedBy'];
  /** The first readings of this run, as they are or would be taken. */
  readonly preview: EngineResult['preview'];
  /** The first items of this run that were not, or would not be, taken. */
  readonly refusals: EngineResult['refusals'];
  /** What was met in the file, with how often: of a table see tables/table.ts. */
  readonly notes: ImportRecord['notes'];
  /** Items that an earlier run had dealt with; the counts are of all runs together. */
  readonly resumedAt: number;
  readonly stopped: boolean;
  /** What the door has to say of the file as a whole. */
  readonly remarks: readonly Remark[];
};

/** An import as pages and scripts see it. */
export type ImportView = Omit<ImportRecord, 'identity' | 'rejectsBytes'> & {
  /** While it runs or is taken back. */
  readonly progress?: { readonly done: number; readonly total: number; readonly perSecond: number };
  /** Taking it back is possible: it is at rest, and what it made is still known. */
  readonly undoable: boolean;
};

/** What the first items of a file become. */
export type Preview = {
  readonly kind: ImportKind;
  readonly source: string;
  readonly unit: OpenedFile['unit'];
  readonly bytes: number;
  readonly remarks: readonly Remark[];
  /** What was met in these items. */
  readonly notes: NoteCounts;
  readonly items: readonly {
    readonly number: number;
    readonly text: string;
    readonly results: readonly (Pick<Taken, 'reading' | 'leftOut'> | Refused)[];
  }[];
};
