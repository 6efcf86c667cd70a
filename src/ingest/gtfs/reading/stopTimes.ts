/** stop_times.txt: the longest file of a feed; ten million rows are read into columns. */
import { flag, none, type StopTimeColumns } from '../columns.ts';
import { growing, type Interned } from './growing.ts';
import { choiceOf, parseTime, show, wantedTime } from './row.ts';
import { inOrder } from './shapes.ts';
import type { FeedFiles, Places } from './source.ts';
import { readTable } from './table.ts';

const spec = {
  file: 'stop_times.txt',
  columns: [
    'trip_id',
    'stop_id',
    'stop_sequence',
    'arrival_time',
    'departure_time',
    'stop_headsign',
    'pickup_type',
    'drop_off_type',
    'shape_dist_traveled',
    'timepoint',
    'location_id',
    'location_group_id',
  ],
  required: ['trip_id', 'stop_sequence'],
} as const;
type Column = (typeof spec.columns)[number];
const at = (column: Column): number => spec.columns.indexOf(column);
const tripAt = at('trip_id');
const stopAt = at('stop_id');
const sequenceAt = at('stop_sequence');
const arrivalAt = at('arrival_time');
const departureAt = at('departure_time');
const headsignAt = at('stop_headsign');
const pickupAt = at('pickup_type');
const dropOffAt = at('drop_off_type');
const distanceAt = at('shape_dist_traveled');
const timepointAt = at('timepoint');
const locationAt = at('location_id');
const groupAt = at('location_group_id');

/** Not given in the feed. */
export const blank = -1;
const sequenceMax = 2 ** 32 - 1;

export type StopTimes = {
  readonly columns: StopTimeColumns;
  /** First stop time of each trip, and one more. */
  readonly first: Uint32Array;
  /** Along the shape in units of the feed, NaN where it does not say; absent when it never does. */
  readonly distance: Float64Array | undefined;
  /** Row of the file that a stop time stood in. */
  readonly rowOf: (stopTime: number) => number;
};

/** Rows in order of trip and sequence; blank times are still `blank`. */
export async function readStopTimes(
  { zip, folder, faults }: FeedFiles,
  { trips, stops, headsigns }: { trips: Places; stops: Places; headsigns: Interned },
): Promise<StopTimes> {
  const { file } = spec;
  const trip = growing((length) => new Int32Array(length));
  const stop = growing((length) => new Int32Array(length));
  const sequence = growing((length) => new Uint32Array(length));
  const arrival = growing((length) => new Int32Array(length));
  const departure = growing((length) => new Int32Array(length));
  const flags = growing((length) => new Uint8Array(length));
  const rows = growing((length) => new Uint32Array(length));
  const headsign = growing((length) => new Int32Array(length));
  const distance = growing((length) => new Float64Array(length));
  let anyHeadsign = false;
  let anyDistance = false;
  let sequenceHighest = 0;
  let lastId = '';
  let last = none;

  const add = (code: Parameters<typeof faults.add>[0], row: number, field: Column, text: string): void =>
    faults.add(code, { file, row, field }, text);
  const timeOf = (text: string, row: number, field: Column): number => {
    if (text === '') return blank;
    const seconds = parseTime(text);
    if (seconds < 0) add('invalid_time', row, field, wantedTime(text));
    return Math.max(0, seconds);
  };
  const choice = (text: string, max: number, row: number, field: Column): number => {
    if (text === '') return 0;
    const value = choiceOf(text, max);
    if (value === undefined)
      add('unexpected_enum_value', row, field, `found ${show(text)}, wanted 0 to ${max}; taken as 0`);
    return value ?? 0;
  };

  const present = await readTable(zip, folder + file, spec, faults, (fields, row) => {
    const id = fields[tripAt] ?? '';
    if (id !== lastId || last === none) {
      const place = trips.get(id);
      if (id === '') add('missing_required_field', row, 'trip_id', 'the field is empty');
      else if (place === undefined) add('foreign_key_violation', row, 'trip_id', `there is no trip ${show(id)}`);
      lastId = id;
      last = place ?? none;
    }
    const stopId = fields[stopAt] ?? '';
    const place = stops.get(stopId);
    if (place === undefined) {
      if (stopId === '' && (fields[locationAt] !== '' || fields[groupAt] !== '')) {
        add('flexible_service_not_read', row, 'location_id', 'a zone in which vehicles come on demand is not read');
        return;
      }
      if (stopId === '') add('missing_required_field', row, 'stop_id', 'the field is empty');
      else add('foreign_key_violation', row, 'stop_id', `there is no stop ${show(stopId)}`);
    }
    const sequenceText = fields[sequenceAt] ?? '';
    const order = sequenceText === '' ? Number.NaN : Number(sequenceText);
    const ordered = Number.isInteger(order) && order >= 0 && order <= sequenceMax;
    if (!ordered)
      add('invalid_integer', row, 'stop_sequence', `found ${show(sequenceText)}, wanted a whole number from 0 on`);
    let arrivalS = timeOf(fields[arrivalAt] ?? '', row, 'arrival_time');
    let departureS = timeOf(fields[departureAt] ?? '', row, 'departure_time');
    if ((arrivalS === blank) !== (departureS === blank)) {
      const field = arrivalS === blank ? 'arrival_time' : 'departure_time';
      add(
        'stop_time_with_only_arrival_or_departure_time',
        row,
        field,
        'one of the two times is given, the other is not',
      );
      arrivalS = departureS = Math.max(arrivalS, departureS);
    }
    if (departureS < arrivalS) {
      add('start_and_end_range_out_of_order', row, 'departure_time', 'it leaves before it arrives');
    }
    const timepoint = fields[timepointAt] ?? '';
    if (timepoint === '1' && arrivalS === blank) {
      add('stop_time_timepoint_without_times', row, 'timepoint', 'the feed calls the time exact and does not give it');
    }
    // A row without a place is an error already; it goes no further.
    if (last === none || place === undefined || !ordered) return;
    const distanceText = fields[distanceAt] ?? '';
    const along = distanceText === '' ? Number.NaN : Number(distanceText);
    if (distanceText !== '') {
      anyDistance = true;
      if (!(along >= 0))
        add('invalid_float', row, 'shape_dist_traveled', `found ${show(distanceText)}, wanted a number from 0 on`);
    }
    const sign = fields[headsignAt] ?? '';
    if (sign !== '') anyHeadsign = true;
    if (order > sequenceHighest) sequenceHighest = order;
    trip.push(last);
    stop.push(place);
    sequence.push(order);
    arrival.push(arrivalS);
    departure.push(departureS);
    flags.push(
      (arrivalS === blank ? flag.interpolated : timepoint === '0' ? flag.stated : 0) |
        (choice(fields[pickupAt] ?? '', 3, row, 'pickup_type') << flag.pickupShift) |
        (choice(fields[dropOffAt] ?? '', 3, row, 'drop_off_type') << flag.dropOffShift),
    );
    rows.push(row);
    headsign.push(sign === '' ? none : headsigns.place(sign));
    distance.push(along);
  });
  if (present && !present.has('stop_id'))
    faults.add('missing_required_column', { file, field: 'stop_id' }, 'the column is missing');

  const sequenceOf = sequence.done();
  const { first, order } = inOrder(trip.done(), sequenceOf, trips.size);
  const rowOf = rows.done();
  const ints = (from: Int32Array): Int32Array => gather(from, order, new Int32Array(order.length));
  const headsignOf = headsign.done();
  const distanceOf = distance.done();
  return {
    first,
    rowOf: (stopTime) => rowOf[order[stopTime] ?? 0] ?? 0,
    distance: anyDistance ? gather(distanceOf, order, new Float64Array(order.length)) : undefined,
    columns: {
      count: order.length,
      stop: ints(stop.done()),
      sequence: gather(
        sequenceOf,
        order,
        sequenceHighest <= 0xffff ? new Uint16Array(order.length) : new Uint32Array(order.length),
      ),
      arrivalS: ints(arrival.done()),
      departureS: ints(departure.done()),
      flags: gather(flags.done(), order, new Uint8Array(order.length)),
      headsign: anyHeadsign ? ints(headsignOf) : undefined,
    },
  };
}

/** The values in another order. */
function gather<A extends { [at: number]: number; readonly length: number }>(
  from: { readonly [at: number]: number },
  order: Uint32Array,
  into: A,
): A {
  for (let i = 0; i < into.length; i++) into[i] = from[order[i] ?? 0] ?? 0;
  return into;
}
