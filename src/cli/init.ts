/** `chorsu init`: a city of your own, as a directory of files. */
import { inLanguage } from '../city/profile.ts';
import { command, noWords, type Command } from './command.ts';
import { directory, file, flag, list, text } from './kinds.ts';
import { osmProgress } from './streets.ts';
import { WrongUsage } from './usage.ts';

const options = {
  out: directory('The directory to make; it must be empty or not there. Needed to make one.'),
  city: text('ID')(
    'Begin with a shipped profile of a real city: names, languages, time zone, law pack and published facts.',
  ),
  list: flag('List the shipped profiles and end.'),
  name: text('NAME')('What the city is called, in the first of its languages. Needed without --city.'),
  country: text('CODE')('TJ, KZ, KG, UZ or TM: the law pack and the fixed holidays. Needed without --city.'),
  districts: file(
    'GeoJSON with one feature per district (names, population), or one for the whole city. Needed without --city and without an extract.',
  ),
  streets: file(
    'OpenStreetMap extract (.osm.pbf): streets, waters, parks, places, house numbers. Or GeoJSON with the named streets as LineStrings.',
  ),
  languages: list('TAGS')(
    'Languages of the city, the first for readers who ask for none of them. Default: the languages of the country.',
  ),
  timeZone: text('ZONE')('IANA time zone. Default: the one of the capital.'),
};

export const initCommand: Command = command({
  name: 'init',
  about: 'makes the profile of a city from a file of districts, or from a shipped profile',
  details:
    'Writes city.json and the GeoJSON files, which are yours to edit, and says what is still empty. Nothing is invented: ' +
    'what the files do not say stays open. A second city is a second directory, not code.',
  words: noWords,
  options,
  examples: [
    {
      line: 'chorsu init --out ./aqkol --name Ақкөл --country KZ --districts ./districts.geojson --languages kk,ru',
      does: 'The profile of a city in Kazakhstan.',
    },
    {
      line: 'chorsu init --out ./norak --name Норак --country TJ --streets ./norak.osm.pbf',
      does: 'One with the streets of OpenStreetMap.',
    },
    { line: 'chorsu serve --data ./data/aqkol --city ./aqkol', does: 'Serves it.' },
    { line: 'chorsu init --list', does: 'The real cities whose published facts are shipped.' },
    {
      line: 'chorsu init --city almaty --out ./almaty --districts ./districts.geojson --streets ./streets.geojson',
      does: 'Almaty with its facts and your own geometry.',
    },
  ],
  act: async (given, _, terminal) => {
    const { initCity, listShippedCities, findShippedCity, loadCity } = await import('../city/index.ts');
    if (given.list) {
      for (const id of listShippedCities()) {
        const { name, lawPack, facts } = loadCity(findShippedCity(id) ?? id);
        terminal.out(`${id.padEnd(12)} ${inLanguage(name, 'en').text}, ${lawPack.country}, ${facts.length} facts\n`);
      }
      return 0;
    }
    if (given.out === undefined) throw new WrongUsage('--out DIR is missing');
    if (given.city === undefined) {
      for (const option of ['name', 'country', 'districts'] as const) {
        const isEnough = option === 'districts' && /\.pbf$/i.test(given.streets ?? '');
        if (given[option] === undefined && !isEnough)
          throw new WrongUsage(`--${option} is missing, and no --city to begin with`);
      }
    }
    const { onProgress, end } = osmProgress(terminal);
    const { city, files, notes } = await initCity({
      onProgress,
      out: given.out,
      ...(given.city !== undefined && { shipped: given.city }),
      ...(given.name !== undefined && { name: given.name }),
      ...(given.country !== undefined && { country: given.country }),
      ...(given.districts !== undefined && { districtsFile: given.districts }),
      ...(given.streets !== undefined && { streetsFile: given.streets }),
      ...(given.languages && { languages: given.languages }),
      ...(given.timeZone !== undefined && { timeZone: given.timeZone }),
    });
    end();
    terminal.out(`${files.join('\n')}\n`);
    terminal.err(`${city.districts.length} districts, ${city.languages.join(', ')}, ${city.timeZone}.\n`);
    for (const note of notes) terminal.err(`- ${note}\n`);
    terminal.err(`Serve it: chorsu serve --data ./data/${city.id} --city ${given.out}\n`);
    return 0;
  },
});
