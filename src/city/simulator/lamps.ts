/** Where the lamps stand: along the streets, in groups with one controller each. */
import { lengthM } from '../geometry.ts';
import { besideStreet, districtAt } from '../place.ts';
import type { City, Position, Street } from '../profile.ts';
import type { Plan } from './plan.ts';

export type Lamp = {
  readonly name: string;
  readonly position: Position;
  /** From the start of its street. */
  readonly alongM: number;
  readonly left: boolean;
};
/** Never without a lamp. */
export type LampGroup = { readonly name: string; readonly street: Street; readonly lamps: readonly [Lamp, ...Lamp[]] };

const largestGroup = 60;

/**
 * Shares the plan's lamps out over the streets by length, avenues denser. No group has more than 60 lamps but the
 * plan's largest, which is one whole street.
 */
export function lampGroups(city: City, plan: Plan): LampGroup[] {
  const { largest, count } = plan.lamps;
  const others = city.streets.filter((street) => street.id !== largest.street);
  const weights = others.map((street) => lengthM(street.line) * (street.kind === 'avenue' ? 1.6 : 1));
  const perMetre = (count - largest.count) / weights.reduce((sum, weight) => sum + weight, 0);
  // Rounding the running sum instead of each share makes the shares add up to the plan's count.
  let due = 0;
  let given = 0;
  return city.streets.flatMap((street) => {
    if (street.id === largest.street) return grouped(street, lampsAlong(city, street, largest.count), 1);
    due += (weights[others.indexOf(street)] ?? 0) * perMetre;
    const share = Math.round(due) - given;
    given += share;
    return grouped(street, lampsAlong(city, street, share), Math.ceil(share / largestGroup));
  });
}

function grouped(street: Street, lamps: readonly Lamp[], parts: number): LampGroup[] {
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * lamps.length) / parts);
    const to = Math.floor(((part + 1) * lamps.length) / parts);
    const [first, ...rest] = lamps.slice(from, to);
    if (!first) throw new Error(`${street.id} has a group without a lamp`);
    return { name: `${street.id}-${part + 1}`, street, lamps: [first, ...rest] };
  });
}

/** On both sides in turn, 7 m off the middle, always inside the city. */
function lampsAlong(city: City, street: Street, share: number): Lamp[] {
  const length = lengthM(street.line);
  return Array.from({ length: share }, (_, i) => {
    const alongM = ((i + 0.5) / share) * length;
    const left = i % 2 === 0;
    const position = (left ? [7, 0, -7] : [-7, 0, 7])
      .map((setback) => besideStreet(street, alongM, setback))
      .find((candidate) => districtAt(city, candidate));
    if (!position) throw new Error(`${street.id} leaves the city at ${Math.round(alongM)} m`);
    return { name: `${street.id}-${String(i + 1).padStart(3, '0')}`, position, alongM, left };
  });
}

/** The lamp that stands in the middle of a list: where its controller is drawn. */
export function middleOf(lamps: readonly [Lamp, ...Lamp[]]): Lamp {
  return lamps[Math.floor(lamps.length / 2)] ?? lamps[0];
}
