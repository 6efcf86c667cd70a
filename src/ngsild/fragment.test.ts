import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { compileContext } from './context.ts';
import { applyDelta } from './entity.ts';
import type { Entity, EntityDelta } from './entity.ts';
import { entityJson, exampleContext, json } from './fixtures/arbitrary.ts';
import { mergeEntity, mergeJson, parseFragment, parseMerge, parsePartial, patchInstance } from './fragment.ts';
import type { MergeOptions } from './fragment.ts';
import { parseEntity } from './parse.ts';
import { representEntity } from './represent.ts';
import type { JsonObject } from './represent.ts';

const context = compileContext(exampleContext);
const [before, at] = ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'];
const none = 'urn:ngsi-ld:null';
const entity = (attrs: object): Entity => parseEntity({ id: 'urn:x:1', type: 'T', ...attrs }, context, { at: before });

/** The attributes after a merge, on the wire. */
function merged(
  stored: object,
  patch: object,
  options: Partial<MergeOptions> & { simplified?: boolean } = {},
): JsonObject {
  const it = entity(stored);
  const { simplified = false, ...rest } = options;
  const { attrs, remove, type, scope } = mergeEntity(it, parseMerge(patch, context, { simplified }), {
    context,
    at,
    ...rest,
  });
  const after = applyDelta(it, {
    op: 'set',
    id: it.id,
    at,
    attrs,
    remove,
    ...(type && { type }),
    ...(scope && { scope }),
  });
  assert.ok(after);
  const { id: _, type: __, ...shown } = representEntity(after, context);
  return shown;
}

function refused(run: () => unknown, field: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof Problem, String(error));
    assert.deepEqual([error.kind, error.field], ['bad-data', field], error.message);
    return true;
  });
}

const temperature = {
  temperature: { type: 'Property', value: 25, unitCode: 'CEL', observedAt: '2022-03-14T01:59:26.535Z' },
};

test('an update replaces attributes whole and removes those with the NGSI-LD Null', () => {
  const fragment = parseFragment(
    {
      temperature: { type: 'Property', value: 100 },
      flow: none,
      name: [{ value: none, datasetId: 'urn:d:1' }, { value: 'x' }],
      says: { languageMap: { '@none': none } },
      list: { valueList: [none] },
      type: 'U',
    },
    context,
    { at, nulls: true },
  );
  const iri = (term: string): string => context.expand(term);
  assert.deepEqual(fragment.remove, [
    { name: iri('flow') },
    { name: iri('name'), datasetId: 'urn:d:1' },
    { name: iri('says') },
    { name: iri('list') },
  ]);
  assert.deepEqual(Object.keys(fragment.attrs), [iri('temperature'), iri('name')]);
  assert.deepEqual(fragment.attrs[iri('temperature')], [
    { type: 'Property', value: 100, createdAt: at, modifiedAt: at },
  ]);
  assert.deepEqual(fragment.type, [iri('U')]);
  refused(() => parseFragment({ flow: none }, context, { at, nulls: false }), 'flow');
  refused(() => parseFragment({ a: { value: { b: none } } }, context, { at, nulls: true }), 'a.value.b');
  refused(() => parseFragment({ a: { observedAt: at, type: 'Property' } }, context, { at, nulls: true }), 'a.value');
});

test('a partial update overwrites members and leaves the others (5.5.8, example 1)', () => {
  const [known] = entity(temperature).attrs[context.expand('temperature')] ?? [];
  assert.ok(known);
  const patch = (body: object) =>
    patchInstance(known, parsePartial(body, 'temperature', context), 'temperature', context, at);
  const { type, value, unitCode, observedAt, modifiedAt, createdAt } =
    patch({ type: 'Property', value: 100, observedAt: '2022-03-14T13:00:00.000Z' }) ?? known;
  assert.deepEqual(
    [type, value, unitCode, observedAt, modifiedAt, createdAt],
    ['Property', 100, 'CEL', '2022-03-14T13:00:00.000Z', at, before],
  );
  assert.equal(patch({ unitCode: none })?.unitCode, undefined);
  assert.equal(patch({ observedAt: at })?.value, 25);
  assert.equal(patch({ value: none }), undefined);
  assert.deepEqual(patch({ accuracy: { value: 1 } })?.sub, {
    [context.expand('accuracy')]: [{ type: 'Property', value: 1 }],
  });
  refused(() => patch({ type: 'Relationship', object: 'urn:x:2' }), 'temperature.type');
  refused(() => parsePartial({ datasetId: none }, 'temperature', context), 'temperature.datasetId');
});

test('the NGSI-LD Null removes sub-attributes, one instance at a time', () => {
  const iri = (term: string): string => context.expand(term);
  const stored = { a: { value: 1, b: [{ value: 1 }, { value: 2, datasetId: 'urn:d:1' }], c: { object: 'urn:x:2' } } };
  const [known] = entity(stored).attrs[iri('a')] ?? [];
  assert.ok(known);
  const patched = (body: object) =>
    patchInstance(known, parsePartial(body, 'a', context), 'a', context, at)?.sub ?? 'none';
  assert.deepEqual(patched({ b: none, c: { object: none } }), {
    [iri('b')]: [{ type: 'Property', value: 2, datasetId: 'urn:d:1' }],
  });
  assert.deepEqual(patched({ b: { value: 3, datasetId: 'urn:d:1' }, c: none }), {
    [iri('b')]: [
      { type: 'Property', value: 1 },
      { type: 'Property', value: 3, datasetId: 'urn:d:1' },
    ],
  });
  const { attrs } = parseFragment({ a: { value: 1, b: { value: none }, c: none } }, context, { at, nulls: true });
  assert.equal(attrs[iri('a')]?.[0]?.sub, undefined);
});

test('the end of an entity is set and taken away by fragments', () => {
  const read = (expiresAt: string, nulls: boolean) => parseFragment({ expiresAt }, context, { at, nulls }).expiresAt;
  assert.deepEqual([read(at, false), read(at, true), read(none, true)], [at, at, null]);
  refused(() => read(none, false), 'expiresAt');
  refused(() => read('tomorrow', true), 'expiresAt');
  const it = { ...entity({}), expiresAt: before, scope: ['/a'] };
  const { expiresAt, scope } = parseMerge({ expiresAt: none, scope: none }, context);
  const set = {
    op: 'set',
    id: it.id,
    at,
    attrs: {},
    ...(scope && { scope }),
    ...(expiresAt === null && { expiresAt }),
  };
  assert.deepEqual(applyDelta(it, set as EntityDelta), { ...entity({}), modifiedAt: at });
});

test('a merge leaves what it does not name (5.5.12, example 1)', () => {
  assert.deepEqual(merged(temperature, { temperature: { type: 'Property', value: 100 } }), {
    temperature: { ...temperature.temperature, value: 100 },
  });
  assert.deepEqual(merged(temperature, { temperature: { observedAt: at } }), {
    temperature: { ...temperature.temperature, observedAt: at },
  });
  assert.deepEqual(merged(temperature, { temperature: { unitCode: none, accuracy: { value: 1 } } }), {
    temperature: {
      type: 'Property',
      value: 25,
      observedAt: '2022-03-14T01:59:26.535Z',
      accuracy: { type: 'Property', value: 1 },
    },
  });
});

test('a merge goes into values (5.5.12, example 2)', () => {
  const address = { type: 'Property', value: { street: 'Straße des 17. Juni', city: 'Berlin', country: 'Germany' } };
  const patch = { address: { type: 'Property', value: { street: 'Pariser Platz', country: none } } };
  assert.deepEqual(merged({ address }, patch), {
    address: { type: 'Property', value: { street: 'Pariser Platz', city: 'Berlin' } },
  });
  assert.deepEqual(merged({}, patch), { address: { type: 'Property', value: { street: 'Pariser Platz' } } });
});

test('a merge keeps the kind of what is stored when the patch is a bare value', () => {
  const owner = { type: 'Relationship', object: 'urn:x:2' };
  assert.deepEqual(merged({ owner }, { owner: 'urn:x:3' }, { simplified: true }), {
    owner: { type: 'Relationship', object: 'urn:x:3' },
  });
  refused(() => merged({ owner }, { owner: 5 }), 'owner.object');
  const says = { type: 'LanguageProperty', languageMap: { tg: 'ҳа', ru: 'да' } };
  assert.deepEqual(merged({ says }, { says: 'не' }, { lang: 'tg' }), {
    says: { type: 'LanguageProperty', languageMap: { tg: 'не', ru: 'да' } },
  });
  assert.deepEqual(merged({ says }, { says: ['не', 'на'] }, { lang: 'tg' }), {
    says: { type: 'LanguageProperty', languageMap: { tg: ['не', 'на'], ru: 'да' } },
  });
  refused(() => merged({ says }, { says: 'не' }), 'says');
  refused(() => merged({ says }, { says: 'не' }, { lang: 'no tag' }), 'says');
  assert.deepEqual(merged({ owner }, { owner: { type: 'Property', value: 'nobody' } }), {
    owner: { type: 'Property', value: 'nobody' },
  });
});

test('a common observedAt reaches only attributes that had one', () => {
  const plain = { level: { type: 'Property', value: 1 } };
  assert.deepEqual(merged({ ...temperature, ...plain }, { temperature: 26, level: 2 }, { observedAt: at }), {
    temperature: { ...temperature.temperature, value: 26, observedAt: at },
    level: { type: 'Property', value: 2 },
  });
});

test('a merge removes attributes, datasets and scopes, and adds types', () => {
  const stored = { a: [{ value: 1 }, { value: 2, datasetId: 'urn:d:1' }], b: 5, scope: '/x' };
  assert.deepEqual(merged(stored, { a: { datasetId: 'urn:d:1', value: none }, b: none, scope: none }), {
    a: { type: 'Property', value: 1 },
  });
  const { type } = parseMerge({ type: ['U', 'T'] }, context);
  assert.deepEqual(type, [context.expand('U'), context.expand('T')]);
  refused(() => merged({}, { a: { observedAt: at } }), 'a');
});

test('merging JSON follows RFC 7396', () => {
  fc.assert(
    fc.property(json, json, (known, patch) => {
      const result = mergeJson(known, patch);
      assert.deepEqual(mergeJson(result, patch), result);
      assert.deepEqual(mergeJson(undefined, patch), patch);
    }),
  );
});

test('merging a whole entity into itself changes nothing', () => {
  fc.assert(
    fc.property(entityJson, (source) => {
      const it = parseEntity(source, context, { at: before });
      const { attrs, remove } = mergeEntity(it, parseMerge(source, context), { context, at: before });
      assert.deepEqual(remove, []);
      assert.deepEqual(attrs, it.attrs);
    }),
    { numRuns: 300 },
  );
});

test('an entity merged into an empty one is that entity', () => {
  fc.assert(
    fc.property(entityJson, (source) => {
      const it = parseEntity(source, context, { at });
      const { attrs } = mergeEntity({ ...it, attrs: {} }, parseMerge(source, context), { context, at });
      assert.deepEqual(attrs, it.attrs);
    }),
    { numRuns: 300 },
  );
});

test('no JSON makes a fragment parser throw anything but a Problem', () => {
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, none, 'Property', 'LanguageProperty', 5, 'urn:a:b'),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(
        fc.constantFrom('type', 'value', 'object', 'languageMap', 'a', 'observedAt', 'datasetId', 'unitCode', 'scope'),
        tie('value'),
        { maxKeys: 3 },
      ),
    ),
  })).value;
  const stored = entity({ ...temperature, a: { languageMap: { en: 'x' }, b: { object: 'urn:x:1' } } });
  fc.assert(
    fc.property(value, (patch) => {
      for (const run of [
        () => mergeEntity(stored, parseMerge({ a: patch, temperature: patch }, context), { context, at }),
        () => parseFragment({ a: patch }, context, { at, nulls: true }),
        () => parsePartial(patch, 'a', context),
        () => parseMerge(patch, context),
      ]) {
        try {
          run();
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
