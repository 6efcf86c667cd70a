import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { Problem } from '../../../base/problem.ts';
import { openZip } from '../../zip.ts';
import { feedOf, feedZip, today, townFeed } from '../fixtures/feed.ts';
import { alongShape, straight } from './alongShape.ts';
import { readFeed } from './feed.ts';
import { parseTime } from './row.ts';

const changed = (file: string, from: string | RegExp, to: string): Uint8Array => {
  const text = townFeed[file] ?? '';
  const after = text.replace(from, to);
  assert.notEqual(after, text, 'the change found its place');
  return feedZip({ [file]: after });
};
const refusalOf = async (bytes: Uint8Array): Promise<string> => {
  try {
    await feedOf(bytes);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return error.message;
  }
  return 'taken';
};
const clock = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19);

test('empty lines before a header take neither time nor memory', { timeout: 20_000 }, async () => {
  // Of two kinds at random, so that it is not taken for a ZIP bomb.
  let seed = 7;
  const blank = Uint8Array.from({ length: 8_000_000 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed > 1_073_741_824 ? 0x0a : 0x0d;
  });
  const stops = strToU8(townFeed['stops.txt'] ?? '');
  const both = new Uint8Array(blank.length + stops.length);
  both.set(blank);
  both.set(stops, blank.length);
  const files = Object.fromEntries(Object.entries(townFeed).map(([name, text]) => [name, strToU8(text)]));
  const { timetable } = await feedOf(zipSync({ ...files, 'stops.txt': both }, { level: 1 }));
  assert.equal(timetable.counts.stops, 5);
});

suite('a feed that is sound', () => {
  test('is read whole, names in several languages included', async () => {
    const { timetable, info, report } = await feedOf(feedZip());
    assert.deepEqual(timetable.counts, {
      agencies: 1,
      stops: 5,
      routes: 2,
      trips: 3,
      stopTimes: 11,
      interpolated: 3,
      shapes: 1,
      services: 2,
    });
    assert.equal(info.version, '2026-11');
    assert.equal(timetable.timeZone, 'Asia/Dushanbe');
    assert.deepEqual(timetable.stop('A')?.names, { tg: 'Бозор', ru: 'Рынок', en: 'Market' });
    assert.deepEqual(timetable.headsignNames('Вокзал'), { tg: 'Вокзал', ru: 'Вокзал (ru)' });
    assert.deepEqual(timetable.stop('A')?.position, [68.7, 38.5]);
    assert.deepEqual(timetable.route('R1')?.color, '0055AA');
    assert.deepEqual([report.errorCount, report.warnings], [0, []]);
  });
  test('its blank times are worked out by the distance along the shape', async () => {
    const { timetable } = await feedOf(feedZip());
    assert.deepEqual(
      timetable.stopTimes('T1').map(({ departureS, approximate }) => [clock(departureS), approximate]),
      [
        ['08:00:00', undefined],
        ['08:03:00', 'interpolated'],
        ['08:06:00', 'interpolated'],
        ['08:09:00', undefined],
      ],
    );
    assert.equal(timetable.stopTimes('T2')[2]?.approximate, 'stated');
  });
  test('its own distances go before those of the shape', async () => {
    const rows = (townFeed['stop_times.txt'] ?? '').trimEnd().split('\n');
    const along = ['shape_dist_traveled', '0', '8', '9', '10', '0', '5', '6', '9', '', '', ''];
    const { timetable } = await feedOf(
      feedZip({ 'stop_times.txt': rows.map((row, at) => `${row},${along[at]}`).join('\r\n') }),
    );
    assert.deepEqual(
      timetable.stopTimes('T1').map(({ arrivalS }) => clock(arrivalS)),
      ['08:00:00', '08:07:12', '08:08:06', '08:09:00'],
    );
  });
  test('may have a byte order mark, CRLF, blank lines, spaces in the header, columns in any order and unknown ones', async () => {
    const { timetable, report } = await feedOf(
      feedZip({
        'agency.txt':
          '\ufeffagency_id, agency_name,agency_url,agency_timezone\r\nBUS,"Bus ""One"", Ltd",https://example.org,Asia/Dushanbe\r\n\r\n',
        'shapes.txt':
          'shape_id,colour,shape_pt_lon,shape_pt_lat,shape_pt_sequence\r\nW,x,68.7345,38.5,9\r\nW,y,68.700,38.5,3',
        'fares.txt': 'a,b\n1,2\n',
        'transfers.txt': 'from_stop_id,to_stop_id\r\nA,"B\n1"\r\n\r\nB,A',
        'read.me': 'a\nb\n',
      }),
    );
    assert.equal(timetable.agencies()[0]?.name, 'Bus "One", Ltd');
    assert.deepEqual(timetable.shape('W'), [
      [68.7, 38.5],
      [68.7345, 38.5],
    ]);
    assert.deepEqual(
      report.warnings.map(({ code, count }) => [code, count]),
      [['empty_row', 1]],
    );
    assert.deepEqual(
      report.notes.map(({ first }) => first.text),
      [
        'one row is kept with the feed and not used',
        '2 rows are kept with the feed and not used',
        'the file is kept with the feed and not used',
        'the column colour is not used',
      ],
    );
  });
  test('may stand in a folder of the archive', async () => {
    const files = Object.fromEntries(Object.entries(townFeed).map(([name, text]) => [`town/${name}`, strToU8(text)]));
    const { report, timetable } = await feedOf(zipSync(files));
    assert.equal(timetable.counts.stopTimes, 11);
    assert.deepEqual(
      report.warnings.map(({ code }) => code),
      ['files_in_subfolder'],
    );
  });
  test('that has ended says so, and when', async () => {
    const zip = await openZip(feedZip());
    const { report } = await readFeed(zip, { name: 'town', today: today + 400 });
    assert.match(report.warnings[0]?.first.text ?? '', /no service runs after 20261231: the timetable has ended/);
  });
});

suite('a feed with faults is refused whole', () => {
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ['without a file', feedZip({ 'routes.txt': undefined }), /routes\.txt: the feed has no routes\.txt/],
    [
      'without any calendar',
      feedZip({ 'calendar.txt': undefined, 'calendar_dates.txt': undefined }),
      /neither calendar/,
    ],
    [
      'without a column',
      changed('stops.txt', 'stop_id', 'id'),
      /stops\.txt, stop_id: the column is missing; there are id,/,
    ],
    [
      'with a trip on a missing route',
      changed('trips.txt', 'R1,week,T2', 'R9,week,T2'),
      /trips\.txt row 3, route_id: there is no route "R9"/,
    ],
    [
      'with a stop time of a missing trip',
      changed('stop_times.txt', 'T2,,,B', 'T9,,,B'),
      /stop_times\.txt row 7, trip_id: there is no trip "T9"/,
    ],
    [
      'with a stop time at a missing stop',
      changed('stop_times.txt', ',,B,2', ',,Z,2'),
      /row 3, stop_id: there is no stop "Z"/,
    ],
    [
      'with a time that is none',
      changed('stop_times.txt', '08:09:00,08:09:00', '08:69:00,08:69:00'),
      /row 5, arrival_time: found "08:69:00", wanted a time/,
    ],
    [
      'whose trip ends without a time',
      changed('stop_times.txt', '08:09:00,08:09:00', ','),
      /row 5, arrival_time: trip "T1": the first and the last stop need times/,
    ],
    [
      'whose trip goes back in time',
      changed('stop_times.txt', '25:20:00,25:20:00', '25:14:00,25:14:00'),
      /row 9, arrival_time: trip "T2": it arrives before it left/,
    ],
    [
      'with the same place twice',
      changed('stop_times.txt', 'T1,,,C,3', 'T1,,,C,2'),
      /row 4, stop_sequence: trip "T1": two stops have the same place/,
    ],
    [
      'with an id twice',
      changed('stops.txt', 'B,102', 'A,102'),
      /stops\.txt row 3, stop_id: the stop "A" stands in a row before/,
    ],
    ['with a stop nowhere', changed('stops.txt', '38.50,68.7115', ','), /row 3, stop_lat: the stop lies nowhere/],
    [
      'with latitude and longitude swapped far out',
      changed('stops.txt', '38.50,68.7115', '168.7,38.5'),
      /row 3, stop_lat: found 168\.7, wanted -90 to 90/,
    ],
    [
      'with a date that is none',
      changed('calendar.txt', '20261101', '20261131'),
      /row 2, start_date: found "20261131"/,
    ],
    [
      'with a zone that is none',
      changed('agency.txt', 'Asia/Dushanbe', 'Dushanbe'),
      /agency_timezone: found "Dushanbe"/,
    ],
    [
      'with a row that is too short',
      changed('routes.txt', ',3,0055AA,FFFFFF', ',3'),
      /routes\.txt row 2: found 5 columns, wanted 7/,
    ],
    ['in UTF-16', feedZip({ 'stops.txt': `\ufffe` }), /stops\.txt/],
    ['with an empty file', feedZip({ 'stops.txt': '' }), /stops\.txt: the file is empty/],
    [
      'whose headways overlap',
      changed('frequencies.txt', /$/, 'T3,10:30:00,12:00:00,600,1\n'),
      /overlapping_frequency/,
    ],
    [
      'whose quote is never closed',
      changed('stops.txt', 'Мактаб', '"Мактаб'),
      /row 3: the file ends inside a quoted value/,
    ],
  ];
  for (const [what, bytes, wanted] of cases) {
    test(what, async () => assert.match(await refusalOf(bytes), wanted));
  }
  test('cut at the end of a row', async () => {
    const rows = (townFeed['stop_times.txt'] ?? '').split('\n').slice(0, 9).join('\n');
    assert.match(
      await refusalOf(feedZip({ 'stop_times.txt': `${rows}\n`, 'frequencies.txt': undefined })),
      /stop_times\.txt: 1 of 3 trips stop nowhere: was the file cut off\?/,
    );
  });
  test('in another encoding, with the row', async () => {
    const stops = Buffer.from((townFeed['stops.txt'] ?? '').replace('Мактаб', 'Mektep'), 'utf8');
    const at = stops.indexOf('Mektep');
    stops[at] = 0xcc;
    stops[at + 1] = 0xe0;
    const files = Object.fromEntries(Object.entries(townFeed).map(([name, text]) => [name, strToU8(text)]));
    assert.match(await refusalOf(zipSync({ ...files, 'stops.txt': stops })), /stops\.txt row 3: the text is not UTF-8/);
  });
  test('with the first twenty faults and their number', async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => `T${at + 10},08:00:00,08:00:00,A,1,1\n`).join('');
    const message = await refusalOf(feedZip({ 'stop_times.txt': (townFeed['stop_times.txt'] ?? '') + rows }));
    assert.match(message, /^town\.zip: nothing was taken, the timetable has 5000 faults:/);
    assert.equal(message.split('\n').length, 22);
    assert.match(message, /and 4980 more$/);
  });
  test('cut at any byte', async () => {
    const bytes = feedZip();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        await assert.rejects(feedOf(bytes.subarray(0, length)), Problem);
      }),
      { numRuns: 200 },
    );
  });
  test('or read whole: any damage to its bytes is a Problem, never another error', async () => {
    const bytes = feedZip();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = value;
        await feedOf(damaged).catch((error: unknown) => assert.ok(error instanceof Problem, String(error)));
      }),
      { numRuns: 200 },
    );
  });
});

suite('a time of GTFS', () => {
  test('may pass midnight and leave out the leading zero', () => {
    assert.deepEqual(
      ['8:05:00', '08:05:00', '25:30:01', '240:00:00'].map(parseTime),
      [29_100, 29_100, 91_801, 864_000],
    );
    for (const wrong of ['', '8:5:00', '08:60:00', '08:00', 'x8:00:00', '240:00:01', '-1:00:00', '08:00:0 ']) {
      assert.equal(parseTime(wrong), -1, wrong);
    }
  });
  test('is the only text that is read as one', () => {
    fc.assert(
      fc.property(fc.nat(863_999), (seconds) => {
        const two = (n: number): string => String(n).padStart(2, '0');
        const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
        assert.equal(parseTime(text), seconds);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => parseTime(text) === -1 || /^\d{1,3}:[0-5]\d:[0-5]\d$/.test(text)));
  });
});

/** The same question asked of every choice of segments: the smallest sum that keeps the order. */
function naiveAlong(stops: readonly (readonly [number, number])[], x: readonly number[], y: readonly number[]): number {
  const begins = [0];
  for (let j = 1; j < x.length; j++) {
    begins.push((begins[j - 1] ?? 0) + Math.hypot((x[j] ?? 0) - (x[j - 1] ?? 0), (y[j] ?? 0) - (y[j - 1] ?? 0)));
  }
  const choices = (stop: readonly [number, number]): [at: number, squared: number, segment: number][] =>
    x.slice(1).map((_, j) => {
      const [ax, ay, bx, by] = [x[j] ?? 0, y[j] ?? 0, x[j + 1] ?? 0, y[j + 1] ?? 0];
      const square = (bx - ax) ** 2 + (by - ay) ** 2;
      const share =
        square === 0 ? 0 : Math.max(0, Math.min(1, ((stop[0] - ax) * (bx - ax) + (stop[1] - ay) * (by - ay)) / square));
      return [
        (begins[j] ?? 0) + share * Math.sqrt(square),
        (ax + share * (bx - ax) - stop[0]) ** 2 + (ay + share * (by - ay) - stop[1]) ** 2,
        j,
      ];
    });
  const search = (from: number, place: number, segment: number): number => {
    const stop = stops[from];
    if (!stop) return 0;
    let best = Infinity;
    for (const [at, squared, j] of choices(stop)) {
      if (j > segment || (j === segment && at >= place)) best = Math.min(best, squared + search(from + 1, at, j));
    }
    return best;
  };
  return search(0, -Infinity, -1);
}

suite('stops along a line', () => {
  const point = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }));
  test('lie as near to it as their order allows, and never go back', () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 4 }),
        fc.array(point, { minLength: 2, maxLength: 6 }),
        (stops, line) => {
          const x = line.map(([east]) => east);
          const y = line.map(([, north]) => north);
          const found = alongShape(stops, { x: Float64Array.from(x), y: Float64Array.from(y) });
          const best = naiveAlong(stops, x, y);
          if (!found) {
            assert.equal(best, Infinity);
            return;
          }
          const sum = found.offM.reduce((all, off) => all + off * off, 0);
          assert.ok(Math.abs(sum - best) < 1e-6, `${sum} instead of ${best}`);
          for (let i = 1; i < stops.length; i++) assert.ok((found.metres[i] ?? 0) >= (found.metres[i - 1] ?? 0));
        },
      ),
      { numRuns: 300 },
    );
  });
  test('beyond its end and beside its end lie at the same place', () => {
    const line = { x: Float64Array.of(2, 28), y: Float64Array.of(42, 40) };
    const found = alongShape(
      [
        [25, 0],
        [27, 27],
      ],
      line,
    );
    assert.deepEqual([...(found?.metres ?? [])], [Math.hypot(26, 2), Math.hypot(26, 2)]);
  });
  test('of a way out and back along the same street are put in order', () => {
    const line = { x: Float64Array.of(0, 100, 0), y: Float64Array.of(0, 0, 0) };
    const found = alongShape(
      [
        [10, 1],
        [90, 1],
        [70, -1],
        [10, -1],
      ],
      line,
    );
    assert.deepEqual([...(found?.metres ?? [])], [10, 90, 130, 190]);
    assert.deepEqual(
      [
        ...straight([
          [0, 0],
          [3, 4],
          [3, 14],
        ]),
      ],
      [0, 5, 15],
    );
  });
});

suite('blank times', () => {
  const blanks = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
  const places = fc.infiniteStream(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 })));
  test('never go back, and given ones stay as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        blanks,
        places,
        fc.boolean(),
        fc.infiniteStream(fc.nat(600)),
        async (blank, where, shaped, steps) => {
          const gaps = [false, ...blank, false];
          const given: (number | undefined)[] = [];
          let now = 28_800;
          for (const isBlank of gaps) {
            now += steps.next().value ?? 0;
            given.push(isBlank ? undefined : now);
          }
          const at = (): string => {
            const [east, north] = where.next().value ?? [0, 0];
            return `${38.5 + north / 10_000},${68.7 + east / 10_000}`;
          };
          const text = (seconds: number | undefined): string => (seconds === undefined ? '' : clock(seconds));
          const { timetable } = await feedOf(
            feedZip({
              'stops.txt': `stop_id,stop_name,stop_lat,stop_lon\n${gaps.map((_, i) => `S${i},S,${at()}\n`).join('')}`,
              'trips.txt': `route_id,service_id,trip_id,shape_id\nR1,week,T,${shaped ? 'W' : ''}\n`,
              'stop_times.txt': `trip_id,stop_id,stop_sequence,arrival_time,departure_time\n${given
                .map((seconds, i) => `T,S${i},${i},${text(seconds)},${text(seconds)}\n`)
                .join('')}`,
              'frequencies.txt': undefined,
              'translations.txt': undefined,
            }),
          );
          let last = 0;
          for (const [i, { departureS, approximate }] of timetable.stopTimes('T').entries()) {
            assert.ok(departureS >= last, `stop ${i} is left at ${departureS}, the one before at ${last}`);
            last = departureS;
            assert.equal(approximate, given[i] === undefined ? 'interpolated' : undefined);
            if (given[i] !== undefined) assert.equal(departureS, given[i]);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

const feeds = fileURLToPath(new URL('../../../../../shared/data/gtfs/', import.meta.url));
const absent = existsSync(feeds) ? false : 'skipped: ../shared/data/gtfs not found';

suite('published feeds', { skip: absent }, () => {
  const read = async (name: string): ReturnType<typeof readFeed> => {
    const zip = await openZip(`${feeds}${name}.zip`);
    try {
      return await readFeed(zip, { name, today });
    } finally {
      await zip.close();
    }
  };
  test('the buses of Porto Alegre: 125,271 of 130,019 times are worked out', async () => {
    const { timetable, report } = await read('poa_eptc');
    assert.deepEqual(timetable.counts, {
      agencies: 1,
      stops: 3986,
      routes: 115,
      trips: 2374,
      stopTimes: 130_019,
      interpolated: 125_271,
      shapes: 201,
      services: 115,
    });
    assert.deepEqual(
      report.warnings.map(({ code, count }) => `${code} ${count}`),
      ['invalid_color 115', 'stop_too_far_from_shape 50', 'expired_calendar 1'],
    );
  });
  test('Trensurb: a space in the header, CRLF, a blank last line, longitude before latitude', async () => {
    const { timetable, report } = await read('poa_trensurb');
    assert.deepEqual([timetable.counts.routes, timetable.counts.stops, timetable.counts.stopTimes], [2, 24, 14_855]);
    assert.equal(timetable.agencies()[0]?.name, 'TRENSURB');
    assert.deepEqual(
      report.warnings.map(({ code, count }) => `${code} ${count}`),
      ['missing_recommended_file 1', 'empty_row 1', 'expired_calendar 1'],
    );
  });
});
