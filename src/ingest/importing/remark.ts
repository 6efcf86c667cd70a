/** What is to be said of a file before it is taken; a closed set: each kind has its words in every catalogue. */
export const remarkKinds = [
  // What a suggestion cannot know; whoever sends the file answers.
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
  'unfilled', // columns or properties that are empty in every item are left out
  'firstOnly', // the file is large, and only its beginning was looked at
  // What a door says of a file that it understands without a mapping.
  'timetable', // what the timetable holds
  'timetableZone', // its times are of another zone than the city's
  'feedWarning', // a warning of the GTFS validator
  'feedUnused', // a file or column that is kept with the feed and not used
  'realtime', // what the message of GTFS Realtime holds
  'notRead', // what was in the message and is not read
] as const;
export type RemarkKind = (typeof remarkKinds)[number];

export type Remark = {
  readonly kind: RemarkKind;
  readonly column?: string;
  /** In English, with the values that it is about; for the command line and the note of a mapping. */
  readonly text: string;
};
