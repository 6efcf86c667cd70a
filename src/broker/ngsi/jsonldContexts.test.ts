import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';
import { apiSchemas } from '../../ngsild/index.ts';
import { answerWords } from './answers.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());

const json = { 'content-type': 'application/json' };
const errors = 'https://uri.etsi.org/ngsi-ld/errors/';
const link = (url: string) => ({
  link: `<${url}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`,
});
const core = 'https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld';

async function add(context: unknown, beside: object = {}): Promise<{ path: string; url: string }> {
  const answer = await city.fetch('/jsonldContexts', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ '@context': context, ...beside }),
  });
  assert.equal(answer.status, 201, await answer.text());
  const location = answer.headers.get('location') ?? '';
  assert.match(location, /^\/ngsi-ld\/v1\/jsonldContexts\/urn:ngsi-ld:jsonldContext:\w+$/);
  return { path: location.slice('/ngsi-ld/v1'.length), url: city.url + location };
}

async function fails(path: string, status: number, type: string, init?: RequestInit): Promise<void> {
  const answer = await city.fetch(path, init);
  const body = (await answer.json()) as { type: string };
  assert.deepEqual([answer.status, body.type], [status, errors + type], path);
}

/** What the OpenAPI document says of the answer holds. */
function fitsAnswer(answered: unknown): void {
  const { schema } = answerWords('ContextDocument');
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile({ components: { schemas: apiSchemas }, $ref: `#/components/schemas/${schema}` });
  assert.ok(validate(answered), JSON.stringify(validate.errors));
}

test('a context that was added is served, listed, told about and removed', async () => {
  const context = { flow: 'https://e.org/flow' };
  const { path, url } = await add(context, { note: 'left away' });
  const served = await city.fetch(path);
  assert.equal(served.headers.get('content-type'), 'application/json');
  assert.deepEqual(await served.json(), { '@context': context });
  const ld = await city.fetch(path, { headers: { accept: 'application/ld+json, application/json;q=0.9' } });
  assert.equal(ld.headers.get('content-type'), 'application/ld+json');
  assert.deepEqual(await ld.json(), { '@context': context });
  assert.deepEqual(await (await city.fetch('/jsonldContexts')).json(), [url]);
  assert.deepEqual(await (await city.fetch('/jsonldContexts?kind=Cached&details=false')).json(), []);
  const [details] = (await (await city.fetch('/jsonldContexts?details=true')).json()) as Record<string, unknown>[];
  const { createdAt, lastUsage, ...rest } = details ?? {};
  assert.match(String(createdAt), /^\d{4}-.*Z$/);
  assert.match(String(lastUsage), /^\d{4}-.*Z$/);
  assert.deepEqual(rest, { URL: url, localId: path.slice('/jsonldContexts/'.length), kind: 'Hosted', numberOfHits: 2 });
  const told: unknown = await (await city.fetch(`${path}?details=true`)).json();
  assert.deepEqual(told, details);
  for (const answered of [told, { '@context': context }]) fitsAnswer(answered);
  assert.equal((await city.fetch(path, { method: 'DELETE' })).status, 204);
  await fails(path, 404, 'ResourceNotFound');
  await fails(path, 404, 'ResourceNotFound', { method: 'DELETE' });
});

test('a context that was added is used by its address, in a Link header and in a body', async () => {
  const { url, path } = await add([{ e: 'https://e.org/' }, { flow: 'e:flow', Pump: 'e:Pump' }]);
  const entity = { id: 'urn:ngsi-ld:Pump:1', type: 'Pump', flow: { type: 'Property', value: 5 } };
  const created = await city.fetch('/entities', {
    method: 'POST',
    headers: { 'content-type': 'application/ld+json' },
    body: JSON.stringify({ ...entity, '@context': [url, core] }),
  });
  assert.equal(created.status, 201);
  const read = await city.fetch('/entities?type=Pump&q=flow>4', { headers: link(url) });
  assert.deepEqual(await read.json(), [entity]);
  assert.ok(read.headers.get('link')?.includes(`<${url}>`));
  const full = await city.fetch('/entities/urn:ngsi-ld:Pump:1');
  assert.deepEqual(await full.json(), {
    id: 'urn:ngsi-ld:Pump:1',
    type: 'https://e.org/Pump',
    'https://e.org/flow': { type: 'Property', value: 5 },
  });
  assert.equal((await city.fetch(path, { method: 'DELETE' })).status, 204);
  await fails('/entities?type=Pump', 504, 'LdContextNotAvailable', { headers: link(url) });
});

test('an answer in plain JSON names the array of the query in a Link header that can be followed', async () => {
  const context = [{ flow: 'https://e.org/flow' }, { Gate: 'https://e.org/Gate' }, core];
  const answer = await city.fetch('/entityOperations/query', {
    method: 'POST',
    headers: { 'content-type': 'application/ld+json', accept: 'application/json' },
    body: JSON.stringify({ type: 'Query', entities: [{ type: 'Gate' }], '@context': context }),
  });
  assert.equal(answer.status, 200);
  const url =
    /<([^>]+)>; rel="http:\/\/www\.w3\.org\/ns\/json-ld#context"/.exec(answer.headers.get('link') ?? '')?.[1] ?? '';
  assert.ok(url.startsWith(`${city.url}/ngsi-ld/v1/jsonldContexts/`), url);
  assert.deepEqual(await (await fetch(url)).json(), { '@context': context });
});

test('a bundled context is Cached: told about by its URL, not served, reloaded, and the core stays', async () => {
  const url = 'https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld';
  const path = `/jsonldContexts/${encodeURIComponent(url)}`;
  const details = (await (await city.fetch(`${path}?details=true`)).json()) as Record<string, unknown>;
  assert.deepEqual([details['URL'], details['kind']], [url, 'Cached']);
  await fails(path, 422, 'OperationNotSupported');
  assert.equal((await city.fetch(`${path}?reload=true`, { method: 'DELETE' })).status, 204);
  await fails(path, 400, 'BadRequestData', { method: 'DELETE' });
});

test('bad input is refused with its kind, and keeps nothing', async () => {
  const before = await (await city.fetch('/jsonldContexts')).json();
  const post = (body: string, headers: Record<string, string> = json) => ({ method: 'POST', headers, body });
  await fails('/jsonldContexts', 400, 'InvalidRequest', post('{"flow": "https://e.org/flow"}'));
  await fails('/jsonldContexts', 400, 'InvalidRequest', post('{"@context": {'));
  await fails('/jsonldContexts', 400, 'BadRequestData', post('{"@context": 5}'));
  await fails('/jsonldContexts', 400, 'BadRequestData', post('{"@context": {"a": {"@context": {}}}}'));
  assert.equal((await city.fetch('/jsonldContexts', post('{}', { 'content-type': 'text/plain' }))).status, 415);
  await fails('/jsonldContexts?kind=other', 400, 'BadRequestData');
  await fails('/jsonldContexts?details=other', 400, 'BadRequestData');
  await fails('/jsonldContexts?limit=1', 400, 'InvalidRequest');
  await fails('/jsonldContexts/nothing', 404, 'ResourceNotFound');
  await fails('/jsonldContexts/nothing?reload=true', 404, 'ResourceNotFound', { method: 'DELETE' });
  await fails('/jsonldContexts/nothing?reload=perhaps', 400, 'BadRequestData', { method: 'DELETE' });
  const { path } = await add({ a: 'https://e.org/a' });
  await fails(`${path}?reload=true`, 400, 'BadRequestData', { method: 'DELETE' });
  await city.fetch(path, { method: 'DELETE' });
  assert.deepEqual(await (await city.fetch('/jsonldContexts')).json(), before);
});
