/**
 * Long history: the speeds of METR-LA, told again day after day, and what dashboards and standard clients ask of them.
 * `node bench/temporal.ts [days=365] [data=../shared/data/traffic]`; says so where the data is absent.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { createMetrics } from '../src/base/metrics.ts';
import { openHistory } from '../src/store/duckdb/index.ts';
import type { HistoryInstance, HistoryStore } from '../src/store/ports.ts';

const [days = '365', data = '../shared/data/traffic'] = process.argv.slice(2);
const dayMs = 86_400_000;
const begin = Date.parse('2025-01-01T00:00:00Z');
const end = begin + Number(days) * dayMs;
const type = ['https://uri.etsi.org/ngsi-ld/default-context/TrafficFlowObserved'];
const speed = 'https://uri.etsi.org/ngsi-ld/default-context/averageVehicleSpeed';
const print = (what: string, figure: string) => console.log(`${what.padEnd(58)} ${figure}`);

/** One record per detector and five minutes; a speed of 0 is a missing one. */
function* readings(lines: readonly string[], ids: readonly string[]): Generator<HistoryInstance> {
  const rows = lines.map((line) => line.split(',').map((mph) => Math.round(Number(mph) * 160.9344) / 100));
  let seq = 0;
  for (let at = begin, n = 0; at < end; at += 300_000, n++) {
    const observedAt = `${new Date(at).toISOString().slice(0, -5)}Z`;
    for (const [column, value] of (rows[n % rows.length] ?? []).entries()) {
      if (value === 0) continue;
      const modifiedAt = new Date(at + 1000 + ((column * 7919 + n * 104_729) % 29_000)).toISOString();
      const instance = { type: 'Property', value, observedAt, unitCode: 'KMH', modifiedAt } as const;
      yield { tenant: 0, entity: ids[column] ?? '', type, name: speed, instance, modifiedAt, seq: ++seq };
    }
  }
}

async function fill(history: HistoryStore, lines: readonly string[], ids: readonly string[]): Promise<void> {
  const start = performance.now();
  let waiting: HistoryInstance[] = [];
  let total = 0;
  const flush = async () => {
    await history.append(waiting, waiting.at(-1)?.seq ?? 0);
    total += waiting.length;
    waiting = [];
  };
  for (const instance of readings(lines, ids)) {
    waiting.push(instance);
    if (waiting.length < 50_000) continue;
    await flush();
    if (total % 500_000 === 0) await history.seal(Date.parse(instance.modifiedAt));
  }
  await flush();
  await history.seal(end + 3 * dayMs);
  print('taken and sealed', `${total} values in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** Time on the wall depends on who else is at work; the processor's tells what the question costs. */
async function timed(what: string, runs: number, work: () => Promise<unknown>): Promise<void> {
  const wall: number[] = [];
  const processor: number[] = [];
  await work();
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await work();
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
  }
  const median = (list: number[]) => (list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0).toFixed(0);
  print(what, `p50 ${median(wall)} ms, processor ${median(processor)} ms`);
}

async function ask(history: HistoryStore, ids: readonly string[]): Promise<void> {
  const month = { timerel: 'between', timeAt: end - 30 * dayMs, endTimeAt: end } as const;
  const observed = { timeproperty: 'observedAt' } as const;
  const hourly = { methods: ['avg', 'min', 'max'] as const, period: { months: 0, ms: 3_600_000 } };
  let turn = 0;
  const one = () => [ids[(turn += 37) % ids.length] ?? ''];
  await timed('one detector, one month, each value', 10, () =>
    history.instances(0, one(), { ...observed, time: month }),
  );
  await timed('one detector, last 10, no interval', 10, () => history.instances(0, one(), { ...observed, lastN: 10 }));
  await timed('20 detectors, last 10, no interval', 5, () =>
    history.instances(0, ids.slice(40, 60), { ...observed, lastN: 10 }),
  );
  await timed('one detector, everything, the first part of 20,000', 5, () =>
    history.instances(0, one(), observed, { limit: 20_000 }),
  );
  await timed('one detector, one month, by the hour', 10, () =>
    history.aggregate(0, one(), { ...observed, time: month }, hourly),
  );
  await timed('all detectors, one month, by the hour', 3, () =>
    history.aggregate(0, ids, { ...observed, time: month }, hourly),
  );
}

const file = join(data, 'metr-la-speed-3days.csv');
if (existsSync(file)) {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const ids = head.split(',').map((id) => `urn:ngsi-ld:TrafficFlowObserved:${id.trim()}`);
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-bench-temporal-'));
  try {
    print(
      'machine',
      `${cpus()[0]?.model ?? '?'} x ${cpus().length}, load ${loadavg()[0]?.toFixed(0)}, Node ${process.version}`,
    );
    const history = await openHistory({ directory, clock: systemClock, log: silentLog, metrics: createMetrics() });
    await fill(history, lines, ids);
    await ask(history, ids);
    await history.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
} else console.log(`skipped: ${file} not found`);
