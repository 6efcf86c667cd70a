import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCity } from './lib/city.ts';
import type { Bench } from './index.ts';

const subscriptions = 1_000;
const dead = 100;
const perBatch = 100;
const batchEveryMs = 50;

/**
 * P5: from the acknowledgement of a change to its arrival at the endpoint, at 2,000 changes a second; then once more while
 * other endpoints at the same address hang, each wanting to know of ten meters.
 */
export const p5: Bench = {
  name: `P5 notifications: 1,000 subscriptions, 2,000 changes/s, from acknowledgement to endpoint; then beside ${dead} that hang`,
  async run({ seconds }) {
    /** When a value was acknowledged and when it arrived, by entity and value. */
    const acknowledged = new Map<string, number>();
    const arrived = new Map<string, number>();
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const now = performance.now();
        if (request.url === '/dead') return;
        const { data } = JSON.parse(body) as { data: { id: string; v: number }[] };
        for (const { id, v } of data) arrived.set(`${id} ${v}`, now);
        response.writeHead(200).end();
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as AddressInfo;
    const city = await startCity();
    const post = async (path: string, body: object): Promise<void> => {
      const answer = await fetch(`${city.url}/ngsi-ld/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    };
    const subscribe = (entities: readonly string[], path: string): Promise<void> =>
      post('/subscriptions', {
        type: 'Subscription',
        entities: entities.map((id) => ({ id, type: 'Meter' })),
        watchedAttributes: ['v'],
        notification: { format: 'keyValues', endpoint: { uri: `http://127.0.0.1:${port}${path}` } },
      });
    const ids = Array.from({ length: subscriptions }, (_, n) => `urn:ngsi-ld:Meter:${n}`);
    let batch = 0;
    const load = async (): Promise<{
      changesPerSecond: number;
      p50Ms: number;
      p95Ms: number;
      p99Ms: number;
      lost: number;
    }> => {
      acknowledged.clear();
      const begun = performance.now();
      const waiting: Promise<void>[] = [];
      for (let sent = 1; performance.now() - begun < seconds * 1000; sent++) {
        const value = ++batch;
        const from = (value * perBatch) % subscriptions;
        const meters = ids
          .slice(from, from + perBatch)
          .map((id) => ({ id, type: 'Meter', v: { type: 'Property', value } }));
        waiting.push(
          post('/entityOperations/upsert?options=update', meters).then(() => {
            const now = performance.now();
            for (const { id } of meters) acknowledged.set(`${id} ${value}`, now);
          }),
        );
        await sleep(Math.max(0, begun + sent * batchEveryMs - performance.now()));
      }
      await Promise.all(waiting);
      const took = (performance.now() - begun) / 1000;
      const missing = (): number => [...acknowledged.keys()].filter((name) => !arrived.has(name)).length;
      for (let waited = 0; missing() > 0 && waited < 60_000; waited += 50) await sleep(50);
      // Some arrive before whoever asked has read the acknowledgement.
      const lateMs = [...acknowledged]
        .map(([name, at]) => Math.max(0, (arrived.get(name) ?? Number.POSITIVE_INFINITY) - at))
        .toSorted((a, b) => a - b);
      const at = (share: number): number => Math.round(lateMs[Math.floor(lateMs.length * share)] ?? Number.NaN);
      const changesPerSecond = Math.round(acknowledged.size / took);
      return { changesPerSecond, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), lost: missing() };
    };
    for (const id of ids) await subscribe([id], '/notify');
    const well = await load();
    const rssMb = Math.round(city.rssMb());
    for (let n = 0; n < dead; n++)
      await subscribe(
        ids.filter((_, i) => i % dead === n),
        '/dead',
      );
    const beside = await load();
    const later = await load();
    const rssMbDeadForLong = Math.round(city.rssMb());
    await city.stop();
    receiver.closeAllConnections();
    receiver.close();
    return {
      bar: 'p95 < 200 ms from acknowledgement to endpoint; none lost',
      ...well,
      rssMb,
      ...Object.fromEntries(Object.entries(beside).map(([name, value]) => [`${name}DeadAtFirst`, value])),
      ...Object.fromEntries(Object.entries(later).map(([name, value]) => [`${name}DeadForLong`, value])),
      rssMbDeadForLong,
    };
  },
};
