/** What is met in a file besides what is refused: taken as it is, or left out, and counted under a name. */
import type { Box } from '../../city/index.ts';
import { omissions, type Refused, type Taken } from '../mapping/index.ts';
import { placing } from '../placing.ts';
import { tableNotes } from '../tables/table.ts';

/** A closed set: each has its words in every catalogue. */
export const importNotes = [
  ...tableNotes,
  'far', // places far outside of the city, taken as they are
  ...omissions,
] as const;
export type ImportNote = (typeof importNotes)[number];
export type NoteCounts = Readonly<Partial<Record<ImportNote, number>>>;

/** Looks at the readings of one file as they are made. */
export type ReadingNotes = {
  /** Refuses a place whose longitude and latitude are swapped; counts the others that are far, and what was left out. */
  look(result: Taken | Refused): Taken | Refused;
  counts(): NoteCounts;
};

/** @param box of the city; absent: the whole earth */
export function readingNotes(box: Box | undefined): ReadingNotes {
  const places = box && placing(box);
  const counts: Partial<Record<ImportNote, number>> = {};
  const count = (note: ImportNote): void => {
    counts[note] = (counts[note] ?? 0) + 1;
  };
  return {
    look(result) {
      if (result.reason !== undefined) return result;
      const place = places?.check(result);
      if (typeof place === 'object') return place;
      if (place !== undefined) count(place);
      for (const { kind } of result.leftOut ?? []) count(kind);
      return result;
    },
    counts: () => counts,
  };
}
