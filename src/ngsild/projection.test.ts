import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { compileContext } from './context.ts';
import { exampleContext } from './fixtures/arbitrary.ts';
import { isShown, parseProjection, printProjection, projectionDepth } from './projection.ts';
import type { Projection } from './projection.ts';

const context = compileContext(exampleContext);
const iri = (term: string): string => context.expand(term);

const member = fc.constantFrom('id', 'type', 'scope', 'temperature', 'ex:b', 'Қубур').map((name) => {
  return ['id', 'type', 'scope'].includes(name) ? name : iri(name);
});
const { projection } = fc.letrec<{ projection: Projection }>((tie) => ({
  projection: fc
    .uniqueArray(fc.tuple(member, fc.option(tie('projection'), { nil: undefined, depthSize: 'small' })), {
      minLength: 1,
      maxLength: 3,
      selector: ([name]) => name,
    })
    .map((members) => new Map(members)),
}));

test('a random projection, written and parsed, is the same', () => {
  fc.assert(
    fc.property(projection, (made) => {
      assert.deepEqual(parseProjection(printProjection(made, context), context, 'pick'), made);
    }),
  );
});

test('names stand apart by comma or bar and go into linked entities', () => {
  const made = parseProjection('id|locatedAt{name,isInCountry{id}},speed', context, 'pick');
  const below = new Map([
    [iri('name'), undefined],
    [iri('isInCountry'), new Map([['id', undefined]])],
  ]);
  assert.deepEqual(
    made,
    new Map<string, Projection | undefined>([
      ['id', undefined],
      [iri('locatedAt'), below],
      [iri('speed'), undefined],
    ]),
  );
  assert.equal(projectionDepth(made), 2);
});

test('what is omitted of a linked entity leaves the relationship', () => {
  const omit = parseProjection('type,locatedAt{name}', context, 'omit');
  assert.ok(!isShown('type', undefined, omit));
  assert.ok(isShown(iri('locatedAt'), undefined, omit));
});

test('faults are refused with their place', () => {
  for (const text of ['', 'a,', 'a,,b', 'a{b', 'a}', 'a{}', 'a{,b}', 'a{{b}', 'a{b}c', 'a;b', 'observedAt', 'a,a{b}']) {
    assert.throws(() => parseProjection(text, context, 'omit'), Problem, text);
  }
});
