/**
 * The writer, the journal and its followers in a world that a seed decides: virtual time, a disk that loses power, kills
 * at any moment. Everything is compared with a plain model after every step that can be seen from outside.
 */
import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/random.ts';
import { Problem } from '../../src/base/problem.ts';
import { createWriter, follow, type Follower, openJournal, type Writer } from '../../src/store/index.ts';
import type { SegmentJournal } from '../../src/store/journal/journal.ts';
import type { Change, JournalRecord } from '../../src/store/ports.ts';
import { replay } from '../../src/store/replay.ts';
import { randomChange, randomId, tables } from './changes.ts';
import { tellingDerivation, toldOf } from './derivation.ts';
import { simulatedDisk } from './disk.ts';
import { createModel, type Model } from './model.ts';
import { simulatedState } from './state.ts';
import { virtualTime } from './time.ts';

export type SimulationResult = {
  readonly seed: number;
  readonly commits: number;
  readonly conflicts: number;
  readonly kills: number;
  readonly cuts: number;
  readonly followed: number;
  readonly pruned: number;
};

/** A follower's own store: what it did and its place, written together, so that both survive or neither. */
type FollowerStore = { readonly seen: number[]; next: number };

/**
 * @param options steps: operations to do; the run ends with a last crash and a last comparison
 * @throws AssertionError with the seed in its message
 */
export async function runSimulation(options: { seed: number; steps: number }): Promise<SimulationResult> {
  try {
    return await simulate(options);
  } catch (error) {
    throw new Error(`simulation with seed ${options.seed} failed: ${String(error)}`, { cause: error });
  }
}

async function simulate({ seed, steps }: { seed: number; steps: number }): Promise<SimulationResult> {
  const random = seededRandom(seed);
  const time = virtualTime(Date.parse('2026-03-01T10:00:00Z'));
  const disk = simulatedDisk(random, (ms) => time.sleep(ms));
  const state = simulatedState(tables, (ms) => time.sleep(ms));
  const followers: FollowerStore[] = [
    { seen: [], next: 1 },
    { seen: [], next: 1 },
  ];
  const asked = new Map<string, Change>();
  const acknowledged = new Map<string, { seq: number; change: Change }>();
  const result = { seed, commits: 0, conflicts: 0, kills: 0, cuts: 0, followed: 0, pruned: 0 };
  let model = createModel();
  let visibleSeq = 0;
  let lastNow = 0;
  let failure: unknown;
  let world: { journal: SegmentJournal; writer: Writer; following: Follower[] } | undefined;

  const fold = (record: JournalRecord, into: Model): void => into.add(record, asked.get(record.cause.source ?? ''));

  /** Runs virtual time until the promise has settled. */
  const until = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    promise.then(
      () => (settled = true),
      () => (settled = true),
    );
    for (let events = 0; !settled; events++) {
      const went = await time.step();
      assert.ok((went || settled) && events < 20_000, `something waits for nothing (${events} events, ${went})`);
      if (failure) throw failure;
    }
    return promise;
  };

  const start = async (): Promise<void> => {
    const journal = await until(
      openJournal({
        directory: '/journal',
        disk: disk.mount(),
        segmentBytes: 1024 * random.int(1, 8),
        recentBytes: random.pick([1, 2000, 1e6]),
      }),
    );
    await until(compareJournal(journal));
    const derivation = tellingDerivation();
    await until(derivation.load(state.reports));
    await until(replay(journal, state, derivation));
    compareState();
    assert.ok(journal.lastSeq() >= visibleSeq, 'what was visible is durable');
    const writer = createWriter({
      // The model learns of a record in the moment in which it is durable, before anybody is told.
      journal: {
        ...journal,
        async append(records) {
          const last = await journal.append(records);
          for (const record of records) fold(record, model);
          return last;
        },
      },
      state,
      derivation,
      clock: time.clock,
      timers: time.timers,
      lastAt: lastNow,
      applyMs: random.int(0, 30),
      pendingMax: random.pick([20, 200]),
      roomMs: 1e6,
      cleanMax: random.pick([1, 3, 100]),
      onFatal: (error) => {
        failure = error;
      },
    });
    const following = followers.map((store, n) =>
      follow({
        journal,
        writer,
        timers: time.timers,
        from: store.next,
        batch: random.int(1, 20),
        async handler(records, gap) {
          if (gap) failure ??= new Error(`a follower misses ${gap.from} to ${gap.to}, which it still needs`);
          await time.sleep(random.next() * 20 * (n + 1));
          if (random.next() < 0.1) throw new Error('the follower stumbles');
          // Its data and its place in one step.
          for (const { seq } of records) store.seen.push(seq);
          store.next = (records.at(-1)?.seq ?? 0) + 1;
        },
      }),
    );
    world = { journal, writer, following };
  };

  /** The journal after a crash: everything acknowledged, in its place, and nothing that nobody asked for. */
  const compareJournal = async (journal: SegmentJournal): Promise<void> => {
    const recovered = createModel();
    for (const record of model.records.slice(0, journal.firstSeq() - 1)) fold(record, recovered);
    let next = journal.firstSeq();
    while (next <= journal.lastSeq()) {
      const { records } = await journal.read(next, 100);
      for (const record of records) {
        const before = model.records[record.seq - 1];
        if (before) assert.deepStrictEqual(record, before);
        fold(record, recovered);
      }
      next += records.length;
    }
    const seen = new Set(recovered.records.map(({ cause }) => cause.source));
    assert.equal(seen.size, recovered.records.length, 'no change is there twice');
    for (const [n, { seq, change }] of acknowledged) {
      const record = recovered.records[seq - 1];
      assert.ok(record?.cause.source === n, `acknowledged change ${n} is record ${seq}`);
      assert.deepStrictEqual(record.rows, change.rows);
    }
    model = recovered;
    lastNow = recovered.records.at(-1)?.at ?? 0;
  };

  const compareState = (): void => {
    assert.deepStrictEqual(new Map(state.entities()), new Map(model.entities()));
    assert.deepStrictEqual(state.told(), toldOf(model.records), 'what follows from changes');
  };
  const compareFollowers = (): void => {
    for (const { seen } of followers) {
      assert.deepEqual(
        seen,
        Array.from({ length: seen.length }, (_, i) => i + 1),
        'each record once, in order',
      );
      assert.ok(seen.length <= model.records.length, 'no follower sees what is not durable');
    }
  };

  const commit = (writer: Writer): void => {
    const n = asked.size + 1;
    const change = randomChange(random, new Date(writer.now()).toISOString(), n, (tenant, id) => {
      const found = writer.latest(tenant, id);
      assert.ok(!(found instanceof Promise));
      return found;
    });
    asked.set(String(n), change);
    const tails = change.expect?.map((expected) =>
      'entity' in expected
        ? ((writer.latest(change.tenant, expected.entity) as { seq: number } | undefined)?.seq ?? 0)
        : 0,
    );
    writer.commit(change).then(
      ({ seq }) => {
        acknowledged.set(String(n), { seq, change });
        result.commits++;
        if (model.records[seq - 1]?.cause.source !== String(n)) failure ??= new Error(`${seq} is not change ${n}`);
      },
      (error: unknown) => {
        if (!(error instanceof Problem) || error.kind !== 'conflict') {
          failure ??= error;
          return;
        }
        result.conflicts++;
        if (Math.max(0, ...(tails ?? [])) > writer.lastSeq())
          failure ??= new Error('a refusal told what is not durable');
      },
    );
  };

  const look = (writer: Writer): void => {
    const id = randomId(random);
    const found = writer.get(0, id);
    assert.ok(!(found instanceof Promise));
    assert.deepStrictEqual(found, model.get(0, id), 'a read sees exactly what is durable');
    visibleSeq = Math.max(visibleSeq, writer.lastSeq());
    assert.ok(writer.lastSeq() <= model.records.length);
  };

  const crash = async (kind: 'kill' | 'power'): Promise<void> => {
    disk.crash(kind);
    state.crash(kind);
    time.forget();
    world = undefined;
    result[kind === 'kill' ? 'kills' : 'cuts']++;
    await start();
  };

  await start();
  for (let step = 0; step < steps; step++) {
    const { journal, writer } = world ?? assert.fail('no world');
    const dice = random.next();
    if (dice < 0.35) commit(writer);
    else if (dice < 0.4) for (let n = random.int(2, 30); n > 0; n--) commit(writer);
    else if (dice < 0.5) look(writer);
    else if (dice < 0.51) {
      const applied = writer.applied();
      const durable = writer.lastSeq();
      await until(applied);
      assert.ok(state.appliedSeq() >= durable);
    } else if (dice < 0.53) state.checkpoint();
    else if (dice < 0.54) {
      const minSeq = Math.min(state.durableSeq() + 1, ...followers.map(({ next }) => next));
      const pruned = journal.prune({ now: time.clock.now(), maxAgeMs: 0, maxBytes: 0, minSeq });
      if (random.next() < 0.5) result.pruned += (await until(pruned)).deletedSegments;
    } else if (dice < 0.547) await crash(random.next() < 0.5 ? 'kill' : 'power');
    else await time.step();
    if (failure) throw failure;
    compareFollowers();
  }
  await crash('power');
  const { writer, following } = world ?? assert.fail('no world');
  await until(writer.applied());
  compareState();
  for (const follower of following) await until(follower.reached(writer.lastSeq()));
  compareFollowers();
  for (const { seen } of followers) assert.equal(seen.length, model.records.length);
  result.followed = model.records.length;
  if (failure) throw failure;
  return result;
}
