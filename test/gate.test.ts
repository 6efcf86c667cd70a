/** The schema gate at every door through which an entity can be written, and what stays of what was refused: nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect } from 'mqtt';
import { openTestCity } from './fixtures/testCity.ts';

/** Stands in everything that is refused. */
const secret = 'zarina-9925550123';
const directory = mkdtempSync(join(tmpdir(), 'chorsu-gate-'));
const mappings = join(directory, 'mapping.json');
const source = {
  name: 'Test',
  granularity: 'Test',
  purpose: 'Test',
  owner: 'Test',
  legalBasis: 'Test',
  retentionDays: null,
  personal: 'none',
};
writeFileSync(
  mappings,
  JSON.stringify({
    sources: [
      { id: 'bins', kind: 'mqtt', ...source },
      { id: 'places', kind: 'geojson', ...source },
      { id: 'table', kind: 'csv', ...source },
    ],
    mappings: [
      {
        source: 'bins',
        topic: 'bins/{id}',
        entity: { id: 'urn:ngsi-ld:WasteContainer:{id}', type: 'WasteContainer' },
        attributes: { about: { kind: 'JsonProperty', path: 'about' }, level: { path: 'level' } },
      },
      {
        source: 'places',
        payload: 'geojson',
        entity: { id: 'urn:ngsi-ld:Place:{properties.id}', type: 'PointOfInterest' },
        attributes: {
          about: { kind: 'JsonProperty', path: 'properties' },
          location: { kind: 'GeoProperty', path: 'geometry' },
        },
      },
    ],
  }),
);
const data = join(directory, 'city');
const city = await openTestCity({ mappings: [mappings], mqttPort: 0, data });
after(async () => {
  await city.close();
  rmSync(directory, { recursive: true, force: true });
});

const id = 'urn:ngsi-ld:Building:1';
const email = { type: 'Property', value: secret };
const observed = [{ type: 'Property', value: secret, observedAt: '2026-11-01T00:00:00Z' }];
const send = (method: string, path: string, body: unknown): Promise<Response> =>
  city.fetch(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
type Refusal = {
  readonly detail?: string;
  readonly errors?: readonly { readonly error: { readonly detail: string } }[];
};

await send('POST', '/entities', { id, type: 'Building', name: { type: 'Property', value: 'School 7' } });

test('the NGSI-LD operations on one entity refuse personal attributes and types', async () => {
  const doors: [string, string, unknown][] = [
    ['POST', '/entities', { id: 'urn:ngsi-ld:Building:2', type: 'Building', email }],
    ['POST', '/entities', { id: 'urn:ngsi-ld:Person:1', type: 'Person' }],
    ['PUT', `/entities/${id}`, { id, type: 'Building', email }],
    ['PATCH', `/entities/${id}`, { email }],
    ['PATCH', `/entities/${id}`, { type: 'Person' }],
    ['POST', `/entities/${id}/attrs`, { email }],
    ['PATCH', `/entities/${id}/attrs`, { name: { type: 'Property', value: 'x', email } }],
    ['PATCH', `/entities/${id}/attrs/name`, { type: 'Property', value: { email: secret } }],
    ['PUT', `/entities/${id}/attrs/name`, { type: 'Property', value: { email: secret } }],
    ['POST', '/temporal/entities', { id, type: 'Building', email: observed }],
    ['POST', '/temporal/entities', { id: 'urn:ngsi-ld:Person:1', type: 'Person', age: observed }],
  ];
  for (const [method, path, body] of doors) {
    const response = await send(method, path, body);
    const answer = (await response.json()) as Refusal;
    assert.equal(response.status, 400, `${method} ${path}: ${JSON.stringify(answer)}`);
    assert.match(answer.detail ?? '', /email is personal|type Person/, `${method} ${path}`);
  }
  const told = { id, type: 'Building', level: [{ type: 'Property', value: 1, observedAt: '2026-11-01T00:00:00Z' }] };
  assert.equal((await send('POST', '/temporal/entities', told)).status < 300, true);
  assert.equal((await send('POST', `/temporal/entities/${id}/attrs`, { email: observed })).status, 400);
});

test('of a batch what is personal fails alone', async () => {
  for (const operation of ['create', 'upsert', 'update', 'merge']) {
    const good = { id: `urn:ngsi-ld:Bench:${operation}`, type: 'Bench', level: { type: 'Property', value: 1 } };
    if (operation === 'update' || operation === 'merge') await send('POST', '/entities', good);
    const bad = operation === 'create' || operation === 'upsert' ? 'urn:ngsi-ld:Building:3' : id;
    const response = await send('POST', `/entityOperations/${operation}`, [good, { id: bad, type: 'Building', email }]);
    assert.equal(response.status, 207, operation);
    const { errors = [] } = (await response.json()) as Refusal;
    assert.match(errors[0]?.error.detail ?? '', /email is personal/, operation);
    assert.equal((await city.fetch(`/entities/${good.id}`)).status, 200, operation);
  }
});

test('readings by MQTT and HTTP are refused, and counted at their source under a name', async () => {
  const bad = JSON.stringify({ level: 1, about: { owner: { phone: secret } } });
  const response = await fetch(`${city.url}/api/ingest/bins?topic=bins/1`, { method: 'POST', body: bad });
  assert.equal(response.status, 400);
  assert.match(await response.text(), /personal: about\.owner\.phone is personal/);
  const client = connect(`mqtt://127.0.0.1:${city.mqttPort}`);
  await new Promise<void>((resolve, reject) => {
    client.once('error', reject);
    client.publish('bins/2', bad, { qos: 1 }, (error) => (error ? reject(error) : resolve()));
  });
  await client.endAsync();
  const bins = city.ingest.reports().find((report) => report.source.id === 'bins');
  assert.deepEqual(bins?.health.rejectedBy, { personal: 2 });
});

test('of a file the items that are personal are refused, each for itself, and their text is not written down', async () => {
  const file = join(directory, 'places.geojson');
  const point = { type: 'Point', coordinates: [69, 38] };
  const features = [
    { type: 'Feature', geometry: point, properties: { id: 1, kind: 'school' } },
    { type: 'Feature', geometry: point, properties: { id: 2, phone: secret } },
  ];
  writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features }));
  const rejectsFile = join(directory, 'rejects.csv');
  for (const dryRun of [true, false]) {
    const report = await city.ingest.importFile({ file, rejectsFile, dryRun });
    assert.deepEqual(report.rejectedBy, { personal: 1 });
    assert.equal(report.kept, 1);
    assert.doesNotMatch(readFileSync(rejectsFile, 'utf8'), new RegExp(secret));
  }
});

test('a mapping that names a personal attribute is refused when it is read, with its place', async () => {
  const file = join(directory, 'people.csv');
  writeFileSync(file, `id,phone\n1,${secret}\n`);
  const table = (attribute: string, type: string) => ({
    source: 'table',
    payload: 'table',
    entity: { id: 'urn:ngsi-ld:Place:{id}', type },
    attributes: { [attribute]: { path: 'phone', as: 'text' } },
  });
  for (const [attribute, type, wanted] of [
    ['phone', 'Place', /attributes\.phone.*no personal data/s],
    ['remark', 'Person', /entity\.type.*no entities of persons/s],
  ] as const) {
    const mapping = join(directory, `${attribute}.json`);
    writeFileSync(
      mapping,
      JSON.stringify({ sources: [{ id: 'table', kind: 'csv', ...source }], mappings: [table(attribute, type)] }),
    );
    await assert.rejects(openTestCity({ mappings: [mapping] }), wanted);
  }
});

test('nothing of what was refused stands in any file of the city', async () => {
  const looked: string[] = [];
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    looked.push(path);
    // What was imported is kept as it came, under its hash, until nothing names it any more.
    if (path.includes(`${data}/files/`)) continue;
    assert.equal(readFileSync(path).includes(secret), false, path);
  }
  assert.ok(looked.some((path) => path.includes('journal')));
});
