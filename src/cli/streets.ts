/** `chorsu streets`: takes the streets of a city from an OpenStreetMap extract. */
import { progress } from '../base/progress.ts';
import { command, type Command, type Terminal } from './command.ts';
import { directory, required } from './kinds.ts';

const options = {
  city: required(directory('The profile: a directory with city.json.')),
};

/** A bar for the readings of an extract, each over fewer bytes than the one before. */
export function osmProgress(terminal: Terminal): {
  onProgress: (done: number, total: number, step: 1 | 2 | 3) => void;
  end: () => void;
} {
  const titles = { 1: 'Looking through the extract', 2: 'Ways', 3: 'Positions' };
  let bar: { step: number; progress: ReturnType<typeof progress> } | undefined;
  return {
    onProgress: (done, total, step) => {
      if (bar?.step !== step) {
        bar?.progress.end();
        bar = {
          step,
          progress: progress({
            title: titles[step],
            unit: 'bytes',
            write: terminal.err,
            terminal: terminal.interactive,
            now: terminal.now,
          }),
        };
      }
      bar.progress.at(done, total);
    },
    end: () => bar?.progress.end(),
  };
}

export const streetsCommand: Command = command({
  name: 'streets',
  about: 'takes streets, waters, parks, places and house numbers from an OpenStreetMap extract',
  details:
    'Cuts what lies in the districts out of the extract (a city, a region or a country), replaces streets.geojson, ' +
    'ground.geojson, places.geojson and addresses.geojson of the profile, and writes the credit that the licence asks ' +
    'for into city.json. A city that is being served shows them after its next start.',
  words: { called: 'FILE.osm.pbf', about: 'The extract.', min: 1, max: 1 },
  options,
  examples: [{ line: 'chorsu streets ./tajikistan-latest.osm.pbf --city ./mycity', does: 'The streets of a city.' }],
  act: async (given, [file = ''], terminal) => {
    const { takeStreets } = await import('../city/index.ts');
    const { onProgress, end } = osmProgress(terminal);
    const { before, after, files, notes } = await takeStreets({ file, city: given.city, onProgress });
    end();
    terminal.out(`${files.join('\n')}\n`);
    for (const layer of ['streets', 'ground', 'groundLines', 'places', 'addresses'] as const) {
      const [was, is] = [before[layer].length, after[layer].length];
      terminal.err(`${layer}: ${was} before, ${is} now\n`);
    }
    for (const note of notes) terminal.err(`- ${note}\n`);
    return 0;
  },
});
