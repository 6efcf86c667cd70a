/** What a suggestion cannot know; whoever sends the file answers. */
export const doubtKinds = [
  'empty', // the table holds no rows, so nothing was learnt of its columns
  'personal', // a column about persons is left out
  'ambiguousDate', // 03/04/2025: the column is left out until its format is said
  'ambiguousNumber', // 1,234
  'total', // a line of totals
  'stray', // a few values are not what the others are
  'identifier', // what identifies a row is not sure
  'type', // what the rows are is not sure
  'swapped', // longitude and latitude stand under each other's name
  'far', // the places lie far outside of the city
  'utmZone', // the zone is the city's; the table does not say it
  'zone', // local times are taken as those of the city
  'encoding', // not UTF-8; read as what it looks like
  'header', // the header is not in the first row
  'sheet', // one of several sheets
  'unnamed', // columns without a name are left out
] as const;
export type DoubtKind = (typeof doubtKinds)[number];

export type Doubt = {
  readonly kind: DoubtKind;
  readonly column?: string;
  /** In English, for the command line and the note of the mapping. */
  readonly text: string;
};
