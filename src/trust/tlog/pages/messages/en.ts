/** Native review: none. */
export const en = {
  title: 'Transparency log',
  lede: 'What was once written here cannot be changed or taken back unnoticed. An entry says that a version of a record existed at a time; what it said is proven by whoever holds it.',
  notWitnessed: 'Not witnessed.',
  notWitnessedText:
    'Nobody outside the city administration watches this log yet. Alone it proves little: two readers could be shown two different logs.',
  size: 'Entries',
  root: 'Root hash',
  key: 'Key of the log',
  witness: 'Witness',
  witnessedAt: '{name}, {at}, up to entry {n, num}',
  entries: 'Entries',
  entriesNote: 'Newest first. Each can be proven with a file that needs no connection to be checked.',
  entriesNone: 'Nothing has been logged yet',
  older: 'Older entries',
  what: 'Record',
  version: 'version {n}',
  at: 'Made',
  number: 'Number',
  proof: 'Proof',
  receipt: 'Download the proof',
  check: 'Check it yourself',
  checkNote: 'On any machine with Chorsu; other tools that read C2SP tlog-tiles work as well.',
  checkpoint: 'Newest checkpoint',
  typeLogKey: 'Key of this log',
  typeRelease: 'Release of the program',
  typeLawPack: 'Law pack',
  typeCalendar: 'Calendar of holidays',
};

export type LogKey = keyof typeof en;
