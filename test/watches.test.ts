/** The default watches meet the sample city: each is a query that parses, and finds what the story has to show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulator, defaultWatches, namuna, type Birth } from '../src/city/index.ts';
import { coreContext, evaluateQ, parseQ, type Entity, type Instance, type Json } from '../src/ngsild/index.ts';

const startedAt = Date.parse('2026-01-14T03:15:00Z');
const simulator = createSimulator({ city: namuna(), seed: 7, startedAt });

function entityOf({ id, type, attrs }: Birth): Entity {
  const at = new Date(startedAt).toISOString();
  const instances = attrs.map(({ name, kind = 'Property', value }): [string, Instance[]] => [
    coreContext.expand(name),
    [{ type: kind, value: value as Json }],
  ]);
  return { id, type: [type], createdAt: at, modifiedAt: at, attrs: Object.fromEntries(instances) };
}

const found = (id: string, at: number): string[] => {
  const watch = defaultWatches().find((candidate) => candidate.id === id);
  assert.ok(watch, id);
  const query = parseQ(watch.q, coreContext);
  return simulator
    .entities(at)
    .filter(({ type }) => type === watch.type)
    .filter((birth) => evaluateQ(query, entityOf(birth)))
    .map((birth) => birth.id.replace('urn:ngsi-ld:', ''));
};

test('every default watch finds its trouble in the sample city, and only that', () => {
  assert.deepEqual(found('water-main-burst', startedAt), ['Pipe:namuna-weavers']);
  assert.deepEqual(found('leak-night-flow', startedAt), ['DistrictMeteredArea:namuna-wm-02']);
  assert.deepEqual(found('lights-not-answering', startedAt), ['StreetlightGroup:namuna-potters-1']);
  assert.deepEqual(found('heat-return', startedAt), ['HeatSubstation:namuna-hs-17']);
  assert.deepEqual(found('silent-gauge', startedAt), ['FloodMonitoring:namuna-canal-1']);
});

test('the air is bad on some winter mornings and good on most afternoons', () => {
  const days = Array.from({ length: 30 }, (_, day) => startedAt + day * 86_400_000);
  const mornings = days.filter((at) => found('air-pm25', at).length > 0).length;
  const afternoons = days.filter((at) => found('air-pm25', at + 6 * 3_600_000).length > 0).length;
  assert.ok(mornings >= 8, `${mornings} mornings of 30`);
  assert.ok(afternoons <= 6, `${afternoons} afternoons of 30`);
});

test('what fills {value} is an attribute that the entities of the watch have', () => {
  for (const { id, type, value } of defaultWatches()) {
    if (value === undefined) continue;
    const has = simulator
      .entities(startedAt)
      .some((birth) => birth.type === type && birth.attrs.some(({ name }) => name === value));
    assert.ok(has, `${id}: ${type} has no ${value}`);
  }
});
