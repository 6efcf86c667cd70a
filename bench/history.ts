/**
 * History through its port: how fast it takes meter readings, what they cost on disk, how fast it answers.
 * `node bench/history.ts [meters=300] [days=60] [minutes=15]`; one seed, so two runs compare.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { createMetrics } from '../src/base/metrics.ts';
import { seededRandom } from '../src/base/random.ts';
import { openHistory } from '../src/store/duckdb/index.ts';
import type { HistoryInstance } from '../src/store/ports.ts';

const [meters = 300, days = 60, minutes = 15] = process.argv.slice(2).map(Number);
const dayMs = 86_400_000;
const begin = Date.parse('2026-01-01T00:00:00Z');
const random = seededRandom(7);
const property = (name: string) => `https://uri.etsi.org/ngsi-ld/default-context/${name}`;
const names = [property('activePower'), property('waterFlow')];
const types = [property('Meter')];
const ids = Array.from({ length: meters }, (_, meter) => `urn:ngsi-ld:Meter:${String(1000 + meter)}`);
const bases = ids.map(() => 20 + random.next() * 80);

/** A day's curve, noise and two decimals; each meter reports up to 30 s late, in the order of arrival. */
function* records(): Generator<{ seq: number; instances: HistoryInstance[] }> {
  let seq = 0;
  for (let at = begin; at < begin + days * dayMs; at += minutes * 60_000) {
    const hour = (at % dayMs) / 3_600_000;
    const curve = 1 + 0.5 * Math.sin(((hour - 9) / 12) * Math.PI);
    const observedAt = `${new Date(at).toISOString().slice(0, -5)}Z`;
    const arrivals = ids
      .map((entity, meter) => ({ entity, meter, late: 1000 + Math.floor(random.next() * 29_000) }))
      .sort((a, b) => a.late - b.late);
    for (const { entity, meter, late } of arrivals) {
      seq++;
      const modifiedAt = new Date(at + late).toISOString();
      const instances = names.map((name): HistoryInstance => {
        const value = Math.round((bases[meter] ?? 50) * curve * (1 + random.normal() * 0.03) * 100) / 100;
        const instance = { type: 'Property', value, observedAt, unitCode: 'KWT', modifiedAt } as const;
        return { tenant: 0, entity, type: types, name, instance, modifiedAt, seq };
      });
      yield { seq, instances };
    }
  }
}

const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
const print = (what: string, figure: string) => console.log(`${what.padEnd(58)} ${figure}`);

async function timed<T>(what: string, runs: number, work: () => Promise<T>): Promise<T> {
  const times: number[] = [];
  let result = await work();
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    result = await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
  print(what, `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
  return result;
}

const directory = mkdtempSync(join(tmpdir(), 'chorsu-bench-history-'));
try {
  print(
    'machine',
    `${cpus()[0]?.model ?? '?'} x ${cpus().length}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`,
  );
  const total = (days * dayMs * meters * names.length) / (minutes * 60_000);
  print(
    'series',
    `${meters} meters x ${names.length} attributes, every ${minutes} min, ${days} days = ${total} values`,
  );
  const history = await openHistory({ directory, clock: systemClock, log: silentLog, metrics: createMetrics() });

  let appendMs = 0;
  let waiting: HistoryInstance[] = [];
  let previous: Promise<void> = Promise.resolve();
  let lastSeq = 0;
  const flush = async () => {
    const batch = waiting;
    waiting = [];
    const start = performance.now();
    // One batch is being made ready while the worker takes the one before, as in the follower.
    await previous;
    previous = history.append(batch, lastSeq);
    appendMs += performance.now() - start;
  };
  for (const { seq, instances } of records()) {
    for (const instance of instances) waiting.push(instance);
    lastSeq = seq;
    if (waiting.length >= 50_000) {
      const start = performance.now();
      const batch = waiting;
      waiting = [];
      await history.append(batch, seq);
      appendMs += performance.now() - start;
    }
  }
  if (waiting.length > 0) await flush();
  await previous;
  print('appended, 50k a batch, one at a time', `${Math.round(total / (appendMs / 1000))} values/s`);

  const end = begin + days * dayMs;
  const month = { timerel: 'between', timeAt: end - 30 * dayMs, endTimeAt: end } as const;
  const hourly = { months: 0, ms: 3_600_000 };
  const query = { timeproperty: 'observedAt', time: month, attrs: [names[0] ?? ''] } as const;
  let turn = 0;
  const ask = async (state: string) => {
    await timed(`${state}: one series, 30 days, hourly mean`, 20, () =>
      history.aggregate(0, [ids[turn++ % meters] ?? ''], query, { methods: ['avg'], period: hourly }),
    );
    await timed(`${state}: all meters, 30 days, hourly mean of each`, 2, () =>
      history.aggregate(0, ids, query, { methods: ['avg'], period: hourly }),
    );
    await timed(`${state}: all meters, 30 days, one mean of each`, 5, () =>
      history.aggregate(0, ids, query, { methods: ['avg', 'min', 'max'] }),
    );
    await timed(`${state}: one series, instances of a day`, 20, () =>
      history.instances(0, [ids[turn++ % meters] ?? ''], {
        ...query,
        time: { ...month, endTimeAt: month.timeAt + dayMs },
      }),
    );
    await timed(`${state}: one series, last 10`, 10, () =>
      history.instances(0, [ids[turn++ % meters] ?? ''], { timeproperty: 'observedAt', lastN: 10 }),
    );
  };
  const size = async (state: string) => {
    const { rows, bytes } = await history.stats();
    print(`${state}: bytes per value, everything`, (bytes / rows).toFixed(2));
  };
  await size('open');
  await ask('open');
  const start = performance.now();
  const sealed = await history.seal(end + 3 * dayMs);
  const sealMs = performance.now() - start;
  print(
    'sealed',
    `${sealed.sealedDays} days in ${(sealMs / 1000).toFixed(1)} s, ${Math.round(sealed.rows / (sealMs / 1000))} values/s`,
  );
  print('sealed: bytes per value, files alone', (sealed.bytes / sealed.rows).toFixed(2));
  await size('sealed');
  await ask('sealed');
  print('resident memory of the process (DuckDB bound 512 MB)', `${Math.round(rssMb())} MB`);
  await history.close();
  const again = performance.now();
  const reopened = await openHistory({ directory, clock: systemClock, log: silentLog, metrics: createMetrics() });
  print('opened again', `${(performance.now() - again).toFixed(0)} ms`);
  const { rows, bytes } = await reopened.stats();
  print('after a new start: bytes per value, everything', (bytes / rows).toFixed(2));
  await reopened.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
