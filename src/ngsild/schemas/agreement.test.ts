/** The schemas of bodies refuse nothing that the parsers take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { compileContext } from '../context.ts';
import { entityJson, exampleContext, geometry, instant, json, name, uri } from '../fixtures/arbitrary.ts';
import { parseFragment, parseMerge, parsePartial } from '../fragment.ts';
import { flag } from '../parameters.ts';
import { parseEntity } from '../parse.ts';
import { parseQueryBody } from '../queryBody.ts';
import { parseTemporalEntity, parseTemporalFragment } from '../temporalEntity.ts';
import { parseSubscription, updateSubscription } from '../subscriptionParse.ts';
import { apiSchemas } from './index.ts';

const address = 'https://chorsu.invalid/schemas';
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
ajv.addSchema({ $id: address, components: { schemas: apiSchemas } });
const context = compileContext(exampleContext);
const at = '2026-01-01T00:00:00.000Z';

type Parser = (body: unknown) => unknown;
/** An @context of the body is looked at before the rest of it, as the door does. */
const afterContext =
  (parse: Parser): Parser =>
  (body) => {
    if (isObject(body)) compileContext(body['@context'], () => ({ '@context': {} }));
    return parse(body);
  };
const parsers: Readonly<Record<string, readonly Parser[]>> = {
  Entity: [afterContext((body) => parseEntity(body, context, { at }))],
  EntityFragment: [
    afterContext((body) => parseMerge(body, context)),
    afterContext((body) => parseFragment(body, context, { at, nulls: false })),
    afterContext((body) => parseFragment(body, context, { at, nulls: true })),
  ],
  AttributeFragment: [(body) => parsePartial(body, 'a', context)],
  EntityTemporal: [afterContext((body) => parseTemporalEntity(body, context, { at }))],
  EntityTemporalFragment: [afterContext((body) => parseTemporalFragment(body, context, { at }))],
  Query: [
    afterContext((body) => {
      const parameters = new Map(parseQueryBody(body, context).parameters);
      for (const name of ['local', 'splitEntities', 'entityMap']) flag(parameters, name);
    }),
  ],
  Subscription: [afterContext((body) => parseSubscription(body, context, { newId: () => 'urn:a:b', now: 0 }))],
  SubscriptionFragment: [afterContext((body) => updateSubscription(whole, body, context, 0))],
  ContextDocument: [
    (body) => {
      if (!isObject(body) || body['@context'] === undefined) throw new Problem('invalid-request', 'no @context');
      return compileContext(body, () => ({ '@context': {} }));
    },
  ],
};

const whole = parseSubscription(
  { type: 'Subscription', entities: [{ type: 'a' }], notification: { endpoint: { uri: 'http://e.org/' } } },
  context,
  { newId: () => 'urn:a:b', now: 0 },
);

const word = fc
  .constantFrom(
    'ex:level',
    'type',
    'id',
    '@id',
    '@type',
    'scope',
    'value',
    'object',
    'datasetId',
    'unitCode',
    'notification',
    'endpoint',
  )
  .chain((known) =>
    fc.constantFrom(known, 'observedAt', 'expiresAt', 'entities', 'geoQ', 'q', 'limit', '@context', 'vocab'),
  );
const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, '', 0, true, 'Property', 'Relationship', '@none', 'urn:ngsi-ld:null', '/a/b', [], {}, [null]),
  fc.constantFrom({ type: 'Property' }, { value: 1 }, { '@none': 'urn:ngsi-ld:null' }, [{ object: 'urn:a:b' }]),
  json,
  instant,
  uri,
  geometry,
);
const query = fc.record(
  {
    type: fc.constant('Query'),
    entities: fc.array(
      fc.record(
        { type: fc.oneof(name, fc.array(name, { minLength: 1 })), id: uri, idPattern: fc.constant('^a') },
        { requiredKeys: ['type'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    q: fc.constantFrom('a>1', 'b'),
    attrs: fc.array(name, { minLength: 1, maxLength: 2 }),
    geoQ: fc.record({
      georel: fc.constant('within'),
      geometry: fc.constant('Point'),
      coordinates: fc.constant([1, 2]),
    }),
    temporalQ: fc.record({ timerel: fc.constant('after'), timeAt: instant, lastN: fc.nat() }),
    ordering: fc.record({ orderBy: name }),
    local: fc.boolean(),
    joinLevel: fc.nat(),
  },
  { requiredKeys: ['type'] },
);
const subscription = fc.record(
  {
    type: fc.constant('Subscription'),
    entities: fc.array(
      fc.record({ type: name, id: fc.oneof(uri, fc.array(uri, { minLength: 1 })) }, { requiredKeys: ['type'] }),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
    notification: fc.record(
      {
        endpoint: fc.record(
          {
            uri: fc.constantFrom('https://e.org/a', 'mqtt://e.org/a'),
            accept: fc.constantFrom('application/json', 'application/ld+json'),
            timeout: fc.integer({ min: 1, max: 1000 }),
            receiverInfo: fc.constant([{ key: 'x-a', value: 'b' }]),
          },
          { requiredKeys: ['uri'] },
        ),
        attributes: fc.array(name, { minLength: 1, maxLength: 2 }),
        format: fc.constantFrom('normalized', 'keyValues'),
        sysAttrs: fc.boolean(),
        status: fc.constant('ok'),
      },
      { requiredKeys: ['endpoint'] },
    ),
    watchedAttributes: fc.array(name, { minLength: 1, maxLength: 2 }),
    notificationTrigger: fc.constant(['entityCreated']),
    q: fc.constant('a>1'),
    geoQ: fc.constant({ georel: 'within', geometry: 'Point', coordinates: [1, 2] }),
    scopeQ: fc.constant('/a/#'),
    throttling: fc.integer({ min: 1, max: 100 }),
    isActive: fc.boolean(),
    lang: fc.constant('tg'),
    description: fc.constant('what'),
  },
  { requiredKeys: ['type', 'entities', 'notification'] },
);
const instances = fc.oneof(
  fc.record({ type: fc.constant('Property'), value: json, observedAt: instant }),
  fc.array(fc.record({ type: fc.constant('Property'), value: json, observedAt: instant }), {
    minLength: 1,
    maxLength: 3,
  }),
  fc.record({
    type: fc.constant('Property'),
    values: fc.array(fc.tuple(json, instant), { minLength: 1, maxLength: 2 }),
  }),
  json,
);
const evolution = fc.record(
  { id: uri, type: name, temperature: instances, flow: instances, scope: fc.constantFrom('/a', ['/a', '/b']) },
  { requiredKeys: ['id', 'type'] },
);
const term = fc.oneof(uri, fc.record({ '@id': uri, '@type': fc.constantFrom('@id', '@vocab') }), fc.constant(null));
const contexts = fc.record({
  '@context': fc.oneof(uri, fc.dictionary(name, term), fc.array(fc.oneof(uri, fc.dictionary(name, term)))),
});
const bodies: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  Entity: entityJson,
  EntityFragment: entityJson.map((entity) => Object.fromEntries(Object.entries(entity).slice(2))),
  AttributeFragment: entityJson.map((entity) => Object.values(entity).at(-1)).filter(isObject),
  EntityTemporal: evolution,
  EntityTemporalFragment: evolution,
  Query: query,
  Subscription: subscription,
  SubscriptionFragment: subscription.map((given) => ({ ...given, type: undefined })),
  ContextDocument: contexts,
};

/** One change somewhere: a member is taken away, given another value, or added. */
type Change = {
  readonly path: number;
  readonly depth: number;
  readonly what: 'remove' | 'replace' | 'add';
  readonly key: string;
  readonly value: unknown;
};
const change: fc.Arbitrary<Change> = fc.record({
  path: fc.nat(1000),
  depth: fc.integer({ min: 0, max: 4 }),
  what: fc.constantFrom('remove', 'replace', 'replace', 'add'),
  key: word,
  value: anything,
});

function changed(body: unknown, { path, depth, what, key, value }: Change): unknown {
  if (typeof body !== 'object' || body === null) return value;
  if (Array.isArray(body)) {
    if (body.length === 0) return [value];
    const i = path % body.length;
    if (depth > 0) return body.with(i, changed(body[i], { path, depth: depth - 1, what, key, value }));
    return what === 'remove' ? body.toSpliced(i, 1) : what === 'add' ? [...body, value] : body.with(i, value);
  }
  const keys = Object.keys(body);
  const at = keys[path % Math.max(1, keys.length)] ?? key;
  const { [at]: inner, ...rest } = body as Record<string, unknown>;
  if (depth > 0 && typeof inner === 'object') {
    return { ...body, [at]: changed(inner, { path: path >> 2, depth: depth - 1, what, key, value }) };
  }
  return what === 'remove' ? rest : { ...body, [what === 'add' ? key : at]: value };
}

for (const [schema, parse] of Object.entries(parsers)) {
  const validate = ajv.compile({ $ref: `${address}#/components/schemas/${schema}` });
  test(`${schema}: what the parser takes the schema takes, and what the schema refuses the parser refuses`, () => {
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(bodies[schema] ?? fc.anything(), fc.array(change, { maxLength: 3 }), (good, changes) => {
        const body: unknown = JSON.parse(JSON.stringify(changes.reduce(changed, good) ?? null));
        const accepted = parse.some((one) => {
          try {
            one(body);
            return true;
          } catch (error) {
            assert.ok(error instanceof Problem, String(error));
            return false;
          }
        });
        const fits = validate(body) === true;
        if (!fits) refused++;
        if (!accepted) return;
        taken++;
        assert.ok(fits, `${JSON.stringify(validate.errors?.[0])} in ${JSON.stringify(body)}`);
      }),
      { numRuns: 1000 },
    );
    assert.ok(taken > 100, `${taken} taken`);
    assert.ok(refused > 50, `${refused} refused by the schema`);
  });
}

test('the examples of the schemas fit their schemas', () => {
  let examples = 0;
  for (const [schema, { examples: given }] of Object.entries(apiSchemas)) {
    for (const example of (given ?? []) as unknown[]) {
      const validate = ajv.compile({ $ref: `${address}#/components/schemas/${schema}` });
      assert.ok(validate(example), `${schema}: ${JSON.stringify(validate.errors)}`);
      examples++;
    }
  }
  assert.ok(examples >= 5);
});
