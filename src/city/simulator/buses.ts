/** Buses (Vehicle of Smart Data Models) that run to and fro on routes made of streets, with stops. */
import { distanceM, lengthM, nearestOn, placeOn } from '../geometry.ts';
import type { City, Position, Words } from '../profile.ts';
import { numbered } from './air.ts';
import { dayMs, hourMs, minuteMs, named, pointAt, urn, type Device } from './device.ts';
import { keyOf, rounded, uniform } from './noise.ts';
import { composed, streetOf } from './place.ts';
import { districtAt } from '../place.ts';
import type { Plan } from './plan.ts';
import type { Story } from './story.ts';

const busName = {
  tg: 'Автобуси {n}, {name}',
  ru: 'Автобус {n}, {name}',
  uz: 'Avtobus {n}, {name}',
  kk: 'Автобус {n}, {name}',
  en: 'Bus {n}, {name}',
};
const routeName = { tg: 'хатсайри {n}', ru: 'маршрут {n}', uz: '{n}-yoʻnalish', kk: '{n}-бағыт', en: 'route {n}' };

const stopEveryM = 430;
const dwellMs = 18_000;
/** Mean between two stops. */
const metresPerMs = 27 / 3600;

export function buses(city: City, plan: Plan, seed: number, story: Story): Device[] {
  let number = 0;
  const depot = streetOf(city, 'station');
  return plan.routes.flatMap((route) => {
    const line = joined(route.streets.map((id) => streetOf(city, id).line));
    const words: Words = numbered(routeName, route.id);
    const length = lengthM(line);
    const legs = Math.max(1, Math.round(length / stopEveryM));
    const legM = length / legs;
    const legMs = legM / metresPerMs + dwellMs;
    // There and back, a longer rest at both ends.
    const restMs = 4 * minuteMs;
    const roundMs = 2 * (legs * legMs + restMs);
    const running = route.buses - route.reserve;
    const routeDevice: Device = {
      source: 'namuna-buses',
      id: urn('GtfsRoute', `route-${route.id}`),
      type: 'GtfsRoute',
      attrs: [
        named(words),
        { name: 'shortName', value: route.id },
        {
          name: 'location',
          kind: 'GeoProperty',
          value: { type: 'LineString', coordinates: line.map(([long, lat]) => [round6(long), round6(lat)]) },
        },
      ],
      streams: [
        {
          // Yesterday's kilometres of all its buses, reported at one in the night.
          live: { everyMs: dayMs, offsetMs: hourMs - story.offsetMs },
          past: { everyMs: dayMs, offsetMs: hourMs - story.offsetMs },
          read: (at) => {
            const trips = (hours: number): number => (hours * hourMs) / roundMs;
            const km = (2 * length * (Math.min(2, running) * trips(24) + Math.max(0, running - 2) * trips(18))) / 1000;
            const luck = uniform(keyOf(seed, route.id), Math.floor(at / dayMs));
            return [
              { name: 'distanceTravelled', value: Math.round(km * (0.93 + 0.07 * luck)), unitCode: 'KMT' },
              { name: 'tripsMade', value: Math.round((km * 1000 * (0.93 + 0.07 * luck)) / length) },
            ];
          },
        },
      ],
    };
    const vehicles = Array.from({ length: route.buses }, (_, i): Device => {
      const code = String(101 + number++);
      const key = keyOf(seed, `bus ${code}`);
      const phase = (i / running) * roundMs + uniform(key, 0) * 40_000;
      // Two buses of each route run all night, the others from 05:30 to 23:30; the last ones are in reserve.
      const inService = (at: number): boolean => {
        if (i >= running) return false;
        const hour = ((at + story.offsetMs) % dayMs) / hourMs;
        return i < 2 || (hour >= 5.5 && hour < 23.5);
      };
      const everyMs = 5_000;
      return {
        source: 'namuna-buses',
        id: urn('Vehicle', `bus-${code}`),
        type: 'Vehicle',
        attrs: [
          named(composed(numbered(busName, code), words)),
          pointAt(placeOn(depot.line, 120 + 4 * number).position),
          { name: 'vehicleType', value: 'bus' },
          { name: 'category', value: ['public', 'tracked'] },
          { name: 'fleetVehicleId', value: code },
          { name: 'refRoute', kind: 'Relationship', value: routeDevice.id },
          { name: 'serviceStatus', value: i >= running ? 'garaged' : 'onRoute' },
        ],
        streams: [
          {
            live: { everyMs, offsetMs: Math.floor(uniform(key, 1) * everyMs) },
            lookBackMs: 8 * hourMs,
            read(at) {
              if (!inService(at)) return undefined;
              const { alongM, speed, back } = moveAt((at + phase) % roundMs, { legs, legM, legMs, restMs, roundMs });
              const { position, bearing } = placeOn(line, alongM);
              return [
                pointAt(position),
                { name: 'speed', value: rounded(speed, 0), unitCode: 'KMH' },
                { name: 'bearing', value: Math.round(back ? (bearing + 180) % 360 : bearing), unitCode: 'DD' },
                { name: 'district', value: districtAt(city, position)?.id ?? '' },
              ];
            },
          },
        ],
      };
    });
    return [routeDevice, ...vehicles];
  });
}

type Timetable = {
  readonly legs: number;
  readonly legM: number;
  readonly legMs: number;
  readonly restMs: number;
  readonly roundMs: number;
};

/** Place, speed in km/h and direction after so many ms of a round: speeds up, slows down, waits at each stop. */
function moveAt(ms: number, { legs, legM, legMs, restMs, roundMs }: Timetable) {
  const back = ms >= roundMs / 2;
  const there = back ? ms - roundMs / 2 : ms;
  const leg = Math.min(legs, Math.floor(there / legMs));
  const driving = legMs - dwellMs;
  const share = leg === legs ? 0 : Math.min(1, (there - leg * legMs) / driving);
  const walked = (leg + share * share * (3 - 2 * share)) * legM;
  const speed = share > 0 && share < 1 && restMs > 0 ? ((6 * share * (1 - share) * legM) / driving) * 3600 : 0;
  return { alongM: back ? legs * legM - walked : walked, speed, back };
}

/** Joins streets where they come nearest; the first and the last are run to their far end. */
export function joined(lines: readonly (readonly Position[])[]): Position[] {
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

const round6 = (value: number): number => Math.round(value * 1e6) / 1e6;
