import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { errorName, ngsiClient } from '../../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());
const { send, create, read, past, path } = ngsiClient(() => city);
const none = 'urn:ngsi-ld:null';

let count = 0;
const sensor = (more: object = {}) => ({
  id: `urn:ngsi-ld:Sensor:${++count}`,
  type: 'Sensor',
  temperature: { type: 'Property', value: 21.5, unitCode: 'CEL', observedAt: '2026-11-22T06:00:00Z' },
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.77, 38.56] } },
  ...more,
});

suite('an entity', () => {
  test('is created at a place, reads back equal and cannot be created twice', async () => {
    const entity = sensor();
    const created = await send('POST', '/entities', entity);
    assert.equal(created.status, 201);
    assert.equal(created.headers.get('location'), `/ngsi-ld/v1${path(entity.id)}`);
    const found = await send('GET', path(entity.id));
    assert.equal(found.headers.get('content-type'), 'application/json');
    assert.match(
      found.headers.get('link') ?? '',
      /core-context-v1\.9\.jsonld.*rel="http:\/\/www\.w3\.org\/ns\/json-ld#/,
    );
    assert.deepEqual(found.body, entity);
    const again = await send('POST', '/entities', entity);
    assert.deepEqual([again.status, errorName(again.body)], [409, 'AlreadyExists']);
  });

  test('of which many are created at once with the same id is there once', async () => {
    const entity = sensor();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('POST', '/entities', entity)));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ status }) => status === 409).length, 19);
  });

  test('holds every kind of attribute, and gives it back', async () => {
    const entity = {
      id: 'urn:ngsi-ld:All:1',
      type: ['All', 'Kinds'],
      scope: ['/a', '/b/c'],
      p: { type: 'Property', value: { a: [1, { b: true }] }, valueType: 'T', datasetId: 'urn:d:1' },
      nothing: { type: 'Property', value: { '@type': '@json', '@value': null } },
      g: { type: 'GeoProperty', value: { type: 'LineString', coordinates: [[68, 38], [69, 39]] } }, // prettier-ignore
      r: { type: 'Relationship', object: ['urn:x:1', 'urn:x:2'], objectType: 'Other' },
      l: { type: 'LanguageProperty', languageMap: { tg: 'об', '@none': ['a', 'b'] } },
      v: { type: 'VocabProperty', vocab: ['High', 'Low'] },
      j: { type: 'JsonProperty', json: { id: 5, value: null, '@context': 'x' } },
      lp: { type: 'ListProperty', valueList: [2, 1, 2] },
      lr: { type: 'ListRelationship', objectList: [{ object: 'urn:x:2' }, { object: 'urn:x:1' }] },
      sealed: {
        type: 'Property',
        value: 1,
        ngsildproof: { type: 'Property', value: { proofValue: 'z' }, entityIdSealed: 'urn:x:1', entityTypeSealed: 'A' },
      },
    };
    await create(entity);
    assert.deepEqual(await read(entity.id), entity);
  });

  test('says `type` and `id`, also where it was created with @type and @id', async () => {
    await send('POST', '/entities', { '@id': 'urn:x:at', '@type': 'T', a: { '@type': 'Property', value: 1 } });
    assert.deepEqual(await read('urn:x:at'), { id: 'urn:x:at', type: 'T', a: { type: 'Property', value: 1 } });
  });

  test('is shown simplified by format, options and keyValues', async () => {
    const id = await create(sensor());
    for (const query of ['?format=simplified', '?options=keyValues', '?options=simplified'])
      assert.equal((await read(id, query))['temperature'], 21.5, query);
  });

  test('is deleted once', async () => {
    const id = await create(sensor());
    assert.equal((await send('DELETE', path(id))).status, 204);
    assert.equal((await send('GET', path(id))).status, 404);
    assert.equal((await send('DELETE', path(id))).status, 404);
    assert.equal((await send('PATCH', `${path(id)}/attrs`, { a: { value: 1 } })).status, 404);
  });

  test('counts as not there where the parameter type names another type', async () => {
    const id = await create(sensor());
    const fragment = { a: { type: 'Property', value: 1 } };
    const operations = [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['PUT', '', sensor({ id })],
      ['PATCH', '', fragment],
      ['POST', '/attrs', fragment],
      ['PATCH', '/attrs', fragment],
      ['PATCH', '/attrs/temperature', { value: 5 }],
      ['PUT', '/attrs/temperature', fragment.a],
      ['DELETE', '/attrs/temperature', undefined],
    ] as const;
    for (const [method, rest, body] of operations) {
      const other = await send(method, `${path(id)}${rest}?type=Lamp|Bus`, body);
      assert.deepEqual([other.status, errorName(other.body)], [404, 'ResourceNotFound'], `${method} ${rest}`);
    }
    assert.deepEqual(await read(id), { ...sensor({ id }) });
    assert.equal((await send('PATCH', `${path(id)}?type=Lamp|Sensor`, fragment)).status, 204);
  });
});

suite('replacing an entity (5.6.18)', () => {
  test('leaves nothing of what it was but when it was created; history knows what is gone', async () => {
    const id = await create(sensor({ type: ['Sensor', 'Old'], note: { type: 'Property', value: 'n' }, scope: '/a' }));
    const { createdAt } = await read(id, '?options=sysAttrs');
    const next = { id, type: 'Device', temperature: { type: 'Property', value: 3 } };
    assert.equal((await send('PUT', path(id), next)).status, 204);
    assert.deepEqual(await read(id), next);
    assert.equal((await read(id, '?options=sysAttrs'))['createdAt'], createdAt);
    assert.deepEqual(await past(id, 'note'), ['n', none]);
    assert.deepEqual(new Set(await past(id, 'temperature')), new Set([21.5, 3]));
  });

  test('needs an entity that is there, and takes no other id and no Null', async () => {
    const id = await create(sensor());
    const refused = async (target: string, body: unknown): Promise<unknown[]> => {
      const { status, body: error } = await send('PUT', path(target), body);
      return [status, errorName(error)];
    };
    assert.deepEqual(await refused('urn:x:nobody', { id: 'urn:x:nobody', type: 'T' }), [404, 'ResourceNotFound']);
    assert.deepEqual(await refused(id, { id: 'urn:x:other', type: 'T' }), [400, 'BadRequestData']);
    assert.deepEqual(await refused(id, { id, type: 'T', a: none }), [400, 'BadRequestData']);
    assert.deepEqual(await refused(id, { id }), [400, 'BadRequestData']);
    assert.deepEqual(await refused(id, []), [400, 'InvalidRequest']);
    assert.deepEqual(await refused('nouri', { type: 'T' }), [400, 'BadRequestData']);
    assert.deepEqual(await read(id), sensor({ id }));
  });
});

suite('merging into an entity (5.6.17)', () => {
  const address = { type: 'Property', value: { street: 'Rudaki', city: 'Dushanbe' } };

  test('goes into values, adds types, sets the scope, removes what is Null and keeps the rest', async () => {
    const id = await create(sensor({ address, note: { type: 'Property', value: 'n' } }));
    const patch = {
      id,
      type: 'Meter',
      scope: '/a',
      address: { type: 'Property', value: { street: none, house: 5 } },
      temperature: { unitCode: none, accuracy: { type: 'Property', value: 1 } },
      note: none,
      nobody: none,
    };
    assert.equal((await send('PATCH', path(id), patch)).status, 204);
    const { temperature, ...rest } = sensor({ id });
    assert.deepEqual(await read(id), {
      ...rest,
      type: ['Sensor', 'Meter'],
      scope: '/a',
      temperature: {
        type: 'Property',
        value: 21.5,
        observedAt: temperature.observedAt,
        accuracy: { type: 'Property', value: 1 },
      },
      address: { type: 'Property', value: { city: 'Dushanbe', house: 5 } },
    });
    assert.deepEqual(await past(id, 'note'), ['n', none]);
    assert.deepEqual(await past(id, 'nobody').catch(() => []), []);
  });

  test('reads a simplified fragment by the kinds that are stored', async () => {
    const says = { type: 'LanguageProperty', languageMap: { tg: 'ҳа', ru: 'да' } };
    const id = await create(sensor({ owner: { type: 'Relationship', object: 'urn:x:1' }, says }));
    const fragment = { temperature: 3, owner: 'urn:x:2', says: 'бале', level: { a: 1 } };
    const query = '?format=simplified&lang=tg&observedAt=2026-11-22T08:00:00Z';
    assert.equal((await send('PATCH', path(id, query), fragment)).status, 204);
    const { temperature, owner, says: said, level } = await read(id);
    assert.deepEqual(temperature, { ...sensor().temperature, value: 3, observedAt: '2026-11-22T08:00:00Z' });
    assert.deepEqual(owner, { type: 'Relationship', object: 'urn:x:2' });
    assert.deepEqual(said, { type: 'LanguageProperty', languageMap: { tg: 'бале', ru: 'да' } });
    assert.deepEqual(level, { type: 'Property', value: { a: 1 } });
    for (const option of ['keyValues', 'simplified'])
      assert.equal((await send('PATCH', path(id, `?options=${option}`), { temperature: 4 })).status, 204);
    assert.equal((await send('PATCH', path(id, '?format=concise'), { temperature: 4 })).status, 400);
    assert.equal((await send('PATCH', path(id, '?observedAt=soon'), { temperature: 4 })).status, 400);
    assert.equal((await send('PATCH', path(id, '?format=simplified'), { owner: 5 })).status, 400);
  });

  test('takes application/merge-patch+json as plain JSON', async () => {
    const id = await create(sensor());
    const patch = { temperature: { value: 9 } };
    const type = { 'content-type': 'application/merge-patch+json' };
    assert.equal((await send('PATCH', path(id), patch, type)).status, 204);
    assert.equal((await read(id))['temperature']?.value, 9);
    assert.equal((await send('PUT', path(id), patch, type)).status, 415);
  });
});

suite('the end of an entity (4.22)', () => {
  test('is set by every operation that takes a fragment, and taken away by the Null', async () => {
    const id = await create(sensor());
    const end = async () => (await read(id, '?options=sysAttrs'))['expiresAt'];
    for (const [method, rest, year] of [
      ['PATCH', '', 2990],
      ['PATCH', '/attrs', 2991],
      ['POST', '/attrs', 2992],
    ] as const) {
      const expiresAt = `${year}-01-01T00:00:00Z`;
      assert.equal((await send(method, `${path(id)}${rest}`, { expiresAt })).status, 204);
      assert.equal(await end(), expiresAt);
    }
    const left = await send('POST', `${path(id)}/attrs?options=noOverwrite`, { expiresAt: '2993-01-01T00:00:00Z' });
    assert.equal(left.status, 207);
    assert.equal((await send('PATCH', path(id), { expiresAt: none })).status, 204);
    assert.equal(await end(), undefined);
    assert.equal((await send('PATCH', path(id), { expiresAt: 'tomorrow' })).status, 400);
  });
});

test('an entity that is measured does not become simulated, nor the reverse', async () => {
  const mark = { type: 'Property', value: true };
  const measured = await create(sensor());
  const simulated = await create(sensor({ simulated: mark }));
  const refused = [
    ['PATCH', path(measured), { simulated: mark }],
    ['POST', `${path(measured)}/attrs`, { simulated: mark }],
    ['PUT', path(measured), sensor({ id: measured, simulated: mark })],
    ['PUT', path(simulated), sensor({ id: simulated })],
    ['DELETE', `${path(simulated)}/attrs/simulated`, undefined],
    ['PATCH', `${path(simulated)}/attrs/simulated`, { value: false }],
  ] as const;
  for (const [method, target, body] of refused)
    assert.equal((await send(method, target, body)).status, 400, `${method} ${target}`);
  assert.deepEqual((await read(simulated))['simulated'], mark);
  assert.equal((await send('PUT', path(simulated), sensor({ id: simulated, simulated: mark }))).status, 204);
});
