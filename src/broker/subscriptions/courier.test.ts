import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { virtualTime, type VirtualTime } from '../../../test/simulation/time.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { OutboundFailure } from '../../http/index.ts';
import { anonymousPrincipal } from '../../http/principal.ts';
import type { Subscription } from '../../ngsild/index.ts';
import { isAfter, type Batch } from './batch.ts';
import { attemptsMax, createCourier, type Courier } from './courier.ts';
import { noProgress, type Cursor, type Hit, type Progress, type Stored } from './rows.ts';

const start = Date.parse('2026-03-01T10:00:00Z');
const stored = (members: Partial<Subscription> = {}, endpoint: object = {}): Stored => ({
  tenant: 0,
  subscription: {
    id: 'urn:s:1',
    ...members,
    notification: { endpoint: { uri: 'https://example.org/', ...endpoint } },
  },
  context: 'https://example.org/context.jsonld',
  maker: anonymousPrincipal,
  createdAt: start,
  modifiedAt: start,
  seq: 1,
});

const hit = (seq: number, entity: number, place = 0): Hit => ({
  seq,
  place,
  at: start,
  bytes: 100,
  notice: {
    entity: {
      id: `urn:e:${entity}`,
      type: ['https://e.org/T'],
      createdAt: '',
      modifiedAt: '',
      attrs: { 'https://e.org/seq': [{ type: 'Property', value: seq }] },
    },
    before: {},
  },
});

const refusal = new OutboundFailure('status', 'answered 400', { answered: 400 });
const trouble = new OutboundFailure('refused', 'nobody listens');

/** A courier over a list of hits, and an endpoint that a test decides. */
function world(options: { stored?: Stored; time?: VirtualTime; hits?: Hit[]; progress?: Progress } = {}) {
  const { time = virtualTime(start), hits = [], progress = noProgress } = options;
  const sent: { at: number; batch: Batch }[] = [];
  const buried: Hit[] = [];
  let endpoint: (batch: Batch) => Promise<void> = () => Promise.resolve();
  const waiting = hits.filter((one) => isAfter(one, progress)).length;
  const courier: Courier = createCourier(
    {
      clock: time.clock,
      timers: time.timers,
      async read(after, limit) {
        await time.sleep(3);
        return hits.filter((one) => isAfter(one, after)).slice(0, limit);
      },
      async send(_, batch) {
        sent.push({ at: time.clock.now() - start, batch });
        await endpoint(batch);
        return true;
      },
      async bury(_, batch) {
        buried.push(...batch.hits);
      },
      onProgress() {},
    },
    { stored: options.stored ?? stored(), progress, waiting },
  );
  return {
    courier,
    time,
    sent,
    buried,
    hits,
    answer: (by: typeof endpoint) => (endpoint = by),
    offer(...more: Hit[]) {
      hits.push(...more);
      for (const one of more) courier.offer(one);
    },
    async run(until = Number.POSITIVE_INFINITY) {
      // Nothing may be planned yet because something is on its way.
      for (let idle = 0; idle < 3 && time.clock.now() - start < until;) idle = (await time.step()) ? 0 : idle + 1;
    },
    places: () => sent.map(({ batch }) => batch.hits.map(({ seq }) => seq)),
  };
}

describe('a courier', () => {
  test('sends the changes of one record together, and those of different records one after the other', async () => {
    const { offer, run, places, courier } = world();
    offer(hit(5, 1, 0), hit(5, 2, 1), hit(6, 1));
    await run();
    assert.deepEqual(places(), [[5, 5], [6]]);
    assert.deepEqual(courier.waiting(), 0);
    assert.deepEqual([courier.progress().seq, courier.progress().timesSent], [6, 2]);
  });

  test('never tells of an entity twice in one notification', async () => {
    const { offer, run, places } = world();
    offer(hit(5, 1, 0), hit(5, 1, 1));
    await run();
    assert.deepEqual(places(), [[5], [5]]);
  });

  test('sends what many records left waiting in larger notifications', async () => {
    const { run, places } = world({ hits: Array.from({ length: 300 }, (_, i) => hit(i + 1, i)) });
    await run();
    assert.deepEqual(
      places().flat(),
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    assert.deepEqual(
      places()
        .slice(0, 2)
        .map(({ length }) => length),
      [100, 100],
    );
  });

  test('tries again with growing pauses, and then goes on where it was', async () => {
    const { offer, run, sent, places, answer, courier } = world();
    let attempts = 0;
    answer(() => (++attempts < 4 ? Promise.reject(trouble) : Promise.resolve()));
    offer(hit(5, 1), hit(6, 1));
    await run();
    assert.deepEqual(
      sent.map(({ at }) => at),
      [0, 1000, 3000, 7000, 7000],
    );
    assert.deepEqual(places(), [[5], [5], [5], [5], [6]]);
    const { timesSent, timesFailed, failures, lastError } = courier.progress();
    assert.deepEqual([timesSent, timesFailed, failures, lastError], [5, 3, 0, null]);
  });

  test('gives the endpoint the time that it or the subscriber asked for', async () => {
    for (const [endpoint, failure, pause] of [
      [{ cooldown: 5000 }, trouble, 5000],
      [{}, new OutboundFailure('status', 'busy', { answered: 503, retryAfterMs: 9000 }), 9000],
    ] as const) {
      const { offer, run, sent, answer } = world({ stored: stored({}, endpoint) });
      answer(() => (sent.length < 2 ? Promise.reject(failure) : Promise.resolve()));
      offer(hit(5, 1));
      await run();
      assert.deepEqual(
        sent.map(({ at }) => at),
        [0, pause],
      );
    }
  });

  test('puts aside what is refused for good, and goes on with the next', async () => {
    const { offer, run, places, buried, answer, courier } = world();
    answer(({ first }) => (first.seq === 5 ? Promise.reject(refusal) : Promise.resolve()));
    offer(hit(5, 1), hit(6, 1));
    await run();
    assert.deepEqual(places(), [...Array.from({ length: attemptsMax }, () => [5]), [6]]);
    assert.deepEqual(
      buried.map(({ seq }) => seq),
      [5],
    );
    assert.deepEqual([courier.progress().seq, courier.progress().failures], [6, 0]);
  });

  test('of what is refused together, puts aside only what is refused alone', async () => {
    const { offer, run, places, buried, answer, courier } = world();
    answer(({ hits }) => (hits.some(({ place }) => place === 1) ? Promise.reject(refusal) : Promise.resolve()));
    offer(hit(5, 1, 0), hit(5, 2, 1), hit(5, 3, 2), hit(6, 1), hit(6, 2, 3));
    await run();
    assert.deepEqual(
      buried.map(({ place }) => place),
      [1],
    );
    assert.deepEqual(places().slice(-3), [[5], [5], [6, 6]]);
    assert.equal(courier.progress().seq, 6);
  });

  test('is hurried once for each pause, and never when it was told to wait', async () => {
    for (const { error, attempts } of [
      { error: trouble, attempts: [0, 1_000, 1_500, 4_000, 12_000] },
      { error: new OutboundFailure('status', 'answered 503', { answered: 503 }), attempts: [0, 1_000, 3_000, 7_000] },
    ]) {
      const { offer, run, sent, answer, courier, time } = world();
      answer(() => Promise.reject(error));
      for (const at of [1_500, 1_600, 2_900, 4_000, 5_000]) time.timers.after(at, () => courier.hurry());
      time.timers.after(0, () => offer(hit(1, 1)));
      await run(12_000);
      assert.deepEqual(
        sent.map(({ at }) => at).filter((at) => at <= 12_000),
        attempts,
      );
    }
  });

  test('keeps what it could not put aside', async () => {
    const time = virtualTime(start);
    let full = true;
    let buried = 0;
    const courier = createCourier(
      {
        clock: time.clock,
        timers: time.timers,
        read: () => Promise.resolve([]),
        send: () => Promise.reject(refusal),
        bury: () => (full ? Promise.reject(new Error('full')) : Promise.resolve(void buried++)),
        onProgress() {},
      },
      { stored: stored(), progress: noProgress, waiting: 0 },
    );
    courier.offer(hit(5, 1));
    while (time.clock.now() < start + 20_000) await time.step();
    assert.deepEqual([courier.progress().seq, buried], [0, 0]);
    full = false;
    while (time.clock.now() < start + 100_000 && (await time.step()));
    assert.deepEqual([courier.progress().seq, buried], [5, 1]);
  });

  test('waits while it is paused, and ends when it expires', async () => {
    const { offer, run, places, courier } = world({ stored: stored({ isActive: false }) });
    offer(hit(5, 1));
    await run();
    assert.deepEqual(places(), []);
    courier.change(stored());
    await run();
    assert.deepEqual(places(), [[5]]);
    courier.change(stored({ expiresAt: new Date(start).toISOString() }));
    offer(hit(6, 1));
    await run();
    assert.deepEqual([places(), courier.waiting()], [[[5]], 1]);
  });

  test('throttled, tells the newest state of each entity after the window', async () => {
    const { offer, run, sent, places, courier, time } = world({ stored: stored({ throttling: 10 }) });
    offer(hit(1, 1));
    await run(1);
    offer(hit(2, 1), hit(3, 2), hit(4, 1));
    void time.sleep(5000);
    await run(5000);
    offer(hit(5, 3));
    await run();
    assert.deepEqual(
      sent.map(({ at }) => at),
      [0, 10_000],
    );
    assert.deepEqual(places(), [[1], [3, 4, 5]]);
    assert.deepEqual([courier.progress().seq, courier.waiting()], [5, 0]);
  });

  test('lets go of what the window has passed', async () => {
    const { offer, run, places, answer, courier } = world();
    answer(() => Promise.reject(trouble));
    offer(...Array.from({ length: 10 }, (_, i) => hit(i + 1, 1)));
    await run(2000);
    courier.keepFrom(8, 7);
    answer(() => Promise.resolve());
    await run();
    assert.deepEqual(places().slice(-3), [[8], [9], [10]]);
    const { keptFrom, missed } = courier.progress();
    assert.deepEqual([keptFrom, missed, courier.waiting()], [8, 7, 0]);
  });
});

/** Offers, answers, crashes and windows at random: what arrives, and in which order. */
async function randomLife(random: Random): Promise<number> {
  const time = virtualTime(start);
  const hits: Hit[] = [];
  const throttling = random.next() < 0.3 ? random.int(1, 5) : undefined;
  const of = stored(throttling === undefined ? {} : { throttling });
  let recorded: Progress = noProgress;
  const arrived: Hit[] = [];
  let seq = 0;
  let lives = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  const live = (): Courier => {
    const mine = ++lives;
    let last: Cursor = recorded;
    const courier: Courier = createCourier(
      {
        clock: time.clock,
        timers: time.timers,
        async read(after, limit) {
          const found = hits.filter((one) => isAfter(one, after)).slice(0, limit);
          await time.sleep(random.int(0, 5));
          return found;
        },
        async send(_, batch) {
          if (mine !== lives) throw trouble;
          const at = time.clock.now();
          if (throttling !== undefined && mine === 1) assert.ok(at - lastAt >= throttling * 1000);
          for (const one of batch.hits) assert.ok(isAfter(one, last) || one.seq === batch.first.seq, 'in order');
          await time.sleep(random.int(0, 300));
          const dice = random.next();
          if (dice < 0.2) throw trouble;
          if (mine !== lives) return true;
          arrived.push(...batch.hits);
          last = batch.last;
          lastAt = at;
          return true;
        },
        bury: () => Promise.reject(new Error('nothing is refused here')),
        onProgress() {
          if (mine === lives && random.next() < 0.5) recorded = courier.progress();
        },
      },
      { stored: of, progress: recorded, waiting: hits.filter((one) => isAfter(one, recorded)).length },
    );
    return courier;
  };
  let courier = live();
  for (let n = 0; n < 400; n++) {
    const dice = random.next();
    if (dice < 0.4) {
      seq++;
      const many = random.next() < 0.05 ? random.int(100, 300) : random.int(1, 3);
      const more = Array.from({ length: many }, (_, place) => hit(seq, random.int(1, 5), place));
      hits.push(...more);
      for (const one of more) courier.offer(one);
    } else if (dice < 0.41) courier = live();
    else await time.step();
  }
  for (let n = 0; n < 50_000 && courier.waiting() > 0; n++) await time.step();
  assert.equal(courier.waiting(), 0);
  const seen = new Set(arrived);
  if (throttling === undefined) {
    for (const one of hits) assert.ok(seen.has(one), `hit ${one.seq}.${one.place} arrived`);
    // Without its repetitions after a crash, the order is that of the changes.
    let last: Cursor = { seq: 0, place: -1 };
    for (const one of arrived) if (isAfter(one, last)) last = one;
    assert.deepEqual([...new Set(arrived)], hits, 'each for the first time in order');
  } else {
    const newest = new Map(hits.map((one) => [one.notice.entity.id, one]));
    const told = new Map(arrived.map((one) => [one.notice.entity.id, one.notice.entity]));
    for (const [id, { notice }] of newest)
      assert.deepEqual(told.get(id), notice.entity, 'the newest state arrived last');
  }
  return hits.length;
}

test('everything arrives, in order, whatever the endpoint does and however often the process ends', async (t) => {
  const seed = Number(process.env['CHORSU_TEST_SEED'] ?? Date.now() % 1_000_000);
  const runs = process.env['CHORSU_TEST_LONG'] === undefined ? 30 : 500;
  let total = 0;
  for (let run = 0; run < runs; run++) {
    try {
      total += await randomLife(seededRandom(seed + run));
    } catch (error) {
      throw new Error(`seed ${seed + run}: ${String(error)}`, { cause: error });
    }
  }
  t.diagnostic(`seed ${seed}: ${runs} lives, ${total} hits`);
});
