import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { compileContext } from './context.ts';
import { parseEntityQuery, parseEntityRetrieve } from './entityQuery.ts';
import { exampleContext, geometry, instant } from './fixtures/arbitrary.ts';
import { parseGeo, printGeo } from './geoQuery.ts';
import type { Geometry, ScopeNode, TypeNode } from './query.ts';
import { parseEntity } from './parse.ts';
import { parsePurge } from './purge.ts';
import { parseQueryBody } from './queryBody.ts';
import { evaluateScope, parseScopeQ, printScopeQ } from './scope.ts';
import { evaluateTime, parseAggregation, parsePeriod, parseTemporal, printTemporal } from './temporal.ts';
import { parseTemporalQuery, parseTemporalRetrieve } from './temporalQuery.ts';
import { evaluateTypes, parseTypeSelection, printTypeSelection } from './types.ts';

const context = compileContext(exampleContext);
const iri = (term: string): string => context.expand(term);
const ask = (text: string) => parseEntityQuery(new URLSearchParams(text), context);

function refused(run: () => unknown, field: string | undefined, kind = 'bad-data'): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof Problem, String(error));
    assert.deepEqual([error.kind, error.field], [kind, field], error.message);
    return true;
  });
}

test('the parameters of a query become trees', () => {
  const request = ask(
    'type=Device,flow&q=temperature>20&id=urn:x:1,urn:x:2&georel=near;maxDistance==2000&geometry=Point' +
      '&coordinates=[68.78,38.56]&limit=5&offset=10&count=true&options=keyValues,sysAttrs&pick=id,temperature' +
      '&scopeQ=/Dushanbe/%23&lang=tg,ru;q=0.5&datasetId=@none',
  );
  assert.deepEqual(request, {
    query: {
      ids: ['urn:x:1', 'urn:x:2'],
      type: {
        node: 'or',
        of: [
          { node: 'type', iri: iri('Device') },
          { node: 'type', iri: 'https://smartdatamodels.org/flow' },
        ],
      },
      q: {
        node: 'compare',
        path: { names: [iri('temperature')], inner: [] },
        op: '>',
        value: { kind: 'number', value: 20 },
      },
      geo: {
        relation: 'near',
        geometry: { type: 'Point', coordinates: [68.78, 38.56] },
        property: iri('location'),
        maxDistanceM: 2000,
      },
      scope: { node: 'scope', levels: ['Dushanbe'], below: true },
    },
    local: false,
    page: { limit: 5, offset: 10, count: true },
    representation: {
      format: 'simplified',
      sysAttrs: true,
      pick: new Map([
        ['id', undefined],
        [iri('temperature'), undefined],
      ]),
      datasetIds: new Set(['@none']),
      lang: ['tg', 'ru'],
    },
  });
});

test('attrs filters and projects; format beats options; type=* is local', () => {
  const request = ask('attrs=temperature&format=concise&options=keyValues');
  assert.deepEqual(request.query.attrs, [iri('temperature')]);
  assert.deepEqual(request.representation, { format: 'concise', attrs: new Set([iri('temperature')]) });
  assert.deepEqual(request.page, { limit: 20, offset: 0, count: false });
  assert.deepEqual(ask('type=*'), { query: {}, local: true, page: request.page, representation: {} });
});

test('a query that is too wide, unknown or faulty is refused', () => {
  refused(() => ask(''), undefined);
  refused(() => ask('id=urn:x:1'), undefined);
  refused(() => ask('q=modifiedAt>2020-01-01T00:00:00Z'), undefined);
  refused(() => ask('typ=A'), 'typ', 'invalid-request');
  refused(() => ask('type=A&type=B'), 'type', 'invalid-request');
  refused(() => ask('type=A&options=keyvalues'), 'options', 'invalid-request');
  refused(() => ask('type=A&format=xml'), 'format', 'invalid-request');
  refused(() => ask('type=A&limit=-1'), 'limit');
  refused(() => ask('type=A&limit=0'), 'limit');
  refused(() => ask('type=A&limit=1001'), 'limit');
  refused(() => ask('type=A&offset=x'), 'offset');
  refused(() => ask('type=A&count=yes'), 'count');
  refused(() => ask('type=A&id=x'), 'id');
  refused(() => ask('type=A&idPattern=('), 'idPattern');
  refused(() => ask('type=A&attrs=a,,b'), 'attrs');
  refused(() => ask('type=A&attrs=observedAt'), 'attrs');
  refused(() => ask('type=A&pick='), 'pick, character 1');
  refused(() => ask('type=A&georel=within'), 'geometry');
  refused(() => ask('type=A&georel=near;maxDistance==0&geometry=Point&coordinates=[1,2]'), 'georel');
  refused(() => ask('type=A&georel=near&geometry=Point&coordinates=[1,2]'), 'georel');
  refused(() => ask('type=A&georel=within&geometry=Circle&coordinates=[1,2]'), 'geometry.type');
  refused(() => ask('type=A&georel=within&geometry=Point&coordinates=1,2'), 'coordinates');
  refused(() => ask('type=A;B'), 'type, character 2');
  refused(() => ask('type=*&local=false'), 'local');
  refused(() => ask('type=A&orderBy=location;dist-asc'), 'orderFrom');
  refused(() => ask('type=A&orderBy=a;up'), 'orderBy');
  refused(() => ask('type=A&orderBy=a>1'), 'orderBy');
  refused(() => ask('type=A&orderBy=a&collation=xx-yy-zz-u'), 'collation');
  refused(() => ask('type=A&orderFrom=[1,2]'), 'orderFrom');
  refused(() => ask('type=A&join=all'), 'join');
  refused(() => ask('type=A&joinLevel=2'), 'joinLevel');
  refused(() => ask('type=A&join=flat&joinLevel=0'), 'joinLevel');
  refused(() => ask('type=A&join=flat&joinLevel=11'), 'joinLevel', 'too-complex');
  refused(() => ask('type=A&q=a{b}==1'), 'q');
  refused(() => ask('type=A&join=inline&q=a{b{c}}==1'), 'q');
  refused(() => ask('type=A&pick=a{b}'), 'pick');
  refused(() => ask('type=A&pick=a&omit=a'), 'omit');
  refused(() => ask('type=A&pick=a&attrs=a'), 'pick');
  refused(() => ask('type=A&csf=a>>1'), 'csf, character 3');
  refused(() => ask('type=A&splitEntities=maybe'), 'splitEntities');
  refused(() => ask('type=A&entityMap=true'), 'entityMap', 'not-supported');
  refused(() => ask('type=A&lang=*;q=2'), 'lang', 'invalid-request');
});

test('a geoquery has a bounded number of positions', () => {
  const coordinates = Array.from({ length: 10_001 }, (_, i) => [i / 100, 0]);
  refused(
    () => parseGeo({ georel: 'intersects', geometry: 'LineString', coordinates }, context),
    'coordinates',
    'too-complex',
  );
});

test('a retrieve needs no selection', () => {
  const { query, representation } = parseEntityRetrieve(new URLSearchParams('attrs=a&options=sysAttrs'), context);
  assert.deepEqual(query, { attrs: [iri('a')] });
  assert.deepEqual(representation, { sysAttrs: true, attrs: new Set([iri('a')]) });
});

test('a temporal query says which instances and how they are aggregated', () => {
  const request = parseTemporalQuery(
    new URLSearchParams(
      'type=Device&attrs=flow&timerel=between&timeAt=2026-03-01T00:00:00Z&endTimeAt=2026-03-02T00:00:00Z&lastN=3' +
        '&options=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=PT1H&q=flow>1',
    ),
    context,
  );
  assert.equal(request.format, 'aggregatedValues');
  assert.deepEqual(request.temporal, {
    time: { timerel: 'between', timeAt: Date.parse('2026-03-01'), endTimeAt: Date.parse('2026-03-02') },
    timeproperty: 'observedAt',
    lastN: 3,
    attrs: [iri('flow')],
  });
  assert.deepEqual(request.aggregation, { methods: ['avg', 'max'], period: { months: 0, ms: 3_600_000 } });
});

test('temporal faults are refused', () => {
  const query = (text: string) => () => parseTemporalQuery(new URLSearchParams(`type=A&${text}`), context);
  const after = 'timerel=after&timeAt=2026-03-01T00:00:00Z';
  refused(query(''), 'timerel');
  refused(query('timerel=during&timeAt=2026-03-01T00:00:00Z'), 'timerel');
  refused(query('timerel=after'), 'timeAt');
  refused(query('timerel=after&timeAt=2026-03-01'), 'timeAt');
  refused(query('timerel=between&timeAt=2026-03-01T00:00:00Z'), 'endTimeAt');
  refused(query('timerel=between&timeAt=2026-03-02T00:00:00Z&endTimeAt=2026-03-01T00:00:00Z'), 'endTimeAt');
  refused(query(`${after}&lastN=0`), 'lastN');
  refused(query(`${after}&timeproperty=expiresAt`), 'timeproperty');
  refused(query(`${after}&format=aggregatedValues`), 'aggrMethods');
  refused(query(`${after}&format=aggregatedValues&aggrMethods=median`), 'aggrMethods');
  refused(query(`${after}&aggrMethods=avg`), 'aggrMethods');
  refused(query(`${after}&format=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=1h`), 'aggrPeriodDuration');
  assert.deepEqual(parsePeriod('P1Y1MT1H'), { months: 13, ms: 3_600_000 });
  assert.equal(parsePeriod('PT0S'), undefined);
  assert.deepEqual(parseAggregation('sum', 'P1Y'), { methods: ['sum'], period: { months: 12, ms: 0 } });
  assert.equal(parseTemporalRetrieve(new URLSearchParams('lastN=2'), context).temporal.lastN, 2);
});

test('a word that holds a value may name an attribute wherever one is named', () => {
  for (const word of ['value', 'object', 'json', 'languageMap', 'vocab', 'valueList', 'objectList']) {
    const { attrs } = parseEntity({ id: 'urn:x:1', type: 'T', [word]: 5 }, context, { at: '2026-01-01T00:00:00Z' });
    const [name = ''] = Object.keys(attrs);
    assert.deepEqual(ask(`attrs=${word}`).query, { attrs: [name] });
    assert.deepEqual([...(ask(`type=T&pick=${word}`).representation.pick?.keys() ?? [])], [name]);
    assert.equal(
      ask(`georel=near;maxDistance==1&geometry=Point&coordinates=[1,2]&geoproperty=${word}`).query.geo?.property,
      name,
    );
    assert.deepEqual(parsePurge(new URLSearchParams({ drop: word }), context).members, { drop: new Set([name]) });
  }
  for (const word of ['unitCode', 'observedAt', '@id']) refused(() => ask(`attrs=${word}`), 'attrs');
});

test('a Query in a body asks the same as the parameters', () => {
  const { parameters, entities } = parseQueryBody(
    {
      type: 'Query',
      entities: [{ type: 'Device|flow', id: ['urn:x:1', 'urn:x:2'] }],
      attrs: ['temperature', 'flow'],
      q: 'temperature>20',
      geoQ: {
        georel: 'within',
        geometry: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      },
      ordering: { orderBy: ['temperature;desc', 'location;dist-asc'], coordinates: [1, 2], collation: 'de' },
      join: 'flat',
      joinLevel: 2,
      containedBy: ['urn:x:9'],
    },
    context,
  );
  assert.deepEqual(
    parseEntityQuery(parameters, context, { entities }),
    ask(
      'type=Device,flow&id=urn:x:1,urn:x:2&attrs=temperature,flow&q=temperature>20&georel=within&geometry=Polygon' +
        '&coordinates=[[[0,0],[1,0],[1,1],[0,0]]]&orderBy=temperature;desc,location;dist-asc&orderFrom=[1,2]' +
        '&collation=de&join=flat&joinLevel=2&containedBy=urn:x:9',
    ),
  );
});

test('several selectors of a body stay several, and an id beats a pattern', () => {
  const { parameters, entities } = parseQueryBody(
    {
      type: 'Query',
      entities: [{ type: 'A', id: 'urn:x:1', idPattern: 'y' }, { type: 'B', idPattern: '^urn:y' }, { type: '*' }],
    },
    context,
  );
  const { query, local } = parseEntityQuery(parameters, context, { entities });
  assert.deepEqual(query, {
    selectors: [
      { type: { node: 'type', iri: iri('A') }, ids: ['urn:x:1'] },
      { type: { node: 'type', iri: iri('B') }, idPattern: '^urn:y' },
      {},
    ],
  });
  assert.ok(local);
});

test('a faulty Query is refused with its place', () => {
  const parse = (body: object) => () => {
    const { parameters, entities } = parseQueryBody(body, context);
    parseEntityQuery(parameters, context, { entities });
  };
  const entities = [{ type: 'A' }];
  refused(parse({ type: 'Query', entities: [] }), 'entities');
  refused(parse({ type: 'Query', entities: [{ id: 'urn:x:1' }] }), 'entities[0].type');
  refused(parse({ type: 'Query', entities: [{ type: 'A', id: 'x' }] }), 'entities[0].id');
  refused(parse({ type: 'Query', entities: [...entities, { type: 'B', id: [] }] }), 'entities[1].id');
  refused(parse({ type: 'Query', entities: [...entities, { type: 'B;' }] }), 'entities[1].type, character 2');
  refused(parse({ type: 'Query', entities: [...entities, { type: 'B', idPattern: '(' }] }), 'entities[1].idPattern');
  refused(parse({ type: 'Query', entities: [{ type: '*' }], local: false }), 'local');
  refused(parse({ type: 'Query', attrs: [] }), 'attrs');
  refused(parse({ type: 'Query', attrs: null }), 'attrs');
  refused(parse({ type: 'Query', filter: 'x' }), 'filter');
  refused(parse({ type: 'Query', geoQ: { place: 1 } }), 'geoQ.place');
  refused(parse({ type: 'Query', entities, temporalQ: { timerel: 'after' } }), 'timerel', 'invalid-request');
  refused(parse({}), 'type');
});

const typeName = fc
  .constantFrom('A', 'Device', 'ex:b', 'Қубур', 'https://example.net/T')
  .map((name): TypeNode => ({ node: 'type', iri: iri(name) }));
const typeTree: fc.Arbitrary<TypeNode> = fc
  .array(
    fc.oneof(
      typeName,
      fc.array(typeName, { minLength: 2, maxLength: 3 }).map((of): TypeNode => ({ node: 'and', of })),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((of): TypeNode => (of.length === 1 ? (of[0] as TypeNode) : { node: 'or', of }));

test('a random type selection, written and parsed, is the same tree', () => {
  fc.assert(
    fc.property(typeTree, (node) => {
      assert.deepEqual(parseTypeSelection(printTypeSelection(node, context), context), node);
    }),
  );
  assert.equal(parseTypeSelection('*', context), undefined);
  const node = parseTypeSelection('(A;B)|C', context) as TypeNode;
  assert.ok(evaluateTypes(node, [iri('B'), iri('A')]));
  assert.ok(evaluateTypes(node, [iri('C')]));
  assert.ok(!evaluateTypes(node, [iri('A')]));
});

const scopeLeaf = fc
  .record({ levels: fc.array(fc.constantFrom('Sino', '+', 'Шоҳмансур'), { maxLength: 3 }), below: fc.boolean() })
  .filter(({ levels, below }) => levels.length > 0 || below)
  .map((scope): ScopeNode => ({ node: 'scope', ...scope }));
const scopeTree = fc
  .array(
    fc.oneof(
      scopeLeaf,
      fc.array(scopeLeaf, { minLength: 2, maxLength: 3 }).map((of): ScopeNode => ({ node: 'and', of })),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((of): ScopeNode => (of.length === 1 ? (of[0] as ScopeNode) : { node: 'or', of }));

test('a random scope query, written and parsed, is the same tree', () => {
  fc.assert(fc.property(scopeTree, (node) => assert.deepEqual(parseScopeQ(printScopeQ(node)), node)));
});

test('scopes match by level, by wildcard and by tree', () => {
  const holds = (q: string, ...scopes: string[]): boolean => evaluateScope(parseScopeQ(q), scopes);
  assert.ok(holds('/Madrid/Gardens/#', '/Madrid/Gardens'));
  assert.ok(holds('/Madrid/Gardens/#', 'Madrid/Gardens/ParqueNorte/Parterre1'));
  assert.ok(!holds('/Madrid/Gardens/#', '/Madrid'));
  assert.ok(holds('/Madrid/+/ParqueNorte', '/Madrid/Sights/ParqueNorte'));
  assert.ok(!holds('/Madrid/+', '/Madrid/Sights/ParqueNorte'));
  assert.ok(holds('(/Madrid/Districts;/CompanyA)|/CompanyB', '/CompanyA', '/Madrid/Districts'));
  assert.ok(!holds('(/Madrid/Districts;/CompanyA)', '/CompanyA'));
  assert.deepEqual(parseScopeQ('/A;/B|/C'), parseScopeQ('(/A;/B)|/C'));
  assert.ok(holds('/#', '/A') && !holds('/#'));
  refused(() => parseScopeQ('/A//B'), 'scopeQ, character 1');
});

test('temporal and geo parameters, written and parsed, are the same', () => {
  const time = fc
    .tuple(instant, instant)
    .map((pair) => pair.map((text) => text.replace(',', '.')).sort())
    .filter(([a = '', b = '']) => Date.parse(a) <= Date.parse(b));
  fc.assert(
    fc.property(time, fc.constantFrom('before', 'after', 'between'), ([timeAt, endTimeAt], timerel) => {
      const part = parseTemporal({ timerel, timeAt, ...(timerel === 'between' && { endTimeAt }) });
      assert.deepEqual(parseTemporal(printTemporal(part)), part);
    }),
  );
  const relation = fc.constantFrom('within', 'disjoint', 'near;maxDistance==12.5', 'near;minDistance==1');
  fc.assert(
    fc.property(geometry, relation, (shape, georel) => {
      const { type, coordinates } = shape as Geometry;
      const node = parseGeo({ georel, geometry: type, coordinates: JSON.stringify(coordinates) }, context);
      assert.ok(node);
      assert.deepEqual(parseGeo(printGeo(node, context), context), node);
    }),
  );
});

test('before excludes, after includes, between is half open', () => {
  assert.ok(!evaluateTime({ timerel: 'before', timeAt: 5 }, 5) && evaluateTime({ timerel: 'before', timeAt: 5 }, 4));
  assert.ok(evaluateTime({ timerel: 'after', timeAt: 5 }, 5) && !evaluateTime({ timerel: 'after', timeAt: 5 }, 4));
  const between = { timerel: 'between', timeAt: 5, endTimeAt: 7 } as const;
  assert.deepEqual(
    [4, 5, 6, 7].map((at) => evaluateTime(between, at)),
    [false, true, true, false],
  );
});

test('random parameters are a request or a Problem', () => {
  const names = [
    'type',
    'q',
    'attrs',
    'georel',
    'geometry',
    'coordinates',
    'limit',
    'options',
    'pick',
    'scopeQ',
    'id',
  ].concat([
    'orderBy',
    'orderFrom',
    'collation',
    'join',
    'joinLevel',
    'containedBy',
    'omit',
    'timerel',
    'timeAt',
    'lang',
    'datasetId',
    'lastN',
    'aggrMethods',
    'x',
  ]);
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('A', '(A;B)', 'a==1', '[1,2]', 'near;maxDistance==5', 'Point', '/a', 'after', 'keyValues'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 }), (pairs) => {
      for (const parse of [parseEntityQuery, parseTemporalQuery, parseEntityRetrieve, parseTemporalRetrieve]) {
        try {
          parse(new URLSearchParams(pairs), context);
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }
    }),
    { numRuns: 500 },
  );
});
