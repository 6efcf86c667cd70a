import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createSlots } from './slots.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a host has so many turns, and nobody waits for another host', async () => {
  const slots = createSlots({ perHost: 2, inAll: 10 });
  const begun: string[] = [];
  const take = async (host: string): Promise<() => void> => {
    const release = await slots.take(host);
    begun.push(host);
    return release;
  };
  const [first] = [await take('a'), await take('a')];
  const third = take('a');
  await take('b');
  await turn();
  assert.deepEqual(begun, ['a', 'a', 'b']);
  first();
  await third;
  assert.deepEqual(begun, ['a', 'a', 'b', 'a']);
});

test('no limit is passed, and everybody has a turn', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ host: fc.constantFrom('a', 'b', 'c', 'd'), turns: fc.nat(3) }), { maxLength: 60 }),
      async (jobs) => {
        const [perHost, inAll] = [3, 5];
        const slots = createSlots({ perHost, inAll });
        const under = new Map<string, number>();
        await Promise.all(
          jobs.map(async ({ host, turns }) => {
            const release = await slots.take(host);
            const mine = (under.get(host) ?? 0) + 1;
            under.set(host, mine);
            assert.ok(mine <= perHost);
            assert.ok([...under.values()].reduce((sum, n) => sum + n, 0) <= inAll);
            for (let n = 0; n < turns; n++) await turn();
            under.set(host, (under.get(host) ?? 0) - 1);
            release();
          }),
        );
      },
    ),
    { numRuns: 100 },
  );
});
