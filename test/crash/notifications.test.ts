/**
 * The whole program is killed in the middle of notifying endpoints that answer, answer late, fail, hang, hang up and come
 * back: each change arrives at least once, for the first time in its order, none is lost. `CHORSU_TEST_LONG`: 1,000
 * subscriptions and 100,000 updates.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/base/random.ts';
import { behaviourOf, openEndpoints, type Behaviour } from './endpoints.ts';
import { end, serve } from './served.ts';

const isLong = process.env['CHORSU_TEST_LONG'] !== undefined;
const subscriptions = Number(process.env['CHORSU_TEST_SUBSCRIPTIONS'] ?? (isLong ? 1_000 : 60));
const rounds = isLong ? 100 : 20;
/** While there are updates; one more follows when all endpoints have come back. */
const kills = isLong ? 8 : 3;
const perBatch = isLong ? 100 : 20;
const patienceMs = isLong ? 900_000 : 240_000;
const seed = Number(process.env['CHORSU_TEST_SEED'] ?? Date.now() % 1_000_000);

const ids = Array.from({ length: subscriptions }, (_, n) => n);
const answers = (n: number): boolean => !(['hangs', 'away'] as readonly Behaviour[]).includes(behaviourOf(n));

test(
  `${subscriptions} subscriptions, ${subscriptions * rounds} updates, ${kills + 1} kills: each change arrives, in order (seed ${seed})`,
  { timeout: 3 * patienceMs },
  async (t) => {
    const random = seededRandom(seed);
    const directory = await mkdtemp(join(tmpdir(), 'chorsu-notifications-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const data = join(directory, 'city');
    const endpoints = await openEndpoints(random);
    t.after(() => endpoints.close());
    let served = await serve(data);
    t.after(() => end(served, 'SIGTERM'));
    const kill = async (): Promise<void> => {
      await end(served, 'SIGKILL');
      served = await serve(data);
    };
    /** What was not acknowledged is asked again; what was done already changes nothing. */
    const post = async (path: string, body: object): Promise<void> => {
      for (;;) {
        try {
          const answer = await fetch(`${served.url}/ngsi-ld/v1${path}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
            signal: AbortSignal.timeout(60_000),
          });
          assert.ok([201, 204, 409].includes(answer.status), `${answer.status} ${await answer.text()}`);
          return;
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          await sleep(50);
        }
      }
    };
    const seen = watch(() => served);
    t.after(() => seen.stop());

    for (const n of ids) {
      await post('/subscriptions', {
        id: `urn:ngsi-ld:Subscription:${n}`,
        type: 'Subscription',
        entities: [{ id: `urn:ngsi-ld:Meter:${n}`, type: 'Meter' }],
        watchedAttributes: ['v'],
        notification: { format: 'keyValues', endpoint: { uri: endpoints.urlOf(n), timeout: 1_000 } },
      });
    }
    const batches = rounds * Math.ceil(subscriptions / perBatch);
    const killAt = new Set(
      Array.from({ length: kills }, (_, i) => Math.max(1, Math.floor(((i + random.next()) * batches) / kills))),
    );
    const begun = performance.now();
    const took: number[] = [];
    const acknowledged = new Map<number, number[]>(ids.map((n) => [n, []]));
    let killing = Promise.resolve();
    let batch = 0;
    for (let v = 1; v <= rounds; v++) {
      for (let from = 0; from < subscriptions; from += perBatch) {
        const some = ids.slice(from, from + perBatch);
        if (killAt.has(++batch)) killing = killing.then(() => sleep(random.int(0, 100))).then(kill);
        const asked = performance.now();
        await post(
          '/entityOperations/upsert?options=update',
          some.map((n) => ({ id: `urn:ngsi-ld:Meter:${n}`, type: 'Meter', v: { type: 'Property', value: v } })),
        );
        took.push(performance.now() - asked);
        for (const n of some) acknowledged.get(n)?.push(performance.now());
      }
    }
    await killing;
    const updatedAt = performance.now();

    const complete = async (among: readonly number[]): Promise<void> => {
      const until = performance.now() + patienceMs;
      const missing = (): readonly number[] => among.filter((n) => endpoints.arrived(n).length < rounds);
      while (missing().length > 0 && performance.now() < until) await sleep(50);
      assert.deepEqual(missing().slice(0, 10), [], `${missing().length} subscriptions were not told everything`);
    };
    // Those that answer have everything although others hang and are away, and although the process was killed.
    await complete(ids.filter(answers));
    const answeredAt = performance.now();
    for (const n of ids) if (!answers(n)) assert.equal(endpoints.arrived(n).length, 0);
    endpoints.heal();
    await sleep(random.int(0, 2_000));
    await kill();
    await complete(ids);
    const completeAt = performance.now();
    assert.equal(endpoints.outOfOrder, 0, 'nothing came before what had to come first');
    await until(async () => (await metric(served.url, 'chorsu_hits_waiting')) === 0);

    const overviewAt = performance.now();
    const kept = await keptHits(served.url);
    const overviewMs = Math.round(performance.now() - overviewAt);
    const late = (behaviour: Behaviour): string =>
      percentiles(
        ids
          .filter((n) => behaviourOf(n) === behaviour)
          .flatMap((n) => endpoints.arrived(n).map((at, i) => at - (acknowledged.get(n)?.[i] ?? at))),
      );
    const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(1)} s`;
    for (const line of [
      `updated in ${seconds(begun, updatedAt)}; those that answer had all ${seconds(updatedAt, answeredAt)} later, those that came back ${seconds(answeredAt, completeAt)} after that`,
      `${endpoints.repeated} of ${subscriptions * rounds} came more than once`,
      `from acknowledgement to arrival: well ${late('well')}; slow ${late('slow')}; fails ${late('fails')}; hangsUp ${late('hangsUp')}`,
      `a batch of ${perBatch} updates: ${percentiles(took)}`,
      `GET /healthz: ${percentiles(seen.healthMs)}; memory at most ${Math.round(Math.max(...seen.rssMb))} MB, at the end ${Math.round(seen.rssMb.at(-1) ?? 0)} MB`,
      `GET /api/subscriptions: ${overviewMs} ms; state.db ${Math.round(statSync(join(data, 'state.db')).size / 1e6)} MB, hits kept ${kept}`,
    ])
      t.diagnostic(line);
  },
);

/** Asks a process for its health and its memory while it is there. */
function watch(served: () => { url: string; child: { pid?: number | undefined } }) {
  const healthMs: number[] = [];
  const rssMb: number[] = [];
  let stopped = false;
  const look = async (): Promise<void> => {
    while (!stopped) {
      try {
        const { url, child } = served();
        const begun = performance.now();
        await (await fetch(`${url}/healthz`)).text();
        healthMs.push(performance.now() - begun);
        const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
        if (kb !== undefined) rssMb.push(Number(kb) / 1024);
      } catch {
        // It is being killed, or this is no Linux.
      }
      await sleep(100);
    }
  };
  const looking = look();
  return {
    healthMs,
    rssMb,
    async stop() {
      stopped = true;
      await looking;
    },
  };
}

function percentiles(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} ms`;
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

async function keptHits(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/subscriptions`);
  const { subscriptions: all } = (await answer.json()) as { subscriptions: { kept: number }[] };
  return all.reduce((sum, { kept }) => sum + kept, 0);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if (await holds()) return;
    await sleep(50);
  }
  assert.fail('what was waited for did not come');
}
