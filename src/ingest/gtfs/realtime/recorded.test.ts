import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { systemPrincipal } from '../../../http/principal.ts';
import { feedKinds } from '../../feeds/kinds.ts';
import { parseMappingFile } from '../../mapping/index.ts';
import { findImporter } from '../../importing/importers.ts';
import { writeFeed } from './fixtures/feedWriter.ts';
import { openRecorded } from './recorded.ts';

const source = (id: string) => ({
  id,
  name: { en: id },
  purpose: 'Test',
  owner: 'Test',
  legalBasis: 'Test',
  retentionDays: null,
  personal: 'none',
  granularity: 'vehicle',
  kind: 'feed',
});
const mapping = parseMappingFile(
  Buffer.from(JSON.stringify({ sources: [source('buses'), source('trains')], mappings: [] })),
  'map.json',
  [],
  feedKinds,
);
const real = fileURLToPath(new URL('../../../../../shared/data/gtfs-rt/', import.meta.url));
const skip = existsSync(real) ? false : 'skipped: ../shared/data/gtfs-rt not found';

let city: TestCity;
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-recorded-'));
  city = await openTestCity();
});
after(async () => {
  await city.close();
  await rm(directory, { recursive: true, force: true });
});
const file = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, bytes);
  return path;
};
const vehicle = (id: string, timestampS: number, latitude: number) => ({
  id,
  vehicle: { id },
  position: { latitude, longitude: 68.7 },
  status: 'IN_TRANSIT_TO',
  timestampS,
  carriages: [],
});

suite('a recorded feed', () => {
  test(
    'two of King County, the later one first: the newest position stands, all are in history, again adds nothing',
    { skip },
    async () => {
      const take = (n: number) =>
        city.ingest.importFile({ file: `${real}king-county-metro-${n}.pbf`, mapping, source: 'buses' });
      const [second, first] = [await take(2), await take(1)];
      const counts = ({ items, kept, flagged, rejected, alreadyThere }: typeof first) => [
        items,
        kept + flagged,
        rejected,
        alreadyThere,
      ];
      assert.deepEqual(counts(second), [570, 569, 1, 0]);
      assert.deepEqual(second.rejectedBy, { range: 1 });
      assert.deepEqual(counts(first), [627, 627, 0, 0]);
      assert.deepEqual(counts(await take(1)), [627, 0, 0, 627]);
      const id = 'urn:ngsi-ld:Vehicle:buses:4382';
      const bus = (await (await city.fetch(`/entities/${id}`)).json()) as Record<
        string,
        { value: { coordinates: number[] }; observedAt: string }
      >;
      assert.deepEqual(bus['location']?.value.coordinates, [-122.35875, 47.62573]);
      assert.equal(bus['location']?.observedAt, '2021-09-02T16:07:43.000Z');
      const { entities } = await city.broker.history(
        systemPrincipal,
        0,
        [id],
        { timeproperty: 'observedAt', attrs: ['https://uri.etsi.org/ngsi-ld/location'] },
        { limit: 10 },
      );
      assert.deepEqual(
        entities[0]?.attrs[0]?.instances.map(({ observedAt }) => observedAt),
        ['2021-09-02T15:31:30.000Z', '2021-09-02T16:07:43.000Z'],
      );
    },
  );

  test('trip updates hold for their hour: each is named as not taken', { skip }, async () => {
    const report = await city.ingest.importFile({ file: `${real}septa.pbf`, mapping, source: 'trains' });
    assert.deepEqual([report.items, report.kept, report.rejected], [35, 0, 35]);
    assert.deepEqual(report.rejectedBy, { unmapped: 35 });
  });

  test('says what it holds and how old it is', async () => {
    const path = await file(
      'a.pb',
      writeFeed({ timestampS: 1_630_596_716, vehicles: [vehicle('1', 1_630_596_700, 38.5)] }),
    );
    const opened = await openRecorded(path, {
      mapping,
      source: 'buses',
      now: () => Date.parse('2021-09-05T00:00:00Z'),
    });
    assert.deepEqual(
      opened.remarks?.map(({ text }) => text),
      ['GTFS Realtime 2.0, made 2021-09-02T15:31:56.000Z, 56 hours ago: 1 vehicles, 0 trip updates, 0 notices'],
    );
  });

  test('the same vehicle at the same instant is taken once', async () => {
    const at = 1_630_596_700;
    const path = await file('twice.pb', writeFeed({ vehicles: [vehicle('7', at, 38.5), vehicle('7', at, 38.6)] }));
    const report = await city.ingest.importFile({ file: path, mapping, source: 'buses' });
    assert.deepEqual([report.kept, report.rejectedBy], [1, { duplicate: 1 }]);
  });

  test('what is no feed is refused whole, with the byte, and nobody guesses whose it is', async () => {
    const before = city.lastSeq();
    const take = (path: string, asked?: string) =>
      city.ingest.importFile({ file: path, mapping, ...(asked !== undefined && { source: asked }) });
    const cut = writeFeed({ vehicles: [vehicle('1', 1, 38.5)] });
    const broken = await file('broken.pbf', cut.subarray(0, -3));
    await assert.rejects(take(broken, 'buses'), { kind: 'bad-data', message: /not a whole GTFS-Realtime feed/ });
    await assert.rejects(take(await file('page.pb', '<html>'), 'buses'), { kind: 'bad-data', field: 'byte 0' });
    await assert.rejects(take(await file('whole.pb', cut)), /name the source whose vehicles these are/);
    await assert.rejects(take(await file('whole.pb', cut), 'ferries'), /the source ferries is not declared/);
    assert.equal(city.lastSeq(), before);
  });

  test('a feed is known by its header, whatever it is called; an OpenStreetMap extract is none', async () => {
    assert.equal((await findImporter(await file('VehiclePositions', writeFeed({ vehicles: [] })))).kind, 'gtfs-rt');
    const osm = Buffer.from([0, 0, 0, 14, 0x0a, 9, ...Buffer.from('OSMHeader'), 0x18, 1]);
    await assert.rejects(findImporter(await file('city.osm.pbf', osm)), /no file that can be imported/);
    await assert.rejects(findImporter(await file('city.pbf', osm)), /no file that can be imported/);
  });
});
