import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Bench } from './index.ts';
import { startCity } from './lib/city.ts';
import { mqttLoad, type MqttLoad } from './lib/mqtt-load.ts';

const clients = 100;
const values = 10;

const mappingFile = {
  sources: [
    {
      id: 'bench',
      name: { en: 'Load generator' },
      purpose: 'Measure how many values are taken',
      owner: 'The benchmark',
      legalBasis: 'none needed: no data of a city',
      retentionDays: 1,
      personal: 'none',
      granularity: 'detector',
      kind: 'mqtt',
      expectedEveryS: 60,
    },
  ],
  mappings: [
    {
      source: 'bench',
      topic: 'bench/{device}',
      entity: { id: 'urn:ngsi-ld:Bench:{device}', type: 'Bench' },
      time: { path: 'ts', format: 'unixMs', maxFuture: '5m' },
      attributes: Object.fromEntries(
        Array.from({ length: values }, (_, n) => [
          `v${n}`,
          { path: `v[${n}]`, unitCode: 'KWH', range: { min: 0, max: 1e6 } },
        ]),
      ),
    },
  ],
};

export function telemetryMapping(): { readonly file: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-p3-'));
  const file = join(directory, 'mapping.json');
  writeFileSync(file, JSON.stringify(mappingFile));
  return { file, remove: () => rmSync(directory, { recursive: true }) };
}

export function publishTelemetry(port: number, seconds: number): Promise<MqttLoad> {
  const start = Date.now();
  const message = (client: number, n: number) => ({
    topic: `bench/${client}`,
    payload: JSON.stringify({
      ts: start + n,
      v: Array.from({ length: values }, (_, i) => Math.round(1000 + 500 * Math.sin((n + i * 7 + client) / 50)) / 10),
    }),
  });
  return mqttLoad({ port, clients, window: 10, seconds, message });
}

/** P3: MQTT 3.1.1, QoS 1, 10 values a message, 100 clients with 10 messages under way each, into durable history. */
export const p3: Bench = {
  name: 'P3 MQTT telemetry, QoS 1, 10 values per message, 100 clients, to durable history',
  async run({ seconds }) {
    const mapping = telemetryMapping();
    const city = await startCity(['--mapping', mapping.file]);
    const load = await publishTelemetry(city.mqttPort, seconds);
    const sent = load.messages * values;
    const began = performance.now();
    const inHistory = await countInHistory(city.url);
    const catchUpMs = Math.round(performance.now() - began);
    const rssMb = Math.round(city.rssMb());
    await city.stop();
    mapping.remove();
    return {
      bar: '>= 50,000 values/s (floor 15,000); every acknowledged value in history',
      valuesPerSecond: Math.round(sent / load.seconds),
      sent,
      inHistory,
      lost: sent - inHistory,
      ackP50Ms: load.p50Ms,
      ackP99Ms: load.p99Ms,
      historyCatchUpMs: catchUpMs,
      rssMb,
    };
  },
};

/** Counts through the temporal API what history holds. */
async function countInHistory(url: string): Promise<number> {
  const query = new URLSearchParams({
    type: 'Bench',
    timerel: 'after',
    timeAt: '2020-01-01T00:00:00Z',
    options: 'aggregatedValues',
    aggrMethods: 'totalCount',
    limit: '1000',
  });
  const answer = await fetch(`${url}/ngsi-ld/v1/temporal/entities?${query}`);
  const entities = (await answer.json()) as Record<string, { totalCount?: [number, string, string][] }>[];
  let count = 0;
  for (const entity of entities) {
    for (const attribute of Object.values(entity)) for (const [n] of attribute.totalCount ?? []) count += n;
  }
  return count;
}
