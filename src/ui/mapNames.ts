/** Where names stand on the drawn map: none crosses another one or a pin; what finds no room is left out. */
import type { Pair } from '../base/shapes.ts';
import { type DrawnStreet, pathOf } from './mapDrawing.ts';
import type { Projection } from './projection.ts';

/** Left, top, right, bottom. */
export type Room = readonly [number, number, number, number];

const overlaps = ([a1, b1, a2, b2]: Room, [c1, d1, c2, d2]: Room): boolean => a1 < c2 && c1 < a2 && b1 < d2 && d1 < b2;

export type PlacedName<T> = {
  readonly of: T;
  readonly x: number;
  /** Of the first line's foot. */
  readonly y: number;
  readonly lines: readonly string[];
  /** It stands beside its own place. */
  readonly moved: boolean;
};

export type NameStyle = {
  /** Width of a letter on average, and of a line's height, in picture units. */
  readonly letter: number;
  readonly line: number;
  /** Letters in a line, beyond which a text of several words is broken. */
  readonly lettersMax: number;
};

/** Where a name may move when its own place is taken, in lines up or down. */
const shifts = [0, -1, 1, -2, 2, -3, 3];

/**
 * Names that neither cross each other nor what is there already; the first ones have the first choice. Long ones are
 * broken between words. What finds no place is left out.
 * @param taken grows by what is placed
 */
export function placedNames<T>(
  wanted: readonly { readonly of: T; readonly text: string; readonly at: Pair }[],
  { letter, line, lettersMax }: NameStyle,
  taken: Room[],
  picture: Pick<Projection, 'width' | 'height'>,
): readonly PlacedName<T>[] {
  const placed: PlacedName<T>[] = [];
  for (const { of, text, at } of wanted) {
    for (const lines of text.length > lettersMax
      ? [broken(text, lettersMax), [text]]
      : [[text], broken(text, lettersMax)]) {
      const half = (Math.max(...lines.map(({ length }) => length)) * letter) / 2;
      // A name at the edge of the picture moves in.
      const x = Math.max(half + 4, Math.min(picture.width - half - 4, at[0]));
      const top = at[1] - (lines.length * line) / 2;
      const rooms = shifts.map((by): Room => {
        const y = Math.max(2, Math.min(picture.height - lines.length * line - 2, top + by * line));
        return [x - half, y, x + half, y + lines.length * line];
      });
      const room = rooms.find((tried) => !taken.some((other) => overlaps(tried, other)));
      if (!room) continue;
      taken.push(room);
      placed.push({ of, x, y: room[1] + line * 0.8, lines, moved: room !== rooms[0] || x !== at[0] });
      break;
    }
  }
  return placed;
}

/** Breaks a text between words into lines of at most about `max` letters. */
function broken(text: string, max: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= max) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The line along which a street's name is written: from left to right, so that no name stands on its head. */
export function namePath({ points }: DrawnStreet): string {
  const [first, last] = [points[0] as Pair, points.at(-1) as Pair];
  return pathOf(last[0] < first[0] ? points.toReversed() : points, false);
}

/** Room that a text of this width takes in the middle of a line, seen as a box; undefined when it is too short or too crooked. */
export function roomAlong({ points, length }: DrawnStreet, width: number, height: number): Room | undefined {
  if (length < width * 1.2) return undefined;
  const [from, to] = [(length - width) / 2, (length + width) / 2];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let walked = 0;
  const span: Pair[] = [];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as Pair, points[i] as Pair];
    const step = Math.hypot(b[0] - a[0], b[1] - a[1]);
    for (const at of [Math.max(from, walked), Math.min(to, walked + step)]) {
      if (at < from || at > to || at < walked || at > walked + step || step === 0) continue;
      const share = (at - walked) / step;
      const [x, y] = [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
      span.push([x, y]);
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
    walked += step;
  }
  const [first = [0, 0], last = [0, 0]] = [span[0], span.at(-1)];
  // Letters on a bend fall apart.
  if (Math.hypot(last[0] - first[0], last[1] - first[1]) < width * 0.9) return undefined;
  const around = height / 2;
  return [left - around, top - around, right + around, bottom + around];
}

/** The first of the wanted that fit beside what is there already and beside each other. */
export function withRoom<T extends { readonly room: Room }>(
  wanted: readonly T[],
  taken: Room[],
  max: number,
): readonly T[] {
  const placed: T[] = [];
  for (const one of wanted) {
    if (placed.length >= max) break;
    if (taken.some((other) => overlaps(one.room, other))) continue;
    taken.push(one.room);
    placed.push(one);
  }
  return placed;
}
