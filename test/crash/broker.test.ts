/**
 * The whole program is killed in the middle of what an external broker sends it, and started again: every message is there
 * once. Acknowledged is only what is durable; what was durable and not yet acknowledged comes again and is recognised.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/base/random.ts';
import { systemPrincipal } from '../../src/http/principal.ts';
import { openTestCity } from '../fixtures/testCity.ts';
import { mosquitto, publishLines, withoutMosquitto } from '../../src/ingest/feeds/mqtt/fixtures/mosquitto.ts';
import { end, serve, type Served } from './served.ts';

const isLong = process.env['CHORSU_TEST_LONG'] !== undefined;
const messages = isLong ? 10_000 : 4_000;
const kills = isLong ? 6 : 2;
const pumps = 20;
const seed = Number(process.env['CHORSU_TEST_SEED'] ?? Date.now() % 1_000_000);

const mapping = (port: number): string =>
  JSON.stringify({
    sources: [
      {
        id: 'plant',
        name: 'Sensors of the water works',
        purpose: 'Find leaks',
        owner: 'Water utility',
        legalBasis: 'Contract',
        retentionDays: null,
        personal: 'none',
        granularity: 'pump',
        kind: 'feed',
      },
    ],
    mappings: [
      {
        source: 'plant',
        topic: 'plant/#',
        entity: { id: 'urn:ngsi-ld:Pump:{pump}', type: 'Pump' },
        time: { path: 'at' },
        attributes: { flow: { path: 'flow' } },
      },
    ],
    feeds: [{ kind: 'mqtt', source: 'plant', url: `mqtt://127.0.0.1:${port}`, clientId: 'killed' }],
  });

async function counted({ url }: Served, what: 'messages' | 'acknowledged'): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`chorsu_feed_${what}_total\\{source="plant"\\} (\\d+)`).exec(text)?.[1] ?? 0);
}

test(
  `${messages} messages of an external broker through ${kills} kills (seed ${seed})`,
  { skip: withoutMosquitto ?? false, timeout: 180_000 },
  async (t) => {
    const random = seededRandom(seed);
    const directory = await mkdtemp(join(tmpdir(), 'chorsu-killed-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const broker = await mosquitto(join(directory, 'broker'), ['allow_anonymous true', 'max_inflight_messages 500']);
    await broker.start();
    t.after(() => broker.stop('SIGTERM'));
    const file = join(directory, 'feeds.json');
    await writeFile(file, mapping(broker.port));
    const data = join(directory, 'city');
    let served = await serve(data, ['--mapping', file]);
    while (!/SUBSCRIBE from killed/.test(broker.log())) await sleep(50);

    const half = messages / 2;
    const lines = Array.from({ length: messages }, (_, n) =>
      JSON.stringify({ pump: n % pumps, at: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(), flow: n }),
    );
    const published = Promise.all([
      publishLines(broker, 'mqttv311', 'plant/old', lines.slice(0, half)),
      publishLines(broker, 'mqttv5', 'plant/new', lines.slice(half)),
    ]);
    for (let n = 0; n < kills; n++) {
      const share = random.int(2, Math.floor(90 / kills));
      const until = Math.floor((messages * share) / 100);
      for (const began = Date.now(); (await counted(served, 'messages')) < until && Date.now() - began < 5_000;)
        await sleep(1);
      await end(served, 'SIGKILL');
      served = await serve(data, ['--mapping', file]);
    }
    await published;
    // What is there is counted when nothing more comes: the directory is opened again, without the broker.
    let last = -1;
    for (let quiet = 0; quiet < 10;) {
      const now = await counted(served, 'messages');
      const isDone = now > 0 && now === (await counted(served, 'acknowledged'));
      quiet = now === last && isDone ? quiet + 1 : 0;
      last = now;
      await sleep(100);
    }
    await end(served, 'SIGTERM');

    const city = await openTestCity({ data });
    t.after(() => city.close());
    const ids = Array.from({ length: pumps }, (_, n) => `urn:ngsi-ld:Pump:${n}`);
    const time = { timerel: 'between', timeAt: Date.UTC(2025, 0, 1), endTimeAt: Date.UTC(2027, 0, 1) } as const;
    const found = new Map<number, number>();
    for (const id of ids) {
      const { entities } = await city.broker.history(
        systemPrincipal,
        0,
        [id],
        { time, timeproperty: 'observedAt' },
        { limit: 50_000 },
      );
      const flow = entities[0]?.attrs.find(({ name }) => name.endsWith('/flow'));
      for (const { value } of flow?.instances ?? []) found.set(Number(value), (found.get(Number(value)) ?? 0) + 1);
    }
    const lost = lines.flatMap((_, n) => (found.has(n) ? [] : [n]));
    const twice = [...found].filter(([, count]) => count > 1);
    assert.deepEqual({ lost: lost.length, twice: twice.length }, { lost: 0, twice: 0 });
    assert.equal(found.size, messages);
  },
);
