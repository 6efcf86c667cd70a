import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { Problem } from '../../base/problem.ts';
import { seededRandom } from '../../base/random.ts';
import { OutboundFailure } from '../../http/index.ts';
import { virtualTime } from '../../../test/simulation/time.ts';
import type { Connection } from '../schema.ts';
import { realtimeBoard } from '../gtfs/realtime/board.ts';
import type { FeedTools } from './feed.ts';
import { pauseAfter, regularPause, usualPauses } from './pauses.ts';
import { polled } from './polled.ts';

const startMs = Date.parse('2026-11-22T08:00:00Z');
const never = (): never => {
  throw new Error('not used here');
};

function toolsAt(seed: number) {
  const time = virtualTime(startMs);
  const connections: Connection[] = [];
  const refusals: string[] = [];
  const metrics = createMetrics();
  const tools: FeedTools = {
    name: 'test 1',
    clock: time.clock,
    timers: time.timers,
    random: seededRandom(seed),
    log: silentLog,
    metrics,
    outbound: { get: never, send: never },
    city: {
      id: 'chorrah',
      center: [68.78, 38.56],
      bbox: [68.7, 38.5, 68.9, 38.65],
      timeZone: 'Asia/Dushanbe',
      name: { en: 'Chorrah' },
    },
    transit: {
      board: realtimeBoard({ clock: time.clock, timetableOf: () => undefined }),
      timetableOf: () => undefined,
    },
    stored: never,
    seen: () => {},
    usable: () => {},
    submit: never,
    unknown: never,
    judge: never,
    newest: never,
    refuse: ({ detail }) => refusals.push(detail),
    connection: (now) => connections.push(now),
  };
  return { time, tools, connections, refusals, metrics };
}

const outcomes = ['well', 'slow', 'unreachable', 'asks to wait', 'rubbish', 'full', 'bug', 'hangs'] as const;
type Outcome = (typeof outcomes)[number];

test('whatever the other side does: never two polls at once, growing pauses with a cap, at once back to the pace', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...outcomes), { minLength: 1, maxLength: 30 }),
      fc.constantFrom(2, 30, 3600),
      fc.integer({ min: 1, max: 1000 }),
      async (script, everyS, seed) => {
        const { time, tools, connections } = toolsAt(seed);
        const polls: { outcome: Outcome; startMs: number; endMs: number; shown: Connection | undefined }[] = [];
        let atOnce = 0;
        const feed = polled({
          tools,
          everyS,
          from: 'test',
          async poll(signal) {
            assert.equal(++atOnce, 1, 'two polls at once');
            const outcome = script[polls.length % script.length] ?? 'well';
            const poll = { outcome, startMs: time.clock.now(), endMs: 0, shown: connections.at(-1) };
            polls.push(poll);
            try {
              if (outcome === 'slow') await time.sleep(everyS * 1500);
              if (outcome === 'hangs') await new Promise((resolve) => signal.addEventListener('abort', resolve));
              if (outcome === 'hangs') throw new Error('given up');
              if (outcome === 'unreachable') throw new OutboundFailure('refused', 'nobody listens');
              if (outcome === 'asks to wait') throw new OutboundFailure('status', '429', { retryAfterMs: 1_000_000 });
              if (outcome === 'rubbish') throw new Problem('bad-data', 'not JSON');
              if (outcome === 'full') throw new Problem('overloaded', 'wait');
              if (outcome === 'bug') throw new TypeError('undefined is not a function');
            } finally {
              atOnce--;
              poll.endMs = time.clock.now();
            }
          },
        });
        feed.start();
        while (polls.length <= script.length) assert.ok(await time.step(), 'it went to sleep for good');
        let failures = 0;
        for (const [index, { outcome, startMs: from, endMs }] of polls.entries()) {
          const next = polls[index + 1];
          if (!next) break;
          const pause = next.startMs - endMs;
          const took = endMs - from;
          if (outcome === 'well' || outcome === 'slow') {
            failures = 0;
            const wanted = everyS * 1000;
            const rest = Math.max(200, 0.94 * wanted - took);
            assert.ok(pause >= rest - 1 && pause <= Math.max(200, 1.06 * wanted - took), `${outcome}: ${pause}`);
          } else {
            failures++;
            const grown = Math.min(600_000, 5_000 * 2 ** (failures - 1));
            const least = outcome === 'asks to wait' ? 1_000_000 : 0.79 * grown;
            const most = outcome === 'asks to wait' ? 1_000_001 : grown + 1;
            assert.ok(pause >= least && pause <= most, `${outcome} after ${failures} failures: ${pause}`);
            assert.ok(took <= 300_001, `a poll of ${took} ms`);
          }
          const away = outcome === 'unreachable' || outcome === 'asks to wait' || outcome === 'hangs';
          assert.equal(next.shown?.state, away ? 'unreachable' : 'reachable', outcome);
          assert.equal(next.shown.detail === undefined, outcome === 'well' || outcome === 'slow', outcome);
        }
        const before = polls.length;
        const stopping = feed.stop();
        while (await time.step());
        await stopping;
        assert.equal(polls.length, before, 'it asked again after it was stopped');
      },
    ),
    { numRuns: 200 },
  );
});

test('since when it is so is kept until it changes, and the next try is told', async () => {
  const { time, tools, connections, refusals, metrics } = toolsAt(1);
  const script: (Error | undefined)[] = [undefined, new OutboundFailure('name', 'the name x cannot be resolved')];
  script.push(new OutboundFailure('timeout', 'x did not finish'), new Problem('bad-data', 'no JSON', 'byte 3'));
  let n = 0;
  const feed = polled({
    tools,
    everyS: 60,
    from: 'x',
    poll: () => {
      const error = script[n++];
      return error ? Promise.reject(error) : Promise.resolve();
    },
  });
  feed.start();
  while (n < 5) await time.step();
  const [first, up, down, still, rubbish, again] = connections;
  assert.equal(first?.state, 'connecting');
  assert.equal(up?.state, 'reachable');
  assert.equal(down?.detail, 'the name x cannot be resolved');
  assert.ok(Date.parse(down.nextTryAt ?? '') > Date.parse(down.since));
  assert.equal(still?.since, down.since);
  assert.equal(still.detail, 'x did not finish');
  assert.deepEqual([rubbish?.state, rubbish?.detail], ['reachable', 'no JSON']);
  assert.deepEqual(refusals, ['no JSON (byte 3)']);
  assert.deepEqual([again?.state, again?.detail, again?.nextTryAt], ['reachable', undefined, undefined]);
  const shown = metrics.text();
  assert.match(shown, /chorsu_feed_polls_total\{feed="x",outcome="taken"\} 2/);
  assert.match(shown, /chorsu_feed_polls_total\{feed="x",outcome="timeout"\} 1/);
  assert.match(shown, /chorsu_feed_polls_total\{feed="x",outcome="unusable"\} 1/);
  await feed.stop();
});

test('stop does not wait for a poll that does not listen', async () => {
  const { time, tools } = toolsAt(1);
  const feed = polled({ tools, everyS: 60, from: 'x', poll: () => new Promise(() => {}) });
  feed.start();
  await time.step();
  const stopping = feed.stop();
  const before = time.clock.now();
  await time.step();
  await stopping;
  assert.ok(time.clock.now() - before <= 1000);
});

test('the pauses grow from five seconds to ten minutes, shortened by chance, never beyond what was asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer(), fc.nat(10 ** 9), (failures, seed, retryAfterMs) => {
      const pauses = { ...usualPauses, everyMs: 60_000 };
      const pause = pauseAfter(failures, pauses, seededRandom(seed));
      assert.ok(pause >= 4000 && pause <= 600_000, String(pause));
      const asked = pauseAfter(failures, pauses, seededRandom(seed), retryAfterMs);
      assert.ok(asked >= Math.min(retryAfterMs, 86_400_000) && asked <= Math.max(600_000, 86_400_000));
      const regular = regularPause(pauses, seededRandom(seed));
      assert.ok(regular >= 57_000 && regular <= 63_000);
    }),
  );
});
