import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Geometry } from '../../ngsild/query.ts';
import { readTile, tileOf, type ReadFeature } from '../fixtures/vectorTile.ts';
import { tileBytesMax } from './limits.ts';
import { thingsIndex, type Thing } from './thingsIndex.ts';

type Position = readonly [number, number];
const words = { languages: ['tg', 'ru', 'en'], types: { Pump: 'Насос' } };
const layersOf = (
  things: readonly Thing[],
  z: number,
  at: Position,
): Readonly<Record<string, readonly ReadFeature[]>> & { thinned: number; size: number } => {
  const index = thingsIndex();
  index.add({ things });
  index.finish();
  const { x, y } = tileOf(at, z);
  const { bytes, thinned } = index.tile({ z, x, y }, words);
  return { ...readTile(bytes), thinned, size: bytes.length } as never;
};

const near = fc.tuple(
  fc.double({ min: 68.7, max: 68.8, noNaN: true }),
  fc.double({ min: 38.5, max: 38.6, noNaN: true }),
);
const line = fc.array(near, { minLength: 2, maxLength: 12 });
/** A star around a middle: its edges never cross. */
const ring = fc
  .tuple(near, fc.array(fc.double({ min: 0.002, max: 0.02, noNaN: true }), { minLength: 3, maxLength: 12 }))
  .map(([[x, y], radii]): Position[] => {
    const points = radii.map((radius, i): Position => {
      const angle = (2 * Math.PI * i) / radii.length;
      return [x + Math.cos(angle) * radius, y + Math.sin(angle) * radius];
    });
    return [...points, points[0] as Position];
  });
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  near.map((coordinates): Geometry => ({ type: 'Point', coordinates })),
  fc.array(near, { minLength: 1, maxLength: 5 }).map((coordinates): Geometry => ({ type: 'MultiPoint', coordinates })),
  line.map((coordinates): Geometry => ({ type: 'LineString', coordinates })),
  fc
    .array(line, { minLength: 1, maxLength: 3 })
    .map((coordinates): Geometry => ({ type: 'MultiLineString', coordinates })),
  ring.map((shell): Geometry => ({ type: 'Polygon', coordinates: [shell] })),
  fc
    .array(ring, { minLength: 1, maxLength: 2 })
    .map((shells): Geometry => ({ type: 'MultiPolygon', coordinates: shells.map((shell) => [shell]) })),
);
const positionsOf = (value: unknown): Position[] =>
  Array.isArray(value) && typeof value[0] === 'number'
    ? [value as unknown as Position]
    : (value as unknown[]).flatMap(positionsOf);

test('whatever the geometry, the tile holds each of its corners within two units', () => {
  fc.assert(
    fc.property(geometry, (shape) => {
      // The deepest zoom keeps every corner; each is looked for in the tile in which it lies.
      for (const position of positionsOf(shape.coordinates)) {
        const layers = layersOf([{ id: 'urn:x:1', type: 'Pump', geometry: shape }], 18, position);
        const isPoint = shape.type.endsWith('Point');
        const found = (isPoint ? layers['thing'] : layers['shape']) ?? [];
        const { at } = tileOf(position, 18);
        const nearest = Math.min(
          ...found
            .flatMap(({ parts }) => parts.flat())
            .map(([x, y]) => Math.max(Math.abs(x - at[0]), Math.abs(y - at[1]))),
        );
        assert.ok(nearest <= 2, `${shape.type}: ${nearest}`);
        assert.equal(found[0]?.kind, isPoint ? 'point' : shape.type.endsWith('String') ? 'line' : 'area');
      }
    }),
    { numRuns: 60 },
  );
});

test('a thing is named in the reader’s language, else in the next one, else after its type', () => {
  const geometry: Geometry = { type: 'Point', coordinates: [68.75, 38.55] };
  const layers = layersOf(
    [
      { id: 'urn:p:1', type: 'Pump', geometry, name: { tg: 'Обкаш', ru: 'Насос один' } },
      { id: 'urn:p:2', type: 'Pump', geometry, name: { ru: 'Насос два', en: 'Two' } },
      { id: 'urn:p:3', type: 'Pump', geometry, name: 'P-3' },
      { id: 'urn:p:4', type: 'Pump', geometry, state: 'trouble', simulated: true },
    ],
    14,
    [68.75, 38.55],
  );
  assert.deepEqual(
    layers['thing']?.map(({ properties }) => properties['name']),
    ['Обкаш', 'Насос два', 'P-3', 'Насос 4'],
  );
  assert.deepEqual(layers['thing']?.[3]?.properties, {
    id: 'urn:p:4',
    type: 'Pump',
    name: 'Насос 4',
    href: '/tg/entities/urn:p:4',
    state: 'trouble',
    simulated: true,
  });
});

/** Spread evenly over about a square kilometre. */
const many = (count: number, more: (i: number) => Partial<Thing> = () => ({})): Thing[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `urn:ngsi-ld:Pump:${i}`,
    type: 'Pump',
    geometry: { type: 'Point', coordinates: [68.75 + ((i * 7919) % 1000) / 1e5, 38.55 + ((i * 104_729) % 1009) / 1e5] },
    ...more(i),
  }));

test('a crowd is counted, nothing of it is lost, and what needs attention stands for itself', () => {
  const things = many(20_000, (i) => (i % 5000 === 0 ? { state: 'warn' } : {}));
  const { thing = [], thinned } = layersOf(things, 11, [68.755, 38.555]);
  const counted = thing.reduce((sum, { properties }) => sum + Number(properties['count'] ?? 1), 0);
  assert.equal(counted, 20_000);
  assert.ok(thing.length < 500, `${thing.length} points`);
  assert.equal(thing.filter(({ properties }) => properties['state'] === 'warn').length, 4);
  assert.equal(thinned, 0);
});

test('a tile that would be too large keeps an even part of its points and says how many are missing', () => {
  // All on one spot: no zoom takes them apart.
  const things = many(20_000, () => ({ geometry: { type: 'Point', coordinates: [68.75, 38.55] } }));
  const { thing = [], thinned, size } = layersOf(things, 18, [68.75, 38.55]);
  assert.ok(size <= tileBytesMax && size > tileBytesMax / 3, `${size} bytes`);
  assert.equal(thing.length + thinned, 20_000);
});

test('something that covers ground is its shape, and a point in it with its name', () => {
  const coordinates = [
    [
      [68.74, 38.54],
      [68.76, 38.54],
      [68.76, 38.56],
      [68.74, 38.56],
      [68.74, 38.54],
    ],
  ];
  const { thing, shape } = layersOf(
    [{ id: 'urn:p:1', type: 'Pump', name: 'Field', geometry: { type: 'Polygon', coordinates } }],
    12,
    [68.75, 38.55],
  );
  assert.deepEqual(
    shape?.map(({ kind, properties }) => [kind, properties]),
    [['area', { id: 'urn:p:1', type: 'Pump' }]],
  );
  assert.deepEqual(
    [thing?.[0]?.kind, thing?.[0]?.properties['name'], thing?.[0]?.properties['shape']],
    ['point', 'Field', 'area'],
  );
});
