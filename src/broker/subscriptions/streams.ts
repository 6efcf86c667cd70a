/**
 * The notifications of a subscription as a stream, for readers that cannot be reached: server-sent events and WebSocket.
 * Beyond the standard. A reader tells the last place that it has, and is told everything kept after it, then what comes.
 */
import type { Clock } from '../../base/clock.ts';
import { systemTimers } from '../../base/timers.ts';
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/principal.ts';
import type { JsonObject, Notice } from '../../ngsild/index.ts';
import type { Tenant } from '../../store/ports.ts';
import { createCourier, type Courier } from './courier.ts';
import type { Delivery } from './delivery.ts';
import { noProgress, type Cursor, type Stored } from './rows.ts';
import type { Sender } from './sender.ts';
import type { SubscriptionStore } from './store.ts';

/** `id`: where the reader is after it; it gives that back when it comes again. */
export type StreamEvent = { readonly id: string; readonly notification: JsonObject };

export type Streams = {
  /**
   * @param asked who: the reader, who is told what it may read itself, whoever made the subscription;
   *   after: where the reader is (`12` or `12.3`: a change, and a place in it); undefined: tells only what comes
   * @param tell resolves when the reader has taken it
   * @returns end
   * @throws Problem not-found, bad-data, not-supported (a periodic subscription has no hits)
   */
  open(
    asked: {
      readonly who: Principal;
      readonly tenant: Tenant;
      readonly id: string;
      readonly after: string | undefined;
    },
    tell: (event: StreamEvent) => Promise<void>,
  ): Promise<() => void>;
  count(): number;
};

export function openStreams(deps: {
  store: SubscriptionStore;
  delivery: Pick<Delivery, 'follow' | 'stored'>;
  sender: Pick<Sender, 'represent'>;
  mayTell: (stored: Stored, notice: Notice) => boolean;
  clock: Clock;
}): Streams {
  const { store, delivery, sender, mayTell, clock } = deps;
  let open = 0;
  return {
    count: () => open,
    async open({ who, tenant, id, after }, tell) {
      const stored = await store.find(tenant, id);
      if (!stored) throw new Problem('not-found', `there is no subscription ${id}`);
      if (stored.subscription.timeInterval !== undefined) {
        throw new Problem('not-supported', 'a periodic subscription has no stream: it tells of no single change');
      }
      const from = after === undefined ? undefined : parsePlace(after);
      let ended = false;
      // A reader is delivered to as an endpoint is: in order, and only what it has room for.
      const courier: Courier = createCourier(
        {
          clock,
          timers: systemTimers,
          read: (place, limit) => store.hitsAfter(tenant, id, place, limit),
          async send(_, batch) {
            const now = { ...(delivery.stored(tenant, id) ?? stored), maker: who };
            const notices = batch.hits.map(({ notice }) => notice).filter((notice) => mayTell(now, notice));
            if (ended || notices.length === 0) return false;
            await tell({ id: printPlace(batch.last), notification: await sender.represent(now, notices, batch) });
            return true;
          },
          bury: () => Promise.resolve(),
          onProgress() {},
        },
        {
          stored: unthrottled(stored),
          progress: { ...noProgress, ...(from ?? (await store.lastPlace(tenant, id))) },
          waiting: from ? 1 : 0,
        },
      );
      const unfollow = delivery.follow(tenant, id, (hit) => courier.offer(hit));
      // What came between the last place and here.
      courier.rewind(courier.progress(), 1);
      open++;
      return () => {
        if (ended) return;
        ended = true;
        open--;
        unfollow();
        void courier.stop();
      };
    },
  };
}

/** A reader takes what there is; whether the endpoint is paused or throttled is not its concern. */
const unthrottled = (stored: Stored): Stored => {
  const { throttling: _, expiresAt: __, isActive: ___, ...subscription } = stored.subscription;
  return { ...stored, subscription };
};

/** `12.3`; `12`: all of that change. @throws Problem bad-data */
export function parsePlace(text: string): Cursor {
  const match = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) throw new Problem('bad-data', 'a place is a sequence number, like 1204 or 1204.3', 'after');
  return { seq: Number(match[1]), place: match[2] === undefined ? Number.MAX_SAFE_INTEGER : Number(match[2]) };
}

export const printPlace = ({ seq, place }: Cursor): string => `${seq}.${place}`;
