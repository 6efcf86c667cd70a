/**
 * Delivers what one subscription is to be told, one notification after the other: the next goes when the last has arrived.
 * What waits is held in memory while it is little; else it is read where it was written, so that an endpoint that is away
 * for days costs no memory.
 */
import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../../base/timers.ts';
import { OutboundFailure } from '../../http/index.ts';
import { subscriptionStatus } from '../../ngsild/index.ts';
import { addToBatch, isAfter, nextBatch, type Batch } from './batch.ts';
import { afterFailure, afterSuccess, isRefusal, retryAfter } from './outcome.ts';
import type { Cursor, Hit, Progress, Stored } from './rows.ts';

export type Courier = {
  /** A new hit, durable; in order. */
  offer(hit: Hit): void;
  /** The subscription is another now, or its endpoint is worth another try. */
  change(stored: Stored): void;
  /** The host has answered somebody else: if this got no answer, an attempt may be made before its time. */
  hurry(): void;
  /** Goes back: what comes after this place is delivered again. */
  rewind(to: Cursor, waiting: number): void;
  /** Hits before this change are gone; so many of them had not been delivered. */
  keepFrom(seq: number, missed: number): void;
  stored(): Stored;
  progress(): Progress;
  waiting(): number;
  /** Resolves when nothing is under way. */
  stop(): Promise<void>;
};

/** What a courier asks of the rest. */
export type CourierNeeds = {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Hits after a place, everything durable among them; fewer than asked: there are no more. */
  readonly read: (after: Cursor, limit: number) => Promise<readonly Hit[]>;
  /** One attempt. @returns whether any of it may be told @throws OutboundFailure */
  readonly send: (stored: Stored, batch: Batch) => Promise<boolean>;
  /** The endpoint refuses it for good: keeps it aside, durably, together with the progress. */
  readonly bury: (stored: Stored, batch: Batch, attempts: number, reason: string) => Promise<void>;
  /** The progress is another. */
  readonly onProgress: () => void;
};

/** Hits held in memory; while the endpoint fails. */
const heldMax = 200;
const heldFailingMax = 20;
/** Entities of one throttled notification. */
const coalescedMax = 1_000;
/** So often an endpoint may refuse a notification before it is put aside. */
export const attemptsMax = 3;

export function createCourier(
  needs: CourierNeeds,
  given: { readonly stored: Stored; readonly progress: Progress; readonly waiting: number },
): Courier {
  const { clock, timers, read, send, bury, onProgress } = needs;
  let { stored, progress, waiting } = given;
  let held: Hit[] = [];
  /** There are hits that are not held. */
  let behind = waiting > 0;
  /** What is under way was read and is not held. */
  let unheld = false;
  let retryAt = 0;
  let throttledUntil = throttleEnd(progress.lastNotification ?? Number.NEGATIVE_INFINITY);
  let running: Promise<void> | undefined;
  let again = false;
  /** Up to here each hit goes alone: together they were refused, and one of them may be the reason. */
  let aloneUntil: Cursor | undefined;
  /** It got no answer, which says more of the host than of the endpoint. */
  let unanswered = false;
  /** Hurried once, it is not again before this: those who come and go at its host shall not wear out a dead endpoint. */
  let hurriedUntil = 0;
  let stopped = false;
  let cancel: (() => void) | undefined;

  function throttleEnd(sentAt: number): number {
    return sentAt + (stored.subscription.throttling ?? 0) * 1000;
  }

  const wake = (): void => {
    if (stopped) return;
    cancel?.();
    cancel = undefined;
    if (running) {
      again = true;
      return;
    }
    running = run().finally(() => {
      running = undefined;
      if (again) wake();
      again = false;
    });
  };

  const run = async (): Promise<void> => {
    // Hits of one change are offered one by one: they go together.
    await Promise.resolve();
    while (!stopped && subscriptionStatus(stored.subscription, clock.now()) === 'active') {
      if (!behind && held.length === 0) return;
      const pause = Math.max(retryAt, throttledUntil) - clock.now();
      if (pause > 0) {
        cancel = timers.after(pause, wake);
        return;
      }
      const batch = await next();
      if (!batch || stopped) return;
      await deliver(batch);
    }
  };

  const next = async (): Promise<Batch | undefined> => {
    unheld = false;
    if (stored.subscription.throttling !== undefined && behind) return everything();
    if (behind && held.length === 0) await refill();
    if (stored.subscription.throttling !== undefined) return addToBatch(undefined, held, stored.subscription);
    const [first] = held;
    const isAlone = aloneUntil && first && !isAfter(first, aloneUntil);
    return nextBatch(isAlone ? [first] : held);
  };

  const refill = async (): Promise<void> => {
    // From here on what is offered is held: it may be read too.
    behind = false;
    const found = await read(progress, heldMax);
    if (found.length === heldMax) {
      held = [...found];
      behind = true;
      return;
    }
    const last = found.at(-1) ?? progress;
    held = [...found, ...held.filter((hit) => isAfter(hit, last))];
  };

  const everything = async (): Promise<Batch | undefined> => {
    held = [];
    behind = false;
    unheld = true;
    let batch: Batch | undefined;
    for (let after: Cursor = progress; (batch?.hits.length ?? 0) < coalescedMax;) {
      const found = await read(after, heldMax);
      batch = addToBatch(batch, found, stored.subscription);
      after = found.at(-1) ?? after;
      held = held.filter((hit) => isAfter(hit, after));
      if (found.length < heldMax) return batch;
    }
    behind = true;
    return batch;
  };

  const deliver = async (batch: Batch): Promise<void> => {
    const at = clock.now();
    try {
      const from = progress;
      const told = await send(stored, batch);
      // Gone back meanwhile: what has just arrived comes again.
      const isMoved = progress.seq !== from.seq || progress.place !== from.place;
      if (told) progress = afterSuccess(progress, at, clock.now());
      if (!isMoved) progress = { ...progress, ...placeOf(batch.last) };
      if (!isMoved) done(batch);
      retryAt = 0;
      if (told) throttledUntil = throttleEnd(at);
    } catch (error) {
      if (stopped) return;
      // Where much waits for an endpoint that fails it is read again.
      if (unheld || held.length > heldFailingMax) {
        held = [];
        behind = true;
      }
      unanswered = !(error instanceof OutboundFailure) || error.reason !== 'status';
      const isSplit = isRefusal(error) && batch.hits.length > 1 && stored.subscription.throttling === undefined;
      if (isSplit) aloneUntil = batch.last;
      const refusals = progress.refusals + (isRefusal(error) && !isSplit ? 1 : 0);
      progress = { ...afterFailure(progress, at, clock.now(), error), refusals };
      retryAt = clock.now() + retryAfter(progress.failures, stored.subscription.notification.endpoint, error);
      if (refusals >= attemptsMax) await putAside(batch, refusals);
    }
    onProgress();
  };

  const putAside = async (batch: Batch, attempts: number): Promise<void> => {
    const before = progress;
    progress = { ...progress, ...placeOf(batch.last), refusals: 0 };
    try {
      await bury(stored, batch, attempts, progress.lastError ?? '');
      done(batch);
    } catch {
      // It is not kept: it is still to be delivered.
      progress = before;
    }
  };

  const done = ({ count }: Batch): void => {
    held = held.filter((hit) => isAfter(hit, progress));
    waiting = Math.max(held.length, waiting - count);
    if (!behind) waiting = held.length;
  };

  if (waiting > 0) wake();
  return {
    offer(hit) {
      if (!isAfter(hit, progress)) return;
      waiting++;
      if (!behind) held.push(hit);
      if (held.length > (progress.failures > 0 ? heldFailingMax : heldMax)) {
        held = [];
        behind = true;
      }
      wake();
    },
    change(now) {
      stored = now;
      retryAt = 0;
      throttledUntil = throttleEnd(progress.lastNotification ?? Number.NEGATIVE_INFINITY);
      wake();
    },
    hurry() {
      const now = clock.now();
      if (!unanswered || retryAt <= now || hurriedUntil > now) return;
      hurriedUntil = retryAt;
      retryAt = Math.min(
        retryAt,
        (progress.lastFailure ?? 0) + (stored.subscription.notification.endpoint.cooldown ?? 0),
      );
      wake();
    },
    rewind(to, count) {
      progress = { ...progress, ...placeOf(to), refusals: 0 };
      held = [];
      behind = true;
      waiting = count;
      retryAt = 0;
      wake();
    },
    keepFrom(seq, missed) {
      const gone = { seq: seq - 1, place: Number.MAX_SAFE_INTEGER };
      const at = isAfter(progress, gone) ? progress : gone;
      progress = { ...progress, ...placeOf(at), keptFrom: seq, missed: progress.missed + missed };
      held = held.filter((hit) => isAfter(hit, progress));
      waiting = Math.max(0, waiting - missed);
      onProgress();
    },
    stored: () => stored,
    progress: () => progress,
    waiting: () => waiting,
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}

const placeOf = ({ seq, place }: Cursor): Cursor => ({ seq, place });
