import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { formatInstant } from '../base/time.ts';
import { compileContext } from './context.ts';
import type { Entity } from './entity.ts';
import { exampleContext, instant, name } from './fixtures/arbitrary.ts';
import { parseEntity } from './parse.ts';
import { parseQ, printQ } from './q.ts';
import { evaluateQ } from './qEvaluate.ts';
import type { AttributePath, QLiteral, QNode } from './query.ts';

const context = compileContext(exampleContext);
const iri = (term: string): string => context.expand(term);
const entity = (attrs: object, id = 'urn:x:1', type = 'T'): Entity =>
  parseEntity({ id, type, ...attrs }, context, { at: '2026-03-01T00:00:00.000Z' });

const path: fc.Arbitrary<AttributePath> = fc
  .record({
    names: fc.array(name.map(iri), { minLength: 1, maxLength: 3 }),
    inner: fc.array(fc.constantFrom('city', 'en', '*', 'uz-Cyrl', 'a b'), { maxLength: 2 }),
    via: fc.array(
      fc.record({ name: name.map(iri), types: fc.array(fc.constantFrom('Device', 'Жой').map(iri), { maxLength: 2 }) }),
      {
        maxLength: 2,
      },
    ),
  })
  .map(({ via, ...rest }) => (via.length > 0 ? { ...rest, via } : rest));
const number: fc.Arbitrary<QLiteral> = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => ({ kind: 'number', value: Object.is(value, -0) ? 0 : value }));
const string: fc.Arbitrary<QLiteral> = fc.string().map((value) => ({ kind: 'string', value }));
const time: fc.Arbitrary<QLiteral> = instant
  .filter((text) => !text.includes(','))
  .map((value) => ({ kind: 'instant', value }));
const timeOfDay: fc.Arbitrary<QLiteral> = fc
  .constantFrom('10:00:00Z', '10:00:00.5Z', '23:59:59.999999Z')
  .map((value) => ({ kind: 'time', value }));
const literal: fc.Arbitrary<QLiteral> = fc.oneof(
  number,
  string,
  time,
  timeOfDay,
  fc.boolean().map((value): QLiteral => ({ kind: 'boolean', value })),
  fc.constantFrom('urn:x:1', 'https://example.org/a?b=c').map((value): QLiteral => ({ kind: 'uri', value })),
);
const pair = fc.oneof(
  fc.tuple(number, number),
  fc.tuple(string, string),
  fc.tuple(time, time),
  fc.tuple(timeOfDay, timeOfDay),
);
const equality = fc.constantFrom('==', '!=');
const leaf: fc.Arbitrary<QNode> = fc.oneof(
  path.map((path): QNode => ({ node: 'exists', path })),
  fc.record({ node: fc.constant('compare'), path, op: equality, value: literal }),
  fc.record({
    node: fc.constant('compare'),
    path,
    op: fc.constantFrom('>', '>=', '<', '<='),
    value: fc.oneof(number, string, time),
  }),
  fc.record({ node: fc.constant('range'), path, op: equality, range: pair }).map(({ range: [from, to], ...node }) => ({
    ...node,
    from,
    to,
  })),
  fc.record({
    node: fc.constant('oneOf'),
    path,
    op: equality,
    values: fc.array(literal, { minLength: 2, maxLength: 3 }),
  }),
  fc.record({
    node: fc.constant('match'),
    path,
    op: fc.constantFrom('~=', '!~='),
    pattern: fc.constantFrom('a|b', '^x;y$', '[)"]+', '\\d{2}', 'унвон'),
  }),
);
/** Trees as the parser makes them: no `and` right inside an `and`, no `or` right inside an `or`. */
const tree = fc.letrec<{ and: QNode; or: QNode }>((tie) => ({
  and: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      node: fc.constant('and' as const),
      of: fc.array(
        fc.oneof(
          leaf,
          tie('or').filter(({ node }) => node !== 'and'),
        ),
        { minLength: 2, maxLength: 3 },
      ),
    }),
  ),
  or: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      node: fc.constant('or' as const),
      of: fc.array(
        fc.oneof(
          leaf,
          tie('and').filter(({ node }) => node !== 'or'),
        ),
        { minLength: 2, maxLength: 3 },
      ),
    }),
  ),
}));

test('a random tree, written and parsed, is the same tree', () => {
  fc.assert(
    fc.property(fc.oneof(tree.and, tree.or), (node) => {
      const text = printQ(node, context);
      assert.deepEqual(parseQ(text, context), structuredClone(node), text);
    }),
    { numRuns: 1000 },
  );
});

test('random garbage is a query or a Problem', () => {
  const parts = [
    'a',
    'ex:b',
    '.',
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    ';',
    '|',
    ',',
    '==',
    '!=',
    '~=',
    '>',
    '"',
    '..',
    '1',
    '-',
  ].concat(['2026-03-01T00:00:00Z', 'urn:x:1', 'true', '\\', ' ', 'é', ':', '*']);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 14 }), (words) => {
      try {
        const node = parseQ(words.join(''), context);
        evaluateQ(node, entity({ a: 5 }));
      } catch (error) {
        assert.ok(error instanceof Problem, `${words.join('')}: ${String(error)}`);
        assert.match(error.field ?? '', /^q/);
      }
    }),
    { numRuns: 3000 },
  );
});

test('the examples of the standard parse', () => {
  for (const q of [
    'temperature',
    'temperature==20',
    'brandName!="Mercedes"',
    'isParked=="urn:ngsi-ld:OffStreetParking:Downtown1"',
    'speed>50;brandName!="Mercedes"',
    '((speed>50|rpm>3000);brandName=="Mercedes")',
    '(temperature>=20;temperature<=25)|capacity<=10',
    'temperature.observedAt>=2017-12-24T12:00:00Z',
    'address[city]=="Berlin"',
    'sensor.rawdata[airquality.particulate]==40',
    'sensor{humidity}==40',
    'sensor{Device:humidity}==40',
    'color=="black","red"',
    'temperature==10..20',
    'color[*]!="red"',
  ]) {
    assert.equal(
      printQ(parseQ(q, context), context),
      q
        .replace('((', '(')
        .replace('"Mercedes")', '"Mercedes"')
        .replace('(temperature>=20;temperature<=25)', 'temperature>=20;temperature<=25'),
    );
  }
});

test('";" binds before "|"', () => {
  assert.deepEqual(parseQ('a|b;c', context), {
    node: 'or',
    of: [
      { node: 'exists', path: { names: [iri('a')], inner: [] } },
      {
        node: 'and',
        of: [
          { node: 'exists', path: { names: [iri('b')], inner: [] } },
          { node: 'exists', path: { names: [iri('c')], inner: [] } },
        ],
      },
    ],
  });
});

test('values to be expanded become IRIs', () => {
  assert.deepEqual(parseQ('gender==flow', context, { expandValues: ['gender'] }), {
    node: 'compare',
    path: { names: [iri('gender')], inner: [] },
    op: '==',
    value: { kind: 'uri', value: 'https://smartdatamodels.org/flow' },
  });
});

test('a fault names its character', () => {
  const refused = (q: string, character: number, kind = 'bad-data'): void => {
    assert.throws(
      () => parseQ(q, context),
      (error) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.kind, kind);
        assert.equal(error.field, `q, character ${character}`, q);
        return true;
      },
    );
  };
  refused('', 1);
  refused('a==', 4);
  refused('a==Eiffel', 4);
  refused('a=1', 2);
  refused('(a;b', 5);
  refused('a;;b', 3);
  refused('a>true', 3);
  refused('a==1..', 4);
  refused('a=="x', 4);
  refused('a[b', 2);
  refused('a==1)', 5);
  refused('a~=(', 4);
  refused('id=="x"', 1);
  refused('('.repeat(30) + 'a' + ')'.repeat(30), 21, 'too-complex');
  refused(Array.from({ length: 400 }, () => 'a').join(';'), 602, 'too-complex');
});

test('each operator means what 4.9 says', () => {
  const it = entity({
    number: 15,
    text: 'red',
    list: ['blue', 'red'],
    day: { value: '2026-03-01T05:00:00.000Z' },
    typed: { value: { '@type': 'DateTime', '@value': '2026-03-01T05:00:00Z' } },
    address: { value: { city: 'Dushanbe', geo: { zip: 734000 } }, observedAt: '2026-03-01T00:00:00Z' },
    color: { languageMap: { en: 'red', tg: ['сурх', 'қирмизӣ'] } },
    owner: { object: ['urn:x:2', 'urn:x:3'], since: { value: 2020 } },
    kind: { vocab: 'flow' },
    many: [{ value: 1 }, { value: 2, datasetId: 'urn:d:1' }],
  });
  const holds = (q: string): boolean => evaluateQ(parseQ(q, context), it);
  const yes = `
    number;text;address[city];number==15;number!=16;number>14;number>=15;number<16;number==10..20;number!=16..20
    number==1,15;text=="red";text!="blue";text~="^r";text!~="x";list=="red";list!="green";list=="green","red"
    day==2026-03-01T05:00:00Z;day>2026-03-01T04:59:59Z;typed==2026-03-01T05:00:00.0Z;address[city]=="Dushanbe"
    address[geo.zip]>700000;address.observedAt<2026-03-02T00:00:00Z;color=="red";color[en]=="red";color[tg]=="сурх"
    color[*]=="қирмизӣ";color[en]!="rot";color~="^с";owner==urn:x:2;owner=="urn:x:3";owner.since>=2020
    kind==https://smartdatamodels.org/flow;many==2;many!=2;number!="15";text!=15;modifiedAt>2020-01-01T00:00:00Z
    text>"rec";number==16|number==15;list!="x","y"
  `;
  const no = `
    missing;missing!=1;address[street];number=="15";number>15;number=="red";text==15;text>5;list!="red";list>"a"
    color[ru]=="red";color!="red";color[tg]!="сурх";owner>"a";owner~="urn";owner!=urn:x:2;number~="1";number!~="x"
    number==16..20;number!=10..20;number!=15,16;many==3;list==1..2;text==2026-03-01T05:00:00Z;number==true
  `;
  for (const q of yes.trim().split(/;|\n\s*/)) assert.ok(holds(q), q);
  for (const q of no.trim().split(/;|\n\s*/)) assert.ok(!holds(q), q);
});

test('a path through a relationship asks the entity at its end', () => {
  const station = entity({ sensor: { object: 'urn:x:d' } });
  const device = entity({ humidity: 40 }, 'urn:x:d', 'Device');
  const resolve = (id: string): Entity | undefined => (id === device.id ? device : undefined);
  const holds = (q: string): boolean => evaluateQ(parseQ(q, context), station, { resolve });
  assert.ok(holds('sensor{humidity}==40'));
  assert.ok(holds('sensor{Device:humidity}>=40'));
  assert.ok(!holds('sensor{House:humidity}==40'));
  assert.ok(!holds('sensor{humidity}==41'));
  assert.ok(!evaluateQ(parseQ('sensor{humidity}==40', context), station));
});

test('an equality and its opposite are never both false where the attribute exists', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()), fc.constant(formatInstant(0)));
  fc.assert(
    fc.property(value, literal, (value, literal) => {
      const it = entity({ a: { type: 'Property', value } });
      const node = (op: '==' | '!='): QNode => ({
        node: 'compare',
        path: { names: [iri('a')], inner: [] },
        op,
        value: literal,
      });
      assert.notEqual(evaluateQ(node('=='), it), evaluateQ(node('!='), it));
    }),
  );
});
