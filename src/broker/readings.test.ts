import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { systemPrincipal } from '../http/principal.ts';
import type { Reading } from './index.ts';

const flow = 'https://uri.etsi.org/ngsi-ld/default-context/flow';
const id = 'urn:ngsi-ld:Meter:1';
const reading = (value: number, minute: number, more: Partial<Reading> = {}): Reading => ({
  id,
  type: ['https://uri.etsi.org/ngsi-ld/default-context/Meter'],
  attrs: { [flow]: [{ type: 'Property', value, observedAt: `2026-11-22T07:${String(minute).padStart(2, '0')}:00Z` }] },
  ...more,
});

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());

const record = (...readings: Reading[]) => city.broker.record(systemPrincipal, 0, readings, { by: 'test' });
const current = async (): Promise<unknown> =>
  (await city.broker.get(systemPrincipal, 0, id)).entity.attrs[flow]?.[0]?.value;
const past = async (): Promise<number[]> => {
  const { entities } = await city.broker.history(systemPrincipal, 0, [id], { timeproperty: 'observedAt' });
  return (entities[0]?.attrs.find(({ name }) => name === flow)?.instances ?? [])
    .map(({ value }) => Number(value))
    .sort((a, b) => a - b);
};

test('a late reading enters history and does not hide the newer one; a repeated one is not taken twice', async () => {
  await record(reading(1, 10));
  await record(reading(3, 30));
  await record(reading(2, 20));
  assert.equal(await current(), 3);
  assert.deepEqual(await past(), [1, 2, 3]);
  const seq = city.lastSeq();
  await record(reading(3, 30));
  assert.equal(city.lastSeq(), seq);
  assert.deepEqual(await past(), [1, 2, 3]);
  await record(reading(4, 30));
  assert.equal(await current(), 4);
});

test('readings of one batch for an entity that is not there yet all count', async () => {
  const other = { id: 'urn:ngsi-ld:Meter:2' };
  await record(reading(1, 1, other), reading(2, 2, other), reading(3, 3, other));
  const { entities } = await city.broker.history(systemPrincipal, 0, [other.id], { timeproperty: 'observedAt' });
  assert.deepEqual(
    entities[0]?.attrs[0]?.instances.map(({ value }) => value),
    [1, 2, 3],
  );
});

test('a simulated value never joins a measured entity', async () => {
  await assert.rejects(record(reading(9, 40, { simulated: true })), /measured and takes no simulated/);
  assert.equal(await current(), 4);
});
