import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { compileContext } from './context.ts';
import { parseEntity } from './parse.ts';
import { representEntity } from './represent.ts';

const data = '../shared/data';

/** Examples that break the data model, and where. */
const faulty: Record<string, string> = {
  // observedAt without seconds
  'FIWARE/specs/AgriFood/AgriGreenhouse/example-normalized-ld.jsonld': 'relativeHumidity.observedAt',
  // a ring of one position
  'FIWARE/specs/AgriFood/AgriParcel/example-normalized-ld.jsonld': 'location.value.coordinates[0]',
  // a comma is missing
  'FIWARE/specs/AgriFood/AgriParcelRecord/example-normalized-ld.jsonld': 'not JSON',
};

test('every published normalized example comes back as it was', (t) => {
  if (!existsSync(`${data}/ngsild`)) return t.skip(`skipped: ${data}/ngsild not found`);
  const faults: Record<string, string | undefined> = {};
  let same = 0;
  for (const file of readdirSync(`${data}/ngsild`, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/normalized.*\.json(ld)?$/.test(file)) continue;
    const text = readFileSync(join(data, 'ngsild', file), 'utf8');
    if (!text.includes('"@context"')) continue;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      faults[file] = 'not JSON';
      continue;
    }
    assert.ok(isObject(json));
    // Stamps of the client are ignored on input.
    const { '@context': source, createdAt: _, modifiedAt: __, ...entity } = json;
    const context = compileContext(source, load);
    try {
      const parsed = parseEntity(json, context, { at: '2026-01-01T00:00:00.000Z' });
      assert.deepEqual(representEntity(parsed, context), entity, file);
      const concise = representEntity(parsed, context, { format: 'concise' });
      assert.deepEqual(parseEntity(concise, context, { at: '2026-01-01T00:00:00.000Z' }), parsed, file);
      same++;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults[file] = error.field;
    }
  }
  assert.deepEqual(faults, faulty);
  assert.equal(same, 83);
});

function load(url: string): unknown {
  const file = url.includes('schema.lab.fiware.org')
    ? 'fiware-data-models.jsonld'
    : url.includes('dataModel.Device')
      ? 'sdm-Device.jsonld'
      : url.includes('IssueTracking')
        ? 'sdm-IssueTracking.jsonld'
        : url.includes('KeyPerformance')
          ? 'sdm-KeyPerformanceIndicator.jsonld'
          : undefined;
  return file === undefined ? { '@context': {} } : JSON.parse(readFileSync(`${data}/contexts/${file}`, 'utf8'));
}
