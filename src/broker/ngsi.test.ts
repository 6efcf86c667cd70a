import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());

const sensor = (n: number | string, temperature: number, more: object = {}) => ({
  id: `urn:ngsi-ld:Sensor:${n}`,
  type: 'Sensor',
  temperature: { type: 'Property', value: temperature, unitCode: 'CEL', observedAt: '2026-11-22T06:00:00Z' },
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.77, 38.56] } },
  ...more,
});
const json = { 'content-type': 'application/json' };
const post = (path: string, body: unknown, headers: Record<string, string> = json) =>
  city.fetch(path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

suite('queries', () => {
  before(async () => {
    const lamps = Array.from({ length: 25 }, (_, n) => ({
      id: `urn:ngsi-ld:Lamp:${String(n).padStart(2, '0')}`,
      type: 'Lamp',
      power: { type: 'Property', value: n },
      state: { type: 'Property', value: n % 2 === 0 ? 'on' : 'off' },
      location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68 + n / 1000, 38] } },
    }));
    assert.equal((await post('/entityOperations/create', lamps)).status, 201);
  });
  const ids = async (query: string): Promise<string[]> => {
    const answer = await city.fetch(`/entities?${query}`);
    const body = (await answer.json()) as { id: string }[];
    assert.equal(answer.status, 200, JSON.stringify(body));
    return body.map(({ id }) => id.slice(-2));
  };

  test('by type with count and pages that link to each other', async () => {
    const page = await city.fetch('/entities?type=Lamp&limit=10&count=true');
    assert.equal(page.headers.get('ngsild-results-count'), '25');
    assert.equal(((await page.json()) as unknown[]).length, 10);
    const next = /<([^>]+)>; ?rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    assert.ok(next);
    const second = (await (await fetch(city.url + next)).json()) as { id: string }[];
    assert.equal(second[0]?.id, 'urn:ngsi-ld:Lamp:10');
    assert.deepEqual(await ids('type=Lamp&limit=10&offset=20'), ['20', '21', '22', '23', '24']);
  });

  test('by q, id, near and within', async () => {
    assert.deepEqual(await ids('type=Lamp&q=power>=20;state=="off"'), ['21', '23']);
    assert.deepEqual(await ids('type=Lamp&q=power==3|power==5'), ['03', '05']);
    assert.deepEqual(await ids('id=urn:ngsi-ld:Lamp:07&type=Lamp'), ['07']);
    const near = 'type=Lamp&georel=near;maxDistance==200&geometry=Point&coordinates=[68.01,38]';
    assert.deepEqual(await ids(near), ['08', '09', '10', '11', '12']);
    const box = encodeURIComponent('[[[67.9,37.9],[68.0035,37.9],[68.0035,38.1],[67.9,38.1],[67.9,37.9]]]');
    assert.deepEqual(await ids(`type=Lamp&georel=within&geometry=Polygon&coordinates=${box}`), [
      '00',
      '01',
      '02',
      '03',
    ]);
  });

  test('a query sees what was acknowledged before it', async () => {
    for (let n = 0; n < 20; n++) {
      await post('/entities', sensor(`seen${n}`, n, { type: 'Seen' }));
      assert.equal((await ids('type=Seen&limit=100')).length, n + 1);
    }
  });

  test('a query without a filter, an unknown parameter and a faulty q are refused with their place', async () => {
    assert.equal((await city.fetch('/entities')).status, 400);
    assert.equal((await city.fetch('/entities?type=Lamp&colour=red')).status, 400);
    const faulty = await city.fetch('/entities?type=Lamp&q=power>>3');
    assert.equal(faulty.status, 400);
    assert.match(((await faulty.json()) as { field: string }).field, /character \d+/);
  });
});

suite('the past', () => {
  test('every accepted value is an instance; timerel cuts; averages are per period', async () => {
    const id = 'urn:ngsi-ld:Meter:1';
    const at = (hour: number): string => `2026-11-20T${String(hour).padStart(2, '0')}:00:00Z`;
    const flow = (hour: number) => ({ type: 'Property', value: hour, observedAt: at(hour) });
    await post('/entities', { id, type: 'Meter', flow: flow(0) });
    for (let hour = 1; hour < 12; hour++) {
      const patch = { method: 'PATCH', headers: json, body: JSON.stringify({ flow: flow(hour) }) };
      assert.equal((await city.fetch(`/entities/${id}/attrs`, patch)).status, 204);
    }
    const read = await city.fetch(
      `/temporal/entities/${id}?timerel=between&timeAt=${at(3)}&endTimeAt=${at(6)}&options=temporalValues&attrs=flow`,
    );
    const body = (await read.json()) as { flow: { values: [number, string][] } };
    assert.deepEqual(
      body.flow.values.map(([value, when]) => [value, Date.parse(when)]),
      [3, 4, 5].map((hour) => [hour, Date.parse(at(hour))]),
    );
    const mean = await city.fetch(
      `/temporal/entities?type=Meter&timerel=between&timeAt=${at(0)}&endTimeAt=${at(12)}&options=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=PT6H`,
    );
    const [meter] = (await mean.json()) as [
      { flow: { avg: [number, string, string][]; max: [number, string, string][] } },
    ];
    assert.deepEqual(
      meter.flow.avg.map(([value]) => value),
      [2.5, 8.5],
    );
    assert.deepEqual(
      meter.flow.max.map(([value]) => value),
      [5, 11],
    );
  });
});

test('only paths below /ngsi-ld/v1 are the API: what merely begins so is nothing', async () => {
  const status = async (path: string) => (await fetch(`${city.url}${path}`)).status;
  assert.equal(await status('/ngsi-ld/v1/entities?type=Lamp'), 200);
  for (const path of [
    '/ngsi-ld/v1xentities?type=Lamp',
    '/ngsi-ld/v10/entities?type=Lamp',
    '/ngsi-ld/v1',
    '/ngsi-ld/v1?a',
  ]) {
    assert.equal(await status(path), 404, path);
  }
});
