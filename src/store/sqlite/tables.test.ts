import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../base/problem.ts';
import type { RowDelta } from '../ports.ts';
import { checkRow } from './tables.ts';

const tables = new Map([
  ['meter', { name: 'meter', columns: { id: 'INTEGER', seq: 'INTEGER', flow: 'REAL' }, key: ['id'] }],
]) as Parameters<typeof checkRow>[0];
const refused = (delta: Pick<RowDelta, 'key' | 'row'>, field: string): void =>
  assert.throws(
    () => checkRow(tables, { table: 'meter', ...delta }),
    (error) => error instanceof Problem && error.field === field,
  );

test('a whole number that could not be read again is refused before it is written', () => {
  const most = Number.MAX_SAFE_INTEGER;
  checkRow(tables, { table: 'meter', key: { id: -most }, row: { seq: most, flow: 2 ** 60 } });
  checkRow(tables, { table: 'meter', key: { id: 1 }, row: { seq: 0.5 } });
  refused({ key: { id: 1 }, row: { seq: most + 1 } }, 'seq');
  refused({ key: { id: 2 ** 57 }, row: null }, 'id');
  refused({ key: { id: 1 }, row: { speed: 1 } }, 'speed');
});
