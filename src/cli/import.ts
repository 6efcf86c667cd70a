/** `chorsu import`: a file becomes readings, by a mapping. */
import { resolve } from 'node:path';
import type { Ingest, ImportNote, ImportReport, Remark } from '../ingest/index.ts';
import { command, type Command, type Terminal } from './command.ts';
import type { Deed } from './control.ts';
import { directory, file, flag, text, withDefault } from './kinds.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';

const options = {
  mapping: file(
    'The mapping that says which columns or properties become which values. Needed once: it stays with its source.',
  ),
  suggest: flag('Prints a first mapping for the file, to be read and corrected; takes nothing.'),
  source: text('ID')('Whose mapping; needed without --mapping, or when the mapping file has several for such files.'),
  type: text('TYPE')('With --suggest: what the rows or features are, such as Streetlight.'),
  sheet: text('NAME')(
    'The sheet of a workbook, by name or number; needed when several hold values and the mapping names none.',
  ),
  data: withDefault(
    directory('The data directory. When a server runs on it, the server does the import.'),
    './data/city',
  ),
  city: file('City profile, for its law pack, when no server runs.'),
  dryRun: flag('Reads, checks and counts, shows the first readings, takes nothing.'),
  rejects: file('Where what was not taken is listed, with row number and reason. Default: FILE.rejects.csv.'),
};

/** The part of a running platform that takes files. */
export type Importing = { readonly ingest: Pick<Ingest, 'importFile' | 'imports' | 'suggest'> };

const optional = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const importDeed =
  ({ ingest }: Importing): Deed =>
  async (wish, tell, signal) => {
    const { loadMapping } = await import('../ingest/index.ts');
    const mapping = optional(wish['mapping']);
    const source = optional(wish['source']);
    const rejects = optional(wish['rejects']);
    const sheet = optional(wish['sheet']);
    return ingest.importFile({
      file: String(wish['file']),
      ...(mapping !== undefined && { mapping: await loadMapping(mapping) }),
      signal,
      dryRun: wish['dryRun'] === true,
      ...(source !== undefined && { source }),
      ...(sheet !== undefined && { sheet }),
      ...(rejects !== undefined && { rejectsFile: rejects }),
      onProgress: ({ bytes, bytesTotal, readings, rejected }) =>
        tell(bytes, bytesTotal, `${readings} readings${rejected > 0 ? `, ${rejected} rejected` : ''}`),
    });
  };

/** What `--suggest` answers: a mapping file, and what its writer has to decide. */
type Suggested = { readonly file: unknown; readonly doubts: readonly Remark[] };

export const suggestDeed =
  ({ ingest }: Importing): Deed =>
  (wish) => {
    const [sheet, type] = [optional(wish['sheet']), optional(wish['type'])];
    return ingest.suggest(String(wish['file']), {
      ...(sheet !== undefined && { sheet }),
      ...(type !== undefined && { type }),
    });
  };

export function importCommand<P extends Served & Importing>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'import',
    about: 'takes a file into the city',
    details:
      'Every reading is kept, kept with a flag, or rejected with its reason; the counts add up to the file. The same command ' +
      'after an interruption, or for the same file again, takes only what is missing. Ctrl-C stops between two records.',
    words: {
      called: 'FILE',
      about: 'A table with a header (CSV, XLSX), GeoJSON, or a timetable (GTFS, .zip).',
      min: 1,
      max: 1,
    },
    options,
    examples: [
      { line: 'chorsu import air.csv --mapping air.json --dry-run', does: 'What would be taken, and what not.' },
      { line: 'chorsu import air.csv --mapping air.json --data ./data/khujand', does: 'Takes it.' },
      { line: 'chorsu import air-2027.csv --source air', does: 'Takes another one by the mapping that is remembered.' },
      { line: 'chorsu import lamps.xlsx --suggest > lamps.json', does: 'A mapping to complete, from header and rows.' },
      { line: 'chorsu import clinics.geojson --suggest > clinics.json', does: 'The same for GeoJSON.' },
      { line: 'chorsu import lamps.xlsx --mapping lamps.json --sheet 2', does: 'The second sheet of a workbook.' },
    ],
    act: async (given, [name = ''], terminal) => {
      const chosen = {
        ...(given.sheet !== undefined && { sheet: given.sheet }),
        ...(given.type !== undefined && { type: given.type }),
      };
      if (given.suggest) {
        const wish = { do: 'suggest', file: resolve(name), ...chosen };
        const errand = { data: given.data, city: given.city, title: 'Looking', unit: 'rows', looksOnly: true, wish };
        const { file, doubts } = (await reach(errand, needs, terminal)) as Suggested;
        terminal.out(`${JSON.stringify(file, null, 2)}\n`);
        for (const { text } of doubts) terminal.err(`To decide: ${text}\n`);
        return 0;
      }
      const rejects = given.rejects ?? `${name}.rejects.csv`;
      const report = (await reach(
        {
          data: given.data,
          city: given.city,
          title: given.dryRun ? 'Reading' : 'Importing',
          unit: 'bytes',
          looksOnly: given.dryRun,
          wish: {
            do: 'import',
            file: resolve(name),
            ...(given.mapping !== undefined && { mapping: resolve(given.mapping) }),
            dryRun: given.dryRun,
            ...(given.source !== undefined && { source: given.source }),
            ...(given.sheet !== undefined && { sheet: given.sheet }),
            ...((!given.dryRun || given.rejects !== undefined) && { rejects: resolve(rejects) }),
          },
        },
        needs,
        terminal,
      )) as ImportReport;
      tell(report, given.dryRun, rejects, terminal);
      return report.stopped ? 1 : 0;
    },
  });
}

const noteTexts: Readonly<Record<ImportNote, string>> = {
  formulas: 'values that formulas gave',
  errors: 'cells that show an error, taken as missing',
  merged: 'cells filled from the merged cell they belong to',
  hidden: 'hidden rows, taken like the others',
  beyond: 'rows with values to the right of the header, which are not read',
  far: 'places far outside of the city, taken as they are',
  halfPlace: 'half a position (one of its two numbers is missing), taken without place',
  birth: 'names or places at birth that cannot be read; the values are taken',
};

function tell(report: ImportReport, dryRun: boolean, rejects: string, { out, err }: Terminal): void {
  const { items, unit, readings, kept, flagged, rejected, alreadyThere, born, source, rejectedBy, preview, notes } =
    report;
  for (const { text } of report.remarks) out(`${text}\n`);
  if (dryRun) for (const reading of preview) out(`${JSON.stringify(reading)}\n`);
  out(`${items} ${unit}s, ${readings} readings of source ${source}${dryRun ? ', nothing taken (--dry-run)' : ''}\n`);
  out(`kept ${kept}, flagged ${flagged}, rejected ${rejected}, already there ${alreadyThere}; ${born} new entities\n`);
  if (report.resumedAt > 0) out(`went on after ${unit} ${report.resumedAt}; the counts are of all runs\n`);
  for (const [reason, count] of Object.entries(rejectedBy)) out(`rejected for ${reason}: ${count}\n`);
  if (dryRun) {
    for (const { number, reason, detail } of report.refusals) out(`${unit} ${number}: ${reason}: ${detail}\n`);
    if (rejected > report.refusals.length) out(`--rejects FILE lists all ${rejected}\n`);
  }
  for (const [note, count] of Object.entries(notes)) out(`${noteTexts[note as ImportNote]}: ${count}\n`);
  if (rejected > 0 && !dryRun) err(`The rejected ${unit}s stand in ${rejects}\n`);
  if (report.id !== undefined && kept + flagged > 0) err(`To take it back: chorsu undo ${report.id}\n`);
  if (report.stopped) err('Stopped before the end; the same command goes on from there.\n');
}
