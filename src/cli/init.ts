/** `chorsu init`: a city of your own, as a directory of files. */
import { command, noWords, type Command } from './command.ts';
import { directory, file, list, required, text } from './kinds.ts';

const options = {
  out: required(directory('The directory to make; it must be empty or not there.')),
  name: required(text('NAME')('What the city is called, in the first of its languages.')),
  country: required(text('CODE')('TJ, KZ, KG, UZ or TM: the law pack and the fixed holidays.')),
  districts: required(file('GeoJSON with one feature per district (names, population), or one for the whole city.')),
  languages: list('TAGS')(
    'Languages of the city, the first for readers who ask for none of them. Default: the languages of the country.',
  ),
  timeZone: text('ZONE')('IANA time zone. Default: the one of the capital.'),
};

export const initCommand: Command = command({
  name: 'init',
  about: 'makes the profile of a city from its name and a file of districts',
  details:
    'Writes city.json and districts.geojson, which are yours to edit, and says what is still empty. Nothing is invented: ' +
    'what the district file does not say stays open. A second city is a second directory, not code.',
  words: noWords,
  options,
  examples: [
    {
      line: 'chorsu init --out ./aqkol --name Ақкөл --country KZ --districts ./districts.geojson --languages kk,ru',
      does: 'The profile of a city in Kazakhstan.',
    },
    { line: 'chorsu serve --data ./data/aqkol --city ./aqkol', does: 'Serves it.' },
  ],
  act: async (given, _, terminal) => {
    const { initCity } = await import('../city/index.ts');
    const { city, files, notes } = initCity({
      name: given.name,
      country: given.country,
      districtsFile: given.districts,
      out: given.out,
      ...(given.languages && { languages: given.languages }),
      ...(given.timeZone !== undefined && { timeZone: given.timeZone }),
    });
    terminal.out(`${files.join('\n')}\n`);
    terminal.err(`${city.districts.length} districts, ${city.languages.join(', ')}, ${city.timeZone}.\n`);
    for (const note of notes) terminal.err(`- ${note}\n`);
    terminal.err(`Serve it: chorsu serve --data ./data/${city.id} --city ${given.out}\n`);
    return 0;
  },
});
