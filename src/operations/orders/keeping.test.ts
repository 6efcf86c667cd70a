/** How long work orders and their photos are kept, seen from outside. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { smallPhoto } from './killed.fixture.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const dayMs = 86_400_000;
const city = await openTestCity({ city: 'src/city/namuna' }, clock);
after(() => city.close());
const { retention, store } = city;
assert.ok(retention);
type Json = Record<string, unknown>;
const send = async (path: string, body: Json): Promise<Json> => {
  const answer = await fetch(`${city.url}/api/operations/orders${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()) as Json;
};
const made = async (title: string): Promise<string> => {
  const id = String((await send('', { title, district: 'navrud', crew: 'Light 1' }))['id']);
  await send(`/${id}/steps`, { step: 'start' });
  const photo = await fetch(`${city.url}/api/operations/orders/${id}/photos`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: new Uint8Array(smallPhoto()),
  });
  assert.equal(photo.status, 201);
  return id;
};
const closed = async (title: string): Promise<string> => {
  const id = await made(title);
  await send(`/${id}/steps`, { step: 'finish' });
  await send(`/${id}/steps`, { step: 'close' });
  return id;
};
const statusOf = async (path: string): Promise<number> => (await fetch(city.url + path)).status;
const photoOf = (id: string): Promise<number> => statusOf(`/console/orders/${id}/photos/1`);
const orderOf = (id: string): Promise<number> => statusOf(`/api/operations/orders/${id}`);
const counted = async (): Promise<readonly unknown[]> => {
  const { counts } = await retention.run('OFFICER');
  return [counts['order-photos'], counts['orders-closed']];
};

test('photos of a closed order go after a year, the order with its story and its past after three; what is open stays', async () => {
  const [old, open] = [await closed('Old'), await made('Open')];
  const urn = `urn:ngsi-ld:WorkOrder:${old}`;
  clock.advance(364 * dayMs);
  const young = await closed('Young');
  assert.deepEqual(await counted(), [0, 0]);
  clock.advance(2 * dayMs);
  assert.deepEqual(await counted(), [1, 0]);
  assert.deepEqual(await Promise.all([old, young, open].map(photoOf)), [404, 200, 200]);
  assert.deepEqual(await Promise.all([old, young, open].map(orderOf)), [200, 200, 200]);
  clock.advance(731 * dayMs);
  assert.deepEqual(await counted(), [1, 1]);
  assert.deepEqual(await Promise.all([old, young, open].map(orderOf)), [404, 200, 200]);
  const past = `/ngsi-ld/v1/temporal/entities/${urn}?timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt`;
  assert.equal(await statusOf(past), 404);
  const steps = await store.rows.get('SELECT count(*) AS n FROM work_order_step WHERE work_order = ?', [old]);
  assert.equal(steps?.['n'], 0);
  assert.equal(await photoOf(open), 200);
});
