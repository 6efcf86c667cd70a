/**
 * Delivers hits: a courier for each subscription, few turns for each host. What is done is recorded as rows of the journal,
 * many subscriptions in one change, once in a while: after a crash a little is sent twice, nothing is left out.
 */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import { OutboundFailure } from '../../http/index.ts';
import type { Notice } from '../../ngsild/index.ts';
import type { RowDelta, Tenant } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import { createCourier, type Courier, type CourierNeeds } from './courier.ts';
import { createPeriodic } from './periodic.ts';
import type { Part } from './sender.ts';
import { createTurns } from './turns.ts';
import { hitOf, hitTable, letterRow, noProgress, progressRow, type Hit, type Progress, type Stored } from './rows.ts';
import { type SubscriptionStore } from './store.ts';
import { hitWindow, passedBy, type Window } from './window.ts';

export type Delivery = {
  /** Begins with what is stored. */
  start(): Promise<void>;
  /** A subscription was made or changed. */
  set(stored: Stored): void;
  remove(tenant: Tenant, id: string): void;
  /** As of now, which the rows are only once in a while. */
  progress(tenant: Tenant, id: string): { readonly progress: Progress; readonly waiting: number };
  /** How many subscriptions there are. */
  count(): number;
  /** Undefined: there is no such subscription. */
  stored(tenant: Tenant, id: string): Stored | undefined;
  /** Delivers everything kept from this change on again. @returns how many hits */
  rewind(tenant: Tenant, id: string, from: number): Promise<number>;
  /** Called with every new hit of a subscription, once durable, in order. @returns stop */
  follow(tenant: Tenant, id: string, listener: (hit: Hit) => void): () => void;
  /** Sends these once, outside of the order. @returns whether any of it may be told @throws OutboundFailure */
  sendOnce(stored: Stored, hits: readonly Hit[]): Promise<boolean>;
  /** Lets go of hits that the window has passed, and of letters that are too many. */
  keepHouse(window?: Window): Promise<void>;
  /** Sends nothing more, records what was done. */
  stop(): Promise<void>;
};

export type DeliveryDeps = {
  readonly store: SubscriptionStore;
  readonly writer: Pick<Writer, 'commit' | 'onDurable'>;
  /** Whether the maker of a subscription may read what this tells of. */
  readonly mayTell: (stored: Stored, notice: Notice) => boolean;
  /** Puts a notification on its way and waits for its arrival. @throws OutboundFailure */
  readonly send: (
    stored: Stored,
    notices: readonly Notice[],
    part: Part | undefined,
    signal: AbortSignal,
  ) => Promise<void>;
  /** What a periodic subscription is told. */
  readonly look: (stored: Stored) => AsyncIterable<readonly Notice[]>;
  /** Lets go of dead letters that are too many. @returns how many */
  readonly pruneLetters: () => Promise<number>;
  readonly clock: Clock;
  readonly timers?: Timers;
  readonly log: Log;
  readonly metrics: Metrics;
};

const recordEveryMs = 1_000;
const keepHouseEveryMs = 60_000;
/** How long the end waits for notifications under way. */
const graceMs = 1_000;
const cause = { by: 'notifications' };

export function openDelivery(deps: DeliveryDeps): Delivery {
  const { store, writer, clock, timers = systemTimers, log, metrics } = deps;
  const couriers = new Map<string, Courier>();
  const listeners = new Map<string, Set<(hit: Hit) => void>>();
  /** Subscriptions that had hits before they were known here. */
  const early = new Set<string>();
  const dirty = new Set<string>();
  const turns = createTurns({ clock, timers });
  const leaving = new AbortController();
  const sent = metrics.counter('chorsu_notifications_total', 'Attempts to deliver a notification, by outcome');
  const withheld = metrics.counter(
    'chorsu_hits_withheld_total',
    'Changes that were not told, because the maker of the subscription may not read the entity',
  );
  const dead = metrics.counter('chorsu_notifications_dead_total', 'Notifications that were refused and put aside');
  const lost = metrics.counter(
    'chorsu_dead_letters_dropped_total',
    'Dead letters that went, because there were too many',
  );
  const missed = metrics.counter('chorsu_hits_missed_total', 'Hits that the window passed before they were delivered');
  const count = (of: (courier: Courier) => number): number =>
    [...couriers.values()].reduce((sum, one) => sum + of(one), 0);
  metrics.gauge('chorsu_subscriptions', 'Subscriptions', () => couriers.size);
  metrics.gauge('chorsu_hits_waiting', 'Hits not yet delivered', () => count((courier) => courier.waiting()));
  metrics.gauge('chorsu_subscriptions_failing', 'Subscriptions whose last attempt failed', () =>
    count((courier) => (courier.progress().failures > 0 ? 1 : 0)),
  );
  let cancelRecord: (() => void) | undefined;
  let cancelHouse: (() => void) | undefined;

  /** What all couriers did since the last time, as one change. @throws Problem */
  const record = async (more: readonly RowDelta[] = []): Promise<void> => {
    cancelRecord?.();
    cancelRecord = undefined;
    const names = [...dirty];
    dirty.clear();
    const rows = names.flatMap((name) => {
      const courier = couriers.get(name);
      if (!courier) return [];
      const { tenant, subscription } = courier.stored();
      return [progressRow(tenant, subscription.id, courier.progress())];
    });
    if (rows.length + more.length === 0) return;
    try {
      await writer.commit({ tenant: 0, cause, entities: [], rows: [...rows, ...more] });
    } catch (error) {
      for (const name of names) note(name);
      throw error;
    }
  };
  const recordSoon = (): void => {
    cancelRecord ??= timers.after(recordEveryMs, () => {
      record().catch((error: unknown) =>
        log.error('progress of notifications is not recorded', { error: String(error) }),
      );
    });
  };
  const note = (name: string): void => {
    dirty.add(name);
    recordSoon();
  };

  /** @returns whether any of it may be told @throws OutboundFailure */
  const attempt = async (stored: Stored, notices: readonly Notice[], part?: Part): Promise<boolean> => {
    const told = notices.filter((notice) => deps.mayTell(stored, notice));
    withheld.add(notices.length - told.length);
    if (told.length === 0) return false;
    try {
      await turns.run(hostOf(stored), nameOf(stored.tenant, stored.subscription.id), () => {
        if (leaving.signal.aborted) throw new OutboundFailure('stopped', 'the program is stopping');
        return deps.send(stored, told, part, leaving.signal);
      });
      sent.add(1, { outcome: 'delivered' });
      return true;
    } catch (error) {
      sent.add(1, { outcome: error instanceof OutboundFailure ? error.reason : 'other' });
      throw error;
    }
  };

  /** A host answers again: who waits for it need not wait any longer. */
  const hurryOthers = (host: string): void => {
    for (const courier of couriers.values()) if (hostOf(courier.stored()) === host) courier.hurry();
  };

  const courierFor = (stored: Stored, progress: Progress, waiting: number): Courier => {
    const { tenant, subscription } = stored;
    const { id } = subscription;
    const name = nameOf(tenant, id);
    const onProgress = (): void => note(name);
    if (subscription.timeInterval !== undefined) {
      return createPeriodic({ clock, timers, onProgress, look: deps.look, send: attempt }, { stored, progress });
    }
    const needs: CourierNeeds = {
      clock,
      timers,
      onProgress,
      read: (after, limit) => store.hitsAfter(tenant, id, after, limit),
      async send(now, batch) {
        const failing = (couriers.get(name)?.progress().failures ?? 0) > 0;
        const told = await attempt(
          now,
          batch.hits.map(({ notice }) => notice),
          batch,
        );
        if (failing && told) hurryOthers(hostOf(now));
        return told;
      },
      async bury(_now, { hits }, attempts, reason) {
        if (!couriers.has(name)) return;
        dirty.add(name);
        await record(hits.map((hit) => letterRow(tenant, id, { ...hit, refusedAt: clock.now(), attempts, reason })));
        dead.add(hits.length);
        log.warn('a notification was refused and put aside', { subscription: id, reason });
      },
    };
    return createCourier(needs, { stored, progress, waiting });
  };

  const set = (stored: Stored, progress = noProgress, waiting = 0): void => {
    const name = nameOf(stored.tenant, stored.subscription.id);
    const known = couriers.get(name);
    if (known && isPeriodic(known.stored()) === isPeriodic(stored)) {
      known.change(stored);
      return;
    }
    void known?.stop();
    const waits = (known?.waiting() ?? waiting) + (early.delete(name) ? 1 : 0);
    couriers.set(name, courierFor(stored, known?.progress() ?? progress, waits));
  };

  const keepHouse = async (window: Window = hitWindow): Promise<void> => {
    for (const { tenant, id, keptFrom } of await passedBy(store, window, clock.now())) {
      const courier = couriers.get(nameOf(tenant, id));
      if (!courier) continue;
      const undelivered = await store.countBetween(tenant, id, courier.progress(), keptFrom);
      if (undelivered > 0) {
        missed.add(undelivered);
        log.warn('hits went before they were delivered', { subscription: id, hits: undelivered });
      }
      courier.keepFrom(keptFrom, undelivered);
    }
    await record();
    const dropped = await deps.pruneLetters();
    if (dropped > 0) {
      lost.add(dropped);
      log.warn('dead letters went, because there were too many', { letters: dropped });
    }
  };
  const keepHouseSoon = (): void => {
    cancelHouse = timers.after(keepHouseEveryMs, () => {
      keepHouse()
        .catch((error: unknown) => log.error('hits were not looked after', { error: String(error) }))
        .finally(keepHouseSoon);
    });
  };

  const unfollow = writer.onDurable((_seq, derived) => {
    for (const write of derived) {
      if (write.table !== hitTable.name || !('key' in write) || write.row === null) continue;
      const name = nameOf(Number(write.key['tenant']), String(write.key['subscription']));
      const courier = couriers.get(name);
      const heard = listeners.get(name);
      if (!courier) early.add(name);
      if (!courier && !heard) continue;
      const hit = hitOf(write.key, write.row);
      courier?.offer(hit);
      for (const listener of heard ?? []) listener(hit);
    }
  });

  return {
    set,
    keepHouse,
    sendOnce: (stored, hits) =>
      attempt(
        stored,
        hits.map(({ notice }) => notice),
      ),
    async start() {
      const [all, progress, waiting] = await Promise.all([store.all(), store.progress(), store.waiting()]);
      const progressBy = new Map(progress.map((one) => [nameOf(one.tenant, one.id), one.progress]));
      const waitingBy = new Map(waiting.map((one) => [nameOf(one.tenant, one.id), one.count]));
      for (const stored of all) {
        const name = nameOf(stored.tenant, stored.subscription.id);
        set(stored, progressBy.get(name), waitingBy.get(name));
      }
      keepHouseSoon();
    },
    remove(tenant, id) {
      const name = nameOf(tenant, id);
      void couriers.get(name)?.stop();
      couriers.delete(name);
      for (const known of [dirty, early]) known.delete(name);
      turns.forget(name);
    },
    progress(tenant, id) {
      const courier = couriers.get(nameOf(tenant, id));
      return { progress: courier?.progress() ?? noProgress, waiting: courier?.waiting() ?? 0 };
    },
    count: () => couriers.size,
    stored: (tenant, id) => couriers.get(nameOf(tenant, id))?.stored(),
    async rewind(tenant, id, from) {
      const place = { seq: from - 1, place: Number.MAX_SAFE_INTEGER };
      const hits = await store.countBetween(tenant, id, place, Number.MAX_SAFE_INTEGER);
      couriers.get(nameOf(tenant, id))?.rewind(place, hits);
      note(nameOf(tenant, id));
      return hits;
    },
    follow(tenant, id, listener) {
      const name = nameOf(tenant, id);
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => {
        heard.delete(listener);
        if (heard.size === 0) listeners.delete(name);
      };
    },
    async stop() {
      unfollow();
      cancelHouse?.();
      const cancel = timers.after(graceMs, () => leaving.abort());
      await Promise.all([...couriers.values()].map((courier) => courier.stop()));
      cancel();
      leaving.abort();
      await record();
    },
  };
}

const nameOf = (tenant: Tenant, id: string): string => `${tenant} ${id}`;
const isPeriodic = ({ subscription }: Stored): boolean => subscription.timeInterval !== undefined;
const hostOf = ({ subscription }: Stored): string => new URL(subscription.notification.endpoint.uri).host;
