/** Files that nobody here wrote, through the real door: created, read in every representation, found, deleted. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
// @ts-expect-error the oracle has no types
import untyped from 'jsonld';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { isObject } from '../base/json.ts';
import { coreContextUrl, coreDocument, isCoreUrl, modelDocument } from '../ngsild/index.ts';

type Json = Record<string, unknown>;
const jsonld: { expand(document: unknown): Promise<Json[]> } = untyped;
const data = '../shared/data/ngsild';
/** UWBAnchor is a model of Device and names the context of another subject, which is not among the files. */
const strange =
  'https://raw.githubusercontent.com/smart-data-models/dataModel.Aeronautics/refs/heads/master/context.jsonld';
const device = 'https://raw.githubusercontent.com/smart-data-models/dataModel.Device/master/context.jsonld';

/** Examples that cannot be taken, and what is said of them. */
const refused: Record<string, { status: number; field?: string }> = {
  // observedAt without seconds
  'FIWARE/specs/AgriFood/AgriGreenhouse/example-normalized-ld.jsonld': {
    status: 400,
    field: 'relativeHumidity.observedAt',
  },
  // a ring of one position
  'FIWARE/specs/AgriFood/AgriParcel/example-normalized-ld.jsonld': {
    status: 400,
    field: 'location.value.coordinates[0]',
  },
  // a comma is missing
  'FIWARE/specs/AgriFood/AgriParcelRecord/example-normalized-ld.jsonld': { status: 400 },
};

/** The value of an attribute as 4.5.4 shows it. */
function simplified(attribute: unknown): unknown {
  if (Array.isArray(attribute)) {
    return {
      dataset: Object.fromEntries(attribute.map((one: Json) => [one['datasetId'] ?? '@none', simplified(one)])),
    };
  }
  assert.ok(isObject(attribute));
  if ('value' in attribute) return attribute['value'];
  return 'object' in attribute ? attribute['object'] : { languageMap: attribute['languageMap'] };
}

const mapped = (entity: Json, change: (attribute: unknown) => unknown): Json =>
  Object.fromEntries(
    Object.entries(entity).map(([key, value]) => [key, ['id', 'type'].includes(key) ? value : change(value)]),
  );

/** What JSON-LD makes of an answer, by the @context that it carries; the core stands last (4.4). */
async function expand(answer: unknown): Promise<Json[]> {
  assert.ok(isObject(answer));
  const { '@context': context, ...entity } = answer;
  const documents = [context]
    .flat()
    .filter((item) => typeof item !== 'string' || !isCoreUrl(item))
    .map((item) => ({ ...(typeof item === 'string' ? modelDocument(item)?.['@context'] : (item as Json)) }));
  for (const document of documents) {
    for (const term of Object.keys(document)) {
      // Defined against JSON-LD 1.1 (`open311:type`): the oracle would refuse all of the context.
      if (!/.:/.test(term)) continue;
      if (term in entity) entity[String(document[term])] = entity[term];
      delete entity[term];
      delete document[term];
    }
  }
  return jsonld.expand({ ...entity, '@context': [...documents, coreDocument(coreContextUrl)?.['@context']] });
}

async function through(city: TestCity, file: string, whole: Json): Promise<void> {
  const { '@context': context, createdAt: _, modifiedAt: __, ...entity } = whole;
  const urls = [context].flat().filter((item) => typeof item === 'string');
  const link = urls.find((url) => !isCoreUrl(url)) ?? coreContextUrl;
  const headers = {
    link: `<${link}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`,
  };
  const path = `/entities/${encodeURIComponent(String(entity['id']))}`;
  const get = async (query: string, more: Record<string, string> = {}): Promise<Json> => {
    const answer = await city.fetch(`${path}${query}`, { headers: { ...headers, ...more } });
    assert.equal(answer.status, 200, `${file} ${query}`);
    return (await answer.json()) as Json;
  };
  const expected = await expand({ ...entity, '@context': context });
  assert.deepEqual(await get(''), entity, file);
  assert.deepEqual(await expand(await get('', { accept: 'application/ld+json' })), expected, file);
  const inSimple = mapped(entity, simplified);
  assert.deepEqual(await get('?format=simplified'), inSimple, file);
  const feature = await get('', { accept: 'application/geo+json' });
  const place = entity['location'] as Json | undefined;
  assert.deepEqual(feature['geometry'], place?.['type'] === 'GeoProperty' ? place['value'] : null, file);
  assert.ok(isObject(feature['properties']));
  assert.deepEqual({ id: feature['id'], ...feature['properties'] }, entity, file);

  // Concise: what it says is told by writing it back.
  const concise = await get('?format=concise', { accept: 'application/ld+json' });
  assert.ok(JSON.stringify(concise).length < JSON.stringify({ ...entity, '@context': link }).length, file);
  assert.equal((await city.fetch(path, { method: 'DELETE' })).status, 204, file);
  assert.equal((await city.fetch(path)).status, 404, file);
  const again = await city.fetch('/entities', {
    method: 'POST',
    headers: { 'content-type': 'application/ld+json' },
    body: JSON.stringify(concise),
  });
  assert.equal(again.status, 201, file);
  const query = new URLSearchParams({ type: String(entity['type']), id: String(entity['id']) });
  const found = await city.fetch(`/entities?${query}`, { headers });
  assert.deepEqual(await found.json(), [entity], file);
  assert.equal((await city.fetch(path, { method: 'DELETE' })).status, 204, file);
}

test('published entities come back equal in every representation, and mean what JSON-LD says', async (t) => {
  if (!existsSync(data)) return t.skip(`skipped: ${data} not found`);
  const city = await openTestCity();
  t.after(() => city.close());
  const seen: Record<string, { status: number; field?: string }> = {};
  let same = 0;
  for (const file of readdirSync(data, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/normalized.*\.json(ld)?$/.test(file)) continue;
    const text = readFileSync(join(data, file), 'utf8').replace(strange, device);
    if (!text.includes('"@context"')) continue;
    const created = await city.fetch('/entities', {
      method: 'POST',
      headers: { 'content-type': 'application/ld+json' },
      body: text,
    });
    if (created.status === 201) {
      await through(city, file, JSON.parse(text) as Json);
      same++;
      continue;
    }
    const { field } = (await created.json()) as { field?: string };
    const shown = field !== undefined && !/^(character|byte)/.test(field);
    seen[file] = { status: created.status, ...(shown && { field }) };
  }
  assert.deepEqual(seen, refused);
  assert.equal(same, 83);
});
