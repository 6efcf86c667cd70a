import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileContext } from './context.ts';
import { exampleContext } from './fixtures/arbitrary.ts';
import { matchesQuery } from './matching.ts';
import { parseEntity } from './parse.ts';
import { parseQ } from './q.ts';
import type { EntityQuery, Sight } from './query.ts';
import { parseScopeQ } from './scope.ts';
import { parseTypeSelection } from './types.ts';

const context = compileContext(exampleContext);
const bus = parseEntity(
  {
    id: 'urn:bus:7',
    type: ['Bus', 'Vehicle'],
    scope: ['/Dushanbe/Sino'],
    speed: { type: 'Property', value: 40 },
    location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.78, 38.56] } },
    driver: { type: 'Relationship', object: 'urn:person:1' },
  },
  context,
  { at: '2026-03-01T10:00:00.000Z' },
);
const type = (text: string) => parseTypeSelection(text, context) ?? assert.fail();
const matches = (query: EntityQuery): boolean => matchesQuery(query, bus);

test('an empty query matches everything', () => {
  assert.ok(matches({}));
});

test('every part of a query must hold', () => {
  const holding: Required<Omit<EntityQuery, 'also' | 'selectors'>> = {
    ids: ['urn:bus:6', 'urn:bus:7'],
    idPattern: '7$',
    type: type('Bus'),
    attrs: [context.expand('speed'), context.expand('height')],
    q: parseQ('speed>30', context),
    geo: {
      relation: 'near',
      geometry: { type: 'Point', coordinates: [68.78, 38.57] },
      property: context.expand('location'),
      maxDistanceM: 2000,
    },
    scope: parseScopeQ('/Dushanbe/+'),
  };
  assert.ok(matches(holding));
  const failing: typeof holding = {
    ids: ['urn:bus:6'],
    idPattern: '^7',
    type: type('(Bus;Lamp)'),
    attrs: [context.expand('height')],
    q: parseQ('speed>50', context),
    geo: { ...holding.geo, maxDistanceM: 500 },
    scope: parseScopeQ('/Dushanbe'),
  };
  for (const part of Object.keys(failing) as (keyof typeof failing)[]) {
    assert.ok(!matches({ ...holding, [part]: failing[part] }), part);
  }
  const shown = (q: string): Sight => ({ node: 'q', q: parseQ(q, context) });
  assert.ok(matches({ ...holding, also: [shown('speed')] }), 'also');
  assert.ok(!matches({ ...holding, also: [shown('speed'), shown('speed<30')] }), 'also');
});

test('one of several selectors is enough', () => {
  const selectors = [
    { type: type('Lamp'), ids: ['urn:bus:7'] },
    { type: type('Vehicle'), idPattern: ':7$' },
  ];
  assert.ok(matches({ selectors }));
  assert.ok(!matches({ selectors: selectors.slice(0, 1) }));
  assert.ok(!matches({ selectors, ids: ['urn:bus:8'] }));
});

test('a path through a relationship asks for the entity at its end', () => {
  const person = parseEntity({ id: 'urn:person:1', type: 'Person', age: { type: 'Property', value: 50 } }, context, {
    at: '2026-03-01T10:00:00.000Z',
  });
  const query = { q: parseQ('driver{age}>40', context) };
  assert.ok(matchesQuery(query, bus, { resolve: (id) => (id === person.id ? person : undefined) }));
  assert.ok(!matchesQuery(query, bus));
});
