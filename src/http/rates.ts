/** How often somebody may do something: a bucket of tokens for each key, in bounded memory. */
export type Rates = {
  /**
   * Takes tokens out of the key's bucket, all or none.
   * @param cost default 1; more than a bucket holds is taken as a whole bucket
   * @returns 0: taken; else the seconds after which there are enough, and nothing was taken
   */
  take(key: string, cost?: number): number;
  /** Buckets in memory. */
  size(): number;
};

type Bucket = { tokens: number; at: number };

/**
 * @param options capacity: tokens in a full bucket, which is how a key begins; perSecond: tokens that come back;
 *   now: milliseconds; keysMax: buckets in memory at most, those that were asked for longest ago go first
 */
export function openRates(options: {
  readonly capacity: number;
  readonly perSecond: number;
  readonly now: () => number;
  readonly keysMax: number;
}): Rates {
  const { capacity, perSecond, now, keysMax } = options;
  const perMs = perSecond / 1000;
  const generationMax = Math.max(1, Math.floor(keysMax / 2));
  // Two generations: what nobody asked for while a whole one filled is dropped with it, and no order has to be kept.
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();

  const bucketOf = (key: string, at: number): Bucket => {
    const known = young.get(key);
    if (known !== undefined) return known;
    const bucket = old.get(key) ?? { tokens: capacity, at };
    if (young.size >= generationMax) {
      old = young;
      young = new Map();
    } else old.delete(key);
    young.set(key, bucket);
    return bucket;
  };

  return {
    take(key, cost = 1) {
      const at = now();
      const bucket = bucketOf(key, at);
      const passed = at - bucket.at;
      if (passed > 0) {
        bucket.tokens = Math.min(capacity, bucket.tokens + passed * perMs);
        bucket.at = at;
      }
      const wanted = Math.min(cost, capacity);
      if (bucket.tokens >= wanted) {
        bucket.tokens -= wanted;
        return 0;
      }
      return (wanted - bucket.tokens) / perSecond;
    },
    size: () => young.size + old.size,
  };
}
