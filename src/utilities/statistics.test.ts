import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { leastSquares, mad, median, modifiedZ, stepOf, sumError, t95, theilSen } from './statistics.ts';

/** y and x of NIST StRD "Norris", linear regression of lower difficulty. */
const norris = `0.1 0.2 338.8 337.4 118.1 118.2 888.0 884.6 9.2 10.1 228.1 226.5 668.5 666.3 998.5 996.3 449.1 448.6 778.9 777.0
559.2 558.2 0.3 0.4 0.1 0.6 778.1 775.5 668.8 666.9 339.3 338.0 448.9 447.5 10.8 11.6 557.7 556.0 228.3 228.1 998.0 995.8
888.8 887.6 119.6 120.2 0.3 0.3 0.6 0.3 557.6 556.8 339.3 339.1 888.0 887.2 998.5 999.0 778.9 779.0 10.2 11.1 117.6 118.3
228.9 229.2 668.4 669.1 449.2 448.9 0.2 0.5`;
const near = (got: number | undefined, wanted: number, relative: number): void =>
  assert.ok(Math.abs((got ?? Number.NaN) / wanted - 1) < relative, `${got} is not ${wanted}`);

suite('statistics', () => {
  test('least squares gives the certified values of NIST for Norris', () => {
    const numbers = norris.split(/\s+/).map(Number);
    const points = Array.from({ length: 36 }, (_, i) => [numbers[2 * i + 1] ?? 0, numbers[2 * i] ?? 0] as const);
    const line = leastSquares(points);
    near(line?.intercept, -0.262323073774029, 1e-10);
    near(line?.slope, 1.00211681802045, 1e-12);
    near(line?.residual, 0.884796396144373, 1e-10);
    near(line?.r2, 0.999993745883712, 1e-12);
  });

  test('the error of a sum of predictions is the textbook one for one prediction, and grows with autocorrelation', () => {
    const line = leastSquares([
      [1, 2],
      [2, 3],
      [3, 5],
      [4, 4],
      [5, 6],
    ]);
    assert.ok(line);
    // Slope 0.9, intercept 1.3, residuals -0.2 -0.1 1 -0.9 0.2: s² = 1.9 / 3.
    near(line.slope, 0.9, 1e-12);
    near(line.residual, Math.sqrt(1.9 / 3), 1e-12);
    // s √(1 + 1/5 + (6 - 3)² / 10) = 0.7958 × 1.4491
    near(sumError({ ...line, lag1: 0 }, [6]), 1.15325, 1e-4);
    near(sumError({ ...line, lag1: 0.5 }, [6]), 1.15325 * Math.sqrt(3), 1e-4);
  });

  test("Student's t is that of the tables", () => {
    for (const [degrees, value] of [
      [5, 2.015],
      [10, 1.812],
      [30, 1.697],
      [60, 1.671],
      [178, 1.6535],
    ] as const)
      near(t95(degrees), value, 0.001);
  });

  test('the outliers of Iglewicz and Hoaglin are found', () => {
    // Their example: median 2.45, MAD 0.15 of ten values; 8.2 and 8.3 score 25.9 and 26.3.
    const values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3];
    near(median(values), 2.45, 1e-12);
    near(mad(values), 0.15, 1e-9);
    assert.deepEqual(
      modifiedZ(values).map((z) => Math.abs(z) > 3.5),
      [false, false, false, false, false, false, false, false, true, true],
    );
    near(modifiedZ(values)[8], 25.86, 0.001);
    assert.deepEqual(modifiedZ([5, 5, 5, 9]), [0, 0, 0, 0]);
  });

  test('a wild fifth of the points does not bend the line of Theil and Sen', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -9, max: 9 }), (intercept, slope) => {
        const points = Array.from({ length: 40 }, (_, x) => [x, x % 5 === 2 ? 1e6 : intercept + slope * x] as const);
        const line = theilSen(points);
        assert.ok(line && Math.abs(line.slope - slope) < 1e-6 && Math.abs(line.intercept - intercept) < 1e-6);
      }),
    );
    assert.equal(theilSen([[1, 1]]), undefined);
  });

  test('a step is found on its day, a slope of noise and a single wild day are none', () => {
    const flat = Array.from({ length: 40 }, (_, n) => 100 + (n % 3));
    assert.equal(stepOf(flat), undefined);
    assert.equal(stepOf(flat.map((value, n) => (n === 20 ? 400 : value))), undefined);
    assert.deepEqual(stepOf(flat.map((value, n) => (n >= 25 ? value + 30 : value))), {
      index: 25,
      before: 101,
      after: 131,
    });
    assert.equal(stepOf(flat.slice(0, 13)), undefined);
  });
});
