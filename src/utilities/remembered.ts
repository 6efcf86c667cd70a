/** What was counted a moment ago is not counted again: these pages are public, and each look asks history for months. */
import type { Clock } from '../base/clock.ts';
import type { Principal } from '../http/index.ts';

const keptMs = 15_000;
/** Different looks that are kept at once. */
const keptMax = 32;

/** Everything that decides what somebody sees of entities. */
export const readerKey = ({ session, ...who }: Principal): string => JSON.stringify([who, session?.due]);

/** Those who ask for the same at the same time wait for one answer; a failure is not kept. */
export function remembered<T>({ now }: Pick<Clock, 'now'>): (key: string, make: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { readonly at: number; readonly value: Promise<T> }>();
  return (key, make) => {
    const known = kept.get(key);
    if (known && now() - known.at < keptMs) return known.value;
    kept.delete(key);
    const value = make();
    kept.set(key, { at: now(), value });
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    value.catch(() => {
      if (kept.get(key)?.value === value) kept.delete(key);
    });
    return value;
  };
}
