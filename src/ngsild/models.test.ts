import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileContext } from './context.ts';
import { termTable, type PublishedContext } from './contexts/generate.ts';
import { modelDocument } from './models.ts';

const directory = '../shared/data/contexts';
const published: Record<string, string> = {
  FIWARE: 'fiware-data-models.jsonld',
  Device: 'sdm-Device.jsonld',
  IssueTracking: 'sdm-IssueTracking.jsonld',
  KeyPerformanceIndicator: 'sdm-KeyPerformanceIndicator.jsonld',
};

for (const [name, file] of Object.entries(published)) {
  test(`the bundled terms of ${name} are the published ones`, (t) => {
    if (!existsSync(directory)) return t.skip(`skipped: ${directory} not found`);
    const text = readFileSync(join(directory, file), 'utf8');
    const { '@context': context } = JSON.parse(text.slice(text.indexOf('{'))) as { '@context': PublishedContext };
    const bundled = join(import.meta.dirname, 'contexts', `${name}.json`);
    const table = termTable(context);
    if (process.env['BLESS'] === '1') writeFileSync(bundled, `${JSON.stringify(table, null, 2)}\n`);
    assert.deepEqual(JSON.parse(readFileSync(bundled, 'utf8')), table);
  });
}

test('a model is found under each address where it is published, and under no other', () => {
  const github = 'https://raw.githubusercontent.com/smart-data-models/dataModel.Device';
  for (const url of [
    `${github}/master/context.jsonld`,
    `${github}/refs/heads/master/context.jsonld`,
    'https://smart-data-models.github.io/dataModel.Device/context.jsonld',
  ]) {
    assert.equal(
      compileContext(url, modelDocument).expand('batteryLevel'),
      'https://smartdatamodels.org/dataModel.Device/batteryLevel',
    );
  }
  assert.equal(
    compileContext('https://schema.lab.fiware.org/ld/context', modelDocument).expand('Streetlight'),
    'https://uri.fiware.org/ns/data-models#Streetlight',
  );
  for (const url of [
    'https://smartdatamodels.org/context.jsonld',
    'https://example.org/dataModel.Device/master/context.jsonld',
    `${github.replace('Device', 'Nothing')}/master/context.jsonld`,
    `${github.replace('Device', 'constructor')}/master/context.jsonld`,
  ]) {
    assert.equal(modelDocument(url), undefined, url);
  }
});
