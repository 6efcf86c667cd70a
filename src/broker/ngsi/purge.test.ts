import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { errorName, ngsiClient } from '../../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());
const { send, read } = ngsiClient(() => city);

let series = 0;
/** Five lamps of a type of their own: power 0 to 4, the even ones in scope /a. */
async function lamps(count = 5): Promise<string> {
  const type = `Lamp${++series}`;
  const items = Array.from({ length: count }, (_, n) => ({
    id: `urn:ngsi-ld:${type}:${String(n).padStart(4, '0')}`,
    type,
    power: { type: 'Property', value: n },
    state: [
      { type: 'Property', value: 'on' },
      { type: 'Property', value: 'off', datasetId: 'urn:d:1' },
    ],
    location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68 + n / 100, 38] } },
    ...(n % 2 === 0 && { scope: '/a' }),
  }));
  assert.equal((await send('POST', '/entityOperations/create', items)).status, 201);
  return type;
}
const left = async (type: string): Promise<string[]> => {
  const { body } = await send('GET', `/entities?type=${type}&limit=1000`);
  return (body as { id: string }[]).map(({ id }) => id.slice(-1));
};
const purge = async (query: string): Promise<number> => (await send('DELETE', `/entities?${query}`)).status;

suite('a purge (5.6.21)', () => {
  test('deletes what the query selects, and nothing else', async () => {
    const type = await lamps();
    const other = await lamps();
    const near = 'georel=near;maxDistance==500&geometry=Point&coordinates=[68.03,38]';
    for (const [query, rest] of [
      [`type=${type}&q=power==0`, '1234'],
      [`type=${type}&scopeQ=/a&q=power>2`, '123'],
      [`type=${type}&idPattern=1$`, '23'],
      [`type=${type}&${near}`, '2'],
      [`type=${type}&id=urn:ngsi-ld:${type}:0004`, '2'],
      [`q=power==2&id=urn:ngsi-ld:${type}:0002`, ''],
    ] as const) {
      assert.equal(await purge(query), 204, query);
      assert.equal((await left(type)).join(''), rest, query);
    }
    assert.equal((await left(other)).length, 5);
  });

  test('with drop takes members from them, with keep all attributes but these', async () => {
    const type = await lamps();
    assert.equal(await purge(`type=${type}&q=power<2&drop=state,scope`), 204);
    const id = (n: number): string => `urn:ngsi-ld:${type}:000${n}`;
    assert.deepEqual(Object.keys(await read(id(0))), ['id', 'type', 'power', 'location']);
    assert.ok('state' in (await read(id(2))));
    assert.equal(await purge(`id=${id(4)}&keep=state`), 204);
    assert.deepEqual(Object.keys(await read(id(4))), ['id', 'type', 'scope', 'state']);
    const before = city.lastSeq();
    assert.equal(await purge(`type=${type}&drop=nothing`), 204);
    assert.equal(city.lastSeq(), before);
  });

  test('of everything needs to be told that it is local', async () => {
    const type = await lamps();
    for (const query of ['', 'id=urn:x:1', 'q=modifiedAt>2020-01-01T00:00:00Z']) {
      const { status, body } = await send('DELETE', `/entities?${query}`);
      assert.deepEqual([status, errorName(body)], [400, 'BadRequestData'], query);
    }
    const refused = ['drop=power&keep=state', 'drop=id', 'keep=', 'q=rel{Lamp:power}>1'];
    for (const query of refused) assert.equal(await purge(`type=${type}&${query}`), 400, query);
    assert.equal((await send('DELETE', '/entities?type=Lamp&limit=5')).status, 400);
    assert.equal((await left(type)).length, 5);
    assert.equal(await purge('local=true'), 204);
    assert.equal((await left(type)).length, 0);
  });

  test('of thousands is done in records of a thousand', async () => {
    const type = await lamps(2500);
    const before = city.lastSeq();
    assert.equal(await purge(`type=${type}`), 204);
    assert.deepEqual([city.lastSeq() - before, (await left(type)).length], [3, 0]);
  });
});
