import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fixedClock } from '../../../base/clock.ts';
import { openTestCity } from '../../../../test/fixtures/testCity.ts';
import type { SourceReport } from '../../schema.ts';
import { feedZip } from '../fixtures/feed.ts';
import { writeFeed, type FeedParts } from './fixtures/feedWriter.ts';
import type { StopTimeUpdate, TripUpdate } from './message.ts';

const shared = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));
const source = (id: string, kind: string) => ({
  id,
  name: { en: id },
  purpose: 'Departures',
  owner: 'Bus company',
  legalBasis: 'Contract',
  retentionDays: null,
  personal: 'none',
  granularity: 'trip',
  kind,
});

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-departures-'));
});
after(() => rm(directory, { recursive: true, force: true }));

type Line = {
  status: string;
  tripId: string;
  departureTime: string;
  expectedTime?: string;
  delayS?: number;
  vehicle?: string;
  added?: boolean;
};
type BoardAnswer = { departures: Line[]; live?: { current: boolean; saidAt?: string }; alerts: { id: string }[] };

/** A city with a timetable `bus` and a live feed of it that is a file; what the feed says is published whole. */
async function cityWith(name: string, zip: string, at: string) {
  const clock = fixedClock(at);
  const feed = join(directory, `${name}.pb`);
  const mapping = join(directory, `${name}.json`);
  await writeFile(
    mapping,
    JSON.stringify({
      sources: [source('bus', 'gtfs'), source('live', 'feed')],
      feeds: [{ kind: 'gtfs-rt', source: 'live', timetable: 'bus', file: feed, everyS: 1 }],
    }),
  );
  let made = 0;
  const say = async (parts: FeedParts | Uint8Array): Promise<void> => {
    await writeFile(
      `${feed}.new`,
      parts instanceof Uint8Array
        ? parts
        : writeFeed({ timestampS: Math.floor(clock.now() / 1000) + made++, ...parts }),
    );
    await rename(`${feed}.new`, feed);
  };
  await say({});
  const city = await openTestCity({ mappings: [mapping] }, clock);
  const { loadMapping } = await import('../../index.ts');
  await city.ingest.importFile({ file: zip, mapping: await loadMapping(mapping), source: 'bus' });
  const ask = async (stop: string): Promise<BoardAnswer> =>
    (await (await fetch(`${city.url}/api/transit/stops/bus:${stop}/departures?within=PT1H`)).json()) as BoardAnswer;
  const report = async () => {
    const { sources } = (await (await fetch(`${city.url}/api/sources`)).json()) as { sources: SourceReport[] };
    return sources.find((one) => one.source.id === 'live')?.realtime?.[0];
  };
  return { city, clock, say, ask, report };
}
const until = async <T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> => {
  for (let i = 0; i < 400; i++) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(50);
  }
  return assert.fail(`waited in vain: ${what}`);
};
const update = (
  tripId: string,
  stops: readonly Partial<StopTimeUpdate>[],
  more: Partial<TripUpdate> = {},
): TripUpdate => ({
  id: tripId,
  trip: { tripId },
  stops: stops.map((stop) => ({ relationship: 'SCHEDULED', ...stop })),
  ...more,
});
const shown = ({ departureTime, expectedTime, status, tripId, added }: Line): string =>
  `${departureTime.slice(11, 16)} ${expectedTime?.slice(11, 16) ?? '-'} ${status} ${tripId}${added ? ' added' : ''}`;

suite('departures with a live feed', () => {
  let town: Awaited<ReturnType<typeof cityWith>>;
  before(async () => {
    const zip = join(directory, 'town.zip');
    await writeFile(zip, feedZip());
    // Friday, 20 November 2026, 07:55 in Dushanbe.
    town = await cityWith('town', zip, '2026-11-20T02:55:00Z');
    await until('the timetable', async () => ((await town.ask('A')).departures?.length ?? 0) > 0);
  });
  after(() => town.city.close());

  test('show a delay at the stop and at those after it, and the vehicle', async () => {
    await town.say({
      tripUpdates: [update('T1', [{ stopId: 'A', departure: { delayS: 240 } }], { vehicle: { id: '12' } })],
    });
    const { departures, live } = await until('the delay', async () => {
      const board = await town.ask('A');
      return board.departures[0]?.status === 'expected' && board;
    });
    assert.equal(shown(departures[0] as Line), '08:00 08:04 expected T1');
    assert.equal(departures[0]?.delayS, 240);
    assert.equal(departures[0]?.vehicle, 'urn:ngsi-ld:Vehicle:live:12');
    assert.equal(live?.current, true);
    assert.equal(shown((await town.ask('C')).departures[0] as Line), '08:06 08:10 expected T1');
    assert.deepEqual([(await town.report())?.matched, (await town.report())?.unknown.trips.count], [1, 0]);
  });

  test('a bus that is late is still shown after its time, until it has left', async () => {
    town.clock.set('2026-11-20T03:03:00Z');
    assert.equal(shown((await town.ask('A')).departures[0] as Line), '08:00 08:04 expected T1');
    town.clock.set('2026-11-20T03:04:30Z');
    assert.deepEqual((await town.ask('A')).departures, []);
    town.clock.set('2026-11-20T02:56:00Z');
  });

  test('a trip that does not run, a stop that is left out, and a trip besides the timetable', async () => {
    await town.say({ tripUpdates: [update('T1', [], { trip: { tripId: 'T1', relationship: 'CANCELED' } })] });
    await until('the end of it', async () => (await town.ask('A')).departures[0]?.status === 'cancelled');
    const seconds = (clock: string): number => Date.parse(`2026-11-20T${clock}:00+05:00`) / 1000;
    await town.say({
      tripUpdates: [
        update('T1', [{ stopId: 'B', relationship: 'SKIPPED' }]),
        update(
          'X',
          [
            { stopId: 'A', departure: { timeS: seconds('08:20') } },
            { stopId: 'B', departure: { timeS: seconds('08:23') } },
            { stopId: 'C', arrival: { timeS: seconds('08:26') } },
          ],
          { trip: { tripId: 'X', routeId: 'R1', relationship: 'ADDED' } },
        ),
      ],
    });
    const { departures } = await until('the skipped stop', async () => {
      const board = await town.ask('B');
      return board.departures[0]?.status === 'skipped' && board;
    });
    assert.deepEqual(departures.map(shown), ['08:03 - skipped T1', '08:23 08:23 expected X added']);
  });

  test('notices of the stop stand on its board', async () => {
    await town.say({
      alerts: [
        {
          id: 'works',
          periods: [],
          informed: [{ stopId: 'B' }],
          cause: 'CONSTRUCTION',
          effect: 'STOP_MOVED',
          severity: 'WARNING',
          header: { ru: 'Остановка перенесена', tg: 'Истгоҳ кӯчонида шуд' },
        },
      ],
    });
    const { alerts } = await until('the notice', async () => {
      const board = await town.ask('B');
      return board.alerts.length > 0 && board;
    });
    assert.deepEqual(
      alerts.map(({ id }) => id),
      ['urn:ngsi-ld:Alert:live:works'],
    );
    assert.deepEqual((await town.ask('D')).alerts, []);
    // Once the place of its stop is known, the notice stands on the map.
    const location = await until('its place', async () => {
      const answer = await town.city.fetch('/entities/urn:ngsi-ld:Alert:live:works?options=keyValues');
      return ((await answer.json()) as Record<string, unknown>)['location'];
    });
    assert.deepEqual(location, { type: 'Point', coordinates: [68.7115, 38.5] });
  });

  test('what is too old is not used: the board says since when it is the timetable alone', async () => {
    await town.say({ tripUpdates: [update('T1', [{ stopId: 'A', departure: { delayS: 600 } }])] });
    await until('the delay', async () => (await town.ask('A')).departures[0]?.delayS === 600);
    town.clock.set('2026-11-20T03:05:00Z');
    assert.equal((await town.ask('A')).departures[0]?.delayS, 600);
    town.clock.set('2026-11-20T02:56:00Z');
    const said = (await town.ask('A')).live?.saidAt;
    await town.say({
      timestampS: Date.parse('2026-11-20T02:00:00Z') / 1000,
      tripUpdates: [update('T1', [{ stopId: 'A', departure: { delayS: 60 } }])],
    });
    await until('old news', async () => (await town.ask('A')).live?.current === false);
    assert.ok(said);
    assert.deepEqual((await town.ask('A')).departures.map(shown), ['08:00 - scheduled T1']);
    assert.equal((await town.ask('A')).live?.saidAt, '2026-11-20T02:00:00.000Z');
    const page = await (await fetch(`${town.city.url}/en/sources`)).text();
    assert.match(page, /Too old to be used/);
  });
});

const poa = `${shared}gtfs/poa_eptc.zip`;
const skip = existsSync(poa) ? false : 'skipped: ../shared/data/gtfs not found';
test(
  'Porto Alegre: a synthetic feed delays its buses; all 35 trips of SEPTA are named as unknown',
  { skip, timeout: 120_000 },
  async () => {
    const { readFile } = await import('node:fs/promises');
    const real = await cityWith('poa', poa, '2019-05-15T16:05:00Z');
    try {
      const { city, say, ask, report } = real;
      await until('the timetable', async () => {
        const answer = await (await fetch(`${city.url}/api/transit/timetables`)).text();
        return answer.includes('"state":"ready"');
      });
      const stops = (await (
        await fetch(`${city.url}/api/transit/stops?near=-51.2300,-30.0330&maxDistance=3000&limit=60`)
      ).json()) as { stops: { stopId: string }[] };
      let busy: { stop: string; line: Line } | undefined;
      for (const { stopId } of stops.stops) {
        const line = (await ask(stopId)).departures.find(({ status }) => status === 'scheduled');
        if (line) {
          busy = { stop: stopId, line };
          break;
        }
      }
      assert.ok(busy, 'a stop in the centre has a departure');
      const { stop, line } = busy;
      await say({ tripUpdates: [update(line.tripId, [{ stopId: stop, departure: { delayS: 420 } }])] });
      const late = await until('the delay', async () =>
        (await ask(stop)).departures.find(({ tripId, status }) => tripId === line.tripId && status === 'expected'),
      );
      assert.equal(late.delayS, 420);
      assert.equal(late.departureTime, line.departureTime);

      await say(new Uint8Array(await readFile(`${shared}gtfs-rt/septa.pbf`)));
      const septa = await until('the unknown trips', async () => {
        const found = await report();
        return found?.tripUpdates === 35 && found;
      });
      assert.deepEqual([septa.matched, septa.unknown.trips.count, septa.unknown.trips.first.length], [0, 35, 10]);
      assert.equal(septa.unknown.trips.first[0], 'AIR_4846_V55_M');
      assert.ok(septa.unknown.stops.count > 0);
      const page = await (await fetch(`${city.url}/en/sources`)).text();
      assert.match(page, /35 trips that the timetable does not know: AIR_4846_V55_M/);
      assert.match(page, /href="\/api\/transit\/unknown\.csv"/);
      // Every one of them, not only those that the page names.
      const names = (await (await fetch(`${city.url}/api/transit/unknown.csv`)).text()).split('\r\n');
      assert.equal(names.filter((name) => /^[^,]+,live,bus,trip,\S+$/.test(name)).length, 35);
      assert.equal(names.filter((name) => name.includes(',stop,')).length, septa.unknown.stops.count);
    } finally {
      await real.city.close();
    }
  },
);

const trensurb = `${shared}gtfs/poa_trensurb.zip`;
/**
 * São Luís/Ulbra (SL) on Wednesday 15 May 2019, 08:00 to 08:30: the lines of stop_times.txt of trips with the service FULLW whose
 * last stop it is not, picked with a script of its own, arrivals beside them; then by hand what the feed below says of them.
 */
const handTable = [
  // arrival, departure, expected (hand), status, trip
  ['08:00:35', '08:01', '08:04', 'expected', 'FULLW_MR_NH_07:37:00'], // 180 s late at SL itself
  ['08:04:35', '08:05', '-', 'scheduled', 'FULLW_MR_SC_07:41:00'],
  ['08:04:35', '08:05', '-', 'cancelled', 'FULLW_NH_MR_07:35:00'],
  ['08:08:35', '08:09', '-', 'scheduled', 'FULLW_MR_NH_07:45:00'],
  ['08:08:35', '08:09', '08:11', 'expected', 'FULLW_SC_MR_07:59:00'], // 120 s late at its fourth stop, so at the fifth too
  ['08:12:35', '08:13', '-', 'skipped', 'FULLW_MR_SC_07:49:00'],
  ['08:14:35', '08:15', '-', 'scheduled', 'FULLW_NH_MR_07:45:00'],
  ['08:16:35', '08:17', '08:17', 'expected', 'FULLW_MR_NH_07:53:00'], // an instant: 08:17:10
  ['08:18:35', '08:19', '-', 'scheduled', 'FULLW_SC_MR_08:09:00'],
  ['08:23:35', '08:24', '-', 'scheduled', 'FULLW_MR_NH_08:00:00'],
  ['08:24:35', '08:25', '-', 'scheduled', 'FULLW_NH_MR_07:55:00'],
  ['08:28:35', '08:29', '-', 'scheduled', 'FULLW_SC_MR_08:19:00'],
] as const;
test(
  'Trensurb: what a feed says of arrivals at a station agrees with a table made by hand, on the page and in the file',
  { skip: existsSync(trensurb) ? false : 'skipped: ../shared/data/gtfs not found', timeout: 120_000 },
  async () => {
    // 08:00 in Porto Alegre, three hours behind UTC.
    const { city, say } = await cityWith('trensurb', trensurb, '2019-05-15T11:00:00Z');
    try {
      type Answer = { departures?: (Line & { arrivalTime: string })[] };
      const board = async (): Promise<Answer> =>
        (await (await fetch(`${city.url}/api/transit/stops/bus:SL/departures?within=PT30M&limit=50`)).json()) as Answer;
      await until('the timetable', async () => ((await board()).departures?.length ?? 0) > 0);
      await say({
        tripUpdates: [
          update('FULLW_MR_NH_07:37:00', [{ stopId: 'SL', arrival: { delayS: 180 }, departure: { delayS: 180 } }]),
          update('FULLW_NH_MR_07:35:00', [], { trip: { tripId: 'FULLW_NH_MR_07:35:00', relationship: 'CANCELED' } }),
          update('FULLW_SC_MR_07:59:00', [{ stopSequence: 4, departure: { delayS: 120 } }]),
          update('FULLW_MR_SC_07:49:00', [{ stopId: 'SL', relationship: 'SKIPPED' }]),
          update('FULLW_MR_NH_07:53:00', [
            { stopId: 'SL', departure: { timeS: Date.parse('2019-05-15T11:17:10Z') / 1000 } },
          ]),
          update('NIGHT_TRAIN_9', [{ stopId: 'SL', departure: { delayS: 60 } }]),
        ],
      });
      await until('the feed', async () => (await board()).departures?.some(({ status }) => status === 'cancelled'));
      const clock = (iso: string | undefined, length: number): string => iso?.slice(11, 11 + length) ?? '-';
      const told = ((await board()).departures ?? []).map(
        ({ arrivalTime, departureTime, expectedTime, status, tripId }) =>
          [
            clock(arrivalTime, 8),
            clock(departureTime, 5),
            status === 'expected' ? clock(expectedTime, 5) : '-',
            status,
            tripId,
          ].join(' '),
      );
      assert.deepEqual(told.sort(), handTable.map((line) => line.join(' ')).sort());

      const csv = await (
        await fetch(`${city.url}/api/transit/stops/bus:SL/departures.csv?within=PT30M&limit=50`)
      ).text();
      const rows = csv.split('\r\n').filter((line) => line.includes('FULLW_'));
      assert.equal(rows.length, handTable.length);
      for (const [arrival, departure, , status, trip] of handTable) {
        const row = rows.find((line) => line.includes(trip)) ?? '';
        assert.ok(row.includes(`T${arrival}-03:00`) && row.includes(`T${departure}:00-03:00`), row);
        assert.ok(row.includes(`,${status},`), row);
      }
      assert.match(csv, /^"?# Departures of ESTACAO SAO LUIS\/ULBRA/);

      // The trip that the timetable does not have stands on no board, and by its name on a page and in a file.
      assert.ok(!csv.includes('NIGHT_TRAIN_9'));
      assert.match(
        await (await fetch(`${city.url}/api/transit/unknown.csv`)).text(),
        /,live,bus,trip,NIGHT_TRAIN_9\r\n/,
      );
      assert.match(
        await (await fetch(`${city.url}/en/sources`)).text(),
        /One trip that the timetable does not know: NIGHT_TRAIN_9/,
      );

      const html = await (await fetch(`${city.url}/ru/stops/bus:SL`)).text();
      for (const time of ['08:04', '08:05', '08:11']) assert.ok(html.includes(time), time);
      assert.match(html, /departures\.csv\?limit=/);
      const { gzipSync } = await import('node:zlib');
      // A cheap phone on a slow network: page and style sheet, without scripts, are one breath of 2G.
      assert.ok(gzipSync(html).length < 8_000, `${gzipSync(html).length} bytes`);
    } finally {
      await city.close();
    }
  },
);
