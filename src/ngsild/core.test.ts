import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { termTable } from './contexts/generate.ts';
import type { PublishedContext } from './contexts/generate.ts';
import { coreContextUrl, coreDocument, isCoreUrl } from './core.ts';

const directory = '../shared/data/contexts';

for (const version of ['1.3', '1.4', '1.6', '1.7', '1.8', '1.9']) {
  test(`the bundled core context v${version} is the published one`, (t) => {
    if (!existsSync(directory)) return t.skip(`skipped: ${directory} not found`);
    const text = readFileSync(`${directory}/ngsi-ld-core-context-v${version}.jsonld`, 'utf8');
    // Some copies begin with a line that names their address.
    const published = JSON.parse(text.slice(text.indexOf('{'))) as { '@context': PublishedContext };
    const bundled = join(import.meta.dirname, 'contexts', `v${version}.json`);
    const table = termTable(published['@context']);
    if (process.env['BLESS'] === '1') writeFileSync(bundled, `${JSON.stringify(table, null, 2)}\n`);
    assert.deepEqual(JSON.parse(readFileSync(bundled, 'utf8')), table);
  });
}

test('every address of a core context is known, and v1.9 is served as a document', () => {
  assert.ok(isCoreUrl('https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld'));
  assert.ok(isCoreUrl('http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.5.jsonld'));
  assert.ok(!isCoreUrl('https://example.org/ngsi-ld-core-context-v1.9.jsonld'));
  assert.deepEqual(coreDocument(coreContextUrl)?.['@context']['observedAt'], {
    '@id': 'https://uri.etsi.org/ngsi-ld/observedAt',
    '@type': 'DateTime',
  });
});
