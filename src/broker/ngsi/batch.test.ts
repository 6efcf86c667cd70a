import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { errorName, ngsiClient } from '../../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());
const { send, create, read, past } = ngsiClient(() => city);
const none = 'urn:ngsi-ld:null';
const iri = (name: string): string => `https://uri.etsi.org/ngsi-ld/default-context/${name}`;

let count = 0;
const newId = (): string => `urn:ngsi-ld:Sensor:${++count}`;
const property = (value: unknown, more: object = {}) => ({ type: 'Property', value, ...more });
const sensor = (id: string, level: unknown, more: object = {}) => ({
  id,
  type: 'Sensor',
  level: property(level),
  ...more,
});
type BatchBody = {
  success: string[];
  errors: { entityId?: string; error: { type: string; detail: string; field?: string } }[];
};

const run = async (operation: string, items: unknown, query = '') => {
  const { status, body } = await send('POST', `/entityOperations/${operation}${query}`, items);
  return { status, body: body as BatchBody };
};
const failures = ({ errors }: BatchBody) => errors.map(({ entityId, error }) => [entityId, errorName(error)]);

suite('a batch', () => {
  test('of creations answers 201 with the ids, 207 when one is there already or faulty', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    const all = await run('create', [sensor(a, 1), sensor(b, 2)]);
    assert.deepEqual([all.status, all.body], [201, [a, b]]);
    const some = await run('create', [sensor(b, 3), sensor(c, 3), { id: 'no uri', type: 'Sensor' }, sensor(c, 4)]);
    assert.equal(some.status, 207);
    assert.deepEqual(some.body.success, [c]);
    assert.deepEqual(failures(some.body), [
      ['no uri', 'BadRequestData'],
      [b, 'AlreadyExists'],
      [c, 'AlreadyExists'],
    ]);
    assert.equal((await read(c))['level']?.value, 3);
  });

  test('of upserts answers 201 with what is new, 204 when all was there; replace drops, update keeps', async () => {
    const [a, b] = [newId(), newId()];
    const note = { note: property('n') };
    const first = await run('upsert', [sensor(a, 1, note)]);
    assert.deepEqual([first.status, first.body], [201, [a]]);
    const { createdAt } = await read(a, '?options=sysAttrs');
    const mixed = await run('upsert', [sensor(a, 2), sensor(b, 2)], '?options=update');
    assert.deepEqual([mixed.status, mixed.body], [201, [b]]);
    assert.deepEqual(await read(a), sensor(a, 2, note));
    assert.equal((await run('upsert', [{ ...sensor(a, 3), type: 'Device' }], '?options=replace')).status, 204);
    assert.deepEqual(await read(a), { ...sensor(a, 3), type: 'Device' });
    assert.equal((await read(a, '?options=sysAttrs'))['createdAt'], createdAt);
    assert.equal((await run('upsert', [sensor(a, 4)], '?options=overwrite')).status, 400);
    const scoped = await run('upsert', [sensor(a, 5, { scope: '/a' })], '?options=update');
    assert.deepEqual([scoped.status, failures(scoped.body)], [207, [[a, 'Conflict']]]);
    assert.match(scoped.body.errors[0]?.error.detail ?? '', /no scope to update/);
  });

  test('of updates appends and sets, answers 204, and 207 with what is not there', async () => {
    const [a, b] = [await create(sensor(newId(), 1, { scope: '/a' })), newId()];
    const more = { state: property('on'), scope: '/b' };
    assert.equal((await run('update', [{ id: a, level: property(2), ...more, type: 'Meter' }])).status, 204);
    assert.deepEqual(await read(a), { ...sensor(a, 2, more), type: ['Sensor', 'Meter'] });
    const some = await run('update', [sensor(b, 1), sensor(a, 3)]);
    assert.deepEqual([some.status, some.body.success, failures(some.body)], [207, [a], [[b, 'ResourceNotFound']]]);
  });

  test('of updates with noOverwrite tells which attributes it left as they were', async () => {
    const a = await create(sensor(newId(), 1));
    const { status, body } = await run('update', [sensor(a, 2, { state: property('on') })], '?options=noOverwrite');
    assert.deepEqual([status, body.success, failures(body)], [207, [], [[a, 'Conflict']]]);
    assert.match(body.errors[0]?.error.detail ?? '', new RegExp(iri('level')));
    assert.deepEqual(await read(a), sensor(a, 1, { state: property('on') }));
    assert.equal((await run('update', [{ id: a, other: property(1) }], '?options=noOverwrite')).status, 204);
  });

  test('of merges goes into values and removes what is Null', async () => {
    const [a, b] = [await create(sensor(newId(), { x: 1, y: 2 }, { note: property('n') })), newId()];
    const patch = { level: property({ x: none, z: 3 }), note: none };
    const { status, body } = await run('merge', [
      { id: a, type: 'Sensor', ...patch },
      { id: b, ...patch },
    ]);
    assert.deepEqual([status, body.success, failures(body)], [207, [a], [[b, 'ResourceNotFound']]]);
    assert.deepEqual(await read(a), sensor(a, { y: 2, z: 3 }));
    assert.equal((await run('merge', [{ id: a, level: 5 }])).status, 204);
  });

  test('of deletions answers 204, and 207 with what is not there', async () => {
    const [a, b] = [await create(sensor(newId(), 1)), await create(sensor(newId(), 1))];
    assert.equal((await run('delete', [a])).status, 204);
    const { status, body } = await run('delete', [a, b, b, 'no uri']);
    assert.deepEqual([status, body.success], [207, [b]]);
    assert.deepEqual(failures(body), [
      ['no uri', 'BadRequestData'],
      [a, 'ResourceNotFound'],
      [b, 'ResourceNotFound'],
    ]);
  });

  test('that names an entity many times does so in order, as that many changes of one record (5.5.11)', async () => {
    const a = newId();
    const before = city.lastSeq();
    const values = [1, 2, 3].map((level) => sensor(a, level));
    assert.equal((await run('upsert', values, '?options=update')).status, 201);
    assert.equal((await run('update', [sensor(a, 4), sensor(a, 5)])).status, 204);
    assert.equal((await run('merge', [sensor(a, 6), { id: a, level: none }, sensor(a, 7)])).status, 204);
    assert.equal((await run('upsert', [sensor(a, 8), sensor(a, 9)])).status, 204);
    assert.equal(city.lastSeq(), before + 4);
    assert.deepEqual(await read(a), sensor(a, 9));
    const known = await past(a, 'level');
    assert.equal(known.length, 10);
    assert.deepEqual(new Set(known), new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, none]));
    const mixed = await run('create', [sensor(`${a}:b`, 1), sensor(`${a}:b`, 2)]);
    assert.deepEqual([mixed.body.success, failures(mixed.body)], [[`${a}:b`], [[`${a}:b`, 'AlreadyExists']]]);
  });

  test('that is empty, holds null or is none changes nothing', async () => {
    const before = city.lastSeq();
    for (const operation of ['create', 'upsert', 'update', 'merge', 'delete']) {
      for (const items of [[], [sensor(newId(), 1), null], {}]) {
        const { status, body } = await send('POST', `/entityOperations/${operation}`, items);
        assert.deepEqual([status, errorName(body)], [400, 'BadRequestData'], operation);
      }
    }
    assert.equal(city.lastSeq(), before);
  });

  test('tells the place of each fault, and goes on with the others', async () => {
    const a = newId();
    const items = [sensor(newId(), null), 5, sensor(a, 1), { ...sensor(newId(), 1), '@context': 'https://x.org/none' }];
    const { status, body } = await run('upsert', items);
    assert.deepEqual([status, body.success], [207, [a]]);
    assert.deepEqual(
      body.errors.map(({ error }) => [errorName(error), error.field]),
      [
        ['BadRequestData', '[0].level.value'],
        ['BadRequestData', '[1]'],
        ['BadRequestData', '[3].@context'],
      ],
    );
  });
});
