/** The line of a bus route, joined from streets, and how a bus moves along it. */
import { distanceM, lengthM, nearestOn, placeOn } from '../geometry.ts';
import type { Position } from '../profile.ts';
import { minuteMs } from './device.ts';

const stopEveryM = 430;
const dwellMs = 18_000;
/** Mean between two stops: 27 km/h. */
const metresPerMs = 27 / 3600;
/** At both ends. */
const restMs = 4 * minuteMs;

export type Route = {
  readonly line: readonly Position[];
  readonly lengthM: number;
  /** There and back. */
  readonly roundMs: number;
  /** Where a bus is after so many ms of its round, in km/h and degrees clockwise from north. */
  at(ms: number): { position: Position; speed: number; bearing: number };
};

/** A bus speeds up, slows down, waits at each stop and longer at the ends, then drives back. */
export function createRoute(streets: readonly (readonly Position[])[]): Route {
  const line = joined(streets);
  const length = lengthM(line);
  const legs = Math.max(1, Math.round(length / stopEveryM));
  const legM = length / legs;
  const drivingMs = legM / metresPerMs;
  const legMs = drivingMs + dwellMs;
  const roundMs = 2 * (legs * legMs + restMs);
  return {
    line,
    lengthM: length,
    roundMs,
    at(ms) {
      const isBack = ms >= roundMs / 2;
      const there = isBack ? ms - roundMs / 2 : ms;
      const leg = Math.min(legs, Math.floor(there / legMs));
      const share = leg === legs ? 0 : Math.min(1, (there - leg * legMs) / drivingMs);
      const walkedM = (leg + share * share * (3 - 2 * share)) * legM;
      const metresPerMsNow = (6 * share * (1 - share) * legM) / drivingMs;
      const { position, bearing } = placeOn(line, isBack ? length - walkedM : walkedM);
      return { position, speed: metresPerMsNow * 3600, bearing: isBack ? (bearing + 180) % 360 : bearing };
    },
  };
}

/** Joins streets where they come nearest; the first and the last are run to their far end. */
function joined(lines: readonly (readonly Position[])[]): Position[] {
  const cuts: { from: number; to: number }[] = lines.map((line) => ({ from: 0, to: lengthM(line) }));
  for (let i = 1; i < lines.length; i++) {
    const [before, here] = [lines[i - 1] ?? [], lines[i] ?? []];
    const { onBefore, onHere } = meeting(before, here);
    const cut = cuts[i - 1] ?? { from: 0, to: 0 };
    // A street entered from a junction runs from there; the first one starts at its end that is farther away.
    if (i === 1) cut.from = onBefore > cut.to / 2 ? 0 : cut.to;
    cut.to = onBefore;
    const next = cuts[i] ?? { from: 0, to: 0 };
    next.from = onHere;
    if (i === lines.length - 1) next.to = onHere > next.to / 2 ? 0 : next.to;
  }
  const route: Position[] = [];
  lines.forEach((line, i) => {
    const { from, to } = cuts[i] ?? { from: 0, to: 0 };
    for (const position of part(line, from, to)) {
      const last = route.at(-1);
      if (!last || distanceM(last, position) > 1) route.push(position);
    }
  });
  return route;
}

function meeting(one: readonly Position[], other: readonly Position[]): { onBefore: number; onHere: number } {
  let best = { distance: Infinity, onBefore: 0, onHere: 0 };
  const length = lengthM(one);
  for (let alongM = 0; alongM <= length; alongM += 5) {
    const near = nearestOn(other, placeOn(one, alongM).position);
    if (near.distanceM < best.distance) best = { distance: near.distanceM, onBefore: alongM, onHere: near.alongM };
  }
  return best;
}

/** The piece of a line between two distances from its start; backwards when `from` is behind `to`. */
function part(line: readonly Position[], from: number, to: number): Position[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  const inner: Position[] = [];
  let walked = 0;
  line.forEach((position, i) => {
    const before = line[i - 1];
    if (before) walked += distanceM(before, position);
    if (walked > low + 1 && walked < high - 1) inner.push(position);
  });
  const piece = [placeOn(line, low).position, ...inner, placeOn(line, high).position];
  return from < to ? piece : piece.reverse();
}
