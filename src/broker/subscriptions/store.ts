/** What of subscriptions is read: the module's only SQL. */
import type { Rows, SqlValue, Tenant } from '../../store/ports.ts';
import {
  hitOf,
  noProgress,
  progressOf,
  storedOf,
  type Cursor,
  type DeadLetter,
  type Hit,
  type Progress,
  type Stored,
} from './rows.ts';

/** Hits of a subscription, delivered or not; `oldestAt` (ms) of the oldest. */
export type Kept = {
  readonly tenant: Tenant;
  readonly id: string;
  readonly count: number;
  readonly bytes: number;
  readonly oldestAt: number;
};

const subscriptionsAtOnce = 50;

export type SubscriptionStore = ReturnType<typeof subscriptionStore>;

export function subscriptionStore(rows: Rows) {
  const keptBetween = async (first: readonly SqlValue[], last: readonly SqlValue[]): Promise<readonly Kept[]> => {
    const found = await rows.all(
      `SELECT tenant, subscription AS id, count(*) AS count, sum(bytes) AS bytes, min(at) AS oldest FROM ngsi_hit
       WHERE (tenant, subscription) >= (?, ?) AND (tenant, subscription) <= (?, ?) GROUP BY tenant, subscription`,
      [...first, ...last],
    );
    return found.map((row) => ({
      tenant: Number(row['tenant']),
      id: String(row['id']),
      count: Number(row['count']),
      bytes: Number(row['bytes']),
      oldestAt: Number(row['oldest']),
    }));
  };
  return {
    async find(tenant: Tenant, id: string): Promise<Stored | undefined> {
      const row = await rows.get('SELECT * FROM ngsi_subscription WHERE tenant = ? AND id = ?', [tenant, id]);
      return row && storedOf(row);
    },
    async all(): Promise<readonly Stored[]> {
      return (await rows.all('SELECT * FROM ngsi_subscription ORDER BY tenant, id')).map(storedOf);
    },
    /** In the order in which they were made. */
    /** In the order in which they were made. */
    async ofTenant(tenant: Tenant) {
      const found = await rows.all('SELECT * FROM ngsi_subscription WHERE tenant = ? ORDER BY created_at, id', [
        tenant,
      ]);
      return found.map(storedOf);
    },
    async progress(): Promise<readonly { tenant: Tenant; id: string; progress: Progress }[]> {
      const found = await rows.all('SELECT * FROM ngsi_delivery');
      return found.map((row) => ({
        tenant: Number(row['tenant']),
        id: String(row['id']),
        progress: progressOf(row),
      }));
    },
    async progressOf(tenant: Tenant, id: string): Promise<Progress> {
      const row = await rows.get('SELECT * FROM ngsi_delivery WHERE tenant = ? AND id = ?', [tenant, id]);
      return row ? progressOf(row) : noProgress;
    },
    /** Hits after a place, in order. */
    async hitsAfter(tenant: Tenant, id: string, { seq, place }: Cursor, limit: number): Promise<readonly Hit[]> {
      const found = await rows.all(
        `SELECT seq, place, at, bytes, notice FROM ngsi_hit
         WHERE tenant = ? AND subscription = ? AND (seq, place) > (?, ?) ORDER BY seq, place LIMIT ?`,
        [tenant, id, seq, place, limit],
      );
      return found.map((row) => hitOf(row, row));
    },
    /** Of the newest hit. */
    async lastPlace(tenant: Tenant, id: string): Promise<Cursor> {
      const row = await rows.get(
        'SELECT seq, place FROM ngsi_hit WHERE tenant = ? AND subscription = ? ORDER BY seq DESC, place DESC LIMIT 1',
        [tenant, id],
      );
      return { seq: Number(row?.['seq'] ?? 0), place: Number(row?.['place'] ?? 0) };
    },
    /** How many hits each subscription has that are not delivered. */
    async waiting(): Promise<readonly { tenant: Tenant; id: string; count: number; oldestAt: number }[]> {
      const found = await rows.all(
        // From the progress, so that what is delivered is not looked at.
        `SELECT d.tenant AS tenant, d.id AS id, count(*) AS count, min(h.at) AS oldest
         FROM ngsi_delivery d
         JOIN ngsi_hit h ON h.tenant = d.tenant AND h.subscription = d.id AND (h.seq, h.place) > (d.seq, d.place)
         GROUP BY d.tenant, d.id`,
      );
      return found.map((row) => ({
        tenant: Number(row['tenant']),
        id: String(row['id']),
        count: Number(row['count']),
        oldestAt: Number(row['oldest']),
      }));
    },
    /** What is kept of each subscription; a few at a time, since there may be millions and others want to read. */
    async kept(): Promise<readonly Kept[]> {
      const all = await rows.all('SELECT tenant, id FROM ngsi_subscription ORDER BY tenant, id');
      const kept: Kept[] = [];
      for (let from = 0; from < all.length; from += subscriptionsAtOnce) {
        const some = all
          .slice(from, from + subscriptionsAtOnce)
          .map((row) => [Number(row['tenant']), String(row['id'])]);
        kept.push(...(await keptBetween(some[0] ?? [], some.at(-1) ?? [])));
      }
      return kept;
    },
    /** Undefined: nothing is kept. */
    async keptOf(tenant: Tenant, id: string): Promise<Kept | undefined> {
      const [kept] = await keptBetween([tenant, id], [tenant, id]);
      return kept;
    },
    /** The first change from which hits are to be kept, so that `drop` go and those before `at` (ms). */
    async keepFrom(tenant: Tenant, id: string, drop: number, at: number): Promise<number> {
      const byCount = await rows.get(
        'SELECT seq FROM ngsi_hit WHERE tenant = ? AND subscription = ? ORDER BY seq, place LIMIT 1 OFFSET ?',
        [tenant, id, drop],
      );
      const byAge = await rows.get(
        'SELECT max(seq) AS seq FROM ngsi_hit WHERE tenant = ? AND subscription = ? AND at < ?',
        [tenant, id, at],
      );
      const last = await rows.get('SELECT max(seq) AS seq FROM ngsi_hit WHERE tenant = ? AND subscription = ?', [
        tenant,
        id,
      ]);
      const all = Number(last?.['seq'] ?? 0) + 1;
      const counted = drop === 0 ? 0 : byCount ? Number(byCount['seq']) : all;
      const aged = typeof byAge?.['seq'] === 'number' ? byAge['seq'] + 1 : 0;
      return Math.max(counted, aged);
    },
    /** Hits between a place and a change. */
    async countBetween(tenant: Tenant, id: string, { seq, place }: Cursor, before: number): Promise<number> {
      const row = await rows.get(
        `SELECT count(*) AS n FROM ngsi_hit
         WHERE tenant = ? AND subscription = ? AND (seq, place) > (?, ?) AND seq < ?`,
        [tenant, id, seq, place, before],
      );
      return Number(row?.['n'] ?? 0);
    },
    async letterCounts(): Promise<readonly { tenant: Tenant; id: string; count: number }[]> {
      const found = await rows.all(
        'SELECT tenant, subscription AS id, count(*) AS count FROM ngsi_dead_letter GROUP BY tenant, subscription',
      );
      return found.map((row) => ({
        tenant: Number(row['tenant']),
        id: String(row['id']),
        count: Number(row['count']),
      }));
    },
    /** Dead letters from a change on, in order. */
    async letters(
      tenant: Tenant,
      id: string,
      { after = { seq: 0, place: -1 }, limit }: { after?: Cursor; limit: number },
    ): Promise<readonly DeadLetter[]> {
      const found = await rows.all(
        `SELECT * FROM ngsi_dead_letter
         WHERE tenant = ? AND subscription = ? AND (seq, place) > (?, ?) ORDER BY seq, place LIMIT ?`,
        [tenant, id, after.seq, after.place, limit],
      );
      return found.map((row) => ({
        ...hitOf(row, row),
        refusedAt: Number(row['refused_at']),
        attempts: Number(row['attempts']),
        reason: String(row['reason']),
      }));
    },
  };
}
