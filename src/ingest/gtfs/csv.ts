/** Departures, and what a live feed names in vain, as files. Instants carry the zone's offset. */
import { csvCell } from '../../base/csv.ts';
import type { Board } from './board.ts';
import { statusOf } from './json.ts';
import type { UnknownId } from './words.ts';
import { toZonedIso } from './zoned.ts';

type Row = readonly (string | number | undefined)[];

/** CRLF (RFC 4180), a byte order mark for spreadsheets; notes begin with `#`. */
const text = (notes: readonly string[], rows: readonly Row[]): string =>
  `\ufeff${[...notes.map((note) => csvCell(`# ${note}`)), ...rows.map((row) => row.map(csvCell).join(','))].join('\r\n')}\r\n`;

export function boardCsv(board: Board, simulated: boolean): string {
  const { source, stop, timetable, fromMs, toMs, live, lines } = board;
  const { timeZone } = timetable;
  const iso = (at: number): string => toZonedIso(at, timeZone);
  const notes = [
    `Departures of ${stop.name ?? stop.id} (${source}:${stop.id}), ${iso(fromMs)} to ${iso(toMs)}, times of ${timeZone}`,
    live?.saidMs === undefined
      ? 'By the timetable alone: there is no live information.'
      : `${live.current ? 'With live information of' : 'By the timetable alone; live information is too old:'} ${iso(live.saidMs)}`,
    ...(simulated ? ['SIMULATED: these departures are made up'] : []),
  ];
  const head = [
    'line',
    'destination',
    'arrival_planned',
    'departure_planned',
    'departure_expected',
    'delay_s',
    'status',
    'approximate',
    'trip',
    'stop_sequence',
    'platform',
    'vehicle',
    'simulated',
  ];
  return text(notes, [
    head,
    ...lines.map((line) => {
      const { departure, route, destination, stop: at, prediction, expectedMs } = line;
      const expected = prediction?.departureMs;
      return [
        (route?.shortName || route?.longName) ?? departure.routeId,
        departure.headsign ?? destination?.name,
        iso(departure.arrivalMs),
        iso(departure.departureMs),
        expected === undefined ? undefined : iso(expectedMs),
        expected === undefined ? undefined : Math.round((expected - departure.departureMs) / 1000),
        statusOf(prediction),
        departure.approximate,
        departure.tripId,
        departure.stopSequence,
        at.platformCode,
        prediction?.vehicle,
        String(simulated),
      ];
    }),
  ]);
}

/** Every id, not only the first that the pages name. */
export const unknownCsv = (unknown: readonly UnknownId[]): string =>
  text(
    ['What live feeds named last and the timetable that they are of does not know'],
    [
      ['feed', 'source', 'timetable', 'kind', 'id'],
      ...unknown.map(({ feed, source, timetable, kind, id }) => [feed, source, timetable, kind, id]),
    ],
  );
