/** Dead letters: what endpoints refused for good, kept, shown and sent again when somebody asks. */
import { Problem } from '../../base/problem.ts';
import { OutboundFailure } from '../../http/index.ts';
import type { Cause, RowDelta, Tenant } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import type { Delivery } from './delivery.ts';
import { isRefusal } from './outcome.ts';
import { letterGone, letterRow, type DeadLetter } from './rows.ts';
import type { SubscriptionStore } from './store.ts';

/** What became of letters that were sent again. */
export type Replayed = {
  readonly delivered: number;
  /** Refused again; they stay. */
  readonly refused: number;
  /** Not tried: the endpoint did not answer, there were too many for one go, or the subscriber may not read it any more. */
  readonly left: number;
  /** What went wrong last. */
  readonly lastError?: string;
};

export type Letters = {
  /** In the order of their changes. @throws Problem not-found */
  list(tenant: Tenant, id: string, page: { after?: number; limit: number }): Promise<readonly DeadLetter[]>;
  count(tenant: Tenant, id: string): Promise<number>;
  /**
   * Sends them once more, from a change on, in order; what arrives is a dead letter no longer.
   * @throws Problem not-found
   */
  replay(tenant: Tenant, id: string, from: number, cause: Cause): Promise<Replayed>;
  /**
   * Lets go of the oldest of a subscription that has too many, and of those put aside while theirs was deleted.
   * @returns how many were too many
   */
  prune(): Promise<number>;
};

/** One go, so that a request ends. */
const perReplay = 500;
/** Of one subscription. */
export const lettersMax = 1_000;

export function deadLetters(deps: {
  store: SubscriptionStore;
  delivery: Pick<Delivery, 'stored' | 'sendOnce'>;
  writer: Pick<Writer, 'commit' | 'now'>;
}): Letters {
  const { store, delivery, writer } = deps;
  const commit = async (rows: readonly RowDelta[], cause: Cause): Promise<void> => {
    if (rows.length > 0) await writer.commit({ tenant: 0, cause, entities: [], rows });
  };
  return {
    async list(tenant, id, { after, limit }) {
      if (!(await store.find(tenant, id))) throw new Problem('not-found', `there is no subscription ${id}`);
      const place = after === undefined ? undefined : { seq: after, place: Number.MAX_SAFE_INTEGER };
      return store.letters(tenant, id, { limit, ...(place && { after: place }) });
    },
    async count(tenant, id) {
      const counts = await store.letterCounts();
      return counts.find((one) => one.tenant === tenant && one.id === id)?.count ?? 0;
    },
    async replay(tenant, id, from, cause) {
      const stored = await store.find(tenant, id);
      if (!stored) throw new Problem('not-found', `there is no subscription ${id}`);
      const after = { seq: from - 1, place: Number.MAX_SAFE_INTEGER };
      const letters = await store.letters(tenant, id, { after, limit: perReplay });
      const rows: RowDelta[] = [];
      let [delivered, refused] = [0, 0];
      let lastError: string | undefined;
      for (const letter of letters) {
        try {
          if (!(await delivery.sendOnce(stored, [letter]))) continue;
          rows.push(letterGone(tenant, id, letter));
          delivered++;
        } catch (error) {
          lastError = error instanceof Error ? error.message : String(error);
          if (!(error instanceof OutboundFailure) || !isRefusal(error)) break;
          const attempts = letter.attempts + 1;
          rows.push(letterRow(tenant, id, { ...letter, attempts, reason: lastError, refusedAt: writer.now() }));
          refused++;
        }
      }
      await commit(rows, cause);
      const left = (await this.count(tenant, id)) - refused;
      return { delivered, refused, left: Math.max(0, left), ...(lastError !== undefined && { lastError }) };
    },
    async prune() {
      let gone = 0;
      for (const { tenant, id, count } of await store.letterCounts()) {
        const isGone = !delivery.stored(tenant, id);
        const most = isGone ? 0 : lettersMax;
        if (count <= most) continue;
        const oldest = await store.letters(tenant, id, { limit: count - most });
        await commit(
          oldest.map((letter) => letterGone(tenant, id, letter)),
          { by: 'sweep' },
        );
        if (!isGone) gone += oldest.length;
      }
      return gone;
    },
  };
}
