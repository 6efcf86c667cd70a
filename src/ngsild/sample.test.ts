/** Entities that nobody here wrote: the published examples of Smart Data Models, checked by the jsonld package. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
// @ts-expect-error the oracle has no types
import untyped from 'jsonld';
import { Problem } from '../base/problem.ts';
import { compileContext, coreContext } from './context.ts';
import { coreContextUrl, coreDocument, isCoreUrl } from './core.ts';
import { modelDocument } from './models.ts';
import { parseEntity } from './parse.ts';
import { representEntity } from './represent.ts';

const jsonld: { expand(document: unknown): Promise<unknown[]> } = untyped;
const data = '../shared/data/ngsild';
const at = '2026-01-01T00:00:00.000Z';

/** Examples that break the data model, and where. */
const faulty: Record<string, string> = {
  // observedAt without seconds
  'FIWARE/specs/AgriFood/AgriGreenhouse/example-normalized-ld.jsonld': 'relativeHumidity.observedAt',
  // a ring of one position
  'FIWARE/specs/AgriFood/AgriParcel/example-normalized-ld.jsonld': 'location.value.coordinates[0]',
  // a comma is missing
  'FIWARE/specs/AgriFood/AgriParcelRecord/example-normalized-ld.jsonld': 'not JSON',
};

type Sample = { readonly file: string; readonly context: unknown; readonly entity: Record<string, unknown> };

/** @returns the examples with an @context, without the stamps of the client, which are ignored on input */
function samples(pattern: RegExp): { read: Sample[]; broken: string[] } {
  const read: Sample[] = [];
  const broken: string[] = [];
  for (const file of readdirSync(data, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!pattern.test(file)) continue;
    const text = readFileSync(join(data, file), 'utf8');
    if (!text.includes('"@context"')) continue;
    try {
      const { '@context': context, createdAt: _, modifiedAt: __, ...entity } = JSON.parse(text);
      read.push({ file, context, entity });
    } catch {
      broken.push(file);
    }
  }
  return { read, broken };
}

/** What JSON-LD makes of an entity; the core context stands last (4.4). */
function expand(entity: object, context: unknown): Promise<unknown[]> {
  const items = (Array.isArray(context) ? context : [context]) as unknown[];
  const documents = items
    .filter((item) => typeof item !== 'string' || !isCoreUrl(item))
    .map((item) => (typeof item === 'string' ? load(item)['@context'] : item) as Record<string, unknown>);
  // Terms with a colon (`open311:type`) are defined against JSON-LD 1.1, and the oracle would refuse all of the context.
  const odd = documents.flatMap((document) => Object.entries(document).filter(([term]) => /.:/.test(term)));
  const renamed = Object.entries(entity).map(([key, value]) => [odd.find(([term]) => term === key)?.[1] ?? key, value]);
  const known = documents.map((document) =>
    Object.fromEntries(Object.entries(document).filter(([term]) => !/.:/.test(term))),
  );
  return jsonld.expand({
    ...Object.fromEntries(renamed),
    '@context': [...known, coreDocument(coreContextUrl)?.['@context']],
  });
}

/** Two examples name contexts that are not among the files: their terms then are those of the default vocabulary. */
const load = (url: string) => modelDocument(url) ?? { '@context': {} };

test('every published normalized example comes back as it was, and means what JSON-LD says', async (t) => {
  if (!existsSync(data)) return t.skip(`skipped: ${data} not found`);
  const { read, broken } = samples(/normalized.*\.json(ld)?$/);
  const faults: Record<string, string | undefined> = Object.fromEntries(broken.map((file) => [file, 'not JSON']));
  let same = 0;
  for (const { file, context: source, entity } of read) {
    const context = compileContext(source, load);
    try {
      const parsed = parseEntity(entity, context, { at });
      assert.deepEqual(representEntity(parsed, context), entity, file);
      const concise = representEntity(parsed, context, { format: 'concise' });
      assert.deepEqual(parseEntity(concise, context, { at }), parsed, file);
      // Written with the core context alone, every name of the user's is a whole IRI: ours and the oracle's are compared.
      const inCore = representEntity(parsed, coreContext);
      assert.deepEqual(await expand(inCore, source), await expand(entity, source), file);
      same++;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      faults[file] = error.field;
    }
  }
  assert.deepEqual(faults, faulty);
  assert.equal(same, 83);
});

test('every published simplified example comes back as it was, and means what JSON-LD says', async (t) => {
  if (!existsSync(data)) return t.skip(`skipped: ${data} not found`);
  const { read } = samples(/example\.json(ld)?$/);
  for (const { file, context: source, entity } of read) {
    const context = compileContext(source, load);
    const parsed = parseEntity(entity, context, { at, simplified: true });
    assert.deepEqual(representEntity(parsed, context, { format: 'simplified' }), entity, file);
    const inCore = representEntity(parsed, coreContext, { format: 'simplified' });
    assert.deepEqual(await expand(inCore, source), await expand(entity, source), file);
  }
  assert.equal(read.length, 15);
});
