/** Buses (Vehicle of Smart Data Models) that run to and fro on routes made of streets, with stops. */
import { placeOn } from '../geometry.ts';
import { districtAt } from '../place.ts';
import type { City, Position } from '../profile.ts';
import { dayMs, hourMs, named, pointAt, urn, type Device } from './device.ts';
import { composed, numbered } from './names.ts';
import { keyOf, rounded, uniform } from './noise.ts';
import { streetOf } from './place.ts';
import type { Plan } from './plan.ts';
import { createRoute, type Route } from './route.ts';
import type { Story } from './story.ts';

const busName = {
  tg: 'Автобуси {n}, {name}',
  ru: 'Автобус {n}, {name}',
  uz: 'Avtobus {n}, {name}',
  kk: 'Автобус {n}, {name}',
  en: 'Bus {n}, {name}',
};
const routeName = { tg: 'хатсайри {n}', ru: 'маршрут {n}', uz: '{n}-yoʻnalish', kk: '{n}-бағыт', en: 'route {n}' };

const source = 'namuna-buses';
const busEveryMs = 5000;

export function buses(city: City, plan: Plan, seed: number, story: Story): Device[] {
  const depot = streetOf(city, 'station').line;
  let numbers = 0;
  return plan.routes.flatMap((planned) => {
    const route = createRoute(planned.streets.map((id) => streetOf(city, id).line));
    const running = planned.buses - planned.reserve;
    const vehicles = Array.from({ length: planned.buses }, (_, nth): Device => {
      const code = String(101 + numbers++);
      const parked = placeOn(depot, 120 + 4 * numbers).position;
      return busDevice({ city, route, routeId: planned.id, code, nth, running, parked, seed, story });
    });
    return [routeDevice(route, planned.id, running, seed, story), ...vehicles];
  });
}

const routeUrn = (id: string): string => urn('GtfsRoute', `route-${id}`);

function routeDevice(route: Route, id: string, running: number, seed: number, { offsetMs }: Story): Device {
  const key = keyOf(seed, `route ${id}`);
  // Yesterday's kilometres of all its buses, reported at one in the night.
  const atOne = { everyMs: dayMs, offsetMs: hourMs - offsetMs };
  const roundsOfDay = (Math.min(2, running) * 24 + Math.max(0, running - 2) * 18) * (hourMs / route.roundMs);
  return {
    source,
    id: routeUrn(id),
    type: 'GtfsRoute',
    attrs: [
      named(numbered(routeName, id)),
      { name: 'shortName', value: id },
      {
        name: 'location',
        kind: 'GeoProperty',
        value: {
          type: 'LineString',
          coordinates: route.line.map(([long, lat]) => [rounded(long, 6), rounded(lat, 6)]),
        },
      },
    ],
    streams: [
      {
        live: atOne,
        past: atOne,
        read(at) {
          const trips = Math.round(2 * roundsOfDay * (0.93 + 0.07 * uniform(key, Math.floor(at / dayMs))));
          return [
            { name: 'distanceTravelled', value: Math.round((trips * route.lengthM) / 1000), unitCode: 'KMT' },
            { name: 'tripsMade', value: trips },
          ];
        },
      },
    ],
  };
}

type Bus = {
  readonly city: City;
  readonly route: Route;
  readonly routeId: string;
  readonly code: string;
  /** Of the buses of its route, and how many of them run; the others stand in the depot. */
  readonly nth: number;
  readonly running: number;
  readonly parked: Position;
  readonly seed: number;
  readonly story: Story;
};

function busDevice({ city, route, routeId, code, nth, running, parked, seed, story }: Bus): Device {
  const key = keyOf(seed, `bus ${code}`);
  const isReserve = nth >= running;
  const phase = (nth / running) * route.roundMs + uniform(key, 0) * 40_000;
  // Two buses of each route run all night, the others from 05:30 to 23:30.
  const isInService = (at: number): boolean => {
    const hour = ((at + story.offsetMs) % dayMs) / hourMs;
    return !isReserve && (nth < 2 || (hour >= 5.5 && hour < 23.5));
  };
  return {
    source,
    id: urn('Vehicle', `bus-${code}`),
    type: 'Vehicle',
    attrs: [
      named(composed(numbered(busName, code), numbered(routeName, routeId))),
      pointAt(parked),
      { name: 'vehicleType', value: 'bus' },
      { name: 'category', value: ['public', 'tracked'] },
      { name: 'fleetVehicleId', value: code },
      { name: 'refRoute', kind: 'Relationship', value: routeUrn(routeId) },
      { name: 'serviceStatus', value: isReserve ? 'garaged' : 'onRoute' },
    ],
    streams: [
      {
        live: { everyMs: busEveryMs, offsetMs: Math.floor(uniform(key, 1) * busEveryMs) },
        lookBackMs: 8 * hourMs,
        read(at) {
          if (!isInService(at)) return undefined;
          const { position, speed, bearing } = route.at((at + phase) % route.roundMs);
          return [
            pointAt(position),
            { name: 'speed', value: rounded(speed, 0), unitCode: 'KMH' },
            { name: 'bearing', value: Math.round(bearing) % 360, unitCode: 'DD' },
            { name: 'district', value: districtAt(city, position)?.id ?? '' },
          ];
        },
      },
    ],
  };
}
