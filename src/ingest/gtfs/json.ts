/** What `/api/transit` answers. Names follow GTFS and the Smart Data Models; instants carry the zone's offset. */
import type { Board, BoardLine } from './board.ts';
import { entityId, stopEntityId } from './entity.ts';
import type { FoundStop } from './search.ts';
import type { Held } from './timetables.ts';
import type { Timetable } from './timetable.ts';
import type { Route, Stop } from './words.ts';
import { toGtfsTime, toIsoDate, toZonedIso } from './zoned.ts';

type Json = Record<string, unknown>;

export function heldJson({ source, feed, timetable, fault }: Held): Json {
  return {
    source,
    state: fault !== undefined ? 'failed' : timetable ? 'ready' : 'reading',
    fault,
    sha256: feed.sha256,
    fileName: feed.fileName,
    importedAt: new Date(feed.importedAt).toISOString(),
    version: feed.version,
    firstDate: feed.firstDate && toIsoDate(feed.firstDate),
    lastDate: feed.lastDate && toIsoDate(feed.lastDate),
    routes: feed.routes,
    stops: feed.stops,
    trips: feed.trips,
    stopTimes: feed.stopTimes,
    warnings: feed.warnings,
    previous: feed.previous,
  };
}

export function stopJson(source: string, timetable: Timetable, stop: Stop): Json {
  const { id, code, name, names, description, position, locationType, parent, platformCode } = stop;
  return {
    id: stopEntityId(source, stop),
    source,
    stopId: id,
    code,
    name,
    names: Object.keys(names).length > 0 ? names : undefined,
    description,
    location: position && { type: 'Point', coordinates: position },
    locationType,
    parentStation: parent,
    platformCode,
    wheelchairBoarding: stop.wheelchairBoarding,
    routes: timetable.routesAt(id).map((route) => briefRoute(source, route)),
  };
}

export function foundStopJson({ source, timetable, stop, distanceM }: FoundStop): Json {
  return {
    ...stopJson(source, timetable, stop),
    distanceM: distanceM === undefined ? undefined : Math.round(distanceM),
  };
}

const briefRoute = (source: string, { id, shortName, longName, type, color, textColor }: Route): Json => ({
  id: entityId('GtfsRoute', source, id),
  routeId: id,
  shortName,
  longName,
  type,
  color,
  textColor,
});

export function routeJson(source: string, timetable: Timetable, route: Route): Json {
  return {
    ...briefRoute(source, route),
    source,
    names: Object.keys(route.longNames).length > 0 ? route.longNames : undefined,
    description: route.description,
    agencyId: route.agencyId,
    trips: timetable.tripIds(route.id).length,
  };
}

export function tripJson(source: string, timetable: Timetable, id: string): Json {
  const trip = timetable.trip(id);
  const route = timetable.route(trip?.routeId ?? '');
  return {
    source,
    tripId: id,
    route: route && briefRoute(source, route),
    serviceId: trip?.serviceId,
    headsign: trip?.headsign,
    shortName: trip?.shortName,
    directionId: trip?.directionId,
    wheelchairAccessible: trip?.wheelchairAccessible,
    frequencies: trip?.frequencies.map(({ startS, endS, headwayS, exact }) => ({
      startTime: toGtfsTime(startS),
      endTime: toGtfsTime(endS),
      headwayS,
      exactTimes: exact,
    })),
    stopTimes: timetable.stopTimes(id).map((time) => ({
      stopId: time.stopId,
      stopName: timetable.stop(time.stopId)?.name,
      stopSequence: time.sequence,
      arrivalTime: toGtfsTime(time.arrivalS),
      departureTime: toGtfsTime(time.departureS),
      approximate: time.approximate,
      headsign: time.headsign,
    })),
    shape: trip?.shapeId === undefined ? undefined : { type: 'LineString', coordinates: timetable.shape(trip.shapeId) },
  };
}

export function boardJson(board: Board): Json {
  const { source, timetable, stop, fromMs, toMs, lines, alerts, live, next, outside } = board;
  const { timeZone, firstDate, lastDate, version } = timetable;
  return {
    stop: { id: stopEntityId(source, stop), source, stopId: stop.id, code: stop.code, name: stop.name },
    timeZone,
    from: toZonedIso(fromMs, timeZone),
    to: toZonedIso(toMs, timeZone),
    timetable: {
      version,
      firstDate: firstDate && toIsoDate(firstDate),
      lastDate: lastDate && toIsoDate(lastDate),
    },
    live: live && {
      current: live.current,
      saidAt: live.saidMs === undefined ? undefined : new Date(live.saidMs).toISOString(),
    },
    departures: lines.map((line) => lineJson(source, timeZone, line)),
    next: next && toZonedIso(next.departureMs, timeZone),
    alerts: alerts.map(({ id, header, description, cause, effect, severity }) => ({
      id,
      header,
      description,
      cause,
      effect,
      severity,
    })),
    note: outside && noteOf(outside, timetable),
  };
}

/** Why there is nothing, in a sentence. */
function noteOf(outside: NonNullable<Board['outside']>, { firstDate, lastDate }: Timetable): string {
  if (outside === 'ended') return `no service: the timetable ended on ${toIsoDate(lastDate ?? '')}`;
  if (outside === 'not-begun') return `no service: the timetable begins on ${toIsoDate(firstDate ?? '')}`;
  return 'no service: no calendar of the timetable has a day';
}

export function statusOf(prediction: BoardLine['prediction']): string {
  if (prediction?.cancelled) return 'cancelled';
  if (prediction?.skipped) return 'skipped';
  return prediction?.departureMs === undefined ? 'scheduled' : 'expected';
}

function lineJson(
  source: string,
  timeZone: string,
  { departure, route, stop, destination, expectedMs, prediction, added }: BoardLine,
): Json {
  const { departureMs, arrivalMs, approximate, headwayS, headsign, serviceDate, tripId, stopSequence } = departure;
  const expected = prediction?.departureMs;
  return {
    departureTime: toZonedIso(departureMs, timeZone),
    arrivalTime: toZonedIso(arrivalMs, timeZone),
    expectedTime: expected === undefined ? undefined : toZonedIso(expectedMs, timeZone),
    delayS: expected === undefined ? undefined : Math.round((expected - departureMs) / 1000),
    status: statusOf(prediction),
    vehicle: prediction?.vehicle,
    approximate,
    headwayS,
    added,
    route: route && briefRoute(source, route),
    headsign,
    destination: destination?.name,
    platformCode: stop.platformCode,
    stopId: stop.id,
    tripId,
    serviceDate: toIsoDate(serviceDate),
    stopSequence,
  };
}
