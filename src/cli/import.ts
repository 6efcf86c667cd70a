/** `chorsu import`: a file becomes readings, by a mapping. */
import { resolve } from 'node:path';
import type { Ingest, ImportReport } from '../ingest/index.ts';
import { command, type Command, type Terminal } from './command.ts';
import type { Deed } from './control.ts';
import { directory, file, flag, required, text, withDefault } from './kinds.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';

const options = {
  mapping: required(file('The mapping that says which columns become which values.')),
  source: text('ID')('Whose mapping; needed when the mapping file has several for such files.'),
  data: withDefault(
    directory('The data directory. When a server runs on it, the server does the import.'),
    './data/city',
  ),
  city: file('City profile, for its law pack, when no server runs.'),
  dryRun: flag('Reads, checks and counts, shows the first readings, takes nothing.'),
  rejects: file('Where what was not taken is listed, with row number and reason. Default: FILE.rejects.csv.'),
};

/** The part of a running platform that takes files. */
export type Importing = { readonly ingest: Pick<Ingest, 'declare' | 'importFile'> };

const optional = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const importDeed =
  ({ ingest }: Importing): Deed =>
  async (wish, tell, signal) => {
    const { loadMapping } = await import('../ingest/index.ts');
    const mapping = await loadMapping(String(wish['mapping']));
    const source = optional(wish['source']);
    const rejects = optional(wish['rejects']);
    // What the law pack refuses is refused here, before a row is read.
    for (const declared of mapping.sources) ingest.declare(declared);
    return ingest.importFile({
      file: String(wish['file']),
      mapping,
      signal,
      dryRun: wish['dryRun'] === true,
      ...(source !== undefined && { source }),
      ...(rejects !== undefined && { rejectsFile: rejects }),
      onProgress: ({ bytes, bytesTotal, readings, rejected }) =>
        tell(bytes, bytesTotal, `${readings} readings${rejected > 0 ? `, ${rejected} rejected` : ''}`),
    });
  };

export function importCommand<P extends Served & Importing>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'import',
    about: 'takes a file into the city',
    details:
      'Every reading is kept, kept with a flag, or rejected with its reason; the counts add up to the file. The same command ' +
      'after an interruption, or for the same file again, takes only what is missing. Ctrl-C stops between two records.',
    words: { called: 'FILE', about: 'A CSV file with a header.', min: 1, max: 1 },
    options,
    examples: [
      { line: 'chorsu import air.csv --mapping air.json --dry-run', does: 'What would be taken, and what not.' },
      { line: 'chorsu import air.csv --mapping air.json --data ./data/khujand', does: 'Takes it.' },
    ],
    act: async (given, [name = ''], terminal) => {
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
            mapping: resolve(given.mapping),
            dryRun: given.dryRun,
            ...(given.source !== undefined && { source: given.source }),
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

function tell(report: ImportReport, dryRun: boolean, rejects: string, { out, err }: Terminal): void {
  const { items, unit, readings, kept, flagged, rejected, alreadyThere, entities, source, rejectedBy, preview } =
    report;
  if (dryRun) for (const reading of preview) out(`${JSON.stringify(reading)}\n`);
  out(`${items} ${unit}s, ${readings} readings of source ${source}${dryRun ? ', nothing taken (--dry-run)' : ''}\n`);
  out(`kept ${kept}, flagged ${flagged}, rejected ${rejected}, already there ${alreadyThere}; ${entities} entities\n`);
  for (const [reason, count] of Object.entries(rejectedBy)) out(`rejected for ${reason}: ${count}\n`);
  if (rejected > 0 && !dryRun) err(`The rejected ${unit}s stand in ${rejects}\n`);
  if (report.stopped) err('Stopped before the end; the same command goes on from there.\n');
}
