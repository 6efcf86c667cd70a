/** The timetables that hold now, one per source. */
import type { Timetable } from './timetable.ts';

export type Timetables = {
  /** @returns undefined when the source has none, or it is still being read */
  of(source: string): Timetable | undefined;
  list(): readonly { readonly source: string; readonly timetable: Timetable }[];
};
