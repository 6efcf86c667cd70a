import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { copyStore } from '../../store/index.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';
import type { ImportReport } from '../index.ts';
import { inTimetableAttribute } from './entity.ts';
import { declaredSources, feedZip, townFeed } from './fixtures/feed.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-gtfs-'));
after(() => rm(directory, { recursive: true, force: true }));

const mapping = declaredSources(['bus', 'rail']);

let files = 0;
async function take(
  city: TestCity,
  bytes: Uint8Array,
  options: { source?: string; dryRun?: boolean } = {},
): Promise<ImportReport> {
  const file = join(directory, `feed-${++files}.zip`);
  await writeFile(file, bytes);
  return city.ingest.importFile({ file, mapping, source: 'bus', ...options });
}
/** Waits until what holds now is read. */
async function ready(city: TestCity, version?: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { timetables } = (await (await fetch(`${city.url}/api/transit/timetables`)).json()) as {
      timetables: { state: string; version?: string }[];
    };
    const [first] = timetables;
    if (first?.state === 'ready' && (version === undefined || first.version === version)) {
      const answer = await fetch(`${city.url}/api/transit/stops/bus:A/departures`);
      const { timetable } = (await answer.json()) as { timetable: { version: string } };
      if (version === undefined || timetable.version === version) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('the timetable is read');
}
type BoardAnswer = {
  status?: number;
  detail?: string;
  departures: {
    departureTime: string;
    tripId: string;
    approximate?: string;
    headwayS?: number;
    destination?: string;
  }[];
  next?: string;
  note?: string;
};
async function board(city: TestCity, stop: string, query: string): Promise<BoardAnswer> {
  return (await (await fetch(`${city.url}/api/transit/stops/${stop}/departures?${query}`)).json()) as BoardAnswer;
}

const clock = fixedClock('2026-11-20T02:30:00Z');
const city = await openTestCity({}, clock);
after(() => city.close());
const town = await openTestCity({}, clock);
after(() => town.close());

suite('a timetable is taken', () => {
  test('not in a dry run, which says what it holds', async () => {
    const report = await take(city, feedZip(), { dryRun: true });
    assert.match(
      report.remarks[0]?.text ?? '',
      /^timetable 2026-11, 20261101 to 20261231, Asia\/Dushanbe: 2 routes, 5 stops, 3 trips, 11 stop times \(3 blank/,
    );
    assert.equal((await city.store.rows.all('SELECT * FROM gtfs_feed')).length, 0);
    assert.equal(await city.broker.find(systemPrincipal, 0, 'urn:ngsi-ld:GtfsStop:bus:A'), undefined);
  });
  test('not when it has a fault: nothing of it is there', async () => {
    const before = city.lastSeq();
    const cut = (townFeed['stop_times.txt'] ?? '').slice(0, 210);
    await assert.rejects(
      take(city, feedZip({ 'stop_times.txt': cut })),
      /nothing was taken, the timetable has \d+ faults?:/,
    );
    assert.equal(city.lastSeq(), before);
    assert.deepEqual((await (await fetch(`${city.url}/api/transit/timetables`)).json()) as unknown, { timetables: [] });
  });
  test('stops, routes and agencies become entities, the timetable answers at once', async () => {
    const report = await take(city, feedZip());
    assert.deepEqual([report.items, report.kept, report.rejected, report.born], [8, 8, 0, 8]);
    await ready(city);
    const stop = (await (await city.fetch('/entities/urn:ngsi-ld:GtfsStop:bus:A?options=keyValues')).json()) as Record<
      string,
      unknown
    >;
    assert.equal(stop['type'], 'GtfsStop');
    assert.deepEqual(stop['location'], { type: 'Point', coordinates: [68.7, 38.5] });
    assert.deepEqual(stop['name'], { languageMap: { tg: 'Бозор', ru: 'Рынок', en: 'Market' } });
    assert.deepEqual([stop['code'], stop['hasParentStation']], ['101', 'urn:ngsi-ld:GtfsStation:bus:S']);
    const route = (await (
      await city.fetch('/entities/urn:ngsi-ld:GtfsRoute:bus:R1?options=keyValues')
    ).json()) as Record<string, unknown>;
    assert.deepEqual([route['shortName'], route['operatedBy']], ['1', 'urn:ngsi-ld:GtfsAgency:bus:BUS']);
    const { departures } = await board(
      city,
      'urn:ngsi-ld:GtfsStop:bus:B',
      'from=2026-11-20T08:00:00%2B05:00&within=PT3H',
    );
    assert.deepEqual(
      departures.map(({ departureTime, tripId, approximate, headwayS }) => [
        departureTime,
        tripId,
        approximate,
        headwayS,
      ]),
      [
        ['2026-11-20T08:03:00+05:00', 'T1', 'interpolated', undefined],
        ['2026-11-20T10:06:00+05:00', 'T3', 'frequency', 1200],
        ['2026-11-20T10:26:00+05:00', 'T3', 'frequency', 1200],
        ['2026-11-20T10:46:00+05:00', 'T3', 'frequency', 1200],
      ],
    );
  });
  test('its file is kept whole, and a copy of the city answers the same', async () => {
    const [row] = await city.store.rows.all('SELECT sha256 FROM gtfs_feed');
    const kept = await city.store.files.get(String(row?.['sha256']));
    assert.deepEqual(Buffer.from(kept ?? []), await readFile(join(directory, `feed-${files}.zip`)));
    const to = join(directory, 'copy');
    await copyStore(city, to, () => {}, new AbortController().signal);
    const copy = await openTestCity({ data: to }, clock);
    try {
      await ready(copy);
      const query = 'from=2026-11-20T08:00:00%2B05:00&within=PT3H';
      assert.deepEqual(await board(copy, 'bus:S', query), await board(city, 'bus:S', query));
    } finally {
      await copy.close();
    }
  });
  test('a new one takes its place, and what it does not have is no longer in the timetable', async () => {
    const without = (file: string, pattern: RegExp): string => (townFeed[file] ?? '').replaceAll(pattern, '');
    await take(
      city,
      feedZip({
        'feed_info.txt': (townFeed['feed_info.txt'] ?? '').replace('2026-11\n', '2026-12\n'),
        'stops.txt': without('stops.txt', /^D,.*\n/gm).replace('Мактаб', 'Мактаби 5'),
        'stop_times.txt': without('stop_times.txt', /^T[12],.*\n/gm),
        'trips.txt': without('trips.txt', /^R1,.*\n/gm),
        'routes.txt': without('routes.txt', /^R1,.*\n/gm),
        'translations.txt': without('translations.txt', /^trips,.*\n/gm),
      }),
    );
    await ready(city, '2026-12');
    const values = async (id: string): Promise<unknown[]> => {
      const entity = (await (await city.fetch(`/entities/${id}?options=keyValues`)).json()) as Record<string, unknown>;
      return [entity['name'], entity['inTimetable']];
    };
    assert.deepEqual(await values('urn:ngsi-ld:GtfsStop:bus:D'), ['Вокзал', false]);
    assert.deepEqual(await values('urn:ngsi-ld:GtfsRoute:bus:R1'), ['Бозор - Вокзал', false]);
    assert.deepEqual(await values('urn:ngsi-ld:GtfsStop:bus:B'), ['Мактаби 5', true]);
    assert.equal((await board(city, 'bus:D', '')).status, 404);
    const rows = await city.store.rows.all('SELECT sha256, previous, version FROM gtfs_feed ORDER BY imported_at');
    assert.deepEqual([rows[1]?.['previous'], rows[1]?.['version']], [rows[0]?.['sha256'], '2026-12']);
  });
  test('the same one again adds nothing', async () => {
    const rows = await city.store.rows.all('SELECT * FROM gtfs_feed');
    const file = join(directory, `feed-${files}.zip`);
    const { kept, alreadyThere, born } = await city.ingest.importFile({ file, source: 'bus' });
    assert.deepEqual([kept, alreadyThere, born], [0, 6, 0]);
    assert.deepEqual(await city.store.rows.all('SELECT * FROM gtfs_feed'), rows);
  });
  test('taken back, the one before it holds again, and what it changed is as it was', async () => {
    const imports = await city.ingest.imports.list();
    const changing = imports.find(({ kind, counts }) => kind === 'gtfs' && counts.kept > 0 && counts.born === 0);
    assert.equal((await city.ingest.imports.undo(changing?.id ?? '')).state, 'undone');
    await ready(city, '2026-11');
    assert.equal((await board(city, 'bus:D', '')).status, undefined);
    const stop = await city.broker.get(systemPrincipal, 0, 'urn:ngsi-ld:GtfsStop:bus:D');
    assert.equal(stop.entity.attrs[inTimetableAttribute]?.[0]?.value, true);
    assert.equal((await city.store.rows.all('SELECT * FROM gtfs_feed')).length, 1);
  });
  test('the first one taken back, there is no timetable and no stop', async () => {
    const first = (await city.ingest.imports.list()).find(({ counts }) => counts.born > 0);
    await city.ingest.imports.undo(first?.id ?? '');
    assert.equal(await city.broker.find(systemPrincipal, 0, 'urn:ngsi-ld:GtfsStop:bus:A'), undefined);
    assert.deepEqual((await (await fetch(`${city.url}/api/transit/timetables`)).json()) as unknown, { timetables: [] });
  });
  test('only for a source that is declared', async () => {
    await assert.rejects(
      take(city, feedZip(), { source: 'tram' }),
      /the source tram is not declared \(declared: bus, rail\)/,
    );
  });
});

suite('the board of a stop', () => {
  test('says when the next vehicle leaves after those that were asked for', async () => {
    await take(town, feedZip());
    await ready(town);
    const { departures, next } = await board(town, 'bus:A', 'from=2026-11-21T09:00:00%2B05:00');
    assert.deepEqual([departures, next], [[], '2026-11-22T01:10:00+05:00']);
  });
  test('knows the days that the calendar adds and takes', async () => {
    assert.equal((await board(town, 'bus:A', 'from=2026-11-16T07:50:00%2B05:00&within=PT1H')).departures.length, 0);
    assert.equal((await board(town, 'bus:A', 'from=2026-11-21T07:50:00%2B05:00&within=PT1H')).departures.length, 1);
  });
  test('says that the timetable has ended, or has not begun', async () => {
    assert.equal(
      (await board(town, 'bus:A', 'from=2027-03-01T00:00:00Z')).note,
      'no service: the timetable ended on 2026-12-31',
    );
    assert.equal(
      (await board(town, 'bus:A', 'from=2026-09-01T00:00:00Z')).note,
      'no service: the timetable begins on 2026-11-01',
    );
  });
  test('refuses what it cannot read, and names it', async () => {
    for (const [query, field] of [
      ['from=2026-11-20', 'from'],
      ['within=P1M', 'within'],
      ['within=PT200H', 'within'],
      ['limit=0', 'limit'],
    ]) {
      const answer = (await board(town, 'bus:A', query ?? '')) as { status?: number; field?: string };
      assert.deepEqual([answer.status, answer.field], [400, field], query);
    }
    for (const path of ['stops', 'stops?near=38,168', 'stops?near=1,2&name=x']) {
      assert.equal((await fetch(`${town.url}/api/transit/${path}`)).status, 400, path);
    }
    for (const path of ['stops/bus:Z/departures', 'stops/tram:A', 'trips/T9', 'trips/T1?source=rail']) {
      assert.equal((await fetch(`${town.url}/api/transit/${path}`)).status, 404, path);
    }
  });
  test('stops are found by a name in any language, by the code on the pole, by nearness', async () => {
    const found = async (query: string): Promise<unknown> => {
      const { stops } = (await (await fetch(`${town.url}/api/transit/stops?${query}`)).json()) as {
        stops: { stopId: string; distanceM?: number }[];
      };
      return stops.map(({ stopId, distanceM }) => [stopId, distanceM]);
    };
    assert.deepEqual(await found('name=market'), [['A', undefined]]);
    assert.deepEqual(await found(`name=${encodeURIComponent('истгохи')}`), [['S', undefined]]);
    assert.deepEqual(await found('name=103'), [['C', undefined]]);
    assert.deepEqual(await found('near=68.7116,38.5&maxDistance=100'), [['B', 9]]);
  });
  test('a trip tells its stops with the times of its day', async () => {
    const trip = (await (await fetch(`${town.url}/api/transit/trips/T2`)).json()) as {
      stopTimes: { stopId: string; departureTime: string; approximate?: string }[];
    };
    assert.deepEqual(
      trip.stopTimes.map(({ stopId, departureTime, approximate }) => [stopId, departureTime, approximate]),
      [
        ['A', '25:10:00', undefined],
        ['B', '25:12:30', 'interpolated'],
        ['C', '25:16:00', 'stated'],
        ['D', '25:20:00', undefined],
      ],
    );
  });
});
