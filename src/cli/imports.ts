/** `chorsu imports` and `chorsu undo`: what files have given, and the way back. */
import type { ImportView } from '../ingest/index.ts';
import { command, noWords, type Command } from './command.ts';
import type { Deed } from './control.ts';
import type { Importing } from './import.ts';
import { directory, file, flag, withDefault } from './kinds.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';

const data = withDefault(
  directory('The data directory. When a server runs on it, the server does the work.'),
  './data/city',
);
const city = file('City profile, for its law pack, when no server runs.');

export const importsDeed =
  ({ ingest }: Importing): Deed =>
  () =>
    ingest.imports.list();

export const undoDeed =
  ({ ingest }: Importing): Deed =>
  (wish, tell, signal) =>
    ingest.imports.undo(String(wish['id']), { signal, onProgress: (done, total) => tell(done, total) });

export function importsCommand<P extends Served & Importing>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'imports',
    about: 'lists what was imported',
    words: noWords,
    options: { data, city, json: flag('As JSON, with everything that is known.') },
    examples: [{ line: 'chorsu imports --data ./data/khujand', does: 'Newest first, with the id that undo takes.' }],
    act: async (given, _, terminal) => {
      const found = (await reach(
        { data: given.data, city: given.city, title: 'Reading', unit: '', looksOnly: true, wish: { do: 'imports' } },
        needs,
        terminal,
      )) as readonly ImportView[];
      if (given.json) terminal.out(`${JSON.stringify(found, undefined, 2)}\n`);
      else if (found.length === 0) terminal.out('Nothing was imported yet.\n');
      else for (const one of found) terminal.out(`${line(one)}\n`);
      return 0;
    },
  });
}

export function undoCommand<P extends Served & Importing>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'undo',
    about: 'takes an import back',
    details:
      'What the import gave leaves state and history, as if it had never been taken; what was there before is there again. ' +
      'What somebody else has changed since stays, and is named. A stopped undo goes on with the same command.',
    words: { called: 'ID', about: 'Of the import, as chorsu imports lists it.', min: 1, max: 1 },
    options: { data, city },
    examples: [{ line: 'chorsu undo 7k2m9q4xw3 --data ./data/khujand', does: 'Takes that import back.' }],
    act: async (given, [id = ''], terminal) => {
      const now = (await reach(
        { data: given.data, city: given.city, title: 'Taking back', unit: 'records', wish: { do: 'undo', id } },
        needs,
        terminal,
      )) as ImportView;
      const { gone = 0, restored = 0, stays = 0, staying = [] } = now.undo ?? {};
      const readings = now.counts.kept + now.counts.flagged;
      if (now.state !== 'undone') {
        terminal.err('Stopped before the end; the same command goes on from there.\n');
        return 1;
      }
      terminal.out(`${now.name}: ${readings} readings taken back\n`);
      terminal.out(`${gone} entities are gone, ${restored} are as before\n`);
      if (stays > 0) {
        terminal.out(`${stays} entities were changed by others since; what those gave stays: ${staying.join(', ')}`);
        terminal.out(stays > staying.length ? ', ...\n' : '\n');
      }
      return 0;
    },
  });
}

function line({ id, state, startedAt, source, name, unit, counts, prunedAt }: ImportView): string {
  const { items, kept, flagged, rejected, alreadyThere } = counts;
  const told = `${items} ${unit}s: kept ${kept + flagged}, rejected ${rejected}, already there ${alreadyThere}`;
  const when = new Date(startedAt).toISOString().slice(0, 16);
  return `${id}  ${when}  ${state.padEnd(7)}  ${source}  ${name}  ${told}${prunedAt === null ? '' : '; too old to undo'}`;
}
