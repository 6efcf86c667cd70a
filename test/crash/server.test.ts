/**
 * The whole program is killed under load, again and again on the same data directory. Whatever it acknowledged over HTTP
 * has to be there after the restart, in the state and exactly once in history.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/base/random.ts';
import { end, serve } from './served.ts';

/** Starting the program costs more than the kill: a fifth of the kills that the store alone gets. */
const kills = Math.max(2, Math.round(Number(process.env['CHORSU_TEST_KILLS'] ?? 10) / 5));
const seed = Number(process.env['CHORSU_TEST_SEED'] ?? Date.now() % 1_000_000);
const clients = 16;

/** `2026-01-01T00:00:00.000Z` and `n` seconds: every value has an instant of its own. */
const instant = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
const headers = { 'content-type': 'application/json' };

test(`the server loses and doubles nothing through ${kills} kills (seed ${seed})`, { timeout: 600_000 }, async (t) => {
  const random = seededRandom(seed);
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-kill-'));
  const data = join(directory, 'city');
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  /** By client: how many values were acknowledged, and how many were sent and may have been taken. */
  const acknowledged = Array.from({ length: clients }, () => new Set<number>());
  const sent = Array.from({ length: clients }, () => 0);

  const load = async (client: number, url: string): Promise<void> => {
    const id = `urn:ngsi-ld:Counter:${client}`;
    for (;;) {
      const n = sent[client] ?? 0;
      sent[client] = n + 1;
      const value = { type: 'Property', value: n, observedAt: instant(n) };
      const body = JSON.stringify(n === 0 ? { id, type: 'Counter', count: value } : { count: value });
      try {
        const answer = await fetch(`${url}/ngsi-ld/v1/entities${n === 0 ? '' : `/${id}/attrs`}`, {
          method: n === 0 ? 'POST' : 'PATCH',
          headers,
          body,
        });
        await answer.arrayBuffer();
        // The first one may have been taken before a kill without an answer: then it is there and 404 cannot be.
        if (answer.status === 404) sent[client] = 0;
        else if (answer.ok || answer.status === 409) acknowledged[client]?.add(n);
        else assert.fail(`${answer.status} for ${body}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        return;
      }
    }
  };

  for (let round = 0; round <= kills; round++) {
    const server = await serve(data);
    for (let client = 0; client < clients; client++) {
      const known = [...(acknowledged[client] ?? [])];
      if (known.length === 0) continue;
      const id = `urn:ngsi-ld:Counter:${client}`;
      const state = (await (await fetch(`${server.url}/ngsi-ld/v1/entities/${id}?format=simplified`)).json()) as {
        count: number;
      };
      const newest = Math.max(...known);
      assert.ok(
        state.count >= newest,
        `${id} is at ${state.count}, ${newest} was acknowledged (seed ${seed}, round ${round})`,
      );
      assert.ok(state.count < (sent[client] ?? 0), `${id} is at ${state.count}, which was never sent`);
      const query = `timerel=after&timeAt=${instant(0)}&format=temporalValues&attrs=count`;
      const past = await fetch(`${server.url}/ngsi-ld/v1/temporal/entities/${id}?${query}`);
      const values = ((await past.json()) as { count: { values: [number, string][] } }).count.values.map(
        ([value]) => value,
      );
      assert.equal(
        new Set(values).size,
        values.length,
        `${id} has a value twice in history (seed ${seed}, round ${round})`,
      );
      const there = new Set(values);
      for (const n of known) assert.ok(there.has(n), `${id} lost ${n} from history (seed ${seed}, round ${round})`);
    }
    if (round === kills) {
      await end(server, 'SIGKILL');
      break;
    }
    const running = Array.from({ length: clients }, (_, client) => load(client, server.url));
    await sleep(random.int(100, 1500));
    await end(server, 'SIGKILL');
    await Promise.all(running);
  }
  const total = acknowledged.reduce((sum, values) => sum + values.size, 0);
  assert.ok(total > kills * clients, `only ${total} values were acknowledged`);
  t.diagnostic(`${total} acknowledged values, ${kills} kills, seed ${seed}`);
});
