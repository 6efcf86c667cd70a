/** A score as text. */
import { basename } from 'node:path';
import type { Result, Row, Score } from './score.ts';
import { summed } from './score.ts';

const columns = ['cases', 'pass', 'fail', 'excepted', 'skip', 'missing'] as const;

/** @param levels how many levels of directories a row stands for */
export function table(rows: readonly Row[], levels: number): string {
  const groups = summed(rows, levels);
  const all = summed(
    groups.map((row) => ({ ...row, directory: 'all' })),
    1,
  );
  const lines = [...groups, ...(groups.length > 1 ? all : [])];
  const width = Math.max(...lines.map(({ directory }) => directory.length), 4);
  const head = `${'part'.padEnd(width)}  ${columns.map((name) => name.padStart(8)).join('')}`;
  const body = lines.map(
    (row) => `${row.directory.padEnd(width)}  ${columns.map((name) => String(row[name]).padStart(8)).join('')}`,
  );
  return [head, ...body].join('\n');
}

/** One line for each failure: case, file when the name does not tell it, first line of the message. */
export const failureLines = ({ failures }: Score): readonly string[] =>
  failures.map(({ file, name, message }) => {
    const place = name.startsWith(basename(file)) ? '' : ` (${basename(file)})`;
    return `${name}${place}: ${firstLine(message)}`;
  });

const firstLine = (message: string): string => {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const first = lines[0] ?? 'no message';
  return first.endsWith(':') && lines[1] !== undefined ? `${first} ${lines[1].trim()}` : first;
};

/** Everything a case sent and got, then why it failed. */
export function details({ name, file, status, message, log }: Result): string {
  return `== ${name}  [${file}]  ${status}\n\n${log.map(exchange).join('\n\n')}\n\n-- ${message}\n`;
}

/** What every request and answer of the suite carries, and nobody looks at. */
const dull = /^(user-agent|accept-encoding|connection|keep-alive|content-length|transfer-encoding|date)$/i;

/** A message of RequestsLibrary without its dull headers: `> GET url` or `< 200 OK`, headers, body; others as they are. */
function exchange(entry: string): string {
  const [, verb, way] = /^([A-Z]+) (Request|Response) : /.exec(entry) ?? [];
  if (verb === undefined) return entry.trim();
  const part = (label: string): string => new RegExp(`^ ?${label}=(.*)$`, 'm').exec(entry)?.[1]?.trim() ?? '';
  const headers = [...part('headers').matchAll(/'([^']+)': (?:'([^']*)'|"([^"]*)")/g)]
    .filter(([, key = '']) => !dull.test(key))
    .map(([, key, single, double]) => `  ${key}: ${single ?? double}`);
  const head =
    way === 'Request' ? `> ${verb} ${/url=(\S+)/.exec(entry)?.[1]}` : `< ${part('status').replace(', reason=', ' ')}`;
  const body = entry
    .slice(entry.search(/^ ?body=/m))
    .replace(/^ ?body=/, '')
    .trim();
  return [head, ...headers, ...(body === 'None' ? [] : [`  ${body}`])].join('\n');
}
