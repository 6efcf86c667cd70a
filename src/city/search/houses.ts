/** The house numbers of each street: looked up, or placed between the neighbours that are known. */
import { lengthM, placeOn } from '../geometry.ts';
import { houseAt } from '../place.ts';
import type { AddressRange, Position, Street } from '../profile.ts';
import { houseBase, houseKey } from './houseNumber.ts';

export type House = {
  readonly at: Position;
  /** As the address writes it; absent when it is placed by its neighbours. */
  readonly number?: string;
  /** `exact`: the number is known. `approximate`: it stands between known ones. */
  readonly precision: 'exact' | 'approximate';
};

export type Houses = {
  add(owner: number, number: string, at: Position): void;
  addRange(owner: number, range: AddressRange): void;
  /** Packs what was added; nothing is added after it. */
  close(): void;
  find(owner: number, number: string, streets: readonly Street[]): House | undefined;
  /** In the middle of what is known of the owner: for a street that is on no map. */
  middle(owner: number): Position | undefined;
  count(): number;
};

/** Between known numbers farther apart than this, a guess would be no help. */
const gapMax = 40;

export function houses(): Houses {
  const added: { owner: number; number: string; at: Position }[] = [];
  const ranges = new Map<number, AddressRange[]>();
  /** Sorted by owner; the houses of one are from `starts` on. */
  let list: readonly (typeof added)[number][] = added;
  const starts = new Map<number, number>();

  const of = (owner: number): readonly (typeof added)[number][] => {
    const from = starts.get(owner);
    if (from === undefined) return [];
    let to = from;
    while (list[to]?.owner === owner) to++;
    return list.slice(from, to);
  };

  const between = (owner: number, base: number): House | undefined => {
    let below: { base: number; at: Position } | undefined;
    let above: { base: number; at: Position } | undefined;
    for (const { number, at } of of(owner)) {
      const known = houseBase(number);
      // Odd and even numbers stand on two sides.
      if (known === undefined || (known - base) % 2 !== 0) continue;
      if (known === base) return { at, number, precision: 'approximate' };
      if (known < base && (!below || known > below.base)) below = { base: known, at };
      if (known > base && (!above || known < above.base)) above = { base: known, at };
    }
    if (!below || !above || above.base - below.base > gapMax) return undefined;
    const share = (base - below.base) / (above.base - below.base);
    const [x1, y1] = below.at;
    const [x2, y2] = above.at;
    return { at: [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share], precision: 'approximate' };
  };

  return {
    add: (owner, number, at) => void added.push({ owner, number, at }),
    addRange: (owner, range) => {
      const there = ranges.get(owner);
      if (there) there.push(range);
      else ranges.set(owner, [range]);
    },
    close: () => {
      added.sort((a, b) => a.owner - b.owner);
      list = added;
      added.forEach(({ owner }, i) => {
        if (!starts.has(owner)) starts.set(owner, i);
      });
    },
    find: (owner, number, streets) => {
      const key = houseKey(number);
      const known = of(owner).find((house) => house.number.split(/[;,]/).some((part) => houseKey(part) === key));
      if (known) return { at: known.at, number: known.number, precision: 'exact' };
      const base = houseBase(number);
      if (base === undefined) return undefined;
      for (const { from, to, step, line } of ranges.get(owner) ?? []) {
        const [low, high] = from < to ? [from, to] : [to, from];
        if (base < low || base > high || (step !== 'all' && (base - low) % 2 !== 0)) continue;
        const share = from === to ? 0.5 : (base - from) / (to - from);
        return { at: placeOn(line, share * lengthM(line)).position, precision: 'approximate' };
      }
      const guessed = between(owner, base);
      if (guessed) return guessed;
      const street = streets.find(({ numbers = 0 }) => base >= 1 && base <= numbers);
      return street && { at: houseAt(street, base), precision: 'approximate' };
    },
    middle: (owner) => {
      const own = of(owner);
      if (own.length === 0) return undefined;
      const sum = own.reduce(([x, y], { at }) => [x + at[0], y + at[1]] as const, [0, 0] as readonly [number, number]);
      return [sum[0] / own.length, sum[1] / own.length];
    },
    count: () => list.length,
  };
}
