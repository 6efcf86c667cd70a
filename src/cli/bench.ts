/** `chorsu bench`: measures this machine; the same as `npm run bench`. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { command, type Command } from './command.ts';
import { integer, withDefault } from './kinds.ts';

const options = { seconds: withDefault(integer(1, 3600, 'SECONDS')('How long each figure is measured.'), 10) };
const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const benchCommand: Command = command({
  name: 'bench',
  about: 'measures what this machine carries',
  details:
    'Starts cities in temporary directories, loads them, and prints the machine and the figures beside ceilings that were ' +
    'measured in the same run. Nothing of a real city is touched. A quiet machine gives better figures.',
  words: { called: 'NAME...', about: 'Which figures, such as P1; all of them when none is named.', min: 0, max: 99 },
  options,
  examples: [
    { line: 'chorsu bench', does: 'Every figure.' },
    { line: 'chorsu bench P1 P3 --seconds 5', does: 'Two of them, quickly.' },
  ],
  act: ({ seconds }, names) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const parameters = ['--import', file('src/tsx.ts'), file('bench/main.ts'), '--seconds', String(seconds), ...names];
    const child = spawn(process.execPath, parameters, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
    return promise;
  },
});
