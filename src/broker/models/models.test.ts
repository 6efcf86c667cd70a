import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';
import { Problem } from '../../base/problem.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { modelDocument } from '../../ngsild/index.ts';
import type { NamedBytes } from './index.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());

const bytes = (name: string, json: unknown): NamedBytes => ({ name, bytes: Buffer.from(JSON.stringify(json)) });
const common = 'https://smart-data-models.github.io/data-models/common-schema.json';
/** A few of the words that Smart Data Models share. */
const commons = bytes('common-schema.json', {
  $id: common,
  definitions: {
    EntityIdentifierType: { anyOf: [{ type: 'string', format: 'uri' }] },
    'GSMA-Commons': { properties: { id: { $ref: '#/definitions/EntityIdentifierType' }, name: { type: 'string' } } },
    'Location-Commons': {
      properties: {
        location: { type: 'object', required: ['type', 'coordinates'] },
        address: { type: 'object', properties: { postalCode: { type: 'string' } } },
      },
    },
    'PhysicalObject-Commons': { properties: { image: { type: 'string', format: 'uri' } } },
    dateObserved: { type: 'string', format: 'date-time' },
    email: { type: 'string', format: 'idn-email' },
    'Person-Commons': {
      properties: {
        person: {
          properties: { telephone: { type: 'string' }, givenName: { type: 'string' }, familyName: { type: 'string' } },
        },
      },
    },
  },
});
const pump = bytes('Pump.json', {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: ' Pump ',
  allOf: [
    { $ref: `${common}#/definitions/GSMA-Commons` },
    { $ref: 'https://smart-data-models.github.io/data-models/common-schema.json#/definitions/Location-Commons' },
    {
      properties: {
        type: { enum: ['Pump'] },
        pressure: { type: 'number', maximum: 10 },
        state: { enum: ['on', 'off'] },
        stages: { type: 'array', items: { type: 'object', required: ['rpm'] } },
      },
    },
  ],
  required: ['id', 'type', 'pressure'],
});

const post = (entity: object, path = '/entities'): Promise<Response> =>
  city.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(entity),
  });
const value = (given: unknown) => ({ type: 'Property', value: given });
let n = 0;
const pumpOf = (more: object) => ({ id: `urn:ngsi-ld:Pump:${++n}`, type: 'Pump', pressure: value(3), ...more });
const add = (mode: 'off' | 'warn' | 'reject', more: object = {}) =>
  city.models.add({ from: pump, given: [commons], type: 'Pump', mode, ...more });
const view = () => city.models.list().find(({ name }) => name === 'Pump');

test('reject answers BadRequestData and names the path; what fits is taken', async () => {
  await add('reject');
  for (const [more, path] of [
    [{ pressure: value(11) }, 'pressure'],
    [{ state: value('broken') }, 'state'],
    [{ address: value({ postalCode: 734_000 }) }, 'address.postalCode'],
    [{ stages: value([{ rpm: 1 }, {}]) }, 'stages[1].rpm'],
    [{ location: value('here') }, 'location'],
  ] as const) {
    const answer = await post(pumpOf(more));
    const problem = (await answer.json()) as { type: string; field: string; detail: string };
    assert.equal(answer.status, 400, path);
    assert.equal(problem.type, 'https://uri.etsi.org/ngsi-ld/errors/BadRequestData');
    assert.equal(problem.field, path);
    assert.ok(problem.detail.includes(path), problem.detail);
  }
  const { pressure: _, ...without } = pumpOf({});
  assert.equal(((await (await post(without)).json()) as { field: string }).field, 'pressure');
  const good = pumpOf({ state: value('on'), unknown: value(1) });
  assert.equal((await post(good)).status, 201);
  assert.equal((await post({ ...pumpOf({}), type: 'Valve', pressure: value('high') })).status, 201);

  // What an entity becomes is looked at, not what is sent.
  const attrs = `/entities/${good.id}/attrs`;
  const patch = (path: string, body: object, method = 'PATCH') =>
    city.fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal((await patch(attrs, { state: value('off') })).status, 204);
  assert.equal((await patch(attrs, { state: value('torn') })).status, 400);
  assert.equal((await patch(`${attrs}/pressure`, { value: 12 })).status, 400);
  assert.equal((await city.fetch(`${attrs}/pressure`, { method: 'DELETE' })).status, 400);
  assert.equal((await city.fetch(`/entities/${good.id}`, { method: 'DELETE' })).status, 204);

  const batch = await post([pumpOf({}), pumpOf({ pressure: value(11) })], '/entityOperations/create');
  assert.equal(batch.status, 207);
  const { success, errors } = (await batch.json()) as { success: string[]; errors: { entityId: string }[] };
  assert.deepEqual([success.length, errors.map(({ entityId }) => entityId)], [1, [`urn:ngsi-ld:Pump:${n}`]]);
});

test('a purge that would take what a model requires is refused for that entity, and done for the others', async () => {
  await add('reject');
  const plain = pumpOf({ state: value('on') });
  const other = { ...pumpOf({}), type: 'Hydrant' };
  for (const entity of [plain, other]) assert.equal((await post(entity)).status, 201);
  const purge = (query: string) => city.fetch(`/entities?${query}`, { method: 'DELETE' });
  const among = `id=${plain.id},${other.id}`;
  const read = async ({ id }: { id: string }) =>
    (await (await city.fetch(`/entities/${id}?format=keyValues`)).json()) as Record<string, unknown>;

  assert.equal((await purge(`${among}&type=Pump&drop=state`)).status, 204, 'what is not required may go');
  for (const members of ['drop=pressure', 'keep=state']) {
    const answer = await purge(`${among}&${members}`);
    assert.equal(answer.status, 207, members);
    const { success, errors } = (await answer.json()) as {
      success: string[];
      errors: { entityId: string; error: { title: string; detail: string } }[];
    };
    assert.deepEqual(success, [other.id]);
    assert.deepEqual(
      errors.map(({ entityId, error }) => [entityId, error.detail]),
      [[plain.id, 'the data model Pump does not take this: pressure is missing']],
    );
    assert.equal((await read(plain))['pressure'], 3);
    assert.equal((await read(other))['pressure'], undefined);
    await post({ ...other, id: other.id }, '/entityOperations/upsert');
  }
  assert.equal((await purge(`${among}&local=true&type=Pump`)).status, 204, 'a whole entity may go');
});

test('what is told of the past is asked value by value, and nothing is missing in it', async () => {
  await add('reject');
  const at = (hour: number, given: unknown) => ({ ...value(given), observedAt: `2026-01-01T0${hour}:00:00Z` });
  const { id } = pumpOf({});
  const path = `/temporal/entities/${id}`;
  const tell = async (body: object, where: string, method = 'POST') => {
    const headers = { 'content-type': 'application/json' };
    const answer = await city.fetch(where, { method, headers, body: JSON.stringify(body) });
    const { field } = (answer.status < 300 ? {} : await answer.json()) as { field?: string };
    return field === undefined ? answer.status : [answer.status, field];
  };
  const evolution = (more: object) => tell({ id, type: 'Pump', ...more }, '/temporal/entities');

  assert.deepEqual(await evolution({ pressure: [at(1, 3), at(2, 11)] }), [400, 'pressure']);
  assert.equal((await city.fetch(path)).status, 404, 'nothing of it was taken');
  assert.equal(await evolution({ state: [at(1, 'on'), { ...at(1, 'off'), datasetId: 'urn:d:1' }] }), 201);
  assert.deepEqual(await evolution({ state: at(2, 'torn') }), [400, 'state']);
  assert.equal(await tell({ pressure: at(1, 3) }, `${path}/attrs`), 204);
  assert.deepEqual(await tell({ pressure: at(2, 12) }, `${path}/attrs`), [400, 'pressure']);
  assert.deepEqual(await tell({ stages: at(2, [{}]) }, `${path}/attrs`), [400, 'stages[0].rpm']);
  assert.equal(await tell({ unknown: at(2, 12) }, `${path}/attrs`), 204);

  const known = (await (await city.fetch(`${path}?attrs=pressure`)).json()) as { pressure: { instanceId: string }[] };
  const instance = `${path}/attrs/pressure/${[known.pressure].flat()[0]?.instanceId}`;
  assert.deepEqual(await tell({ pressure: at(1, 13) }, instance, 'PATCH'), [400, 'pressure']);
  assert.equal(await tell({ pressure: at(1, 4) }, instance, 'PATCH'), 204);
  assert.equal(
    (await city.fetch(`${path}/attrs/pressure`, { method: 'DELETE' })).status,
    204,
    'what was may be forgotten',
  );
  await add('warn');
  assert.equal(await tell({ pressure: [at(3, 3), at(4, 12)] }, `${path}/attrs`), 204);
  assert.deepEqual([view()?.checked, view()?.warned], [2, 1]);
});

test('warn takes and counts, and shows the last; off looks at nothing', async () => {
  await add('warn');
  assert.equal((await post(pumpOf({ state: value('torn') }))).status, 201);
  assert.equal((await post(pumpOf({}))).status, 201);
  const seen = view();
  assert.deepEqual([seen?.title, seen?.mode, seen?.source], ['Pump', 'warn', 'Pump.json']);
  assert.deepEqual([seen?.checked, seen?.warned, seen?.refused], [2, 1, 0]);
  assert.deepEqual(
    seen?.last.map(({ entity, path, why }) => [entity, path, why]),
    [[`urn:ngsi-ld:Pump:${n - 1}`, 'state', 'is none of on, off']],
  );
  await add('off');
  assert.equal((await post(pumpOf({ state: value('torn') }))).status, 201);
  assert.equal(view()?.checked, 0);
});

test('values of sources are counted and never refused', async () => {
  await add('reject');
  const at = new Date().toISOString();
  await city.broker.record(
    systemPrincipal,
    0,
    [
      {
        id: 'urn:ngsi-ld:Pump:source',
        type: ['https://uri.etsi.org/ngsi-ld/default-context/Pump'],
        attrs: {
          'https://uri.etsi.org/ngsi-ld/default-context/pressure': [{ type: 'Property', value: 99, observedAt: at }],
        },
      },
    ],
    { by: 'mqtt' },
  );
  const seen = view();
  assert.deepEqual([seen?.warned, seen?.refused, seen?.last[0]?.path], [1, 0, 'pressure']);
});

test('a schema of another vocabulary knows the names of its @context', async () => {
  const url = 'https://raw.githubusercontent.com/smart-data-models/dataModel.Device/master/context.jsonld';
  const schema = bytes('schema.json', { properties: { batteryLevel: { type: 'number', maximum: 1 } } });
  const made = await city.models.add({ from: schema, type: 'Device', context: url, mode: 'reject' });
  assert.equal(made.type, 'https://smartdatamodels.org/dataModel.Device/Device');
  const device = { id: 'urn:ngsi-ld:Device:1', type: 'Device', batteryLevel: value(2) };
  const answer = await city.fetch('/entities', {
    method: 'POST',
    headers: { 'content-type': 'application/ld+json' },
    body: JSON.stringify({ ...device, '@context': url }),
  });
  assert.equal(answer.status, 400);
  assert.equal((await post(device)).status, 201, 'with the core context it is another type');
  await city.models.remove('Device');
});

test('a schema that cannot be used, or leads to what was not given, is refused with its reason', async () => {
  const refused = (from: NamedBytes, words: RegExp, given: NamedBytes[] = []) =>
    assert.rejects(
      city.models.add({ from, given, type: 'Odd', mode: 'warn' }),
      (error) => error instanceof Problem && error.kind === 'bad-data' && words.test(error.message),
    );
  await refused(pump, /common-schema\.json, which is not among the files given/);
  await refused(bytes('a.json', []), /an object is wanted/);
  await refused({ name: 'a.json', bytes: Buffer.from('{') }, /a\.json: the body is not JSON/);
  await refused(bytes('a.json', { type: 'nothing' }), /cannot be used/);
  await refused(bytes('a.json', { properties: { a: { pattern: '(' } } }), /cannot be used/);
  await refused(bytes('a.json', { $ref: `${common}#/definitions/none` }), /cannot be used/, [commons]);
  assert.equal(
    city.models.list().some(({ name }) => name === 'Odd'),
    false,
  );
  await assert.rejects(city.models.remove('Odd'), (error) => error instanceof Problem && error.kind === 'not-found');
});

test('published schemas take the published examples that keep to them', async (t) => {
  const directory = '../shared/data/ngsild';
  if (!existsSync(directory)) return t.skip(`skipped: ${directory} not found`);
  const device = { name: 'device-schema.json', bytes: readFileSync(`${directory}/Device/device-schema.json`) };
  const fits: Record<string, string> = {};
  for (const subject of ['Device', 'IssueTracking', 'KPI']) {
    for (const name of readdirSync(join(directory, subject))) {
      const path = join(directory, subject, name);
      if (!existsSync(join(path, 'schema.json')) || !existsSync(join(path, 'examples/example-normalized.jsonld')))
        continue;
      const text = readFileSync(join(path, 'examples/example-normalized.jsonld'), 'utf8');
      const entity = JSON.parse(text) as { type: string; '@context': unknown };
      const context = [entity['@context']].flat().filter((url) => modelDocument(String(url)));
      const from = { name: 'schema.json', bytes: readFileSync(join(path, 'schema.json')) };
      await city.models.add({
        from,
        given: [commons, device],
        type: entity.type,
        context: context as string[],
        mode: 'reject',
      });
      const answer = await city.fetch('/entities', {
        method: 'POST',
        headers: { 'content-type': 'application/ld+json' },
        body: JSON.stringify({ ...entity, '@context': context }),
      });
      fits[name] =
        answer.status === 201 ? 'fits' : (((await answer.json()) as { detail: string }).detail.split(': ')[1] ?? '');
    }
  }
  const misfits = Object.entries(fits).filter(([, answer]) => answer !== 'fits');
  assert.deepEqual(Object.fromEntries(misfits), {
    // Numbers and a date that the examples write as other things.
    PolarH10: 'hr must be integer',
    SenseHat: 'accelerometer.x must be number',
    KeyPerformanceIndicator: 'dateNextCalculation must match format "date"',
  });
  assert.equal(Object.keys(fits).length, 15);
});

test('schemas survive a restart', async (t) => {
  const own = await openTestCity();
  t.after(() => own.close());
  await own.models.add({ from: pump, given: [commons], type: 'Pump', mode: 'warn' });
  const { openModels } = await import('./index.ts');
  const { createMetrics } = await import('../../base/metrics.ts');
  await own.store.writer.applied();
  const again = await openModels({
    writer: own.store.writer,
    rows: own.store.rows,
    contexts: { core: undefined } as never,
    outbound: {} as never,
    clock: { now: () => 0 },
    metrics: createMetrics(),
  });
  assert.deepEqual(again.list(), own.models.list());
});
