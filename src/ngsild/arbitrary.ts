/** Random entities for property tests, as normalized wire JSON. Test code: only `*.test.ts` imports it. */
import fc from 'fast-check';
import { formatInstant } from '../base/time.ts';
import type { Json } from './entity.ts';
import type { JsonObject } from './represent.ts';

export const name = fc.constantFrom('temperature', 'flow', 'name', 'location', 'address', 'ҳарорат', 'ex:level', 'b2_');
export const uri = fc.constantFrom('urn:ngsi-ld:Device:1', 'urn:ngsi-ld:Device:2', 'https://example.org/a?b=c#d');
export const instant = fc
  .integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 })
  .map((ms) => formatInstant(ms))
  .chain((text) => fc.constantFrom(text, text.replace('.', ','), text.replace(/\.\d+/, '')));

/** JSON without null, without words that have a meaning of their own. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.boolean(),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'value', 'type', 'унвон', 'x y'), tie('json'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})).json;

export const position = fc
  .tuple(fc.integer({ min: -1800, max: 1800 }), fc.integer({ min: -900, max: 900 }))
  .map(([long, lat]) => [long / 10, lat / 10]);
const ring = fc.array(position, { minLength: 3, maxLength: 6 }).map((open) => [...open, open[0] ?? []]);
export const geometry = fc.oneof(
  position.map((coordinates) => ({ type: 'Point', coordinates })),
  fc.array(position, { minLength: 1, maxLength: 4 }).map((coordinates) => ({ type: 'MultiPoint', coordinates })),
  fc.array(position, { minLength: 2, maxLength: 5 }).map((coordinates) => ({ type: 'LineString', coordinates })),
  fc.array(ring, { minLength: 1, maxLength: 2 }).map((coordinates) => ({ type: 'Polygon', coordinates })),
);
const languageMap = fc.dictionary(
  fc.constantFrom('tg', 'ru', 'uz-Cyrl', '@none'),
  fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 1, maxLength: 2 })),
  { minKeys: 1, maxKeys: 3, noNullPrototype: true },
);
const many = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }));

const core = fc.oneof(
  fc.record({ type: fc.constant('Property'), value: json }),
  fc.record({ type: fc.constant('Property'), value: json, unitCode: fc.constantFrom('CEL', 'MQH') }),
  fc.record({ type: fc.constant('Property'), value: geometry }),
  fc.record({ type: fc.constant('GeoProperty'), value: geometry }),
  fc.record({ type: fc.constant('Relationship'), object: many(uri) }),
  fc.record({ type: fc.constant('Relationship'), object: uri, objectType: name }),
  fc.record({ type: fc.constant('LanguageProperty'), languageMap }),
  fc.record({ type: fc.constant('VocabProperty'), vocab: many(name) }),
  fc.record({ type: fc.constant('JsonProperty'), json: fc.jsonValue().filter((value) => value !== null) }),
  fc.record({ type: fc.constant('ListProperty'), valueList: fc.array(json, { maxLength: 3 }) }),
  fc.record({
    type: fc.constant('ListRelationship'),
    objectList: fc.array(
      uri.map((object) => ({ object })),
      { maxLength: 3 },
    ),
  }),
);

const instance = fc.letrec<{ instance: JsonObject }>((tie) => ({
  instance: fc
    .record({
      core,
      observedAt: fc.option(instant, { nil: undefined }),
      expiresAt: fc.option(instant, { nil: undefined, freq: 10 }),
      sub: fc.oneof(
        { maxDepth: 2 },
        fc.constant({}),
        fc.dictionary(name, tie('instance'), { maxKeys: 2, noNullPrototype: true }),
      ),
    })
    .map(({ core, observedAt, expiresAt, sub }) => ({
      ...(core as JsonObject),
      ...(observedAt !== undefined && { observedAt }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...sub,
    })),
})).instance;

const attribute = fc.oneof(
  { weight: 4, arbitrary: instance },
  {
    weight: 1,
    arbitrary: fc.tuple(instance, instance).map(([a, b]): Json => [a, { ...b, datasetId: 'urn:ngsi-ld:Dataset:1' }]),
  },
);

/** A normalized entity; @context: `ex` is a prefix. */
export const entityJson: fc.Arbitrary<JsonObject> = fc
  .record({
    id: uri,
    type: fc.oneof(name, fc.constant(['Device', 'Sensor'])),
    scope: fc.option(fc.constantFrom('/Dushanbe', ['/Dushanbe/Sino', '/Water']), { nil: undefined }),
    attrs: fc.dictionary(name, attribute, { maxKeys: 4, noNullPrototype: true }),
  })
  .map(({ id, type, scope, attrs }) => ({ id, type: type as Json, ...(scope !== undefined && { scope }), ...attrs }));

export const exampleContext = { ex: 'https://example.org/', flow: 'https://smartdatamodels.org/flow' };
