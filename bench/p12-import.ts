import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './index.ts';
import { startCity } from './lib/city.ts';

const rows = 500_000;
const stations = 200;

/**
 * P12: a CSV file of half a million rows with two values each through `chorsu import` into a serving city, what pages take
 * meanwhile, and the undo of it. Ceilings of the same run: the file read and nothing else, and its rows into SQLite.
 */
export const p12: Bench = {
  name: 'P12 import of a CSV file, and its undo',
  async run() {
    const directory = mkdtempSync(join(tmpdir(), 'chorsu-import-'));
    const file = join(directory, 'rows.csv');
    const mapping = join(directory, 'mapping.json');
    writeFileSync(mapping, JSON.stringify(mappingFile));
    writeFileSync(
      file,
      ['station,time,pm25,temperature', ...Array.from({ length: rows }, (_, n) => line(n)), ''].join('\n'),
    );
    const readMs = await timed(() => readOnly(file));
    const sqliteMs = await timed(() => Promise.resolve(intoSqlite(join(directory, 'bare.db'))));

    const city = await startCity();
    try {
      await fetch(city.url).then((page) => page.text());
      await sleep(3000);
      const idle = await pageTimes(city.url, sleep(5000));
      const idleMb = Math.round(city.rssMb());
      let peakMb = 0;
      const watch = setInterval(() => (peakMb = Math.max(peakMb, city.rssMb())), 200);
      const startedMs = performance.now();
      const done = chorsu(['import', file, '--mapping', mapping, '--data', city.data]);
      const busy = await pageTimes(city.url, done);
      const importMs = performance.now() - startedMs;
      clearInterval(watch);
      const [newest] = (
        (await (await fetch(`${city.url}/api/imports`)).json()) as {
          imports: { id: string; counts: { kept: number } }[];
        }
      ).imports;
      if (newest?.counts.kept !== rows) throw new Error(`${newest?.counts.kept} of ${rows} rows were kept`);
      const undoMs = await timed(() => chorsu(['undo', newest.id, '--data', city.data]));
      return {
        bar: 'pages stay quick, memory does not grow with the file',
        'rows/s': Math.round((rows / importMs) * 1000),
        'ceiling, file read and nothing else, rows/s': Math.round((rows / readMs) * 1000),
        'ceiling, bare node:sqlite, a synced transaction per 1,000 rows, rows/s': Math.round((rows / sqliteMs) * 1000),
        'of bare node:sqlite': (sqliteMs / importMs).toFixed(2),
        'home page idle p50, p95 ms': idle,
        'home page during the import p50, p95 ms': busy,
        'memory before, peak MB': `${idleMb}, ${Math.round(peakMb)}`,
        'undo s': (undoMs / 1000).toFixed(1),
      };
    } finally {
      await city.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

const instant = (n: number): string =>
  new Date(Date.UTC(2025, 0, 1) + Math.floor(n / stations) * 300_000).toISOString();
const line = (n: number): string =>
  `st${n % stations},${instant(n)},${((n * 7919) % 900) / 10},${((n * 104_729) % 400) / 10}`;

const mappingFile = {
  sources: [
    {
      id: 'bench',
      name: 'Bench',
      purpose: 'Measure',
      owner: 'Nobody',
      legalBasis: 'None needed',
      retentionDays: null,
      personal: 'none',
      granularity: 'station',
      kind: 'csv',
    },
  ],
  mappings: [
    {
      source: 'bench',
      payload: 'csv',
      entity: { id: 'urn:ngsi-ld:Station:{station}', type: 'Station' },
      time: { column: 'time' },
      attributes: { pm25: { column: 'pm25', unitCode: 'GQ' }, temperature: { column: 'temperature', unitCode: 'CEL' } },
    },
  ],
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

async function readOnly(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}

/** The same values, durable as those of the city: a table of readings, a synced transaction per thousand. */
function intoSqlite(path: string): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec('CREATE TABLE reading (station TEXT, at TEXT, pm25 REAL, temperature REAL, PRIMARY KEY (station, at))');
  const insert = db.prepare('INSERT INTO reading VALUES (?, ?, ?, ?)');
  for (let from = 0; from < rows; from += 1000) {
    db.exec('BEGIN');
    for (let n = from; n < from + 1000; n++) {
      const [station = '', at = '', pm25, temperature] = line(n).split(',');
      insert.run(station, at, Number(pm25), Number(temperature));
    }
    db.exec('COMMIT');
  }
  db.close();
}

function chorsu(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['src/main.ts', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}`))));
  });
}

/** Asks for the home page until the work is done. @returns p50 and p95, ms */
async function pageTimes(url: string, work: Promise<unknown>): Promise<string> {
  let working = true;
  const done = work.finally(() => (working = false));
  const times: number[] = [];
  while (working) {
    times.push(await timed(async () => (await fetch(url)).text()));
    await sleep(20);
  }
  await done;
  times.sort((a, b) => a - b);
  const at = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(0);
  return `${at(0.5)}, ${at(0.95)}`;
}
