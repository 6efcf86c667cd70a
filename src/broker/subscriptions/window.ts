/**
 * How long hits are kept, delivered or not: what is older, more or larger than the window goes. What goes before it was
 * delivered is counted with its subscription.
 */
import type { SubscriptionStore } from './store.ts';
import type { Tenant } from '../../store/ports.ts';

export type Window = {
  readonly maxAgeMs: number;
  /** Of one subscription. */
  readonly maxHits: number;
  /** Of all together. */
  readonly maxBytes: number;
};

/** The age is that of the journal (architecture, "Journal retention"). */
export const hitWindow: Window = { maxAgeMs: 7 * 86_400_000, maxHits: 100_000, maxBytes: 4 * 2 ** 30 };

/** What has to go: hits of a subscription before a change. */
export type Passed = { readonly tenant: Tenant; readonly id: string; readonly keptFrom: number };

/** @param now ms */
export async function passedBy(
  store: Pick<SubscriptionStore, 'kept' | 'keepFrom'>,
  window: Window,
  now: number,
): Promise<readonly Passed[]> {
  const kept = await store.kept();
  let excess = kept.reduce((sum, { bytes }) => sum + bytes, 0) - window.maxBytes;
  const passed: Passed[] = [];
  // Whoever holds most gives most.
  for (const { tenant, id, count, bytes, oldestAt } of kept.toSorted((a, b) => b.bytes - a.bytes)) {
    let drop = Math.max(0, count - window.maxHits);
    if (excess > 0) {
      const share = Math.min(count, Math.ceil((Math.min(excess, bytes) * count) / bytes));
      excess -= (bytes * share) / count;
      drop = Math.max(drop, share);
    }
    const tooOld = now - window.maxAgeMs;
    if (drop === 0 && oldestAt >= tooOld) continue;
    const keptFrom = await store.keepFrom(tenant, id, drop, tooOld);
    if (keptFrom > 0) passed.push({ tenant, id, keptFrom });
  }
  return passed;
}
