import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import * as fc from 'fast-check';
import { errorName, ngsiClient } from '../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';

let directory: string;
let city: TestCity;
const open = async () => {
  city = await openTestCity({ data: directory });
};
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-tenants-'));
  await open();
});
after(async () => {
  await city.close();
  await rm(directory, { recursive: true, force: true });
});
const { send, create, past } = ngsiClient(() => city);
const of = (tenant: string | undefined): Record<string, string> =>
  tenant === undefined ? {} : { 'ngsild-tenant': tenant };
const thing = (id: string, level: number) => ({ id, type: 'Thing', level: { type: 'Property', value: level } });
const query = async (tenant: string | undefined, type = 'Thing'): Promise<Record<string, number>> => {
  const { status, body } = await send(
    'GET',
    `/entities?type=${type}&format=simplified&limit=100`,
    undefined,
    of(tenant),
  );
  if (status === 404) return {};
  assert.equal(status, 200);
  return Object.fromEntries((body as { id: string; level: number }[]).map(({ id, level }) => [id, level]));
};

suite('tenants', () => {
  test('with the same ids never see each other, also after a restart', async () => {
    const tenants = [undefined, 'dushanbe', 'urn:ngsi-ld:tenant:2'] as const;
    const ids = ['urn:x:1', 'urn:x:2', 'urn:x:3'];
    const model = new Map(tenants.map((tenant) => [tenant, new Map<string, number>()]));
    const step = fc.record({
      tenant: fc.constantFrom(...tenants),
      id: fc.constantFrom(...ids),
      level: fc.integer({ min: 0, max: 9 }),
      what: fc.constantFrom('create', 'upsert', 'update', 'delete', 'merge', 'read'),
    });
    const expected = (made: boolean, there: boolean, what: string): number => {
      if (what === 'create') return there ? 409 : 201;
      if (what === 'upsert') return there ? 204 : 201;
      if (what === 'read') return there ? 200 : 404;
      if (what === 'update' && made) return there ? 204 : 207;
      return there ? 204 : 404;
    };
    const requests: Record<string, (id: string, level: number) => [string, string, unknown?]> = {
      create: (id, level) => ['POST', '/entities', thing(id, level)],
      upsert: (id, level) => ['POST', '/entityOperations/upsert', [thing(id, level)]],
      update: (id, level) => ['POST', '/entityOperations/update', [thing(id, level)]],
      merge: (id, level) => ['PATCH', `/entities/${id}`, { level: { value: level } }],
      delete: (id) => ['DELETE', `/entities/${id}`],
      read: (id) => ['GET', `/entities/${id}?format=simplified`],
    };
    const made = new Set<string | undefined>([undefined]);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
        for (const { tenant, id, level, what } of steps) {
          const world = model.get(tenant) ?? assert.fail();
          const there = world.has(id);
          const [method, path, body] = requests[what]?.(id, level) ?? assert.fail();
          const { status, body: answer, headers } = await send(method, path, body, of(tenant));
          assert.equal(status, expected(made.has(tenant), there, what), `${what} in ${tenant}`);
          assert.equal(headers.get('ngsild-tenant'), tenant ?? null);
          if (what === 'read' && there) assert.equal((answer as { level: number }).level, world.get(id));
          if (what === 'delete') world.delete(id);
          else if (status === 201 || status === 204) world.set(id, level);
          if (status === 201) made.add(tenant);
        }
        for (const tenant of tenants)
          assert.deepEqual(await query(tenant), Object.fromEntries(model.get(tenant) ?? []));
      }),
      { numRuns: 15 },
    );
    await city.stop();
    await open();
    for (const tenant of tenants) assert.deepEqual(await query(tenant), Object.fromEntries(model.get(tenant) ?? []));
  });

  test('have pasts of their own', async () => {
    const id = await create(thing('urn:x:past', 1));
    await create(thing(id, 2), of('elsewhere'));
    assert.deepEqual(await past(id, 'level'), [1]);
    assert.deepEqual(await past(id, 'level', of('elsewhere')), [2]);
    const nowhere = await send('GET', `/temporal/entities/${id}`, undefined, of('nowhere'));
    assert.deepEqual([nowhere.status, errorName(nowhere.body)], [404, 'NonexistentTenant']);
  });

  test('are made by what creates, and by nothing else (5.5.10)', async () => {
    const before = city.lastSeq();
    const others = [
      ['GET', '/entities?type=Thing'],
      ['GET', '/entities/urn:x:1'],
      ['PUT', '/entities/urn:x:1', thing('urn:x:1', 1)],
      ['DELETE', '/entities/urn:x:1'],
      ['POST', '/entities/urn:x:1/attrs', { a: 1 }],
      ['POST', '/entityOperations/update', [thing('urn:x:1', 1)]],
      ['POST', '/entityOperations/delete', ['urn:x:1']],
    ] as const;
    for (const [method, path, body] of others) {
      const { status, body: answer, headers } = await send(method, path, body, of('unmade'));
      assert.deepEqual([status, errorName(answer)], [404, 'NonexistentTenant'], `${method} ${path}`);
      assert.equal(headers.get('ngsild-tenant'), 'unmade');
    }
    const faulty = await send('POST', '/entities', { id: 'urn:x:1' }, of('unmade'));
    assert.deepEqual([faulty.status, errorName(faulty.body)], [400, 'BadRequestData']);
    assert.equal((await send('GET', '/entities?type=Thing', undefined, of('unmade'))).status, 404);
    assert.equal(city.lastSeq(), before);
    assert.equal((await send('POST', '/entityOperations/create', [thing('urn:x:1', 5)], of('unmade'))).status, 201);
    assert.equal(city.lastSeq(), before + 1);
    assert.deepEqual(await query('unmade'), { 'urn:x:1': 5 });
  });

  test('that many clients make at once are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => send('POST', '/entities', thing(`urn:x:${n}`, n), of('at-once'))),
    );
    assert.ok(answers.every(({ status }) => status === 201));
    assert.equal(Object.keys(await query('at-once')).length, 20);
    const rows = await city.store.rows.all('SELECT number FROM tenant WHERE name = ?', ['at-once']);
    assert.equal(rows.length, 1);
  });

  test('have names of visible ASCII characters, and are at most a hundred', async () => {
    for (const name of ['two words', 'x'.repeat(300), 'é'])
      assert.equal((await send('POST', '/entities', thing('urn:x:1', 1), of(name))).status, 400);
    const statuses: number[] = [];
    for (let n = 0; n < 101; n++)
      statuses.push((await send('POST', '/entities', thing('urn:x:1', 1), of(`many-${n}`))).status);
    assert.equal(statuses[0], 201);
    assert.equal(statuses.at(-1), 403);
    assert.equal((await send('POST', '/entities', thing('urn:x:2', 1), of('many-0'))).status, 201);
  });
});
