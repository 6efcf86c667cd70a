/** Files that nobody here wrote, through the real door: created, read back equal, found by their type. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { openTestCity } from '../../test/fixtures/testCity.ts';
import { isObject } from '../base/json.ts';

const data = '../shared/data';

const sdm = (model: string): string =>
  `https://raw.githubusercontent.com/smart-data-models/dataModel.${model}/master/context.jsonld`;
const pins: Record<string, string> = {
  'https://schema.lab.fiware.org/ld/context': 'fiware-data-models.jsonld',
  [sdm('Device')]: 'sdm-Device.jsonld',
  [sdm('Device').replace('/master', '/refs/heads/master')]: 'sdm-Device.jsonld',
  // UWBAnchor is a model of Device and names the context of Aeronautics, which is not among the files.
  [sdm('Aeronautics').replace('/master', '/refs/heads/master')]: 'sdm-Device.jsonld',
  [sdm('IssueTracking')]: 'sdm-IssueTracking.jsonld',
  [sdm('KeyPerformanceIndicator')]: 'sdm-KeyPerformanceIndicator.jsonld',
};

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

test('published normalized entities are created, read back equal and found by their type', async (t) => {
  if (!existsSync(`${data}/ngsild`)) return t.skip(`skipped: ${data}/ngsild not found`);
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-pins-'));
  const index = Object.fromEntries(Object.entries(pins).map(([url, file]) => [url, resolve(data, 'contexts', file)]));
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
  const city = await openTestCity({ contexts: directory });
  t.after(async () => {
    await city.close();
    rmSync(directory, { recursive: true });
  });
  const seen: Record<string, { status: number; field?: string }> = {};
  let same = 0;
  for (const file of readdirSync(`${data}/ngsild`, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/normalized.*\.json(ld)?$/.test(file)) continue;
    const text = readFileSync(join(data, 'ngsild', file), 'utf8');
    if (!text.includes('"@context"')) continue;
    const created = await city.fetch('/entities', {
      method: 'POST',
      headers: { 'content-type': 'application/ld+json' },
      body: text,
    });
    if (created.status === 409) continue; // some examples share an id
    if (created.status !== 201) {
      const { field } = (await created.json()) as { field?: string };
      seen[file] = {
        status: created.status,
        ...(field !== undefined && !/^(character|byte)/.test(field) && { field }),
      };
      continue;
    }
    const json: unknown = JSON.parse(text);
    assert.ok(isObject(json));
    const { '@context': source, createdAt: _, modifiedAt: __, ...entity } = json;
    const urls = (Array.isArray(source) ? source : [source]).filter((url) => url in pins);
    const headers: Record<string, string> = urls[0]
      ? { link: `<${String(urls[0])}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"` }
      : {};
    const read = await city.fetch(`/entities/${encodeURIComponent(String(entity['id']))}`, { headers });
    assert.deepEqual(await read.json(), entity, file);
    const query = new URLSearchParams({ type: String(entity['type']), id: String(entity['id']) });
    const found = await city.fetch(`/entities?${query}`, { headers });
    assert.deepEqual(await found.json(), [entity], file);
    same++;
  }
  assert.deepEqual(seen, refused);
  assert.ok(same >= 70, `${same} examples came back`);
});
