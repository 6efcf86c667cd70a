import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { districtAt, houseAt, numberAt, namuna, streetsNear } from './index.ts';
import { distanceM, placeOn, polygonsOf } from './geometry.ts';
import type { AreaGeometry, Position } from './profile.ts';

const city = namuna();

/** Winding number by angles: slow and written differently on purpose. */
function naivelyInside([x, y]: Position, area: AreaGeometry): boolean {
  return polygonsOf(area).some((rings) => {
    const turns = rings.map((ring) => {
      let angle = 0;
      for (let i = 1; i < ring.length; i++) {
        const [ax, ay] = ring[i - 1] as Position;
        const [bx, by] = ring[i] as Position;
        const [ux, uy, vx, vy] = [ax - x, ay - y, bx - x, by - y];
        angle += Math.atan2(ux * vy - uy * vx, ux * vx + uy * vy);
      }
      return Math.round(angle / (2 * Math.PI));
    });
    return turns[0] !== 0 && turns.slice(1).every((turn) => turn === 0);
  });
}

const [west, south, east, north] = city.bbox;
const position = fc.tuple(
  fc.double({ min: west - 0.005, max: east + 0.005, noNaN: true }),
  fc.double({ min: south - 0.005, max: north + 0.005, noNaN: true }),
);

test('districtAt agrees with a naive check, and districts do not overlap', () => {
  fc.assert(
    fc.property(position, (at) => {
      const holding = city.districts.filter((district) => naivelyInside(at, district.geometry));
      assert.ok(holding.length <= 1);
      assert.equal(districtAt(city, at)?.id, holding[0]?.id);
    }),
    { numRuns: 2000 },
  );
});

test('districts tile the city: a position on a shared border is in exactly one', () => {
  const seen = new Map<string, number>();
  for (const district of city.districts) {
    for (const [shell] of polygonsOf(district.geometry)) {
      for (const at of shell?.slice(1) ?? []) seen.set(at.join(), (seen.get(at.join()) ?? 0) + 1);
    }
  }
  const shared = [...seen]
    .filter(([, times]) => times > 1)
    .map(([at]) => at.split(',').map(Number) as [number, number]);
  assert.ok(shared.length > 80, `only ${shared.length} shared corners`);
  const outline = shared.filter((at) => districtAt(city, at) === undefined);
  // The four gates where an inner border meets the outline may fall outside, never an inner corner.
  assert.ok(outline.length <= 4, JSON.stringify(outline));
});

test('an area with a hole does not hold what stands in the hole', () => {
  const square = (from: number, to: number): Position[] => [
    [from, from],
    [to, from],
    [to, to],
    [from, to],
    [from, from],
  ];
  const ring: AreaGeometry = { type: 'Polygon', coordinates: [square(0, 10), square(4, 6)] };
  const districts = [{ id: 'ring', name: { en: 'Ring' }, geometry: ring }];
  assert.equal(districtAt({ districts }, [5, 5]), undefined);
  assert.equal(districtAt({ districts }, [1, 5])?.id, 'ring');
});

test('a house stands where its number says, on the right side of its street', () => {
  for (const street of city.streets) {
    for (const number of [1, 2, 7, 14, street.numbers ?? 2]) {
      if (number > (street.numbers ?? 2)) continue;
      const house = houseAt(street, number);
      const near = streetsNear(city, house, 40).find((found) => found.street === street);
      assert.ok(near, `${street.id} ${number}`);
      assert.equal(numberAt(street, near.alongM, near.left), number, `${street.id} ${number}`);
    }
  }
});

test('a place along a line lies as far from its start as asked', () => {
  const line: Position[] = [
    [68, 37.7],
    [68.01, 37.7],
  ];
  const { position: at, bearing } = placeOn(line, 300);
  assert.ok(Math.abs(distanceM(line[0] as Position, at) - 300) < 0.01);
  assert.ok(Math.abs(bearing - 90) < 0.01);
});
