import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { errorName, ngsiClient } from '../../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());
const { send } = ngsiClient(() => city);
const json = { 'content-type': 'application/json' };
const sensor = (more: object = {}) => ({ id: 'urn:ngsi-ld:Sensor:1', type: 'Sensor', ...more });

suite('bad input changes nothing', () => {
  const refused: [string, string, string | Uint8Array, Record<string, string>, number, string][] = [
    ['truncated JSON', '/entities', '{"id":"urn:x:1","type":"T"', json, 400, 'InvalidRequest'],
    [
      'wrong UTF-8',
      '/entities',
      new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      json,
      400,
      'InvalidRequest',
    ],
    ['the same key twice', '/entities', '{"id":"urn:x:1","type":"T","type":"U"}', json, 400, 'InvalidRequest'],
    ['deep nesting', '/entities', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, json, 400, 'InvalidRequest'],
    ['an empty body', '/entities', '', json, 400, 'InvalidRequest'],
    ['an array', '/entities', '[]', json, 400, 'InvalidRequest'],
    ['an unknown parameter', '/entities?colour=red', JSON.stringify(sensor()), json, 400, 'InvalidRequest'],
    ['no type', '/entities', '{"id":"urn:x:1"}', json, 400, 'BadRequestData'],
    ['an @context in plain JSON', '/entities', JSON.stringify(sensor({ '@context': {} })), json, 400, 'BadRequestData'],
    ['a body over 1 MB', '/entities', JSON.stringify(sensor({ a: 'x'.repeat(1_100_000) })), json, 413, ''],
    [
      'an unknown @context',
      '/entities',
      JSON.stringify({ ...sensor(), '@context': 'https://example.invalid/none.jsonld' }),
      { 'content-type': 'application/ld+json' },
      504,
      'LdContextNotAvailable',
    ],
  ];
  for (const [what, path, body, headers, status, name] of refused) {
    test(what, async () => {
      const before = city.lastSeq();
      const answer = await city.fetch(path, { method: 'POST', headers, body: new Blob([body as BlobPart]) });
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('content-type'), 'application/json');
      const problem = (await answer.json()) as { type: string; title: string; detail: string; status: number };
      assert.equal(name === '' ? 'about:blank' : `https://uri.etsi.org/ngsi-ld/errors/${name}`, problem.type);
      assert.ok(problem.title.length > 0 && problem.detail.length > 0);
      assert.equal(problem.status, status);
      assert.equal(city.lastSeq(), before);
    });
  }
});

suite('the transport (6.3.2, 6.3.4)', () => {
  test('a method that the resource does not have is answered with those it has', async () => {
    const { status, headers, body } = await send('PUT', '/entities', {});
    assert.equal(status, 405);
    assert.deepEqual(new Set(headers.get('allow')?.split(', ')), new Set(['GET', 'POST', 'DELETE']));
    assert.ok((body as { detail: string }).detail.length > 0);
  });

  test('a media type that is not JSON is answered with 415 alone', async () => {
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': '' }]) {
      const { status, body } = await send('POST', '/entities', JSON.stringify(sensor()), headers);
      assert.deepEqual([status, body], [415, undefined]);
    }
  });

  test('a body without its length is answered with 411 alone', async () => {
    const answer = await new Promise<{ status: number | undefined; length: number }>((resolve, reject) => {
      const asking = request(`${city.url}/ngsi-ld/v1/entities`, { method: 'POST', headers: json }, (response) => {
        let length = 0;
        response.on('data', (chunk: Buffer) => (length += chunk.length));
        response.on('end', () => resolve({ status: response.statusCode, length }));
      });
      asking.on('error', reject);
      asking.write(JSON.stringify(sensor()));
      asking.end();
    });
    assert.deepEqual(answer, { status: 411, length: 0 });
  });

  test('an answer that the client does not take is answered with those there are', async () => {
    const { status, body } = await send('GET', '/entities?type=Sensor', undefined, { accept: 'text/turtle' });
    assert.equal(status, 406);
    assert.match((body as { detail: string }).detail, /application\/json.*application\/ld\+json/);
    const geojson = { accept: 'application/geo+json' };
    assert.equal((await send('POST', '/entities', sensor(), geojson)).status, 406);
    assert.equal((await send('GET', '/entities?type=Sensor', undefined, geojson)).status, 200);
  });

  test('what is not there is told as the standard does, or as a path that is none', async () => {
    const entity = await send('GET', '/entities/urn:x:nobody');
    assert.deepEqual([entity.status, errorName(entity.body)], [404, 'ResourceNotFound']);
    assert.equal((await send('GET', '/nothing')).status, 404);
    const id = await send('GET', '/entities/nobody');
    assert.deepEqual([id.status, errorName(id.body)], [400, 'BadRequestData']);
  });
});
