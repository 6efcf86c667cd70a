/** Runs the property-based API tester schemathesis over our own OpenAPI document. See README.md. */
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fill, runCommand, writeMapping } from './fuzz/city.ts';
import { fuzzConfig, type Document } from './fuzz/config.ts';
import { addReport, newTally, notDone, operationTable } from './fuzz/report.ts';
import { startProduct } from './product.ts';

const usage = `node_modules/.bin/node test/conformance/fuzz.ts --schemathesis EXECUTABLE [options]

  --schemathesis EXECUTABLE  of a virtual environment with schemathesis 4.32.5
  --product DIR       checkout of the product. Default: this one
  --seed N            Default: 4
  --max-examples N    for each operation. Default: 100
  --seconds N         of the fuzzing and of the stateful phase, at most. Default: 400
  --phases A,B        Default: examples,coverage,fuzzing,stateful
  --checks A,B        Default: those of docs/conformance.md
  --port N            Default: 9091
  --results DIR       where reports, log and city are kept. Default: a new directory

Exit codes: 0 nothing was found, 1 something was, 2 wrong usage
`;

const here = dirname(fileURLToPath(import.meta.url));
const { values: given } = parseArgs({
  options: {
    schemathesis: { type: 'string' },
    product: { type: 'string', default: join(here, '../..') },
    seed: { type: 'string', default: '4' },
    'max-examples': { type: 'string', default: '100' },
    seconds: { type: 'string', default: '400' },
    phases: { type: 'string', default: 'examples,coverage,fuzzing,stateful' },
    checks: {
      type: 'string',
      default: 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
    },
    port: { type: 'string', default: '9091' },
    results: { type: 'string' },
  },
});
/** It never ends: server-sent events. */
const endless = '/api/live';
/** It is the document: schemathesis reads it, and asks it nothing. */
const itself = '/api/openapi.json';
const tendEveryMs = 3000;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(executable: string): Promise<number> {
  const results = resolve(given.results ?? mkdtempSync(join(tmpdir(), 'chorsu-fuzz-')));
  const url = `http://127.0.0.1:${given.port}`;
  const checkout = resolve(given.product);
  const words = ['--port', given.port, '--context-downloads', 'off', '--mapping', writeMapping(results)];
  const receiver = await startReceiver();
  const product = await startProduct(checkout, results, words, url);
  const log = openSync(join(results, 'commands.log'), 'w');
  const node = join(checkout, 'node_modules/.bin/node');
  const data = join(results, 'city');
  const command = (...rest: string[]) => runCommand(node, checkout, [...rest, '--data', data], log);
  const watch = watchProduct(url);
  try {
    const { known, tend } = await fill(url, results, receiver.url, command);
    const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;
    const config = join(results, 'schemathesis.toml');
    writeFileSync(config, fuzzConfig(document, known, join(here, 'fuzz/hooks.py')));
    const tally = newTally();
    let found = 0;
    for (const phase of given.phases.split(',')) {
      const stopTending = tendEvery(tendEveryMs, tend);
      found += (await runPhase(executable, config, phase, url, results)) === 0 ? 0 : 1;
      await stopTending();
      for (const file of globSync(join(results, phase, '*.ndjson'))) await addReport(tally, file);
    }
    const names = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const asked = names.filter((name) => ![endless, itself].some((path) => name.endsWith(path)));
    say(`\n${operationTable(tally, asked)}\n`);
    for (const [phase, requests] of tally.phases) say(`${phase}: ${requests} requests`);
    say(`${asked.length} operations; never done rightly: ${notDone(tally, asked).join(', ') || 'none'}`);
    say(
      `slowest answer ${tally.slowestS.toFixed(1)} s; ${watch.told()}; ${receiver.received()} notifications received`,
    );
    await product.stop();
    // What was sent must not have spoilt what is kept.
    await command('verify', 'data');
    await (await startProduct(checkout, results, words, url)).stop();
    say('the directory is verified, and was served once more');
    return found > 0 ? 1 : 0;
  } finally {
    watch.stop();
    await product.stop();
    receiver.server.close();
    say(`Kept in ${results}`);
  }
}

/** One after the other, also where one takes longer. @returns stops, after the last one */
function tendEvery(ms: number, tend: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  const work = async (): Promise<void> => {
    while (!stopped) {
      await sleep(ms);
      await tend().catch((error: unknown) => say(String(error)));
    }
  };
  const done = work();
  return () => {
    stopped = true;
    return done;
  };
}

function runPhase(executable: string, config: string, phase: string, url: string, results: string): Promise<number> {
  const words = ['--config-file', config, 'run', `${url}/api/openapi.json`, '--no-color', '--phases', phase];
  const options = {
    '--checks': given.checks,
    '--seed': given.seed,
    // Several share one Python process, and its compiler of expressions is not safe for threads.
    '--workers': '1',
    '--suppress-health-check': 'all',
    '--exclude-path': endless,
    '--generation-database': 'none',
    '--report': 'ndjson',
    '--report-dir': join(results, phase),
  };
  // The other phases make what they make from the document.
  const bounded = phase === 'fuzzing' || phase === 'stateful';
  const bounds = ['--max-examples', given['max-examples'], ...(bounded ? ['--max-time', given.seconds] : [])];
  const all = [...words, ...Object.entries(options).flat(), ...bounds, '--continue-on-failure'];
  const child = spawn(executable, all, {
    cwd: results,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((done, failed) => child.once('exit', (code) => done(code ?? 1)).once('error', failed));
}

type Receiver = { readonly server: Server; readonly url: string; received(): number };

/** Where subscriptions of the city send to. */
async function startReceiver(): Promise<Receiver> {
  let received = 0;
  const server = createServer((request, response) => {
    received++;
    request.resume().once('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, received: () => received };
}

/** Asks every half second whether it is there, and how much memory it takes. */
function watchProduct(url: string): { told(): string; stop(): void } {
  let slowestMs = 0;
  let memory = 0;
  const look = async (): Promise<void> => {
    const begun = performance.now();
    const text = await (await fetch(`${url}/metrics`)).text();
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    memory = Math.max(memory, Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1] ?? 0));
  };
  // While it starts and ends it does not answer.
  const timer = setInterval(() => void look().catch(() => undefined), 500);
  return {
    told: () => `/metrics answered within ${slowestMs.toFixed(0)} ms, memory at most ${(memory / 1e6).toFixed(0)} MB`,
    stop: () => clearInterval(timer),
  };
}

if (given.schemathesis === undefined) process.stderr.write(usage);
process.exitCode = given.schemathesis === undefined ? 2 : await main(given.schemathesis);
