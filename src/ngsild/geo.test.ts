import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { coreContext } from './context.ts';
import { geometry as anyGeometry } from './fixtures/arbitrary.ts';
import { boundingBox, boxAround, distanceM, evaluateGeo, haversineM, relates } from './geo.ts';
import { locationIri } from './geojson.ts';
import { parseEntity } from './parse.ts';
import type { GeoNode, Geometry } from './query.ts';

const geometry = anyGeometry as fc.Arbitrary<Geometry>;
const is = (a: Geometry, relation: GeoNode['relation'], b: Geometry): boolean =>
  relates(a, { relation, geometry: b, property: locationIri });
const point = (x: number, y: number): Geometry => ({ type: 'Point', coordinates: [x, y] });

/** On a small grid everything can be counted: a region is a set of unit cells. */
type Rectangle = { x: number; y: number; w: number; h: number };
const size = 8;
const rectangle: fc.Arbitrary<Rectangle> = fc.record({
  x: fc.integer({ min: 0, max: 4 }),
  y: fc.integer({ min: 0, max: 4 }),
  w: fc.integer({ min: 1, max: 4 }),
  h: fc.integer({ min: 1, max: 4 }),
});
const ring = ({ x, y, w, h }: Rectangle): number[][] => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
  [x, y],
];
const cellsOf = ({ x, y, w, h }: Rectangle): Set<string> => {
  const cells = new Set<string>();
  for (let i = x; i < x + w; i++) for (let k = y; k < y + h; k++) cells.add(`${i} ${k}`);
  return cells;
};
type Region = { geometry: Geometry; cells: Set<string> };
const solid: fc.Arbitrary<Region> = rectangle.map((outer) => ({
  geometry: { type: 'Polygon', coordinates: [ring(outer)] },
  cells: cellsOf(outer),
}));
const holed: fc.Arbitrary<Region> = rectangle
  .filter(({ w, h }) => w >= 3 && h >= 3)
  .map((outer) => {
    const hole = { x: outer.x + 1, y: outer.y + 1, w: outer.w - 2, h: outer.h - 2 };
    return {
      geometry: { type: 'Polygon', coordinates: [ring(outer), ring(hole)] },
      cells: cellsOf(outer).difference(cellsOf(hole)),
    };
  });
const two: fc.Arbitrary<Region> = fc
  .tuple(rectangle, rectangle)
  .filter(([a, b]) => a.x + a.w < b.x || a.y + a.h < b.y)
  .map(([a, b]) => ({
    geometry: { type: 'MultiPolygon', coordinates: [[ring(a)], [ring(b)]] },
    cells: cellsOf(a).union(cellsOf(b)),
  }));
const region = fc.oneof(solid, holed, two);

/** Cells around a place of the half grid: all in the region = inside, some = border, none = outside. */
function place(x: number, y: number, cells: Set<string>): 'inside' | 'boundary' | 'outside' {
  const around = (v: number): number[] => (Number.isInteger(v) ? [v - 1, v] : [Math.floor(v)]);
  const found = around(x).flatMap((i) => around(y).map((k) => cells.has(`${i} ${k}`)));
  return found.every(Boolean) ? 'inside' : found.some(Boolean) ? 'boundary' : 'outside';
}
const halfGrid = Array.from({ length: (2 * size + 3) ** 2 }, (_, i): [number, number] => [
  (i % (2 * size + 3)) / 2 - 0.5,
  Math.floor(i / (2 * size + 3)) / 2 - 0.5,
]);

test('regions of a grid relate as their cells do', () => {
  fc.assert(
    fc.property(region, region, (a, b) => {
      const subset = a.cells.isSubsetOf(b.cells);
      const superset = b.cells.isSubsetOf(a.cells);
      const touch = halfGrid.some(([x, y]) => place(x, y, a.cells) !== 'outside' && place(x, y, b.cells) !== 'outside');
      assert.equal(is(a.geometry, 'within', b.geometry), subset, 'within');
      assert.equal(is(a.geometry, 'contains', b.geometry), superset, 'contains');
      assert.equal(is(a.geometry, 'equals', b.geometry), subset && superset, 'equals');
      assert.equal(is(a.geometry, 'intersects', b.geometry), touch, 'intersects');
      assert.equal(is(a.geometry, 'disjoint', b.geometry), !touch, 'disjoint');
      const share = !a.cells.isDisjointFrom(b.cells);
      assert.equal(is(a.geometry, 'overlaps', b.geometry), share && !subset && !superset, 'overlaps');
    }),
    { numRuns: 600 },
  );
});

test('points and lines of a grid relate to regions as their cells say', () => {
  const half = fc.integer({ min: 0, max: 2 * size }).map((n) => n / 2);
  fc.assert(
    fc.property(region, half, half, fc.integer({ min: 1, max: 10 }), fc.boolean(), (area, x, y, length, upright) => {
      const where = place(x, y, area.cells);
      assert.equal(is(point(x, y), 'within', area.geometry), where === 'inside');
      assert.equal(is(point(x, y), 'intersects', area.geometry), where !== 'outside');
      const step = (n: number): [number, number] => (upright ? [x, y + n] : [x + n, y]);
      const line: Geometry = { type: 'LineString', coordinates: [step(0), step(length / 2)] };
      const steps = Array.from({ length: 2 * length + 1 }, (_, i) => place(...step(i / 4), area.cells));
      const covered = steps.every((at) => at !== 'outside');
      assert.equal(is(line, 'within', area.geometry), covered && steps.includes('inside'), 'line within');
      assert.equal(
        is(line, 'intersects', area.geometry),
        steps.some((at) => at !== 'outside'),
        'line intersects',
      );
    }),
    { numRuns: 1000 },
  );
});

test('relations have their opposites, and everything equals itself', () => {
  fc.assert(
    fc.property(geometry, geometry, (a, b) => {
      assert.equal(is(a, 'within', b), is(b, 'contains', a));
      assert.equal(is(a, 'intersects', b), is(b, 'intersects', a));
      assert.equal(is(a, 'intersects', b), !is(a, 'disjoint', b));
      assert.equal(is(a, 'overlaps', b), is(b, 'overlaps', a));
      assert.equal(is(a, 'equals', b), is(b, 'equals', a));
      assert.equal(distanceM(a, b) === 0, is(a, 'intersects', b));
      if (is(a, 'within', b)) assert.ok(is(a, 'intersects', b));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(
      geometry.filter(({ type }) => type !== 'Polygon'),
      (a) => is(a, 'equals', a),
    ),
  );
});

test('lines that share a stretch overlap, lines that only cross do not', () => {
  const line = (...coordinates: [number, number][]): Geometry => ({ type: 'LineString', coordinates });
  assert.ok(is(line([0, 0], [2, 2]), 'overlaps', line([1, 1], [3, 3])));
  assert.ok(!is(line([0, 0], [2, 2]), 'overlaps', line([0, 2], [2, 0])));
  assert.ok(is(line([0, 0], [2, 2]), 'intersects', line([0, 2], [2, 0])));
  assert.ok(is(line([0, 0], [2, 2]), 'equals', line([2, 2], [1, 1], [0, 0])));
  assert.ok(is(line([1, 1], [2, 2]), 'within', line([0, 0], [3, 3])));
  assert.ok(!is(point(0, 0), 'within', line([0, 0], [3, 3])));
  assert.ok(is(point(1, 1), 'within', line([0, 0], [3, 3])));
});

test('a region that fills a hole is not within it', () => {
  const outer = { x: 0, y: 0, w: 4, h: 4 };
  const hole = { x: 1, y: 1, w: 2, h: 2 };
  const area: Geometry = { type: 'Polygon', coordinates: [ring(outer), ring(hole)] };
  assert.ok(!is({ type: 'Polygon', coordinates: [ring(hole)] }, 'within', area));
});

test('near measures metres on the sphere, to the nearest point', () => {
  const rudaki = point(68.7791, 38.5767);
  const near = (target: Geometry, part: Partial<GeoNode>): boolean =>
    relates(target, { relation: 'near', geometry: rudaki, property: locationIri, ...part });
  // One degree of latitude is 111.195 km on this sphere.
  assert.ok(Math.abs(haversineM([0, 0], [0, 1]) - 111_195) < 1);
  assert.ok(near(point(68.7791, 38.5857), { maxDistanceM: 1001 }));
  assert.ok(!near(point(68.7791, 38.5857), { maxDistanceM: 1000 }));
  assert.ok(near(point(68.7791, 38.5857), { minDistanceM: 1000 }));
  const street: Geometry = {
    type: 'LineString',
    coordinates: [
      [68.7, 38.5776],
      [68.9, 38.5776],
    ],
  }; // west to east
  assert.ok(Math.abs(distanceM(rudaki, street) - 100) < 1);
  assert.ok(Math.abs(distanceM(point(179.999, 0), point(-179.999, 0)) - 222.4) < 0.1);
});

test('the box around a geometry holds everything near it', () => {
  const long = fc.double({ min: -180, max: 180, noNaN: true });
  const lat = fc.double({ min: -90, max: 90, noNaN: true });
  fc.assert(
    fc.property(long, lat, long, lat, fc.double({ min: 0, max: 3_000_000, noNaN: true }), (a, b, c, d, metres) => {
      const centre = point(a, b);
      // Pull the other point near, so that many are inside.
      const [x, y] = [a + (c - a) / 50, b + (d - b) / 50];
      const [west, south, east, north] = boxAround(centre, metres);
      if (distanceM(centre, point(x, y)) > metres) return;
      assert.ok(x >= west && x <= east && y >= south && y <= north);
    }),
    { numRuns: 2000 },
  );
  assert.deepEqual(
    boundingBox({
      type: 'MultiPoint',
      coordinates: [
        [1, 5],
        [3, 2],
      ],
    }),
    [1, 2, 3, 5],
  ); // two corners
});

test('an entity matches by any instance of the property that is a GeoProperty', () => {
  const entity = parseEntity(
    {
      id: 'urn:x:1',
      type: 'T',
      location: [{ value: point(0, 0) }, { value: point(5, 5), datasetId: 'urn:d:1' }],
      note: { type: 'Property', value: point(5, 5) },
    },
    coreContext,
    { at: '2026-03-01T00:00:00.000Z' },
  );
  const node: GeoNode = { relation: 'equals', geometry: point(5, 5), property: locationIri };
  assert.ok(evaluateGeo(node, entity));
  assert.ok(!evaluateGeo({ ...node, property: coreContext.expand('note') }, entity));
  assert.ok(!evaluateGeo({ ...node, property: coreContext.expand('missing'), relation: 'disjoint' }, entity));
});
