import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '../../base/problem.ts';
import { initCity, loadCity, takeStreets } from '../index.ts';
import { extractOsm } from './extract.ts';
import { osmBytes, type Written, type WrittenNode } from './fixtures/osmWriter.ts';
import { layersOf, type Layers } from './layers.ts';
import { cutLine, cutRing, simplified } from './shapes.ts';

const folder = mkdtempSync(join(tmpdir(), 'chorsu-layers-'));
let files = 0;
const fileOf = (written: Written): string => {
  const path = join(folder, `town-${files++}.osm.pbf`);
  writeFileSync(path, osmBytes(written));
  return path;
};
const layers = async (written: Written): Promise<Layers> => layersOf(await extractOsm({ path: fileOf(written) }));

/** A grid of nodes, 100 to a row, about 90 by 110 metres apart: node 205 is column 5 of row 2. */
const grid: WrittenNode[] = Array.from({ length: 2000 }, (_, i) => ({
  id: i + 1,
  at: [68.7 + (i % 100) * 0.001, 38.5 + Math.floor(i / 100) * 0.001] as const,
}));
const at = (id: number) => grid[id - 1]?.at;

test('ways of one street that follow each other are one line; a crossing of three ends divides it', async () => {
  const tags = { highway: 'residential', name: 'Бухоро' };
  const { streets } = await layers({
    nodes: grid,
    ways: [
      { id: 1, refs: [1, 2, 103], tags },
      { id: 2, refs: [205, 204, 103], tags: { ...tags, old_name: 'Кирова' } },
      { id: 3, refs: [205, 306], tags },
      { id: 4, refs: [306, 407], tags: { highway: 'residential' } },
      { id: 5, refs: [501, 502], tags },
      { id: 6, refs: [502, 603], tags },
      { id: 7, refs: [502, 703], tags },
    ],
  });
  const lines = streets.map(({ properties, geometry }) => [properties['osm:id'], geometry.coordinates.length]);
  assert.deepEqual(lines, [
    ['way/1;way/2;way/3', 5],
    ['way/5', 2],
    ['way/6', 2],
    ['way/7', 2],
    ['way/4', 2],
  ]);
  assert.deepEqual(streets[0]?.properties, {
    kind: 'street',
    name: 'Бухоро',
    old_name: 'Кирова',
    'osm:id': 'way/1;way/2;way/3',
  });
  assert.deepEqual(streets[0]?.geometry.coordinates[0], at(1));
});

test('classes of highways become kinds; driveways, plans and areas are no streets', async () => {
  const of = async (tags: Record<string, string>) =>
    (await layers({ nodes: grid, ways: [{ id: 1, refs: [1, 2, 3], tags }] })).streets[0]?.properties['kind'];
  assert.equal(await of({ highway: 'trunk_link' }), 'avenue');
  assert.equal(await of({ highway: 'living_street' }), 'street');
  assert.equal(await of({ highway: 'service' }), 'lane');
  assert.equal(await of({ highway: 'steps' }), 'path');
  assert.equal(await of({ highway: 'service', service: 'driveway' }), undefined);
  assert.equal(await of({ highway: 'proposed' }), undefined);
  assert.equal(await of({ highway: 'pedestrian', area: 'yes' }), undefined);
  assert.equal(await of({ highway: 'toString' }), undefined);
});

test('a way that is no street of a map is counted with its reason; a street, a square and a wall are not', async () => {
  const tags: Record<string, string>[] = [
    { highway: 'service', service: 'driveway' },
    { highway: 'service', service: 'parking_aisle' },
    { highway: 'proposed' },
    { highway: 'footway', area: 'yes' },
    { highway: 'pedestrian', area: 'yes', name: 'Майдон' },
    { highway: 'residential' },
    { barrier: 'wall' },
  ];
  const { left, streets, places } = await layers({
    nodes: grid,
    ways: tags.map((own, i) => ({ id: i + 1, refs: [i * 100 + 1, i * 100 + 2, i * 100 + 3], tags: own })),
  });
  assert.deepEqual([streets.length, places.length], [1, 1]);
  assert.deepEqual(left, {
    'driveways and aisles of car parks': 2,
    'ways of other kinds (planned, being built, platforms)': 1,
    'walking areas': 1,
  });
});

test('a lake of two ways with an island, a park, a river, a railway; what is too small is counted', async () => {
  const { ground, left } = await layers({
    nodes: [...grid, { id: 5001, at: [68.7001, 38.5] }, { id: 5002, at: [68.7001, 38.5001] }],
    ways: [
      { id: 1, refs: [1, 10, 910] },
      { id: 2, refs: [910, 901, 1], tags: { natural: 'water' } },
      { id: 3, refs: [303, 306, 606, 603, 303] },
      {
        id: 4,
        refs: [20, 30, 230, 220, 20],
        tags: { leisure: 'park', name: 'Боғи Наврӯз', 'name:uz-Latn': 'Navroʻz' },
      },
      { id: 5, refs: [1001, 1100], tags: { waterway: 'canal', name: 'Канал' } },
      { id: 6, refs: [1101, 1200], tags: { railway: 'rail' } },
      { id: 7, refs: [1, 5001, 5002, 1], tags: { landuse: 'grass' } },
      { id: 8, refs: [40, 50, 150], tags: { natural: 'wood' } },
      { id: 9, refs: [60, 170, 70, 360, 60], tags: { natural: 'wood' } },
    ],
    relations: [
      {
        id: 1,
        members: [
          { kind: 'way', ref: 1, role: 'outer' },
          { kind: 'way', ref: 2, role: 'outer' },
          { kind: 'way', ref: 3, role: 'inner' },
        ],
        tags: { type: 'multipolygon', natural: 'water', name: 'Кӯл' },
      },
    ],
  });
  assert.deepEqual(
    ground.map(({ properties }) => [properties['kind'], properties['name'], properties['osm:id']]),
    [
      ['green', 'Боғи Наврӯз', 'way/4'],
      ['water', 'Кӯл', 'relation/1'],
      ['canal', 'Канал', 'way/5'],
      ['rail', undefined, 'way/6'],
    ],
  );
  assert.equal(ground[0]?.properties['name:uz'], 'Navroʻz');
  const lake = ground[1]?.geometry;
  assert.ok(lake?.type === 'Polygon');
  assert.equal(lake.coordinates.length, 2, 'the island is a hole');
  // RFC 7946: the shell runs against the clock, the hole with it.
  const turns = (ring: readonly (readonly [number, number])[]): number =>
    ring.slice(1).reduce((sum, [x, y], i) => sum + ((ring[i]?.[0] ?? 0) * y - x * (ring[i]?.[1] ?? 0)), 0);
  assert.ok(turns(lake.coordinates[0] ?? []) > 0 && turns(lake.coordinates[1] ?? []) < 0);
  assert.deepEqual(left, {
    'areas whose border does not close': 1,
    'green areas of less than 2000 m²': 1,
    'areas whose border crosses itself': 1,
  });
});

test('house numbers of nodes, of buildings and along lines; without a street they are counted', async () => {
  const { addresses, places, left } = await layers({
    nodes: [
      ...grid
        .slice(0, 1000)
        .map((node) =>
          node.id === 1 || node.id === 5
            ? { ...node, tags: { 'addr:housenumber': node.id === 1 ? '2' : '10', 'addr:street': 'Айнӣ' } }
            : node,
        ),
      { id: 6001, at: [68.75, 38.55], tags: { 'addr:housenumber': '7' } },
      {
        id: 6002,
        at: [68.75, 38.551],
        tags: { amenity: 'school', name: 'Мактаби 5', 'addr:housenumber': '9', 'addr:place': '12 мкр' },
      },
      { id: 6003, at: [68.75, 38.552], tags: { amenity: 'school' } },
    ],
    ways: [
      { id: 1, refs: [1, 3, 5], tags: { 'addr:interpolation': 'even' } },
      {
        id: 2,
        refs: [201, 203, 403, 401, 201],
        tags: { building: 'yes', 'addr:housenumber': '4', 'addr:street': 'Айнӣ' },
      },
      { id: 3, refs: [1, 400], tags: { 'addr:interpolation': 'alphabetic' } },
    ],
  });
  assert.deepEqual(
    addresses.map(({ properties: { street, number, from, to } }) => [street, number ?? `${from}-${to}`]),
    [
      ['Айнӣ', '2'],
      ['Айнӣ', '10'],
      ['12 мкр', '9'],
      ['Айнӣ', '2-10'],
      ['Айнӣ', '4'],
    ],
  );
  assert.deepEqual(addresses.at(-1)?.geometry.coordinates, [68.701, 38.503]);
  assert.deepEqual(
    places.map(({ properties }) => [properties['kind'], properties['name']]),
    [['school', 'Мактаби 5']],
  );
  assert.deepEqual(left, {
    'house numbers without a street': 1,
    'interpolated house numbers without whole numbers at both ends': 1,
  });
});

test('lines and rings are cut at the box; simplifying moves nothing by more than its tolerance', () => {
  const box = [0, 0, 10, 10] as const;
  assert.deepEqual(cutLine([[-5, 5], [5, 5], [5, 15], [8, 15], [8, 5]], box), [
    [[0, 5], [5, 5], [5, 10]],
    [[8, 10], [8, 5]],
  ]); // prettier-ignore
  assert.deepEqual(cutLine([[-5, 5], [15, 5]], box), [[[0, 5], [10, 5]]]); // prettier-ignore
  assert.deepEqual(cutLine([[-5, -5], [-5, 15]], box), []); // prettier-ignore
  const ring = cutRing([[-5, 2], [5, 2], [5, 8], [-5, 8], [-5, 2]], box); // prettier-ignore
  assert.deepEqual(new Set(ring?.map(String)), new Set(['0,2', '5,2', '5,8', '0,8']));
  assert.equal(cutRing([[20, 2], [25, 2], [25, 8], [20, 2]], box), undefined); // prettier-ignore
  // 0.00001 degrees of latitude are 1.1 metres.
  assert.equal(simplified([[68, 38], [68.01, 38.00001], [68.02, 38]], 1.5).length, 2); // prettier-ignore
  assert.equal(simplified([[68, 38], [68.01, 38.0001], [68.02, 38]], 1.5).length, 3); // prettier-ignore
});

const districts = (...rings: [number, number, number, number][]): string => {
  const path = join(folder, `districts-${files++}.geojson`);
  const features = rings.map(([w, s, e, n], i) => ({
    type: 'Feature',
    properties: { name: `Ноҳияи ${i + 1}` },
    geometry: { type: 'Polygon', coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] }, // prettier-ignore
  }));
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', features }));
  return path;
};
const country: Written = {
  nodes: grid,
  ways: [
    { id: 1, refs: [1, 100], tags: { highway: 'primary', name: 'хиёбони Рӯдакӣ' } },
    { id: 2, refs: [1501, 1510], tags: { highway: 'residential', name: 'кӯчаи Бухоро' } },
    { id: 3, refs: [1590, 1600], tags: { highway: 'residential', name: 'кӯчаи Дур' } },
  ],
  replicationTimestamp: 1_700_000_000,
};

test('a city with districts takes what lies in them; again with a newer extract, with what changed', async () => {
  const out = join(folder, 'city');
  await initCity({ name: 'Норак', country: 'TJ', districtsFile: districts([68.69, 38.49, 68.72, 38.53]), out });
  const { before, after, notes } = await takeStreets({ file: fileOf(country), city: out });
  assert.deepEqual([before.streets.length, after.streets.length], [0, 2]);
  assert.deepEqual(loadCity(out), after, 'what is written is what is read');
  assert.deepEqual(
    after.streets.map(({ name }) => name?.tg),
    ['хиёбони Рӯдакӣ', 'кӯчаи Бухоро'],
  );
  // The avenue goes on beyond the district and is cut a little behind its border.
  assert.ok((after.streets[0]?.line.at(-1)?.[0] ?? 0) < 68.721);
  assert.equal(after.credit, '© OpenStreetMap contributors, ODbL 1.0');
  assert.match(after.creditUrl ?? '', /openstreetmap\.org\/copyright/);
  assert.ok(
    notes.some((note) => note.includes('data of 2023-11-14')),
    notes.join('\n'),
  );
  const text = JSON.parse(readFileSync(join(out, 'streets.geojson'), 'utf8'));
  assert.equal(text.dataAt, '2023-11-14T22:13:20.000Z');
  assert.match(text.licence, /odbl/);
  const newer = await takeStreets({ file: fileOf({ ...country, ways: country.ways?.slice(0, 1) ?? [] }), city: out });
  assert.deepEqual([newer.before.streets.length, newer.after.streets.length], [2, 1]);
  assert.equal(newer.after.credit, after.credit, 'the credit is said once');
});

test('a canal that crosses the city without a point in it is taken, so is a wood around all of it; others are not', async () => {
  const out = join(folder, 'crossed');
  await initCity({ name: 'Норак', country: 'TJ', districtsFile: districts([68.72, 38.505, 68.74, 38.512]), out });
  const { after, notes } = await takeStreets({
    file: fileOf({
      nodes: grid,
      ways: [
        { id: 1, refs: [1220, 1230, 1241], tags: { highway: 'primary', name: 'хиёбони Рӯдакӣ' } },
        { id: 2, refs: [1019, 1043], tags: { waterway: 'canal' } },
        { id: 3, refs: [302, 350, 1950, 1902, 302], tags: { landuse: 'forest' } },
        { id: 4, refs: [1, 50], tags: { waterway: 'canal' } },
      ],
    }),
    city: out,
  });
  assert.equal(after.groundLines.length, 1, notes.join('\n'));
  assert.equal(after.ground.length, 1, notes.join('\n'));
});

test('a failure leaves the profile as it was: another place, a damaged file, no streets at all', async () => {
  const out = join(folder, 'kept');
  await initCity({ name: 'Норак', country: 'TJ', districtsFile: districts([68.69, 38.49, 68.72, 38.53]), out });
  await takeStreets({ file: fileOf(country), city: out });
  const state = () => readdirSync(out).map((file) => [file, readFileSync(join(out, file), 'utf8')]);
  const kept = state();
  const damaged = join(folder, 'damaged.osm.pbf');
  writeFileSync(damaged, osmBytes(country).slice(0, -7));
  const elsewhere = { ...country, nodes: grid.map(({ id, at: [x, y] }) => ({ id, at: [x + 3, y] as const })) };
  for (const [file, reason] of [
    [damaged, /ends inside a blob/],
    [fileOf(elsewhere), /no street of the extract lies in the districts/],
    [fileOf({ nodes: grid }), /no street/],
    [join(folder, 'nowhere.osm.pbf'), /cannot be read/],
  ] as const) {
    await assert.rejects(
      takeStreets({ file, city: out }),
      (error) => error instanceof Problem && reason.test(error.message),
    );
    assert.deepEqual(state(), kept);
  }
});

test('districts without a street are warned of; another credit stays', async () => {
  const out = join(folder, 'two');
  const districtsFile = districts([68.69, 38.49, 68.72, 38.53], [69.5, 38.49, 69.6, 38.53]);
  await initCity({ name: 'Норак', country: 'TJ', districtsFile, out });
  const path = join(out, 'city.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), credit: 'Кадастр' }));
  const { after, notes } = await takeStreets({ file: fileOf(country), city: out });
  assert.ok(notes.some((note) => note.startsWith('Warning: 1 of 2 districts have no street')));
  assert.equal(after.credit, 'Кадастр; © OpenStreetMap contributors, ODbL 1.0');
});

test('without districts the box of the streets frames the city; far from the time zone it is refused', async () => {
  const out = join(folder, 'framed');
  const { city } = await initCity({ name: 'Норак', country: 'TJ', streetsFile: fileOf(country), out });
  assert.deepEqual(city.districts, []);
  assert.deepEqual(city.bbox, [68.7, 38.5, 68.799, 38.515]);
  assert.equal(city.frame?.kind, 'chosen');
  const options = { name: 'Шаҳр', country: 'TJ', timeZone: 'America/Sao_Paulo', streetsFile: fileOf(country) };
  const far = join(folder, 'far');
  await assert.rejects(initCity({ ...options, out: far }), /time zone America\/Sao_Paulo near longitude -45/);
  assert.ok(!existsSync(far));
});
