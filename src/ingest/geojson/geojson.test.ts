import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import type { Broker } from '../../broker/index.ts';
import { importsOn } from '../fixtures/imports.ts';
import { spyOn } from '../fixtures/spy.ts';
import { openImport } from '../importing/importers.ts';
import type { ImportReport } from '../importing/views.ts';
import { suggestedMapping } from '../importing/suggest.ts';
import { parseMappingFile, type MappingFile } from '../mapping/index.ts';
import { parseGeometry } from './geometry.ts';
import { inspectGeojson } from './source.ts';

const namuna = fileURLToPath(new URL('../../city/namuna/', import.meta.url));
const city = await openTestCity({ city: namuna });
after(() => city.close());
const directory = await mkdtemp(join(tmpdir(), 'chorsu-geojson-'));
after(() => rm(directory, { recursive: true }));
let files = 0;
async function file(content: unknown, ending = 'geojson'): Promise<string> {
  const path = join(directory, `${++files}.${ending}`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const source = {
  id: 'clinics',
  name: 'Clinics',
  purpose: 'Test',
  owner: 'Test',
  legalBasis: 'Test',
  retentionDays: null,
  personal: 'none',
  granularity: 'object',
  kind: 'geojson',
};
const mappingOf = (more: Record<string, unknown> = {}, sources: unknown[] = [source]): MappingFile =>
  parseMappingFile(
    Buffer.from(
      JSON.stringify({
        sources,
        mappings: [
          {
            source: 'clinics',
            payload: 'geojson',
            entity: { id: 'urn:ngsi-ld:Clinic:{id}', type: 'Clinic' },
            attributes: {
              location: { kind: 'GeoProperty', path: 'geometry' },
              name: { languages: { tg: 'properties["name:tg"]', ru: 'properties.name' } },
              beds: { path: 'properties.beds' },
            },
            ...more,
          },
        ],
      }),
    ),
    'map.json',
    [],
  );
const box = city.city.bbox;
const [long, lat] = city.city.center;
const clinic = (id: unknown, geometry: unknown, properties: unknown = { name: 'Клиника', beds: 4 }) => ({
  type: 'Feature',
  id,
  properties,
  geometry,
});
const point = { type: 'Point', coordinates: [long, lat] };
const collection = (features: unknown[], more: object = {}) => ({ type: 'FeatureCollection', features, ...more });

const take = (path: string, mapping: MappingFile, broker: Broker, more: object = {}): Promise<ImportReport> =>
  importsOn(broker, city.store.rows, {
    openFile: (name, options) => openImport(name, { ...options, box }),
  }).run({ file: path, mapping, ...more });

test('features become entities with their place and their names by language', async () => {
  const broker = spyOn(city.broker);
  const path = await file(
    collection([clinic(1, point, { name: 'Клиника', 'name:tg': 'Дармонгоҳ', beds: 12 }), clinic('b', null)]),
  );
  const report = await take(path, mappingOf(), broker);
  assert.deepEqual([report.unit, report.items, report.kept, report.rejected], ['feature', 2, 2, 0]);
  const response = await city.fetch('/entities/urn:ngsi-ld:Clinic:1?options=keyValues');
  const entity = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(
    [entity['name'], entity['location'], entity['beds']],
    [{ languageMap: { tg: 'Дармонгоҳ', ru: 'Клиника' } }, point, 12],
  );
  const without = (await (await city.fetch('/entities/urn:ngsi-ld:Clinic:b?options=keyValues')).json()) as object;
  assert.equal('location' in without, false, 'a null geometry is no place');
  const again = await take(path, mappingOf(), broker);
  assert.deepEqual([again.kept, again.alreadyThere], [0, 2]);
});

test('a file is as old as it says where that is an instant, else as old as the file', async () => {
  const made = async (timestamp: unknown): Promise<number> => {
    const path = await file({ type: 'FeatureCollection', timestamp, features: [] });
    await utimes(path, 1_700_000_000, 1_700_000_000);
    return (await inspectGeojson(path)).madeMs;
  };
  assert.equal(await made('2024-03-01T05:30:00+05:00'), Date.UTC(2024, 2, 1, 0, 30));
  assert.equal(await made('2024-03-01T00:30:00.5Z'), Date.UTC(2024, 2, 1, 0, 30, 0, 500));
  for (const unclear of ['2024-03-01T00:30:00', '2024-03-01', 'yesterday', 7])
    assert.equal(await made(unclear), 1_700_000_000_000, String(unclear));
});

test('lines of features and sequences after RFC 8142 are the same file', async () => {
  const features = ['l1', 'l2', 'l3'].map((id) => JSON.stringify(clinic(id, point)));
  for (const [text, ending] of [
    [`\ufeff${features.join('\n')}\n`, 'geojsonl'],
    [features.map((line) => `\u001e${line}\n`).join(''), 'geojsons'],
  ] as const) {
    const broker = spyOn(city.broker);
    const report = await take(await file(text, ending), mappingOf(), broker, { dryRun: true });
    assert.deepEqual([report.items, report.kept], [3, 3]);
  }
});

test('each feature that cannot be taken says why, by its number, and the others are taken', async () => {
  const broker = spyOn(city.broker);
  const bowtie = [
    [
      [long, lat],
      [long + 0.01, lat + 0.01],
      [long + 0.01, lat],
      [long, lat + 0.01],
      [long, lat],
    ],
  ];
  const features = [
    clinic('ok', point),
    clinic('swapped', { type: 'Point', coordinates: [lat, long] }),
    clinic('crossing', { type: 'Polygon', coordinates: bowtie }),
    clinic('several', { type: 'GeometryCollection', geometries: [point, point] }),
    clinic('far', { type: 'Point', coordinates: [190, 0] }),
    clinic('open', { type: 'LineString', coordinates: [[long, lat]] }),
    clinic('strange', { type: 'Circle', coordinates: [long, lat] }),
    { type: 'Clinic', id: 'type' },
    clinic(undefined, point),
    clinic('beds', point, { beds: 'many' }),
    clinic('one', { type: 'GeometryCollection', geometries: [point] }),
  ];
  const text = JSON.stringify(collection(features)).replace('"name":"Клиника","beds":4},"geometry":null', '');
  const rejectsFile = join(directory, 'rejects.csv');
  const report = await take(
    await file(text),
    mappingOf({
      attributes: {
        location: { kind: 'GeoProperty', path: 'geometry' },
        beds: { path: 'properties.beds', required: true },
      },
    }),
    broker,
    { rejectsFile },
  );
  assert.deepEqual([report.items, report.kept, report.rejected], [11, 2, 9]);
  assert.deepEqual(report.rejectedBy, { geometry: 6, payload: 1, entity: 1, type: 1 });
  const rejects = await readFile(rejectsFile, 'utf8');
  for (const why of [
    /^2,geometry,.*longitude and latitude are swapped: 37\.[\d.]*, 68\.[\d.]* is not in the city/m,
    /^3,geometry,"geometry\.coordinates\[0\]: the ring crosses itself near 68/m,
    /^4,geometry,"geometry: a GeometryCollection of 2 geometries/m,
    /^5,geometry,.*longitude must be a number from -180 to 180/m,
    /^6,geometry,.*a line has at least two positions/m,
    /^7,geometry,.*the geometry type must be one of/m,
    /^8,payload,.*wanted a Feature, found the type ""Clinic""/m,
    /^9,entity,/m,
    /^10,type,/m,
  ]) {
    assert.match(rejects, why);
  }
});

test('a feature that is no good JSON is one refusal, not the end of the file', async () => {
  const broker = spyOn(city.broker);
  const text = `{"type":"FeatureCollection","features":[{"type":"Feature","id":1,},${JSON.stringify(clinic('j2', point))}]}`;
  const report = await take(await file(text), mappingOf(), broker);
  assert.deepEqual([report.kept, report.rejectedBy], [1, { payload: 1 }]);
});

test('the mapping may take the first of several geometries', async () => {
  const broker = spyOn(city.broker);
  const several = clinic('first', {
    type: 'GeometryCollection',
    geometries: [point, { type: 'Point', coordinates: [0, 0] }],
  });
  const report = await take(await file(collection([several])), mappingOf({ geojson: { collection: 'first' } }), broker);
  assert.equal(report.kept, 1);
  assert.deepEqual(Object.values(broker.readings[0]?.attrs ?? {})[0]?.[0]?.value, point);
});

const whole: readonly (readonly [string, string, RegExp])[] = [
  [
    'another coordinate system',
    JSON.stringify(collection([], { crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::28412' } } })),
    /coordinates are in urn:ogc:def:crs:EPSG::28412/,
  ],
  [
    'a file that was cut off',
    JSON.stringify(collection([clinic('x1', point), clinic('x2', point)])).slice(0, -40),
    /ends inside feature 2/,
  ],
  ['features in something else', '{"type":"Topology","features":[]}', /is a FeatureCollection/],
  ['a text', 'id;name\n', /this is no GeoJSON/],
];
for (const [what, text, why] of whole) {
  test(`${what} is refused before anything is taken`, async () => {
    const broker = spyOn(city.broker);
    await assert.rejects(take(await file(text), mappingOf(), broker), (error) => {
      assert.ok(error instanceof Problem && error.field !== undefined);
      assert.match(error.message, why);
      return true;
    });
    assert.equal(broker.readings.length, 0);
  });
}

test('WGS 84 under any of its names is no other coordinate system', async () => {
  for (const name of [
    'urn:ogc:def:crs:OGC:1.3:CRS84',
    'urn:ogc:def:crs:EPSG::4326',
    'EPSG:4326',
    'urn:ogc:def:crs:OGC::CRS84',
  ]) {
    const broker = spyOn(city.broker);
    const report = await take(
      await file(collection([], { crs: { type: 'name', properties: { name } } })),
      mappingOf(),
      broker,
    );
    assert.equal(report.items, 0, name);
  }
});

test('an import that was killed goes on where it stopped', async () => {
  const broker = spyOn(city.broker);
  const path = await file(collection(Array.from({ length: 2600 }, (_, i) => clinic(`k${i}`, point))));
  broker.before = () => {
    if (broker.readings.length >= 1000) throw new Error('killed');
  };
  await assert.rejects(take(path, mappingOf(), broker), /killed/);
  const before = broker.readings.length;
  assert.ok(before >= 1000 && before < 2600, `${before} before it was killed`);
  broker.before = () => {};
  const rest = await take(path, mappingOf(), broker);
  assert.deepEqual([rest.items, rest.rejected], [2600, 0]);
  assert.equal(broker.readings.length, 2600, 'nothing twice');
  assert.equal(new Set(broker.readings.map(({ id }) => id)).size, 2600);
});

test('rings are turned the right way round, and nothing else of a geometry changes', () => {
  const coordinate = fc.double({ min: 68, max: 68.1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 0.05, noNaN: true }), { minLength: 3, maxLength: 9 }),
      coordinate,
      (radii, x) => {
        const ring = radii.map((radius, i) => {
          const angle = (-2 * Math.PI * i) / radii.length;
          return [x + Math.cos(angle) * radius, 38 + Math.sin(angle) * radius];
        });
        const clockwise = [...ring, ring[0] ?? []];
        const parsed = parseGeometry({ type: 'Polygon', coordinates: [clockwise] });
        assert.deepEqual(parsed?.coordinates, [clockwise.toReversed()]);
        assert.deepEqual(parseGeometry(parsed), parsed);
      },
    ),
  );
});

const data = fileURLToPath(new URL('../../../../shared/data/geo/', import.meta.url));
const dushanbe = { timeZone: 'Asia/Dushanbe', bbox: [68.65, 38.45, 68.95, 38.7], center: [68.78, 38.56] } as const;
const skip = existsSync(data) ? false : 'skipped: ../shared/data/geo not found';
const real: readonly (readonly [string, number])[] = [
  ['tjk-health-points', 567],
  ['almaty-districts', 8],
  ['tashkent-districts.raw-geometrycollection', 12],
  ['uzbekistan-regions', 14],
  ['dushanbe-city', 1],
  ['kz-three-cities', 3],
  ['tjk-adm2-simplified', 58],
];
for (const [name, count] of real) {
  test(`${name}: the mapping suggested for it takes every feature`, { skip }, async () => {
    const path = join(data, `${name}.geojson`);
    const { file } = await suggestedMapping(path, { city: { ...dushanbe, languages: ['en', 'ru'] } });
    assert.throws(() => parseMappingFile(Buffer.from(JSON.stringify(file)), 'map.json', []), /purpose/);
    const sources = file.sources.map((source) => ({ ...source, purpose: 'x', owner: 'x', legalBasis: 'x' }));
    const suggested = parseMappingFile(Buffer.from(JSON.stringify({ ...file, sources })), 'map.json', []);
    const broker = spyOn(city.broker);
    const report = await take(path, suggested, broker);
    assert.deepEqual([report.items, report.kept, report.rejected], [count, count, 0]);
  });
}

test('facilities without a Tajik name are called as people there write it', { skip }, async () => {
  const { entities } = await city.broker.query(
    systemPrincipal,
    0,
    { type: { node: 'type', iri: coreContext.expand('TjkHealthPoints') } },
    { limit: 1000, offset: 0 },
  );
  const names = entities.map(
    ({ attrs }) => attrs[coreContext.expand('name')]?.[0]?.value as Record<string, string> | undefined,
  );
  assert.equal(names.filter((name) => name?.['@none'] !== undefined).length, 401);
  assert.equal(names.filter((name) => name?.['tg'] !== undefined).length, 5);
});
