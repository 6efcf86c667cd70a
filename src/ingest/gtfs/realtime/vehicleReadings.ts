import type { Position } from '../../../city/profile.ts';
import { boxDistanceM, distanceM, type Box } from '../../../city/index.ts';
import { refused, sourceAttribute, statusAttribute, type Refused, type Taken } from '../../mapping/index.ts';
import type { Instance } from '../../../ngsild/entity.ts';
import { instantMs, iri, point, property, relationship, urn, type Gathered } from './instances.ts';
import type { FeedHeader, VehiclePosition } from './message.ts';
import type { LastSeen, Track } from './track.ts';

export const vehicleType = iri('Vehicle');

export type VehicleContext = {
  /** Whose vehicles they are. */
  readonly source: string;
  /** In whose ids the feed names trips, routes and stops. */
  readonly timetable: string;
  /** GTFS type of a route, where the timetable is known. */
  readonly routeType: (routeId: string) => number | undefined;
  /** Of the city. */
  readonly box: Box;
  readonly simulated: boolean;
  /** The platform's clock, ms. */
  readonly nowMs: number;
  readonly track: Track;
};

/** A vehicle may be as far from the city's box; further away it is an error of the device. */
const farMaxM = 200_000;
/** A clock further ahead is wrong. */
const aheadMaxMs = 300_000;
/** Below this distance a jump is the noise of the receiver. */
const jumpMinM = 1_000;
/** Faster than anything in a city, and than anything on rails. */
const speedMaxKmh = 200;
const railSpeedMaxKmh = 400;
const occupancyMaxPercent = 400;

/** Words of Smart Data Models, by route type of GTFS. Kinds that the model does not have go without one. */
const vehicleTypes: Readonly<Record<number, string>> = {
  0: 'tram',
  1: 'metro',
  2: 'train',
  3: 'bus',
  4: 'ferry',
  11: 'trolley',
};

/**
 * What a position says of the entity `Vehicle` (Smart Data Models, Transportation): where it is at which instant, its speed in
 * km/h, what it serves. Licence plates are not taken.
 * @returns a reading; why it is none (no name that lasts, no instant, a place that cannot be); undefined when the track holds
 *   what this vehicle said at this instant
 */
export function vehicleReading(
  vehicle: VehiclePosition,
  header: FeedHeader,
  context: VehicleContext,
): Taken | Refused | undefined {
  const { source, timetable, track, nowMs } = context;
  const name = vehicleName(vehicle);
  const id = name === undefined ? undefined : urn('Vehicle', source, name);
  if (id === undefined)
    return refused('entity', `entity ${short(vehicle.id)}: no id, label or trip to know the vehicle by`);
  const saidS = vehicle.timestampS || header.timestampS;
  const observedMs = instantMs(saidS);
  if (observedMs === undefined) {
    return refused('time', saidS ? `${saidS} are no seconds since 1970` : 'neither the vehicle nor the feed says when');
  }
  const observedAt = new Date(observedMs).toISOString();
  if (observedMs > nowMs + aheadMaxMs) {
    return refused('future', `${observedAt} is ${Math.round((observedMs - nowMs) / 1000)} s ahead`);
  }
  const place = placeOf(vehicle, context);
  if (place?.reason !== undefined) return place;
  const last = track.find(id);
  if (last?.atMs === observedMs) return undefined;
  const isNewer = last === undefined || observedMs > last.atMs;
  const routeId = vehicle.trip?.routeId;
  const routeType = routeId === undefined ? undefined : context.routeType(routeId);
  const isRail = routeType !== undefined && routeType < 3;
  const limitKmh = isRail ? railSpeedMaxKmh : speedMaxKmh;
  let flagged = false;
  const attrs: Gathered = {};
  const add = (attribute: string, instance: Instance): void => {
    attrs[iri(attribute)] = [instance];
    if (instance.sub?.[statusAttribute]) flagged = true;
  };

  const jumped = place !== undefined && jumpKmh(last, place.position, observedMs) > limitKmh;
  if (place) add('location', point(place.position, observedAt, jumped));
  const { speedMPerS, bearing, odometerM } = vehicle.position ?? {};
  if (speedMPerS !== undefined && Number.isFinite(speedMPerS)) {
    const kmh = Math.round(speedMPerS * 36) / 10;
    add('speed', property(kmh, observedAt, { unitCode: 'KMH', flagged: kmh < 0 || kmh > limitKmh }));
  }
  if (bearing !== undefined && Number.isFinite(bearing)) {
    const isAngle = bearing >= 0 && bearing <= 360;
    const degrees = Math.round(isAngle ? bearing % 360 : bearing) % (isAngle ? 360 : Infinity);
    add('bearing', property(degrees, observedAt, { unitCode: 'DD', flagged: !isAngle }));
  }
  if (odometerM !== undefined && Number.isFinite(odometerM)) {
    add(
      'mileageFromOdometer',
      property(Math.round(odometerM) / 1000, observedAt, { unitCode: 'KMT', flagged: odometerM < 0 }),
    );
  }
  const { occupancyPercent } = vehicle;
  if (occupancyPercent !== undefined) {
    add(
      'occupancyPercentage',
      property(occupancyPercent, observedAt, { unitCode: 'P1', flagged: occupancyPercent > occupancyMaxPercent }),
    );
  }

  // What seldom changes is told when it does: a thousand buses that stay on their routes are no news.
  const told = new Map(isNewer ? last?.told : undefined);
  const tell = (attribute: string, instance: Instance | undefined): void => {
    if (!instance) return;
    const now = JSON.stringify([instance.value, instance.sub]);
    if (told.get(attribute) === now) return;
    told.set(attribute, now);
    add(attribute, instance);
  };
  const word = (value: string | undefined): Instance | undefined =>
    value === undefined ? undefined : property(value, observedAt);
  const link = (type: string, given: string | undefined): Instance | undefined => {
    const object = given === undefined ? undefined : urn(type, timetable, given);
    return object === undefined ? undefined : relationship(object, observedAt);
  };
  const { trip } = vehicle;
  tell('serviceStatus', word(trip?.tripId !== undefined || routeId !== undefined ? 'onRoute' : last && 'outOfService'));
  tell('refRoute', link('GtfsRoute', routeId));
  tell('refTrip', link('GtfsTrip', trip?.tripId));
  const stop = link('GtfsStop', vehicle.stopId);
  tell('refStop', stop && { ...stop, sub: { [iri('stopStatus')]: [{ type: 'Property', value: vehicle.status }] } });
  if (vehicle.occupancy !== 'NO_DATA_AVAILABLE') tell('occupancyStatus', word(vehicle.occupancy));
  if (vehicle.congestion !== 'UNKNOWN_CONGESTION_LEVEL') tell('congestionLevel', word(vehicle.congestion));
  tell('vehicleType', word(routeType === undefined ? undefined : vehicleTypes[routeType]));
  if (vehicle.carriages.length > 0) {
    const carriages = vehicle.carriages.map((one) => ({ ...one }));
    tell('carriages', { type: 'JsonProperty', value: carriages, observedAt });
  }
  if (Object.keys(attrs).length === 0) return refused('missing', `entity ${short(vehicle.id)} says nothing of ${id}`);

  if (isNewer) {
    const keeps = jumped || place === undefined;
    track.note(id, {
      atMs: observedMs,
      position: keeps ? last?.position : place.position,
      positionMs: keeps ? (last?.positionMs ?? observedMs) : observedMs,
      told,
    });
  }
  return {
    reading: { id, type: [vehicleType], attrs, atBirth: birthOf(vehicle, source), simulated: context.simulated },
    observedMs,
    flagged,
  };
}

/**
 * By what a vehicle is known from message to message: its id, what stands on it, else the run that it serves. The entity's id in the
 * feed is none: feeds number them anew each time. A plate is none either: it is not taken.
 */
export function vehicleName({ vehicle, trip }: Pick<VehiclePosition, 'vehicle' | 'trip'>): string | undefined {
  if (vehicle?.id) return vehicle.id;
  if (vehicle?.label) return vehicle.label;
  if (!trip?.tripId) return undefined;
  return ['trip', trip.tripId, trip.startDate, trip.startTime].filter((part) => part !== undefined).join('-');
}

function birthOf({ vehicle }: VehiclePosition, source: string): Gathered {
  const name = vehicle?.label || vehicle?.id;
  const still = (value: Instance['value']): readonly Instance[] => [{ type: 'Property', value }];
  return {
    [sourceAttribute]: still(source),
    [iri('category')]: still(['public', 'tracked']),
    ...(name && { [iri('name')]: still(name), [iri('fleetVehicleId')]: still(vehicle?.id || name) }),
    ...(vehicle?.wheelchair === 'WHEELCHAIR_ACCESSIBLE' && { [iri('wheelchairAccessible')]: still(true) }),
    ...(vehicle?.wheelchair === 'WHEELCHAIR_INACCESSIBLE' && { [iri('wheelchairAccessible')]: still(false) }),
  };
}

type Place = { readonly position: Position; readonly reason?: undefined };

/** The position, five decimals; undefined when none was said. */
function placeOf({ id, position }: VehiclePosition, { box }: VehicleContext): Place | Refused | undefined {
  if (!position) return undefined;
  const { latitude, longitude } = position;
  const said = `entity ${short(id)}: latitude ${latitude}, longitude ${longitude}`;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
    const swapped = Math.abs(longitude) <= 90 && Math.abs(latitude) <= 180;
    return refused('range', `${said} ${swapped ? 'are swapped' : 'is no place on earth'}`);
  }
  if (Math.abs(latitude) < 0.01 && Math.abs(longitude) < 0.01) {
    return refused('range', `${said}: a receiver that has no fix`);
  }
  // Single precision holds about a metre: more decimals would be made up.
  const at: Position = [Math.round(longitude * 1e5) / 1e5, Math.round(latitude * 1e5) / 1e5];
  const awayM = boxDistanceM(at, box);
  if (awayM <= farMaxM) return { position: at };
  const swapped = Math.abs(longitude) <= 90 && boxDistanceM([at[1], at[0]], box) <= farMaxM;
  const km = Math.round(awayM / 1000);
  return refused('range', `${said} is ${km} km from the city${swapped ? ': they are swapped' : ''}`);
}

/** How fast it must have been to be here now; 0 when nothing is to be said. */
function jumpKmh(last: LastSeen | undefined, position: Position, atMs: number): number {
  if (!last?.position) return 0;
  const metres = distanceM(last.position, position);
  if (metres < jumpMinM) return 0;
  return metres / 1000 / (Math.max(1000, Math.abs(atMs - last.positionMs)) / 3_600_000);
}

const short = (text: string): string => JSON.stringify(text.slice(0, 60));
