/** Random records for property tests: unicode, lone surrogates, -0, numbers that are not exact, deep values. */
import fc from 'fast-check';
import {
  attributeKinds,
  type Attributes,
  type Entity,
  type EntityDelta,
  type Instance,
  type Json,
  type Removal,
} from '../../ngsild/entity.ts';
import type { Cause, JournalRecord, RowDelta, SqlValue } from '../ports.ts';

/** Plain objects, as the decoder makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ud800', 'а', 'Душанбе', '🚌', 'x'.repeat(70_000), 'é'.repeat(40)),
);
const iri = fc.constantFrom(
  ...['name', 'location', 'temperature', 'a.b', 'q"uote', 'ҷой', 'x'].map(
    (name) => `https://uri.etsi.org/ngsi-ld/${name}`,
  ),
);
const instant = fc.oneof(
  fc
    .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom('2026-03-01T10:00:00Z', '2026-03-01T10:00:00.5Z', '2026-03-01T15:00:00+05:00', 'soon'),
);
const json = fc
  .jsonValue({ maxDepth: 3, noUnicodeString: false })
  .filter((value) => !JSON.stringify(value).includes('__proto__')) as fc.Arbitrary<Json>;
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  text,
  fc.boolean(),
  fc.constant(null),
  json,
);

/** Leaves out the members that are undefined: an absent member and an undefined one are not the same. */
const present = <T extends object>(thing: T): T =>
  Object.fromEntries(Object.entries(thing).filter(([, member]) => member !== undefined)) as T;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const instance = (depth: number): fc.Arbitrary<Instance> =>
  record({
    type: fc.constantFrom(...attributeKinds),
    value,
    datasetId: maybe(fc.constantFrom('urn:a', 'urn:b')),
    observedAt: maybe(instant),
    unitCode: maybe(fc.constantFrom('CEL', 'KWT')),
    valueType: maybe(iri),
    objectType: maybe(fc.oneof(iri, fc.array(iri, { maxLength: 2 }))),
    expiresAt: maybe(instant),
    ngsildproof: maybe(json),
    createdAt: maybe(instant),
    modifiedAt: maybe(instant),
    sub: depth > 0 ? maybe(attributes(depth - 1)) : fc.constant(undefined),
  }).map((made) => present(made) as Instance);

const attributes = (depth: number): fc.Arbitrary<Attributes> =>
  fc.dictionary(iri, fc.array(instance(depth), { minLength: 1, maxLength: 2 }), { maxKeys: 3, noNullPrototype: true });

const id = fc.constantFrom('urn:ngsi-ld:Bus:1', 'urn:ngsi-ld:Bus:2', 'urn:ngsi-ld:Чароғ:7');
const types = fc.uniqueArray(iri, { minLength: 1, maxLength: 2 });
const scope = fc.constantFrom<string[]>([], ['/city/north'], ['/a', '/b']);

const entity: fc.Arbitrary<Entity> = record({
  id,
  type: types,
  scope: maybe(scope),
  expiresAt: maybe(instant),
  createdAt: instant,
  modifiedAt: instant,
  attrs: attributes(1),
}).map((made) => present(made) as Entity);

const removals: fc.Arbitrary<Removal[]> = fc.array(
  record({
    name: iri,
    datasetId: maybe(fc.constant('urn:a')),
    type: maybe(fc.constantFrom(...attributeKinds)),
  }).map((made) => present(made) as Removal),
  { maxLength: 2 },
);

export const arbitraryDelta: fc.Arbitrary<EntityDelta> = fc.oneof(
  record({ op: fc.constant('put' as const), entity, dropped: maybe(removals) }).map(
    (made) => present(made) as EntityDelta,
  ),
  record({
    op: fc.constant('set' as const),
    id,
    at: instant,
    attrs: attributes(1),
    remove: maybe(removals),
    type: maybe(types),
    scope: maybe(scope),
    expiresAt: maybe(fc.option(instant, { nil: null })),
    keepNewer: maybe(fc.constant(true as const)),
  }).map((made) => present(made) as EntityDelta),
  record({ op: fc.constant('delete' as const), id, at: instant }),
  record({
    op: fc.constant('history' as const),
    id,
    type: types,
    at: instant,
    attrs: attributes(1),
    instead: maybe(record({ seq: fc.integer({ min: 1, max: 2 ** 40 }), place: fc.nat(70_000) })),
  }).map((made) => present(made) as EntityDelta),
  record({
    op: fc.constant('forget' as const),
    id,
    at: instant,
    past: fc.oneof(
      fc.constant('all' as const),
      record({ name: iri, datasetId: maybe(fc.constant('urn:a')) }).map((made) => present(made)),
      record({ name: iri, all: fc.constant(true as const) }),
      fc.array(
        record({ seq: fc.integer({ min: 1, max: 2 ** 40 }), place: maybe(fc.nat(70_000)) }).map(
          (made) => present(made) as { seq: number; place?: number },
        ),
        { maxLength: 3 },
      ),
    ),
    becomes: maybe(fc.option(entity, { nil: null })),
    stays: maybe(fc.constant(true as const)),
  }).map((made) => present(made) as EntityDelta),
);

const sqlValue: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  text,
  fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
);
const columns = fc.dictionary(fc.constantFrom('id', 'state', 'note', 'n'), sqlValue, {
  minKeys: 1,
  noNullPrototype: true,
});
const rowDelta: fc.Arbitrary<RowDelta> = record({
  table: fc.constantFrom('report', 'note'),
  key: columns,
  row: fc.option(columns, { nil: null }),
});
const cause: fc.Arbitrary<Cause> = record({
  by: fc.constantFrom('http', 'mqtt'),
  source: maybe(text),
  traceparent: maybe(text),
}).map((made) => present(made) as Cause);

export const arbitraryRecord: fc.Arbitrary<JournalRecord> = record({
  seq: fc.integer({ min: 1, max: 2 ** 40 }),
  at: fc.integer({ min: 0, max: 253_402_300_799_999 }),
  tenant: fc.integer({ min: 0, max: 100 }),
  cause,
  entities: fc.array(arbitraryDelta, { maxLength: 3 }),
  rows: fc.array(rowDelta, { maxLength: 2 }),
});
