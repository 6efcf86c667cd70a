/** Runs the ETSI NGSI-LD Test Suite against the product. See README.md. */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startProduct } from './product.ts';
import { details, failureLines, table } from './report.ts';
import { readResults, score, type Exception, type Result } from './score.ts';
import {
  defaultGroups,
  isCase,
  merged,
  overlay,
  partName,
  parts,
  readSuite,
  robotWords,
  select,
  variables,
} from './suite.ts';
import { writePins, type SuiteFile } from './suite.ts';

const usage = `node_modules/.bin/node test/conformance/run.ts --suite DIR [options] [parts...]

Parts: directories, files or cases of the suite: Provision, Provision/Entities, CreateEntity, 001_02, 001_02_03.
Without one: ${defaultGroups.join(', ')}.

  --suite DIR      checkout of the suite
  --python FILE    Python with the packages of the suite. Default: python3
  --product DIR    checkout of the product. Default: this one
  --serve=WORDS    further options of chorsu serve; {address} is where the servers of the suite listen
  --include TAG    only cases with this tag
  --results DIR    where output.xml, log.html and product.log of each part are kept. Default: a new directory
  --jobs N         parts at a time. Default: 1
  --levels N       levels of directories in the table. Default: 2
  --details        shows what every failing case sent and got
  --show CASE      runs nothing: shows what a case of the run in --results sent and got

Exit codes: 0 all that failed is in exceptions.json, 1 not so, 2 wrong usage
`;

const here = dirname(fileURLToPath(import.meta.url));
const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    product: { type: 'string', default: join(here, '../..') },
    serve: { type: 'string', default: '' },
    include: { type: 'string' },
    results: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    levels: { type: 'string', default: '2' },
    details: { type: 'boolean', default: false },
    show: { type: 'string' },
  },
});
/** Files that share a product: few enough that jobs can share a long directory. */
const filesMost = 16;
/** Then robot is interrupted; what it had not run counts as missing. */
const minutesMost = 15;
const port = 9090;
/** `context_server_port` of the suite: its contexts are downloaded although their host is not public. */
const contextServerPort = 8087;
/** The suite wants 40 values of the past in parts (020_13) and 14 at once (020_05); a city wants thousands. */
const temporalPage = 30;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  if (given.show !== undefined && given.results !== undefined) return show(given.show, given.results);
  const all = given.suite === undefined ? [] : readSuite(resolve(given.suite));
  const words = positionals.length > 0 ? positionals : defaultGroups;
  const selected = words.map((word) => select(all, word));
  const unknown = words.filter((_, index) => selected[index]?.length === 0);
  if (given.suite === undefined || unknown.length > 0) {
    process.stderr.write(given.suite === undefined ? usage : `The suite has no ${unknown.join(', ')}.\n`);
    return 2;
  }
  const chosen = merged(selected.flat());
  const results = resolve(given.results ?? mkdtempSync(join(tmpdir(), 'chorsu-conformance-')));
  rmSync(join(results, 'parts'), { recursive: true, force: true });
  return report(chosen, await runParts(resolve(given.suite), all, chosen, results), results);
}

function show(word: string, results: string): number {
  const found = readdirSync(join(results, 'parts'))
    .flatMap((part) => readPart(join(results, 'parts', part)))
    .filter(({ name }) => isCase(name, word));
  say(found.length > 0 ? found.map(details).join('\n') : `There is no ${word} in ${results}.`);
  return found.length > 0 ? 0 : 1;
}

function report(chosen: readonly SuiteFile[], results: readonly Result[], directory: string): number {
  const exceptions = JSON.parse(readFileSync(join(here, 'exceptions.json'), 'utf8')) as readonly Exception[];
  const found = score(chosen, results, exceptions);
  if (given.details) for (const failure of found.failures) say(details(failure));
  say(`\n${table(found.rows, Number(given.levels))}\n`);
  for (const line of failureLines(found)) say(`FAIL ${line}`);
  for (const name of found.stale) say(`PASSES although it is in exceptions.json: ${name}`);
  say(`\nKept in ${directory}`);
  const missing = given.include === undefined && found.rows.some((row) => row.missing > 0);
  return found.failures.length > 0 || missing ? 1 : 0;
}

async function runParts(
  checkout: string,
  all: readonly SuiteFile[],
  chosen: readonly SuiteFile[],
  directory: string,
): Promise<readonly Result[]> {
  const waiting = parts(chosen, filesMost).map((part, index) => ({ part, index }));
  const results: Result[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const place = join(directory, 'parts', String(next.index).padStart(3, '0'));
      const begun = performance.now();
      const found = await runPart(checkout, robotWords(next.part, all), place).catch(noResults(place));
      const passed = found.filter(({ status }) => status === 'pass').length;
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      say(`${partName(next.part)}: ${passed} of ${found.length} (${seconds} s, ${place})`);
      results.push(...found);
    }
  };
  await Promise.all(Array.from({ length: Number(given.jobs) }, work));
  return results;
}

/** A fresh product on a loopback address of its own, and robot against it. */
async function runPart(
  checkout: string,
  robotOptions: readonly string[],
  directory: string,
): Promise<readonly Result[]> {
  const address = `127.${byte()}.${byte()}.${byte()}`;
  const url = `http://${address}:${port}`;
  const [pins, robotDirectory] = [join(directory, 'contexts'), join(directory, 'suite')];
  writePins(checkout, pins);
  overlay(checkout, robotDirectory);
  const options = {
    '--host': address,
    '--port': String(port),
    '--contexts': pins,
    '--context-hosts': `${address}:${contextServerPort}`,
    '--temporal-page': String(temporalPage),
  };
  const further = given.serve
    .replaceAll('{address}', address)
    .split(' ')
    .filter((word) => word !== '');
  const words = [...Object.entries(options).flat(), ...further];
  const product = await startProduct(resolve(given.product), directory, words, url);
  try {
    await robot(robotDirectory, directory, address, robotOptions);
  } finally {
    await product.stop();
    rmSync(join(directory, 'city'), { recursive: true, force: true });
    rmSync(robotDirectory, { recursive: true });
  }
  return readPart(directory);
}

const byte = (): number => 1 + Math.floor(Math.random() * 254);

async function robot(cwd: string, output: string, address: string, words: readonly string[]): Promise<void> {
  const set = Object.entries(variables(address, port)).flatMap(([name, value]) => ['--variable', `${name}:${value}`]);
  const include = given.include === undefined ? [] : ['--include', given.include];
  const log = openSync(join(output, 'robot.log'), 'w');
  const child = spawn(
    given.python,
    ['-m', 'robot', '--outputdir', output, '--report', 'NONE', '--console', 'none', ...set, ...include, ...words],
    { cwd, stdio: ['ignore', log, log] },
  );
  const slow = setTimeout(() => child.kill('SIGINT'), minutesMost * 60_000);
  await new Promise((done, failed) => child.once('exit', done).once('error', failed));
  clearTimeout(slow);
}

function readPart(directory: string): readonly Result[] {
  try {
    return readResults(readFileSync(join(directory, 'output.xml'), 'utf8'));
  } catch (error) {
    return noResults(directory)(error);
  }
}

/** Cases without results count as missing. */
const noResults =
  (directory: string) =>
  (error: unknown): readonly Result[] => {
    say(`${directory}: no results (${error instanceof Error ? error.message : String(error)})`);
    return [];
  };

process.exitCode = await main();
