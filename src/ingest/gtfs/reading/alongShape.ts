/** Where along a line the stops of a trip lie. */

type Point = readonly [x: number, y: number];
/** From [long, lat] to metres. */
export type Plane = { of(position: readonly [number, number]): Point };

export type Along = {
  /** From the line's beginning; never goes back. */
  readonly metres: Float64Array;
  /** How far each stop lies from the line. */
  readonly offM: Float64Array;
};

/** Points of a line in metres. */
export type Line = { readonly x: Float64Array; readonly y: Float64Array };

/**
 * Puts each stop on the nearest place of the line such that the places come in the order of the stops: of all such
 * choices the one whose squared distances have the smallest sum. A line that goes out and back along the same street
 * is no trouble, since the order decides.
 * @returns undefined when there is no such choice (a line of fewer than two points, stops in the wrong order)
 */
export function alongShape(stops: readonly Point[], { x, y }: Line): Along | undefined {
  const segments = x.length - 1;
  if (segments < 1 || stops.length === 0) return undefined;
  const begins = new Float64Array(segments);
  const lengths = new Float64Array(segments);
  let length = 0;
  for (let j = 0; j < segments; j++) {
    begins[j] = length;
    length += lengths[j] = Math.hypot((x[j + 1] ?? 0) - (x[j] ?? 0), (y[j + 1] ?? 0) - (y[j] ?? 0));
  }
  const size = stops.length * segments;
  const place = new Float64Array(size);
  const apart = new Float64Array(size);
  /** The segment of the stop before in the best choice that ends here. */
  const from = new Int32Array(size);
  /** Of the stop before, by segment: the smallest sum of a choice that ends there. */
  let before = new Float64Array(segments);
  let now = new Float64Array(segments);
  for (let i = 0; i < stops.length; i++) {
    const [px, py] = stops[i] as Point;
    let best = Infinity;
    let bestAt = -1;
    for (let j = 0; j < segments; j++) {
      const cell = i * segments + j;
      const [ax, ay, long] = [x[j] ?? 0, y[j] ?? 0, lengths[j] ?? 0];
      const [dx, dy] = [(x[j + 1] ?? 0) - ax, (y[j + 1] ?? 0) - ay];
      // Not long * long: what lies at the end of the line would lie a hair before it.
      const square = dx * dx + dy * dy;
      const share = square === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / square));
      const [ox, oy] = [px - ax - share * dx, py - ay - share * dy];
      const at = (begins[j] ?? 0) + share * long;
      const squared = ox * ox + oy * oy;
      place[cell] = at;
      apart[cell] = squared;
      if (i === 0) {
        now[j] = squared;
        continue;
      }
      // The stop before lies on an earlier segment, or on this one and not behind.
      const beside = before[j] ?? Infinity;
      const here = beside < best && (place[cell - segments] ?? 0) <= at;
      now[j] = (here ? beside : best) + squared;
      from[cell] = here ? j : bestAt;
      if (beside < best) {
        best = beside;
        bestAt = j;
      }
    }
    [before, now] = [now, before];
  }
  let end = 0;
  for (let j = 1; j < segments; j++) if ((before[j] ?? Infinity) < (before[end] ?? Infinity)) end = j;
  if (before[end] === Infinity) return undefined;
  const metres = new Float64Array(stops.length);
  const offM = new Float64Array(stops.length);
  for (let i = stops.length - 1, j = end; i >= 0; i--) {
    const cell = i * segments + j;
    metres[i] = place[cell] ?? 0;
    offM[i] = Math.sqrt(apart[cell] ?? 0);
    j = from[cell] ?? 0;
  }
  return { metres, offM };
}

/** Metres of each stop from the first one, straight from stop to stop. */
export function straight(stops: readonly Point[]): Float64Array {
  const metres = new Float64Array(stops.length);
  for (let i = 1; i < stops.length; i++) {
    const [a, b] = [stops[i - 1] as Point, stops[i] as Point];
    metres[i] = (metres[i - 1] ?? 0) + Math.hypot(b[0] - a[0], b[1] - a[1]);
  }
  return metres;
}
