/** Randomness as a pure function of (seed, key, number): any range of time can be computed again without a state. */

/** FNV-1a over the text, for keys. */
export function keyOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Uniform in [0, 1). */
export function uniform(key: number, n: number): number {
  let x = (key ^ Math.imul(n | 0, 0x9e3779b1) ^ Math.imul(Math.floor(n / 4294967296), 0x85ebca6b)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

/** In [-1, 1], continuous in time: values at whole periods, joined smoothly. */
export function wander(key: number, at: number, periodMs: number): number {
  const place = at / periodMs;
  const n = Math.floor(place);
  const share = place - n;
  const smooth = share * share * (3 - 2 * share);
  return (uniform(key, n) * (1 - smooth) + uniform(key, n + 1) * smooth) * 2 - 1;
}

/** To so many digits after the point, as an instrument shows it. */
export function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
