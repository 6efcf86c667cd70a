/**
 * Measures the store alone: commits of one attribute by 64 concurrent clients, batches of 100 entities of 1 KB, and how
 * fast the state store keeps up. Prints the machine and the figures; src/store/README.md keeps them.
 * Usage: node bench/store.ts [seconds per measurement, default 3]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import type { Entity, Instance } from '../src/ngsild/entity.ts';
import { openStore } from '../src/store/index.ts';
import type { Change } from '../src/store/ports.ts';

const seconds = Number(process.argv[2] ?? 3);
const directory = await mkdtemp(join(process.env['CHORSU_BENCH_DIR'] ?? tmpdir(), 'chorsu-bench-'));
const store = await openStore({ directory, clock: systemClock });
const { writer } = store;
const vocabulary = 'https://uri.etsi.org/ngsi-ld/default-context/';

function entity(n: number, round: number): Entity {
  const at = new Date(writer.now()).toISOString();
  const attribute = (value: Instance['value']): readonly Instance[] => [
    { type: 'Property', value, observedAt: at, createdAt: at, modifiedAt: at },
  ];
  return {
    id: `urn:ngsi-ld:WaterMeter:${n}`,
    type: [`${vocabulary}WaterMeter`],
    createdAt: at,
    modifiedAt: at,
    attrs: {
      [`${vocabulary}flow`]: attribute(n * 0.25 + round),
      [`${vocabulary}pressure`]: attribute(3.5 + (n % 100) / 100),
      [`${vocabulary}state`]: attribute('ok'),
      [`${vocabulary}address`]: attribute({ street: `Street ${n % 900}`, number: String(n % 120) }),
      'https://uri.etsi.org/ngsi-ld/location': [
        {
          type: 'GeoProperty',
          value: { type: 'Point', coordinates: [68.7 + (n % 500) / 1e4, 38.5 + (n % 333) / 1e4] },
          createdAt: at,
          modifiedAt: at,
        },
      ],
    },
  };
}
const put = (n: number, round: number): Change => ({
  tenant: 0,
  cause: { by: 'bench' },
  entities: [{ op: 'put', entity: entity(n, round) }],
  rows: [],
});
const set = (n: number, value: number): Change => {
  const at = new Date(writer.now()).toISOString();
  return {
    tenant: 0,
    cause: { by: 'bench' },
    entities: [
      {
        op: 'set',
        id: `urn:ngsi-ld:WaterMeter:${n}`,
        at,
        attrs: { [`${vocabulary}flow`]: [{ type: 'Property', value, observedAt: at, modifiedAt: at }] },
        keepNewer: true,
      },
    ],
    rows: [],
  };
};

/** Runs `clients` loops until the time is over; prints rate and acknowledgement times. */
async function measure(what: string, clients: number, perCommit: number, one: (n: number) => Change): Promise<void> {
  const times: number[] = [];
  let n = 0;
  const cpu = process.threadCpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const from = performance.now();
      await writer.commit(one(n++));
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const took = (performance.now() - start) / 1000;
  const total = n * perCommit;
  const { user, system } = process.threadCpuUsage(cpu);
  const acknowledged = performance.now();
  await writer.applied();
  const lag = performance.now() - acknowledged;
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(2);
  console.log(
    `${what}: ${Math.round(total / took)}/s acknowledged, ${Math.round(total / (took + lag / 1000))}/s applied too; main thread ${((user + system) / total).toFixed(1)} us each; ack p50 ${at(0.5)} ms, p99 ${at(0.99)} ms; applied ${Math.round(lag)} ms after the last`,
  );
}

console.log(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}; entity JSON ${JSON.stringify(entity(1, 1)).length} bytes`,
);
try {
  await measure('first put of distinct entities, 100 per change, 8 clients', 8, 100, (n) => ({
    ...put(0, 0),
    entities: Array.from({ length: 100 }, (_, i) => ({
      op: 'put' as const,
      entity: entity((n * 100 + i) % 300_000, 0),
    })),
  }));
  await measure('put of 10,000 entities again and again, 100 per change, 8 clients', 8, 100, (n) => ({
    ...put(0, 0),
    entities: Array.from({ length: 100 }, (_, i) => ({
      op: 'put' as const,
      entity: entity((n * 100 + i) % 10_000, n),
    })),
  }));
  await measure('set of one attribute of 1,000 entities, 64 clients', 64, 1, (n) => set(n % 1000, n));
  await measure('set of one attribute of 100,000 entities, 64 clients', 64, 1, (n) => set((n * 7919) % 100_000, n));
  await measure('set of one attribute, 1 client', 1, 1, (n) => set(n % 1000, n));
  const { bytes, lastSeq } = store.journal.stats();
  console.log(
    `journal: ${(bytes / 1e6).toFixed(0)} MB for ${lastSeq} records; rss ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
  );
} finally {
  await store.close();
  await rm(directory, { recursive: true });
}
