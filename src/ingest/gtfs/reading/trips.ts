/** trips.txt and frequencies.txt */
import { none, type TripColumns } from '../columns.ts';
import type { Frequency } from '../words.ts';
import { growing, type Interned } from './growing.ts';
import { readRows } from './row.ts';
import type { FeedFiles, Places } from './source.ts';

const spec = {
  file: 'trips.txt',
  columns: [
    'route_id',
    'service_id',
    'trip_id',
    'trip_headsign',
    'trip_short_name',
    'direction_id',
    'block_id',
    'shape_id',
    'wheelchair_accessible',
  ],
  required: ['route_id', 'service_id', 'trip_id'],
} as const;

export type Trips = { readonly columns: Omit<TripColumns, 'first' | 'frequencies'>; readonly places: Places };

export async function readTrips(
  { zip, folder, faults }: FeedFiles,
  { routes, services, shapes, headsigns }: { routes: Places; services: Places; shapes: Places; headsigns: Interned },
): Promise<Trips> {
  const ids: string[] = [];
  const places = new Map<string, number>();
  const route = growing((length) => new Int32Array(length));
  const service = growing((length) => new Int32Array(length));
  const shape = growing((length) => new Int32Array(length));
  const headsign = growing((length) => new Int32Array(length));
  const direction = growing((length) => new Int32Array(length));
  const wheelchair = growing((length) => new Uint8Array(length));
  const shortNames = new Map<number, string>();
  const blocks = new Map<number, string>();
  await readRows(zip, folder + spec.file, spec, faults, (row) => {
    const id = row.required('trip_id');
    if (id === undefined) return;
    if (places.has(id)) {
      row.fault('duplicate_key', 'trip_id', `the trip "${id}" stands in a row before`);
      return;
    }
    const reference = (column: 'route_id' | 'service_id' | 'shape_id', among: Places, what: string): number => {
      const wanted = column === 'shape_id' ? row.text(column) : row.required(column);
      if (wanted === undefined || wanted === '') return none;
      const at = among.get(wanted);
      if (at === undefined) row.fault('foreign_key_violation', column, `there is no ${what} "${wanted}"`);
      return at ?? none;
    };
    const at = ids.length;
    places.set(id, at);
    ids.push(id);
    route.push(reference('route_id', routes, 'route'));
    service.push(reference('service_id', services, 'service'));
    shape.push(reference('shape_id', shapes, 'shape'));
    const sign = row.text('trip_headsign');
    headsign.push(sign === '' ? none : headsigns.place(sign));
    direction.push(row.choice('direction_id', 1, none));
    wheelchair.push(row.choice('wheelchair_accessible', 2, 0));
    const shortName = row.text('trip_short_name');
    if (shortName !== '') shortNames.set(at, shortName);
    const block = row.text('block_id');
    if (block !== '') blocks.set(at, block);
  });
  return {
    columns: {
      ids,
      route: route.done(),
      service: service.done(),
      shape: shape.done(),
      headsign: headsign.done(),
      direction: Int8Array.from(direction.done()),
      wheelchair: wheelchair.done(),
      shortNames,
      blocks,
    },
    places,
  };
}

const frequencySpec = {
  file: 'frequencies.txt',
  columns: ['trip_id', 'start_time', 'end_time', 'headway_secs', 'exact_times'],
  required: ['trip_id', 'start_time', 'end_time', 'headway_secs'],
} as const;
const dayS = 86_400;

export async function readFrequencies(
  { zip, folder, faults }: FeedFiles,
  trips: Places,
): Promise<ReadonlyMap<number, readonly Frequency[]>> {
  const found = new Map<number, Frequency[]>();
  await readRows(zip, folder + frequencySpec.file, frequencySpec, faults, (row) => {
    const id = row.required('trip_id');
    const startS = row.time('start_time');
    const endS = row.time('end_time');
    const headwayS = row.integer('headway_secs', [1, dayS]);
    for (const column of ['start_time', 'end_time', 'headway_secs'] as const) row.required(column);
    const exact = row.choice('exact_times', 1, 0) === 1;
    const trip = id === undefined ? undefined : trips.get(id);
    if (id !== undefined && trip === undefined)
      row.fault('foreign_key_violation', 'trip_id', `there is no trip "${id}"`);
    if (trip === undefined || startS === undefined || endS === undefined || headwayS === undefined) return;
    if (startS >= endS) {
      row.fault('start_and_end_range_out_of_order', 'end_time', 'the last run has to begin after the first');
      return;
    }
    const known = found.get(trip);
    if (known?.some((other) => startS < other.endS && other.startS < endS)) {
      row.fault('overlapping_frequency', 'start_time', `"${id}" has another headway at the same time`);
    }
    const frequency = { startS, endS, headwayS, exact };
    if (known) known.push(frequency);
    else found.set(trip, [frequency]);
  });
  return found;
}
