import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import * as fc from 'fast-check';
import { errorName, ngsiClient } from '../../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());
const { send, create, read, past, path } = ngsiClient(() => city);
const none = 'urn:ngsi-ld:null';
const iri = (name: string): string => `https://uri.etsi.org/ngsi-ld/default-context/${name}`;

let count = 0;
const lamp = (attrs: object = {}) => create({ id: `urn:ngsi-ld:Lamp:${++count}`, type: 'Lamp', ...attrs });
const property = (value: unknown, more: object = {}) => ({ type: 'Property', value, ...more });
const two = [property(1, { unitCode: 'WTT' }), property(2, { datasetId: 'urn:d:1' })];

suite('appending attributes (5.6.3)', () => {
  test('sets what is there, adds what is not, grows types and replaces the scope', async () => {
    const id = await lamp({ power: two, scope: ['/a'] });
    const fragment = { type: ['Lamp', 'Light'], scope: '/b', power: property(3), state: property('on') };
    assert.equal((await send('POST', `${path(id)}/attrs`, fragment)).status, 204);
    assert.deepEqual(await read(id), {
      id,
      type: ['Lamp', 'Light'],
      scope: '/b',
      power: [property(3), two[1]],
      state: property('on'),
    });
  });

  test('with noOverwrite leaves what is there, tells it, and adds scopes', async () => {
    const id = await lamp({ power: two, scope: '/a' });
    const power = [property(8), property(9, { datasetId: 'urn:d:2' })];
    const fragment = { power, state: property('on'), scope: ['/a', '/b'] };
    const { status, body } = await send('POST', `${path(id)}/attrs?options=noOverwrite`, fragment);
    assert.equal(status, 207);
    const { updated, notUpdated } = body as {
      updated: string[];
      notUpdated: { attributeName: string; reason: string }[];
    };
    assert.deepEqual(updated, [iri('power'), iri('state'), 'scope']);
    assert.deepEqual(notUpdated, [{ attributeName: iri('power'), reason: 'the attribute is there already' }]);
    const after = await read(id);
    assert.deepEqual(
      [after['power'], after['scope']],
      [
        [...two, power[1]],
        ['/a', '/b'],
      ],
    );
  });

  test('takes no Null', async () => {
    const id = await lamp({ power: two });
    assert.equal((await send('POST', `${path(id)}/attrs`, { power: none })).status, 400);
    assert.equal((await send('POST', `${path(id)}/attrs`, { power: property(none) })).status, 400);
  });
});

suite('updating attributes (5.6.2)', () => {
  test('replaces attributes whole, appends missing ones, keeps createdAt and the others', async () => {
    const id = await lamp({ power: two, state: property('on') });
    const created = (await read(id, '?options=sysAttrs'))['power']?.[0]?.createdAt;
    assert.equal((await send('PATCH', `${path(id)}/attrs`, { power: property(5), level: property(1) })).status, 204);
    const after = await read(id);
    assert.deepEqual(after, {
      id,
      type: 'Lamp',
      power: [property(5), two[1]],
      state: property('on'),
      level: property(1),
    });
    assert.equal((await read(id, '?options=sysAttrs'))['power']?.[0]?.createdAt, created);
  });

  test('removes instances with the Null of every kind', async () => {
    const id = await lamp({
      power: two,
      owner: { type: 'Relationship', object: 'urn:x:1' },
      says: { type: 'LanguageProperty', languageMap: { tg: 'об' } },
      list: { type: 'ListProperty', valueList: [1] },
      links: { type: 'ListRelationship', objectList: ['urn:x:1'] },
      json: { type: 'JsonProperty', json: {} },
      word: { type: 'VocabProperty', vocab: 'a' },
      place: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68, 38] } },
    });
    const fragment = {
      power: { value: none, datasetId: 'urn:d:1' },
      owner: { type: 'Relationship', object: none },
      says: { type: 'LanguageProperty', languageMap: { '@none': none } },
      list: { valueList: [none] },
      links: { objectList: [none] },
      json: { json: none },
      word: { vocab: none },
      place: none,
    };
    assert.equal((await send('PATCH', `${path(id)}/attrs`, fragment)).status, 204);
    assert.deepEqual(await read(id), { id, type: 'Lamp', power: two[0] });
    const missing = await send('PATCH', `${path(id)}/attrs`, { owner: none, power: property(7) });
    assert.equal(missing.status, 207);
    const { updated, notUpdated } = missing.body as { updated: string[]; notUpdated: { attributeName: string }[] };
    assert.deepEqual([updated, notUpdated.map(({ attributeName }) => attributeName)], [[iri('power')], [iri('owner')]]);
  });

  test('replaces a scope, but gives none to an entity without', async () => {
    const [with_, without] = [await lamp({ scope: ['/a', '/b'] }), await lamp()];
    assert.equal((await send('PATCH', `${path(with_)}/attrs`, { scope: '/c' })).status, 204);
    assert.equal((await read(with_))['scope'], '/c');
    const { status, body } = await send('PATCH', `${path(without)}/attrs`, { scope: '/c', type: 'Light' });
    assert.equal(status, 207);
    assert.equal((body as { notUpdated: { attributeName: string }[] }).notUpdated[0]?.attributeName, 'scope');
    assert.deepEqual(await read(without), { id: without, type: ['Lamp', 'Light'] });
    assert.equal((await send('PATCH', `${path(with_)}/attrs`, { scope: none })).status, 204);
    assert.equal((await read(with_))['scope'], undefined);
  });
});

suite('one attribute (5.6.4, 5.6.5, 5.6.19)', () => {
  test('is partially updated: members given replace, the others stay, the kind too', async () => {
    const id = await lamp({ power: two });
    const patch = (body: unknown) => send('PATCH', `${path(id)}/attrs/power`, body);
    assert.equal((await patch({ value: 9, accuracy: property(1) })).status, 204);
    assert.equal((await patch({ value: 8, datasetId: 'urn:d:1' })).status, 204);
    const [first, second] = [{ ...two[0], value: 9, accuracy: property(1) }, property(8, { datasetId: 'urn:d:1' })];
    assert.deepEqual((await read(id))['power'], [first, second]);
    assert.equal((await patch({ unitCode: none, accuracy: none })).status, 204);
    assert.deepEqual((await read(id))['power'], [property(9), second]);
    assert.equal((await patch({ type: 'Relationship', object: 'urn:x:1' })).status, 400);
    assert.equal((await patch({ value: 1, datasetId: 'urn:d:9' })).status, 404);
    assert.equal((await patch({ value: none })).status, 204);
    assert.deepEqual((await read(id))['power'], second);
  });

  test('is replaced whole, also by another kind, and keeps when it was created', async () => {
    const id = await lamp({ power: property(1, { unitCode: 'WTT', accuracy: property(1) }) });
    const put = (body: unknown, name = 'power') => send('PUT', `${path(id)}/attrs/${name}`, body);
    const created = (await read(id, '?options=sysAttrs'))['power']?.createdAt;
    assert.equal((await put(property(2))).status, 204);
    assert.deepEqual((await read(id))['power'], property(2));
    assert.equal((await put({ object: 'urn:x:1' })).status, 204);
    const { type, object, createdAt } = (await read(id, '?options=sysAttrs'))['power'] ?? {};
    assert.deepEqual([type, object, createdAt], ['Relationship', 'urn:x:1', created]);
    assert.equal((await put(property(2, { datasetId: 'urn:d:9' }))).status, 404);
    assert.equal((await put(property(2), 'other')).status, 404);
    assert.equal((await put([property(2), property(3, { datasetId: 'urn:d:1' })])).status, 400);
    assert.equal((await put(property(none))).status, 400);
  });

  test('is deleted by instance, or with all its instances; the scope too', async () => {
    const id = await lamp({ power: two, state: two, other: two, scope: '/a' });
    const gone = async (rest: string) => (await send('DELETE', `${path(id)}/attrs/${rest}`)).status;
    assert.equal(await gone('power'), 204);
    assert.equal(await gone('power'), 404);
    assert.equal(await gone('state?datasetId=urn:d:1'), 204);
    assert.equal(await gone('state?datasetId=urn:d:1'), 404);
    assert.equal(await gone('state?datasetId=@none'), 204);
    assert.equal(await gone('other?deleteAll=true'), 204);
    assert.equal(await gone('other?deleteAll=perhaps'), 400);
    assert.equal(await gone('other?datasetId=d'), 400);
    assert.equal(await gone('scope'), 204);
    assert.equal(await gone('scope'), 404);
    assert.deepEqual(await read(id), { id, type: 'Lamp', power: two[1] });
    assert.deepEqual(await past(id, 'other'), [1, 2, none, none]);
  });

  test('has a name that names an attribute', async () => {
    const id = await lamp({ power: two });
    for (const name of ['id', 'type', '@context', 'a-b', 'observedAt', 'scope']) {
      const { status, body } = await send('PUT', `${path(id)}/attrs/${name}`, property(1));
      assert.deepEqual([status, errorName(body)], [400, 'BadRequestData'], name);
    }
  });
});

test('no body makes an operation on attributes fail with anything but an error of the standard', async () => {
  const id = await lamp({ power: two, says: { languageMap: { tg: 'об' } } });
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, none, 'Property', 5, 'urn:a:b', '2026-01-01T00:00:00Z'),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(
        fc.constantFrom(
          'type',
          'value',
          'object',
          'languageMap',
          'power',
          'says',
          'datasetId',
          'scope',
          'expiresAt',
          'id',
        ),
        tie('value'),
        { maxKeys: 3 },
      ),
    ),
  })).value;
  const operations = [
    ['PATCH', ''],
    ['POST', '/attrs'],
    ['PATCH', '/attrs'],
    ['PATCH', '/attrs/power'],
    ['PUT', '/attrs/power'],
  ] as const;
  await fc.assert(
    fc.asyncProperty(value, fc.constantFrom(...operations), async (body, [method, rest]) => {
      const { status, body: answer } = await send(method, `${path(id)}${rest}`, JSON.stringify(body), {
        'content-type': 'application/json',
      });
      if (status === 204) return;
      assert.ok(status === 207 || status === 400 || status === 404, `${status} ${JSON.stringify(answer)}`);
      if (status !== 207)
        assert.match((answer as { type: string }).type, /^https:\/\/uri\.etsi\.org\/ngsi-ld\/errors\//);
    }),
    { numRuns: 300 },
  );
});
