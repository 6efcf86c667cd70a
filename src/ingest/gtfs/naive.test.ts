/** Departures against the simplest thing that could be right: every trip, every day, every stop time, straight from the texts. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { zonedToInstant } from '../../base/time.ts';
import { openZip } from '../zip.ts';
import { feedOf, feedZip, today } from './fixtures/feed.ts';
import { readFeed } from './reading/feed.ts';

type Row = Readonly<Record<string, string>>;
type Tables = Readonly<Record<string, readonly Row[]>>;

function rowsOf(text: string): Row[] {
  const [header = '', ...lines] = text.replace('\ufeff', '').split(/\r?\n/);
  const names = header.split(',').map((name) => name.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) =>
      Object.fromEntries(line.split(',').map((value, at) => [names[at] ?? '', value.replaceAll('"', '')])),
    );
}

const secondsOf = (text: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
};
const dayMs = 86_400_000;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function runs(tables: Tables, service: string, day: Date): boolean {
  const date = day.toISOString().slice(0, 10).replaceAll('-', '');
  const exception = tables['calendar_dates']?.find((row) => row['service_id'] === service && row['date'] === date);
  if (exception) return exception['exception_type'] === '1';
  return (tables['calendar'] ?? []).some(
    (row) =>
      row['service_id'] === service &&
      row[weekdays[day.getUTCDay()] ?? ''] === '1' &&
      (row['start_date'] ?? '') <= date &&
      date <= (row['end_date'] ?? ''),
  );
}

/** Seconds at each stop of a trip; blank ones by the places that `along` gives. */
function timesOf(
  rows: readonly Row[],
  along: (rows: readonly Row[]) => readonly number[],
): { at: number; blank: boolean }[] {
  const places = rows.some((row) => row['departure_time'] === '') ? along(rows) : [];
  return rows.map((row, i) => {
    if (row['departure_time'] !== '') return { at: secondsOf(row['departure_time'] ?? ''), blank: false };
    let [from, to] = [i, i];
    while (rows[from]?.['departure_time'] === '') from--;
    while (rows[to]?.['arrival_time'] === '') to++;
    const [begin, end] = [secondsOf(rows[from]?.['departure_time'] ?? ''), secondsOf(rows[to]?.['arrival_time'] ?? '')];
    const [a, b, here] = [places[from] ?? 0, places[to] ?? 0, places[i] ?? 0];
    const share = b > a ? (here - a) / (b - a) : (i - from) / (to - from);
    return { at: begin + Math.round((end - begin) * share), blank: true };
  });
}

/** `2019-05-14T12:03:38.000Z trip sequence approximate`, in the order of time. */
function naive(
  tables: Tables,
  zone: string,
  stop: string,
  [fromMs, toMs]: readonly [number, number],
  along: (trip: Row, rows: readonly Row[]) => readonly number[],
): string[] {
  const found: string[] = [];
  const byTrip = new Map<string, Row[]>();
  for (const row of tables['stop_times'] ?? []) {
    const rows = byTrip.get(row['trip_id'] ?? '');
    if (rows) rows.push(row);
    else byTrip.set(row['trip_id'] ?? '', [row]);
  }
  for (const trip of tables['trips'] ?? []) {
    const rows = byTrip.get(trip['trip_id'] ?? '') ?? [];
    if (!rows.some((row) => row['stop_id'] === stop)) continue;
    rows.sort((a, b) => Number(a['stop_sequence']) - Number(b['stop_sequence']));
    const times = timesOf(rows, (of) => along(trip, of));
    const repeats = (tables['frequencies'] ?? []).filter((row) => row['trip_id'] === trip['trip_id']);
    for (let day = Math.floor(fromMs / dayMs) - 11; day <= Math.floor(toMs / dayMs) + 2; day++) {
      const date = new Date(day * dayMs);
      if (!runs(tables, trip['service_id'] ?? '', date)) continue;
      const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
      const start =
        zonedToInstant({ year, month, day: dayOfMonth, hour: 12, minute: 0, second: 0 }, zone) - 12 * 3_600_000;
      const begins: { shift: number; word: string }[] = repeats.flatMap((row) => {
        const starts: { shift: number; word: string }[] = [];
        const word = row['exact_times'] === '1' ? '' : 'frequency';
        for (
          let at = secondsOf(row['start_time'] ?? '');
          at < secondsOf(row['end_time'] ?? '');
          at += Number(row['headway_secs'])
        ) {
          starts.push({ shift: at - (times[0]?.at ?? 0), word });
        }
        return starts;
      });
      for (const { shift, word } of repeats.length > 0 ? begins : [{ shift: 0, word: '' }]) {
        for (const [i, { at, blank }] of times.slice(0, -1).entries()) {
          const ms = start + (at + shift) * 1000;
          const row = rows[i];
          if (row?.['stop_id'] !== stop || row['pickup_type'] === '1' || ms < fromMs || ms >= toMs) continue;
          const approximate = word || (blank ? 'interpolated' : row['timepoint'] === '0' ? 'stated' : '');
          found.push(`${new Date(ms).toISOString()} ${trip['trip_id']} ${row['stop_sequence']} ${approximate}`);
        }
      }
    }
  }
  return found.sort();
}

const two = (n: number): string => String(n).padStart(2, '0');
const timeText = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;

/** Feeds with all that makes it hard: trips past midnight, blank times, headways, exceptions, stops that a trip meets twice. */
const stopsOf = ['A', 'B', 'C'];
const tripArb = fc.record({
  service: fc.constantFrom('x', 'y'),
  startS: fc.integer({ min: 0, max: 30 * 3600 }),
  steps: fc.array(
    fc.record({
      stop: fc.constantFrom(...stopsOf),
      afterS: fc.integer({ min: 0, max: 5000 }),
      blank: fc.boolean(),
      pickup: fc.constantFrom('', '', '', '0', '1'),
      timepoint: fc.constantFrom('', '1', '0'),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  headwayS: fc.option(fc.integer({ min: 300, max: 4000 }), { freq: 4 }),
  exact: fc.boolean(),
});
const calendarArb = fc.record({
  days: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  exceptions: fc.uniqueArray(fc.record({ day: fc.integer({ min: 20, max: 31 }), kind: fc.constantFrom('1', '2') }), {
    selector: ({ day }) => day,
    maxLength: 3,
  }),
});
const zones = ['Asia/Dushanbe', 'Europe/Berlin', 'America/Sao_Paulo', 'America/New_York'];

suite('departures are those of a scan over all trips and days', () => {
  test('for any feed, stop, zone and interval, also when clocks are changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tripArb, { minLength: 1, maxLength: 6 }),
        fc.tuple(calendarArb, calendarArb),
        fc.constantFrom(...zones),
        fc.constantFrom(...stopsOf),
        // Clocks of Berlin go forward on 2019-03-31, those of São Paulo went back on 2019-02-17.
        fc.constantFrom('2019-03', '2019-02', '2019-11'),
        fc.integer({ min: 0, max: 14 * 24 * 60 }),
        fc.integer({ min: 1, max: 3 * 24 * 60 }),
        async (trips, calendars, zone, stop, month, fromMinutes, withinMinutes) => {
          const last = month === '2019-02' ? 28 : 30;
          const names = ['x', 'y'];
          const texts = {
            'agency.txt': `agency_id,agency_name,agency_url,agency_timezone\n,T,https://example.org,${zone}\n`,
            'stops.txt': 'stop_id,stop_name,stop_lat,stop_lon\nA,A,38.5,68.70\nB,B,38.5,68.71\nC,C,38.5,68.73\n',
            'routes.txt': 'route_id,route_short_name,route_type\nR1,1,3\n',
            'trips.txt': `route_id,service_id,trip_id\n${trips.map(({ service }, i) => `R1,${service},T${i}\n`).join('')}`,
            'stop_times.txt': `trip_id,stop_id,stop_sequence,arrival_time,departure_time,pickup_type,timepoint\n${trips
              .flatMap(({ startS, steps }, trip) => {
                let now = startS;
                return steps.map(({ stop: at, afterS, blank, pickup, timepoint }, i) => {
                  now += afterS;
                  const isBlank = blank && i > 0 && i < steps.length - 1;
                  const time = isBlank ? '' : timeText(now);
                  return `T${trip},${at},${i * 3},${time},${time},${pickup},${isBlank ? '' : timepoint}\n`;
                });
              })
              .join('')}`,
            'frequencies.txt': `trip_id,start_time,end_time,headway_secs,exact_times\n${trips
              .map(({ headwayS, exact, startS }, i) =>
                headwayS === null
                  ? ''
                  : `T${i},${timeText(startS)},${timeText(startS + 7000)},${headwayS},${exact ? 1 : 0}\n`,
              )
              .join('')}`,
            'calendar.txt': `service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n${calendars
              .map(
                ({ days }, i) =>
                  `${names[i]},${days.map(Number).join()},${month.replace('-', '')}01,${month.replace('-', '')}${last}\n`,
              )
              .join('')}`,
            'calendar_dates.txt': `service_id,date,exception_type\n${calendars
              .flatMap(({ exceptions }, i) =>
                exceptions
                  .filter(({ day }) => day <= last)
                  .map(({ day, kind }) => `${names[i]},${month.replace('-', '')}${day},${kind}\n`),
              )
              .join('')}`,
            'shapes.txt': undefined,
            'translations.txt': undefined,
            'feed_info.txt': undefined,
          };
          const { timetable } = await feedOf(feedZip(texts));
          const tables = Object.fromEntries(
            Object.entries(texts).map(([name, text]) => [name.slice(0, -4), rowsOf(text ?? '')]),
          );
          const at: Record<string, number> = { A: 68.7, B: 68.71, C: 68.73 };
          const fromMs = Date.parse(`${month}-15T00:00:00Z`) + fromMinutes * 60_000;
          const toMs = fromMs + withinMinutes * 60_000;
          const wanted = naive(tables, zone, stop, [fromMs, toMs], (_, rows) => {
            let way = 0;
            return rows.map((row, i) => {
              way += Math.abs(
                (at[row['stop_id'] ?? ''] ?? 0) - (at[rows[i - 1]?.['stop_id'] ?? row['stop_id'] ?? ''] ?? 0),
              );
              return way;
            });
          });
          const found = timetable
            .departures({ stop, fromMs, withinMs: toMs - fromMs, limit: 100_000 })
            .map(
              ({ departureMs, tripId, stopSequence, approximate }) =>
                `${new Date(departureMs).toISOString()} ${tripId} ${stopSequence} ${approximate ?? ''}`,
            );
          assert.deepEqual(found.toSorted(), wanted);
          const few = timetable.departures({ stop, fromMs, withinMs: toMs - fromMs, limit: 3 });
          assert.deepEqual(
            few.map(({ departureMs }) => new Date(departureMs).toISOString()),
            wanted.slice(0, 3).map((line) => line.slice(0, 24)),
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

const feeds = fileURLToPath(new URL('../../../../shared/data/gtfs/', import.meta.url));
const absent = existsSync(feeds) ? false : 'skipped: ../shared/data/gtfs not found';

/** Metres along the shape by trying every segment for every stop, from the last stop to the first. */
function placesAlong(
  points: readonly (readonly [number, number])[],
  line: readonly (readonly [number, number])[],
): number[] {
  const begins = [0];
  for (let j = 1; j < line.length; j++) {
    const [a, b] = [line[j - 1] ?? [0, 0], line[j] ?? [0, 0]];
    begins.push((begins[j - 1] ?? 0) + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  const near = points.map(([x, y]) =>
    line.slice(1).map(([bx, by], j) => {
      const [ax, ay] = line[j] ?? [0, 0];
      const square = (bx - ax) ** 2 + (by - ay) ** 2;
      const share = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square));
      const off = (ax + share * (bx - ax) - x) ** 2 + (ay + share * (by - ay) - y) ** 2;
      return { at: (begins[j] ?? 0) + share * Math.sqrt(square), off };
    }),
  );
  const later: number[][] = [];
  for (let i = points.length - 1; i >= 0; i--) {
    const next = later[i + 1];
    let beyond = Infinity;
    const costs: number[] = [];
    for (let j = line.length - 2; j >= 0; j--) {
      const here = near[i]?.[j] ?? { at: 0, off: 0 };
      const same = next && (near[i + 1]?.[j]?.at ?? 0) >= here.at ? (next[j] ?? Infinity) : Infinity;
      costs[j] = here.off + (next ? Math.min(beyond, same) : 0);
      beyond = Math.min(beyond, next?.[j] ?? Infinity);
    }
    later[i] = costs;
  }
  const places: number[] = [];
  let segment = 0;
  for (let i = 0; i < points.length; i++) {
    let best = -1;
    for (let j = segment; j < line.length - 1; j++) {
      if (i > 0 && j === segment && (near[i]?.[j]?.at ?? 0) < (places[i - 1] ?? 0)) continue;
      if (best < 0 || (later[i]?.[j] ?? Infinity) < (later[i]?.[best] ?? Infinity)) best = j;
    }
    segment = best;
    places.push(near[i]?.[best]?.at ?? 0);
  }
  return places;
}

suite('departures of Porto Alegre are those of a scan over the files', { skip: absent }, () => {
  const open = async (name: string) => {
    const zip = await openZip(`${feeds}${name}.zip`);
    try {
      const texts: Record<string, Row[]> = {};
      for (const { name: file } of zip.entries) {
        texts[file.slice(0, -4)] = rowsOf(new TextDecoder().decode(await zip.readEntry(file)));
      }
      return { tables: texts as Tables, timetable: (await readFeed(zip, { name, today })).timetable };
    } finally {
      await zip.close();
    }
  };
  const compare = (
    { tables, timetable }: Awaited<ReturnType<typeof open>>,
    stop: string,
    day: string,
    along: (trip: Row, rows: readonly Row[]) => readonly number[],
  ): number => {
    const fromMs = Date.parse(`${day}T04:00:00-03:00`);
    const wanted = naive(tables, 'America/Sao_Paulo', stop, [fromMs, fromMs + dayMs], along);
    const found = timetable
      .departures({ stop, fromMs, withinMs: dayMs, limit: 100_000 })
      .map(
        ({ departureMs, tripId, stopSequence, approximate }) =>
          `${new Date(departureMs).toISOString()} ${tripId} ${stopSequence} ${approximate ?? ''}`,
      );
    assert.deepEqual(found.toSorted(), wanted);
    return found.length;
  };

  test('at a bus stop whose times are nearly all worked out, and on a holiday', async () => {
    const feed = await open('poa_eptc');
    const metres = 111_195;
    const first = feed.tables['stops']?.[0];
    const scale = metres * Math.cos((Number(first?.['stop_lat']) * Math.PI) / 180);
    const plane = (long: string | undefined, lat: string | undefined) =>
      [Number(long) * scale, Number(lat) * metres] as const;
    const stops = new Map(
      feed.tables['stops']?.map((row) => [row['stop_id'], plane(row['stop_lon'], row['stop_lat'])]),
    );
    const shapes = new Map<string, (readonly [number, number])[]>();
    for (const row of feed.tables['shapes'] ?? []) {
      const line = shapes.get(row['shape_id'] ?? '');
      const point = plane(row['shape_pt_lon'], row['shape_pt_lat']);
      if (line) line.push(point);
      else shapes.set(row['shape_id'] ?? '', [point]);
    }
    const along = (trip: Row, rows: readonly Row[]): readonly number[] =>
      placesAlong(
        rows.map((row) => stops.get(row['stop_id']) ?? [0, 0]),
        shapes.get(trip['shape_id'] ?? '') ?? [],
      );
    assert.equal(compare(feed, '1563', '2019-05-14', along), 163);
    // Good Friday: calendar_dates takes services away that the calendar has.
    const [workday, holiday] = ['2019-04-18', '2019-04-19'].map((day) => compare(feed, '5533', day, along));
    assert.ok((workday ?? 0) > (holiday ?? 0), `${workday} on a workday, ${holiday} on Good Friday`);
  });
  test('at a station of Trensurb', async () => {
    const feed = await open('poa_trensurb');
    assert.ok(compare(feed, 'AP', '2019-05-14', () => []) > 200);
    assert.ok(compare(feed, 'ASG', '2019-06-01', () => []) > 0);
  });
});
