/**
 * What a door for files does: it opens a file, and says of each of its items (a row, a feature, a stop) which readings
 * it is or why it is none. Everything else is the same for all of them and stands in this folder: what is known already,
 * records, counts, the rejects file, progress, going on after a kill, undo.
 */
import type { Box } from '../../city/index.ts';
import type { RowDelta } from '../../store/ports.ts';
import type { City } from '../../city/profile.ts';
import type { TimetableDoor } from '../gtfs/door.ts';
import type { MappingFile, Refused, Taken } from '../mapping/index.ts';
import type { SourceKind } from '../schema.ts';
import type { NoteCounts } from './notes.ts';
import type { Remark } from './remark.ts';

export const importKinds = ['csv', 'xlsx', 'geojson', 'gtfs', 'gtfs-rt'] as const;
export type ImportKind = (typeof importKinds)[number];

/** One row or feature. */
export type ImportItem = {
  /** From 1, in the order of the file; what the reader of a refusal looks for (`row 17`, `feature 3`). */
  readonly number: number;
  /** As it stands in the file, for the rejects file. At most some kilobytes. */
  readonly text: string;
  /** Usually one; a row of a wide table gives many. */
  readonly results: readonly (Taken | Refused)[];
};

/** A file that was opened and looks usable; nothing of it is taken yet. */
export type OpenedFile = {
  readonly kind: ImportKind;
  /** Id of the declared source. */
  readonly source: string;
  /** Of the file; progress is told in it. */
  readonly bytes: number;
  /** What an item is called in refusals. */
  readonly unit: 'row' | 'feature' | 'record';
  /**
   * The items in order, in groups of some hundred. `read` is the place in bytes after the group. Memory stays flat:
   * nobody holds more than a group.
   */
  items(): AsyncIterable<{ readonly items: readonly ImportItem[]; readonly read: number }>;
  /** What was met in the items read so far that their reader should know of, with how often (`formulas: 12`). */
  notes?(): NoteCounts;
  /** What is to be known of the file as a whole: what it holds, what is doubtful, what is not used. */
  readonly remarks?: readonly Remark[];
  /**
   * Rows of this door's tables that belong to the last record of the import, such as the timetable that holds now. Asked
   * once, after the last item was taken; never in a dry run.
   */
  rowsAtEnd?(): readonly RowDelta[] | Promise<readonly RowDelta[]>;
  close(): Promise<void>;
};

/** What a file is opened with. */
export type OpenOptions = {
  readonly mapping: MappingFile;
  /** Whose mapping; needed only when the mapping file has several for this kind of file. */
  readonly source?: string;
  /** Of a workbook: name or number from 1; default the one of the mapping, else the only visible one with values. */
  readonly sheet?: string;
  /** The platform's clock, ms: for items without a time of their own, and for `maxFuture`. */
  readonly now: () => number;
  /** For timetables; absent where none can be taken. */
  readonly timetables?: TimetableDoor;
  /** Of the city: for positions that cannot be. Absent: the whole earth. */
  readonly box?: Box;
};

/** One door: which files are its own, and how they are opened. */
export type Importer = {
  readonly kind: ImportKind;
  /** What it accepts, for the message that refuses a file: `CSV (.csv, .tsv, .txt)`. */
  readonly accepts: string;
  /**
   * @param name of the file, without its directory
   * @param head its first bytes, at most `headBytes`
   */
  recognises(name: string, head: Uint8Array): boolean;
  /** @throws Problem bad-data with all that is wrong before the first item; not-found */
  open(file: string, options: OpenOptions): Promise<OpenedFile>;
  /**
   * A first mapping for a file that has none.
   * @throws Problem bad-data, not-found
   */
  suggest?(file: string, about: SuggestAbout): Promise<MappingSuggestion>;
};

/** What is known of a file of which nothing is known yet. */
export type SuggestAbout = {
  /** Its places, days and names are taken for those of this city. */
  readonly city: Pick<City, 'languages' | 'timeZone' | 'bbox' | 'center'>;
  /** As its sender calls it. Default: the file's name. */
  readonly name?: string;
  /** Of a workbook. */
  readonly sheet?: string;
  /** What its items are. Default: what the file tells. */
  readonly type?: string;
};

/** What a door makes of a file by looking at it: one element of `mappings`, without its source. */
export type MappingSuggestion = {
  /** Kind of the source. */
  readonly kind: SourceKind;
  readonly mapping: Readonly<Record<string, unknown>>;
  /** What it could not know. */
  readonly doubts: readonly Remark[];
};
