/** Random entities and random questions about them. Test code. */
import * as fc from 'fast-check';
import {
  type AttributePath,
  coreContext,
  type Entity,
  type EntityOrder,
  type EntityQuery,
  type EntitySelector,
  type Geometry,
  type Instance,
  type Json,
  type QLiteral,
  type QNode,
  type ScopeNode,
  type Sight,
} from '../../ngsild/index.ts';

export const names = ['https://e.org/a', 'https://e.org/b', 'https://e.org/q"uote', coreContext.expand('createdAt')];
const kinds = [
  'Property',
  'Property',
  'Relationship',
  'ListRelationship',
  'LanguageProperty',
  'VocabProperty',
] as const;
export const location = coreContext.expand('location');
export const types = ['https://e.org/Bus', 'https://e.org/Lamp'];
export const at = '2026-03-01T10:00:00.000Z';
const later = '2026-03-01T10:00:00.5Z';

const literal: fc.Arbitrary<QLiteral> = fc.oneof(
  fc.constantFrom(-1, 0, 1, 2.5, 1e21).map((value): QLiteral => ({ kind: 'number', value })),
  fc.constantFrom('x', 'y', 'urn:bus:1', later).map((value): QLiteral => ({ kind: 'string', value })),
  fc.constantFrom('urn:bus:1', 'urn:bus:2').map((value): QLiteral => ({ kind: 'uri', value })),
  fc.constantFrom('10:00:00Z', '10:00:00.5Z').map((value): QLiteral => ({ kind: 'time', value })),
  fc.boolean().map((value): QLiteral => ({ kind: 'boolean', value })),
  fc.constantFrom(at, later).map((value): QLiteral => ({ kind: 'instant', value })),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(-1, 0, -0, 1, 2.5, 1e21, 'x', 'y', 'xyz', true, false, null, at, later, '10:00:00,50Z'),
  fc.constantFrom<Json>('urn:bus:1', 'urn:bus:2', ['urn:bus:1', 'urn:bus:3'], { en: 'x' }, { en: ['x', 'y'], tg: 'y' }),
  fc.constantFrom<Json>([1, 'x'], [], { c: 1 }, { c: { d: 'x' } }, { '@value': 1, '@type': 'Integer' }, [[1]]),
);
const instance: fc.Arbitrary<Instance> = fc
  .record(
    {
      type: fc.constantFrom(...kinds),
      value,
      datasetId: fc.constantFrom('urn:d:1', 'urn:d:2'),
      observedAt: fc.constant(at),
      sub: fc.constant({ 'https://e.org/b': [{ type: 'Property' as const, value: 1 }] }),
    },
    { requiredKeys: ['type', 'value'], noNullPrototype: true },
  )
  .map((made) => made as Instance);
const plainPath = fc.record({
  names: fc.oneof(
    fc.constantFrom(...names).map((name) => [name]),
    fc.constantFrom(...names).map((name) => [name, 'https://e.org/b']),
  ),
  inner: fc.constantFrom<string[]>([], [], [], ['c'], ['c', 'd'], ['en'], ['*']),
});
const link = fc.record({ name: fc.constantFrom(...names.slice(0, 2)), types: fc.subarray(types) });
const path: fc.Arbitrary<AttributePath> = fc.oneof(
  { weight: 4, arbitrary: plainPath },
  {
    weight: 1,
    arbitrary: fc
      .tuple(plainPath, fc.array(link, { minLength: 1, maxLength: 2 }))
      .map(([made, via]) => ({ ...made, via })),
  },
);
const leaf: fc.Arbitrary<QNode> = fc.oneof(
  path.map((path): QNode => ({ node: 'exists', path })),
  fc
    .record({
      path,
      op: fc.constantFrom('==' as const, '!=' as const, '>' as const, '>=' as const, '<' as const, '<=' as const),
      value: literal,
    })
    .map((part): QNode => ({ node: 'compare', ...part })),
  fc
    .record({ path, op: fc.constantFrom('==' as const, '!=' as const), from: literal, to: literal })
    .map((part): QNode => ({ node: 'range', ...part })),
  fc
    .record({
      path,
      op: fc.constantFrom('==' as const, '!=' as const),
      values: fc.array(literal, { minLength: 1, maxLength: 3 }),
    })
    .map((part): QNode => ({ node: 'oneOf', ...part })),
  fc
    .record({ path, op: fc.constantFrom('~=' as const, '!~=' as const), pattern: fc.constantFrom('^x', 'y|z') })
    .map((part): QNode => ({ node: 'match', ...part })),
);
export const tree: fc.Arbitrary<QNode> = fc.oneof(
  leaf,
  fc
    .record({
      node: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(leaf, { minLength: 1, maxLength: 3 }),
    })
    .map((part): QNode => part),
);
const degrees = fc.integer({ min: -3, max: 3 });
const point = fc.tuple(degrees, degrees).map((coordinates): Geometry => ({ type: 'Point', coordinates }));
const square = fc.tuple(degrees, degrees, fc.integer({ min: 1, max: 3 })).map(([x, y, size]): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [x, y],
      [x + size, y],
      [x + size, y + size],
      [x, y + size],
      [x, y],
    ],
  ],
}));
const geo: fc.Arbitrary<NonNullable<EntityQuery['geo']>> = fc.oneof(
  fc
    .record({ geometry: point, maxDistanceM: fc.constantFrom(0, 1000, 200_000, 1e7) })
    .map((part) => ({ relation: 'near' as const, property: location, ...part })),
  fc
    .record({ geometry: point, minDistanceM: fc.constantFrom(1000, 200_000) })
    .map((part) => ({ relation: 'near' as const, property: location, ...part })),
  fc.record({
    relation: fc.constantFrom('within' as const, 'intersects' as const, 'disjoint' as const, 'equals' as const),
    geometry: square,
    property: fc.constant(location),
  }),
);
export const entity = (n: number): fc.Arbitrary<Entity> =>
  fc
    .record({
      type: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 2 }),
      attrs: fc.dictionary(fc.constantFrom(...names.slice(0, 3)), fc.array(instance, { minLength: 1, maxLength: 2 }), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      place: fc.option(fc.oneof(point, square), { nil: undefined }),
      scope: fc.uniqueArray(fc.constantFrom('/A', '/A/B', 'A/B/C', '/D'), { maxLength: 2 }),
    })
    .map(({ type, attrs, place, scope }) => ({
      id: `urn:bus:${n}`,
      type,
      ...(scope.length > 0 && { scope }),
      createdAt: at,
      modifiedAt: at,
      attrs: place ? { ...attrs, [location]: [{ type: 'GeoProperty', value: place as unknown as Json }] } : attrs,
    }));
const selector: fc.Arbitrary<EntitySelector> = fc
  .record(
    {
      ids: fc.uniqueArray(fc.constantFrom('urn:bus:1', 'urn:bus:2', 'urn:bus:12', 'urn:x'), { maxLength: 3 }),
      idPattern: fc.constantFrom('[13579]$', '^urn:bus'),
      type: fc.constantFrom<NonNullable<EntityQuery['type']>>(
        { node: 'type', iri: types[0] as string },
        { node: 'and', of: types.map((iri) => ({ node: 'type', iri })) },
        { node: 'or', of: types.map((iri) => ({ node: 'type', iri })) },
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((made) => made as EntitySelector);
const scopeLeaf = fc
  .record({ levels: fc.array(fc.constantFrom('A', 'B', '+', 'D'), { maxLength: 3 }), below: fc.boolean() })
  .filter(({ levels, below }) => levels.length > 0 || below)
  .map((part): ScopeNode => ({ node: 'scope', ...part }));
const scope: fc.Arbitrary<ScopeNode> = fc.oneof(
  scopeLeaf,
  fc
    .record({
      node: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(scopeLeaf, { minLength: 1, maxLength: 3 }),
    })
    .map((part): ScopeNode => part),
);
const sightLeaf: fc.Arbitrary<Sight> = fc.oneof(
  leaf.map((q): Sight => ({ node: 'q', q })),
  fc
    .record({ op: fc.constantFrom('none' as const, 'only' as const), types: fc.subarray(types) })
    .map((part): Sight => ({ node: 'types', ...part })),
);
const sight: fc.Arbitrary<Sight> = fc.oneof(
  sightLeaf,
  fc
    .record({
      node: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(sightLeaf, { minLength: 1, maxLength: 3 }),
    })
    .map((part): Sight => part),
);
export const query: fc.Arbitrary<EntityQuery> = fc
  .tuple(
    selector,
    fc.record(
      {
        selectors: fc.array(selector, { minLength: 1, maxLength: 3 }),
        attrs: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
        q: tree,
        geo,
        scope,
        also: fc.array(sight, { maxLength: 2 }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  )
  .map(([selected, rest]) => ({ ...selected, ...rest }) as EntityQuery);

export const order: fc.Arbitrary<EntityOrder> = fc.record({
  terms: fc.array(
    fc.record({
      path: fc.oneof(
        plainPath,
        fc.constantFrom('id', 'type', location).map((name) => ({ names: [name], inner: [] })),
      ),
      descending: fc.boolean(),
      from: fc.constant<Geometry>({ type: 'Point', coordinates: [0, 0] }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
