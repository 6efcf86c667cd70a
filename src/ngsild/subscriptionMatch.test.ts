import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { compileContext } from './context.ts';
import { applyDelta, type Entity, type EntityDelta } from './entity.ts';
import { entityJson, exampleContext } from './fixtures/arbitrary.ts';
import { parseEntity } from './parse.ts';
import { representEntity, type JsonObject } from './represent.ts';
import { notificationTriggers, type NotificationTrigger } from './subscription.ts';
import { attributeChanges, matchSubscription, type EntityChange } from './subscriptionMatch.ts';
import { parseSubscription } from './subscriptionParse.ts';

const context = compileContext(exampleContext);
const [at, later] = ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z'];
const entity = (attrs: object, head: object = {}): Entity =>
  parseEntity({ id: 'urn:x:1', type: 'Device', ...head, ...attrs }, context, { at });
const subscription = (members: object) =>
  parseSubscription(
    {
      type: 'Subscription',
      ...(!('watchedAttributes' in members) && { entities: [{ type: 'Device' }] }),
      notification: { endpoint: { uri: 'https://example.org/' } },
      ...members,
    },
    context,
    { newId: () => 'urn:ngsi-ld:Subscription:1', now: 0 },
  );
/** Which triggers fire for a change. */
const fired = (change: EntityChange, members: object = {}): readonly NotificationTrigger[] =>
  notificationTriggers.filter((trigger) =>
    matchSubscription(subscription({ notificationTrigger: [trigger], ...members }), change, later),
  );
const told = (change: EntityChange, members: object = {}): boolean =>
  matchSubscription(subscription(members), change, later) !== undefined;

const warm = entity({ temperature: 20, flow: 1 });
const warmer = entity({ temperature: 21, flow: 1 });

describe('triggers', () => {
  test('a birth creates the entity and its attributes', () => {
    assert.deepEqual(fired({ before: undefined, after: warm }), ['entityCreated', 'entityUpdated', 'attributeCreated']);
    assert.deepEqual(fired({ before: undefined, after: entity({}) }), ['entityCreated']);
  });
  test('a death deletes the entity and its attributes', () => {
    assert.deepEqual(fired({ before: warm, after: undefined }), ['entityUpdated', 'entityDeleted', 'attributeDeleted']);
  });
  test('a new value updates', () => {
    assert.deepEqual(fired({ before: warm, after: warmer }), ['entityUpdated', 'attributeUpdated']);
  });
  test('a new attribute is created, a missing one deleted', () => {
    const bare = entity({ temperature: 20 });
    assert.deepEqual(fired({ before: bare, after: warm }), ['entityUpdated', 'attributeCreated']);
    assert.deepEqual(fired({ before: warm, after: bare }), ['entityUpdated', 'attributeDeleted']);
  });
  test('without a choice, created and updated attributes trigger', () => {
    assert.ok(told({ before: undefined, after: warm }));
    assert.ok(told({ before: warm, after: warmer }));
    assert.ok(!told({ before: warm, after: undefined }));
    assert.ok(!told({ before: warm, after: entity({ temperature: 20 }) }));
  });
  test('csf and splitEntities change nothing for what is stored here (5.2.12)', () => {
    for (const members of [{ csf: 'provider=="another"' }, { splitEntities: true }, { splitEntities: false }]) {
      assert.ok(told({ before: warm, after: warmer }, { q: 'temperature>20', ...members }));
      assert.ok(!told({ before: warm, after: warmer }, { q: 'temperature>30', ...members }));
    }
  });
  test('an equal value is no change, whenever it was written', () => {
    const again = parseEntity({ id: 'urn:x:1', type: 'Device', temperature: 20, flow: 1 }, context, { at: later });
    assert.deepEqual(fired({ before: warm, after: again }), []);
  });
  test('members and sub-attributes of an attribute count', () => {
    const said = (accuracy: number, extra: object = {}) =>
      entity({
        temperature: { type: 'Property', value: 20, accuracy: { type: 'Property', value: accuracy }, ...extra },
      });
    assert.ok(told({ before: said(1), after: said(2) }));
    assert.ok(told({ before: said(1), after: said(1, { unitCode: 'CEL' }) }));
    assert.ok(told({ before: said(1, { observedAt: at }), after: said(1, { observedAt: later }) }));
    assert.ok(!told({ before: said(1, { observedAt: at }), after: said(1, { observedAt: at }) }));
  });
  test('types and scopes are no attributes', () => {
    assert.deepEqual(fired({ before: warm, after: { ...warm, type: [...warm.type, 'x:y'], scope: ['/A'] } }), []);
  });
});

describe('conditions', () => {
  const change = { before: warm, after: warmer };
  test('only watched attributes trigger', () => {
    assert.ok(told(change, { watchedAttributes: ['temperature'] }));
    assert.ok(!told(change, { watchedAttributes: ['flow'] }));
    assert.ok(!told(change, { watchedAttributes: ['temperature'], entities: [{ type: 'Other' }] }));
    const born = { before: undefined, after: warm };
    assert.deepEqual(fired(born, { watchedAttributes: ['name'] }), []);
    assert.deepEqual(fired(born, { watchedAttributes: ['flow'] }), fired(born));
  });
  test('selectors take ids before patterns, and types with and, or', () => {
    assert.ok(told(change, { entities: [{ type: 'Other' }, { type: '(Device;Device)|Other' }] }));
    assert.ok(!told(change, { entities: [{ type: 'Other' }] }));
    assert.ok(told(change, { entities: [{ type: '*', idPattern: '^urn:x' }] }));
    assert.ok(!told(change, { entities: [{ type: '*', idPattern: '^urn:y' }] }));
    assert.ok(told(change, { entities: [{ type: '*', id: 'urn:x:1', idPattern: '^urn:y' }] }));
    assert.ok(!told(change, { entities: [{ type: 'Device', id: ['urn:x:2'] }] }));
  });
  test('q, geoquery and scopes look at the entity as it is, of a deleted one as it was', () => {
    assert.ok(told(change, { q: 'temperature>20' }));
    assert.ok(!told(change, { q: 'temperature<21' }));
    const gone = { before: warm, after: undefined };
    assert.deepEqual(fired(gone, { q: 'temperature==20' }), fired(gone));
    assert.deepEqual(fired(gone, { q: 'temperature==21' }), []);
    const placed = (long: number, scope: string) =>
      entity({ location: { type: 'Point', coordinates: [long, 0] } }, { scope });
    const moved = { before: placed(1, '/A'), after: placed(2, '/B') };
    const near = { georel: 'near;maxDistance==1000', geometry: 'Point', coordinates: [2, 0] };
    assert.ok(told(moved, { geoQ: near, scopeQ: '/B' }));
    assert.ok(!told(moved, { geoQ: { ...near, coordinates: '[1,0]' } }));
    assert.ok(!told(moved, { scopeQ: '/A' }));
  });
  test('q follows relationships', () => {
    const owned = entity({ temperature: 1, owner: { type: 'Relationship', object: 'urn:x:1' } });
    const wanted = subscription({ q: 'owner{temperature}==20' });
    const born = { before: undefined, after: owned };
    assert.ok(matchSubscription(wanted, born, later, { resolve: () => warm }));
    assert.ok(!matchSubscription(wanted, born, later, { resolve: () => warmer }));
    assert.ok(!matchSubscription(wanted, born, later));
  });
  test('instances of other datasets do not trigger', () => {
    const named = (text: string) =>
      entity({
        name: [
          { type: 'Property', value: 'x' },
          { type: 'Property', value: text, datasetId: 'urn:d:1' },
        ],
      });
    const renamed = { before: named('a'), after: named('b') };
    assert.ok(told(renamed, { datasetId: ['urn:d:1'] }));
    assert.ok(!told(renamed, { datasetId: ['@none'] }));
  });
});

test('a change is what the wire shows to have changed', () => {
  const shown = (it: Entity | undefined): JsonObject => (it ? representEntity(it, context) : {});
  const one = entityJson.map((json) => parseEntity({ ...json, id: 'urn:x:1' }, context, { at }));
  fc.assert(
    fc.property(fc.option(one, { nil: undefined }), fc.option(one, { nil: undefined }), (before, after) => {
      const [old, now] = [shown(before), shown(after)];
      const names = new Set([...Object.keys(old), ...Object.keys(now)]);
      for (const member of ['id', 'type', 'scope', 'expiresAt']) names.delete(member);
      const expected = [...names].filter((name) => !same(old[name], now[name])).sort();
      const found = attributeChanges({ before, after }).map(({ name }) => context.compact(name));
      assert.deepEqual(found.sort(), expected);
    }),
  );
});

/** Instances of an attribute may come in any order. */
function same(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value;
  try {
    assert.deepEqual(sorted(a), sorted(b));
    return true;
  } catch {
    return false;
  }
}

test('what a delta does not name has not changed, and what it names is compared', () => {
  const delta: EntityDelta = { op: 'set', id: 'urn:x:1', at: later, attrs: warmer.attrs };
  const changes = attributeChanges({ before: warm, after: applyDelta(warm, delta) });
  assert.deepEqual(
    changes.map(({ name }) => context.compact(name)),
    ['temperature'],
  );
});
