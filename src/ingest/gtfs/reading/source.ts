/** What every reader of a table is given. */
import type { Zip } from '../../zip.ts';
import type { Faults } from './faults.ts';
import type { Translations } from './translations.ts';

export type FeedFiles = {
  readonly zip: Pick<Zip, 'find' | 'streamEntry'>;
  /** Where the files stand in the archive: empty, or a folder with `/`. */
  readonly folder: string;
  readonly faults: Faults;
};

/** Ids of a table in the order of their rows, each with its place. */
export type Places = ReadonlyMap<string, number>;

export type Named = FeedFiles & { readonly translations: Translations };
