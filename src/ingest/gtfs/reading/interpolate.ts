/**
 * Blank times of a trip. GTFS Schedule, stop_times.txt: times between two given ones are worked out by whoever reads
 * the feed. We go with the distance: as the feed states it (shape_dist_traveled), else along the shape, else straight
 * from stop to stop; equal steps where the distance is nothing.
 */
import { none, type ShapeColumns, type TripColumns } from '../columns.ts';
import type { Stop } from '../words.ts';
import { alongShape, straight, type Line, type Plane } from './alongShape.ts';
import type { Faults } from './faults.ts';
import { blank, type StopTimes } from './stopTimes.ts';

const file = 'stop_times.txt';
/** Farther from the way than this, the stop or the shape is doubtful (as the canonical validator has it). */
const farM = 100;
/** Feeds in use have a few trips that stop nowhere; more are a file that was cut off. */
const emptyShareMax = 0.1;

/** Checks the times of every trip and fills in the blank ones, in place. */
export function completeTimes(
  { columns, first, distance, rowOf }: StopTimes,
  trips: Pick<TripColumns, 'ids' | 'shape'>,
  shapes: ShapeColumns,
  stops: readonly Stop[],
  faults: Faults,
): void {
  const { arrivalS, departureS, sequence, stop } = columns;
  const patterns = new Map<string, Float64Array>();
  const plane = planeOf(stops);

  /** Metres along the way of the stops of a trip; worked out once for all trips that go the same way. */
  const metresOf = (trip: number, start: number, end: number): Float64Array => {
    const shape = trips.shape[trip] ?? none;
    const key = `${shape}:${stop.subarray(start, end).join()}`;
    let metres = patterns.get(key);
    if (metres) return metres;
    const points = [...stop.subarray(start, end)].map((at) => plane.of(stops[at]?.position ?? [0, 0]));
    const found = shape === none ? undefined : alongShape(points, lineOf(shapes, shape, plane));
    metres = found?.metres ?? straight(points);
    patterns.set(key, metres);
    for (const [i, offM] of (found?.offM ?? []).entries()) {
      if (offM <= farM) continue;
      const at = start + i;
      faults.add(
        'stop_too_far_from_shape',
        { file, row: rowOf(at), field: 'stop_id' },
        `the stop "${stops[stop[at] ?? 0]?.id}" lies ${Math.round(offM)} m off the shape "${shapes.ids[shape]}"`,
      );
    }
    return metres;
  };

  const check = (trip: number, start: number, end: number): boolean => {
    let previous = 0;
    let travelled = -1;
    let sound = true;
    const fault = (code: Parameters<Faults['add']>[0], i: number, field: string, text: string): void => {
      faults.add(code, { file, row: rowOf(i), field }, `trip "${trips.ids[trip]}": ${text}`);
      sound = false;
    };
    for (let i = start; i < end; i++) {
      if (i > start && sequence[i] === sequence[i - 1])
        fault('duplicate_key', i, 'stop_sequence', 'two stops have the same place');
      const along = distance?.[i] ?? Number.NaN;
      if (along < travelled)
        fault('decreasing_or_equal_stop_time_distance', i, 'shape_dist_traveled', 'the distance goes back');
      if (along >= 0) travelled = along;
      if ((arrivalS[i] ?? blank) === blank) {
        if (i === start || i === end - 1)
          fault('missing_trip_edge', i, 'arrival_time', 'the first and the last stop need times');
        continue;
      }
      if ((arrivalS[i] ?? 0) < previous) {
        fault(
          'stop_time_with_arrival_before_previous_departure_time',
          i,
          'arrival_time',
          'it arrives before it left the stop before',
        );
      }
      previous = departureS[i] ?? 0;
    }
    return sound;
  };

  let empty = 0;
  for (let trip = 0; trip < trips.ids.length; trip++) {
    const start = first[trip] ?? 0;
    const end = first[trip + 1] ?? 0;
    if (end === start) empty++;
    if (end - start < 2) {
      const where = end > start ? { file, row: rowOf(start), field: 'trip_id' } : { file, field: 'trip_id' };
      faults.add('unusable_trip', where, `the trip "${trips.ids[trip]}" has fewer than two stops`);
    }
    if (!check(trip, start, end)) continue;
    for (let i = start; i < end; i++) {
      if (arrivalS[i] !== blank) continue;
      // The first and the last stop have times: `from` and `to` are inside the trip.
      const from = i - 1;
      let to = i;
      while (arrivalS[to] === blank) to++;
      const stated = statedDistances(distance, from, to);
      const place = stated ?? metresOf(trip, start, end);
      fill(columns, place, stated ? 0 : start, from, to);
      i = to;
    }
  }
  if (empty > trips.ids.length * emptyShareMax) {
    faults.add(
      'trips_without_stop_times',
      { file },
      `${empty} of ${trips.ids.length} trips stop nowhere: was the file cut off?`,
    );
  }
}

/** The feed's own distances, when all stops from one time to the next have one. */
function statedDistances(distance: Float64Array | undefined, from: number, to: number): Float64Array | undefined {
  for (let i = from; i <= to; i++) if (!((distance?.[i] ?? Number.NaN) >= 0)) return undefined;
  return distance;
}

/** @param shift index of the stop time at which `places` begins */
function fill(
  { arrivalS, departureS }: StopTimes['columns'],
  places: Float64Array,
  shift: number,
  from: number,
  to: number,
): void {
  const leaveS = departureS[from] ?? 0;
  const forS = (arrivalS[to] ?? 0) - leaveS;
  const begin = places[from - shift] ?? 0;
  const length = (places[to - shift] ?? 0) - begin;
  for (let i = from + 1; i < to; i++) {
    const share = length > 0 ? ((places[i - shift] ?? 0) - begin) / length : (i - from) / (to - from);
    arrivalS[i] = departureS[i] = leaveS + Math.round(forS * share);
  }
}

function planeOf(stops: readonly Stop[]): Plane {
  const somewhere = stops.find(({ position }) => position !== undefined)?.position ?? [0, 0];
  const metresPerDegree = 111_195;
  const scale = metresPerDegree * Math.cos((somewhere[1] * Math.PI) / 180);
  return { of: ([long, lat]) => [long * scale, lat * metresPerDegree] };
}

function lineOf(shapes: ShapeColumns, shape: number, plane: Plane): Line {
  const start = shapes.first[shape] ?? 0;
  const count = (shapes.first[shape + 1] ?? 0) - start;
  const line = { x: new Float64Array(count), y: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    [line.x[i], line.y[i]] = plane.of([shapes.long[start + i] ?? 0, shapes.lat[start + i] ?? 0]);
  }
  return line;
}
