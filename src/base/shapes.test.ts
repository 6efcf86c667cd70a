import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { areaOf, labelPoint, simplified, type Pair } from './shapes.ts';

const square = (x: number, y: number, size: number): Pair[] => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
  [x, y],
];

test('a name stands inside a crescent, whose balance point lies outside', () => {
  const crescent: Pair[] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
    [0, 9],
    [9, 9],
    [9, 1],
    [0, 1],
    [0, 0],
  ];
  const [x, y] = labelPoint([[crescent]]) ?? [0, 0];
  assert.ok(x > 9 || y < 1 || y > 9, `${x}, ${y}`);
});

test('a name stands in the largest polygon and in none of its holes', () => {
  const [x, y] = labelPoint([[square(100, 100, 2)], [square(0, 0, 20), square(1, 1, 12)]]) ?? [0, 0];
  assert.ok(x > 0 && x < 20 && y > 0 && y < 20);
  assert.ok(x > 13 || y > 13, `${x}, ${y}`);
});

test('there is no point where there is no area', () => {
  assert.equal(labelPoint([]), undefined);
  assert.equal(labelPoint([[[[1, 1]]]]), undefined);
  assert.equal(areaOf(square(0, 0, 3)), 9);
});

const distance = ([x, y]: Pair, [ax, ay]: Pair, [bx, by]: Pair): number => {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
};

test('no point of a line lies farther from the simplified one than the tolerance', () => {
  const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
  const line = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(line, fc.double({ min: 0.01, max: 30, noNaN: true }), (points, tolerance) => {
      const kept = simplified(points, tolerance);
      assert.equal(kept[0], points[0]);
      assert.equal(kept.at(-1), points.at(-1));
      assert.ok(kept.every((point) => points.includes(point)));
      for (const point of points) {
        const nearest = Math.min(...kept.map((one, i) => distance(point, one, kept[i + 1] ?? one)));
        assert.ok(nearest <= tolerance * (1 + 1e-9), `${nearest} > ${tolerance}`);
      }
    }),
  );
});
