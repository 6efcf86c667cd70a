import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Problem } from '../base/problem.ts';
import { compileContext } from './context.ts';
import { exampleContext, geometry, json } from './fixtures/arbitrary.ts';
import type { JsonObject } from './represent.ts';
import { notificationTriggers, subscriptionStatus } from './subscription.ts';
import { parseSubscription, updateSubscription } from './subscriptionParse.ts';
import { representSubscription, type SubscriptionState } from './subscriptionRepresent.ts';

const context = compileContext(exampleContext);
const now = Date.parse('2026-03-01T10:00:00Z');
const options = { newId: () => 'urn:ngsi-ld:Subscription:new', now };
const endpoint = { uri: 'https://example.org/notify' };
const least = { type: 'Subscription', entities: [{ type: 'Device' }], notification: { endpoint } };
const parse = (members: object) => parseSubscription({ ...least, ...members }, context, options);
const state: SubscriptionState = {
  status: 'active',
  createdAt: '2026-03-01T10:00:00.000Z',
  modifiedAt: '2026-03-01T10:00:00.000Z',
  notification: {},
};

function refused(members: object, field: string): void {
  assert.throws(
    () => parse(members),
    (error) => {
      assert.ok(error instanceof Problem, String(error));
      assert.deepEqual([error.kind, error.field], ['bad-data', field], error.message);
      return true;
    },
  );
}

/** What a client may write, besides the least. */
const given: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      id: fc.constant('urn:ngsi-ld:Subscription:1'),
      subscriptionName: fc.constant('River'),
      description: fc.constant('x'),
      entities: fc.array(
        fc.oneof(
          fc.constant({ type: 'Device' }),
          fc.constant({ type: '(Device;ex:level)|https://example.org/x', id: ['urn:a:1', 'urn:a:2'] }),
          fc.constant({ type: '*', idPattern: '^urn:a' }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      notificationTrigger: fc.subarray([...notificationTriggers], { minLength: 1 }),
      throttling: fc.constantFrom(1, 0.5),
      q: fc.constantFrom('flow>5', 'temperature[en]=="x";flow==1..2|name', 'ex:level.b2_~="^a"'),
      geoQ: geometry.map(({ type, coordinates }) => ({
        georel: 'within',
        geometry: type,
        coordinates,
        geoproperty: 'location',
      })),
      scopeQ: fc.constantFrom('/Dushanbe/#', '/A/+|(/B;/C)'),
      datasetId: fc.constant(['@none', 'urn:ngsi-ld:Dataset:1']),
      lang: fc.constant('tg,ru;q=0.8'),
      expandValues: fc.constant('flow,name'),
      jsonKeys: fc.constant('name'),
      isActive: fc.boolean(),
      splitEntities: fc.boolean(),
      expiresAt: fc.constantFrom('2030-01-01T00:00:00Z', '2030-01-01T00:00:00,123456Z'),
      ngsildConformance: fc.constant('1.6'),
      jsonldContext: fc.constant('https://example.org/context.jsonld'),
    },
    { requiredKeys: [] },
  )
  .chain((members) =>
    fc
      .record(
        {
          pick: fc.constant(['id', 'flow']),
          omit: fc.constant(['scope', 'ex:level']),
          format: fc.constantFrom('normalized', 'concise', 'simplified', 'keyValues'),
          sysAttrs: fc.boolean(),
          join: fc.constantFrom('flat', 'inline', '@none'),
          accept: fc.constantFrom('application/json', 'application/ld+json', 'application/geo+json'),
          timeout: fc.constant(1000),
          cooldown: fc.constant(0.5),
          receiverInfo: fc.constant([{ key: 'Authorization', value: 'Bearer x' }]),
          notifierInfo: fc.constant([{ key: 'MQTT-QoS', value: '2' }]),
        },
        { requiredKeys: ['accept'] },
      )
      .map(({ pick, omit, format, sysAttrs, join, ...rest }): JsonObject => {
        const parameters = { pick, omit, format, sysAttrs, join, endpoint: { ...endpoint, ...rest } };
        return JSON.parse(JSON.stringify({ ...members, notification: parameters })) as JsonObject;
      }),
  );

test('what was subscribed comes back, in any context', () => {
  fc.assert(
    fc.property(given, (members) => {
      const subscription = parse(members);
      const shown = representSubscription(subscription, state, context);
      const { status, ...again } = shown;
      assert.equal(status, 'active');
      assert.deepEqual(parseSubscription(again, context, options), {
        notificationTrigger: ['attributeCreated', 'attributeUpdated'],
        ...subscription,
      });
      for (const name in members) {
        if (['notification', 'geoQ', 'q', 'entities'].includes(name)) continue;
        assert.deepEqual(shown[name], members[name], name);
      }
    }),
  );
});

test('names are kept as IRIs, whatever they were called', () => {
  const subscription = parse({ watchedAttributes: ['flow', 'flow', 'https://example.org/x'], q: 'flow>1' });
  assert.deepEqual(subscription.watchedAttributes, ['https://smartdatamodels.org/flow', 'https://example.org/x']);
  const other = compileContext({ debit: 'https://smartdatamodels.org/flow' });
  const shown = representSubscription(subscription, state, other);
  assert.deepEqual(shown['watchedAttributes'], ['debit', 'https://example.org/x']);
  assert.equal(shown['q'], 'debit>1');
});

test('a subscription is told what is wrong with it', () => {
  assert.throws(() => parseSubscription([], context, options), Problem);
  assert.throws(() => parseSubscription({ ...least, type: undefined }, context, options), Problem);
  refused({ id: 'no-uri' }, 'id');
  refused({ entities: [] }, 'entities');
  refused({ entities: [{ id: 'urn:a:1' }] }, 'entities[0].type');
  refused({ entities: [{ type: 'A', idPattern: '(' }] }, 'entities[0].idPattern');
  refused({ entities: undefined }, 'entities');
  refused({ watchedAttributes: ['flow', 7] }, 'watchedAttributes[1]');
  refused({ watchedAttributes: ['flow'], timeInterval: 5 }, 'watchedAttributes');
  refused({ throttling: 1, timeInterval: 5 }, 'throttling');
  refused({ throttling: -1 }, 'throttling');
  refused({ notificationTrigger: ['entityBorn'] }, 'notificationTrigger[0]');
  refused({ q: 'flow>' }, 'q, character 6');
  refused({ csf: 'flow>' }, 'csf, character 6');
  refused({ splitEntities: 'yes' }, 'splitEntities');
  refused({ geoQ: { georel: 'within', geometry: 'Point' } }, 'coordinates');
  refused({ expiresAt: '2026-03-01T10:00:00Z' }, 'expiresAt');
  refused({ isActive: 'yes' }, 'isActive');
  refused({ jsonldContext: 'unknown' }, 'jsonldContext');
  refused({ temporalQ: {} }, 'temporalQ');
  refused({ watched: ['flow'] }, 'watched');
  refused({ description: 'urn:ngsi-ld:null' }, 'description');
  refused({ description: null }, 'description');
  refused({ notification: undefined }, 'notification');
  refused({ notification: {} }, 'notification.endpoint');
  refused({ notification: { endpoint, pick: ['flow'], attributes: ['flow'] } }, 'notification.attributes');
  refused({ notification: { endpoint, pick: ['flow'], omit: ['flow'] } }, 'notification.omit');
  refused({ notification: { endpoint, attributes: ['flow', 'id'] } }, 'notification.attributes[1]');
  refused({ notification: { endpoint, showChanges: true, format: 'keyValues' } }, 'notification.showChanges');
  refused({ notification: { endpoint: { uri: 'ftp://example.org/' } } }, 'notification.endpoint.uri');
  refused({ notification: { endpoint: { uri: 'mqtt://example.org' } } }, 'notification.endpoint.uri');
  refused({ notification: { endpoint: { uri: 'mqtt://example.org/a/%23' } } }, 'notification.endpoint.uri');
  const mqtt = { uri: 'mqtt://user:secret@example.org/a/b', notifierInfo: [{ key: 'MQTT-QoS', value: '3' }] };
  refused({ notification: { endpoint: mqtt } }, 'notification.endpoint.notifierInfo');
  const header = { ...endpoint, receiverInfo: [{ key: 'X', value: 'a\r\nHost: b' }] };
  refused({ notification: { endpoint: header } }, 'notification.endpoint.receiverInfo[0].value');
});

test('members that only the system gives are ignored', () => {
  const notification = { endpoint, status: 'failed', timesSent: 7, lastSuccess: '2026-01-01T00:00:00Z' };
  const plain = parse({});
  assert.deepEqual(parse({ status: 'expired', createdAt: 'never', notification }), plain);
  assert.equal(plain.id, 'urn:ngsi-ld:Subscription:new');
});

test('an update replaces members, and the NGSI-LD Null removes one', () => {
  const old = parse({ description: 'x', q: 'flow>1', isActive: false, throttling: 5 });
  const changed = updateSubscription(
    old,
    {
      type: 'Subscription',
      q: 'urn:ngsi-ld:null',
      description: 'y',
      expiresAt: '2027-01-01T00:00:00Z',
      isActive: true,
    },
    context,
    now,
  );
  assert.deepEqual([changed.q, changed.description, changed.throttling, changed.isActive], [undefined, 'y', 5, true]);
  const fault = (fragment: object, field: string): void =>
    assert.throws(
      () => updateSubscription(old, fragment, context, now),
      (error) => error instanceof Problem && error.kind === 'bad-data' && error.field === field,
    );
  fault({ notification: 'urn:ngsi-ld:null' }, 'notification');
  fault({ notification: { format: 'keyValues' } }, 'notification.endpoint');
  fault({ notification: { endpoint: null } }, 'notification.endpoint');
  fault({ timeInterval: 5 }, 'throttling');
  fault({ id: 'urn:other:1' }, 'id');
  fault({ expiresAt: '2020-01-01T00:00:00Z', isActive: true }, 'expiresAt');
});

test('it is active until it expires or is paused', () => {
  assert.equal(subscriptionStatus({}, now), 'active');
  assert.equal(subscriptionStatus({ isActive: false }, now), 'paused');
  assert.equal(subscriptionStatus({ expiresAt: '2026-03-01T10:00:00.001Z' }, now), 'active');
  assert.equal(subscriptionStatus({ expiresAt: '2026-03-01T10:00:00Z', isActive: false }, now), 'expired');
});

test('no document makes the parser throw anything but a Problem', () => {
  const member = fc.oneof(
    fc.constantFrom('entities', 'q', 'geoQ', 'scopeQ', 'notification', 'lang', 'datasetId', 'expandValues', 'id'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.dictionary(member, json, { noNullPrototype: true }), json, (members, accept) => {
      try {
        parse({ notification: { endpoint: { ...endpoint, accept } }, ...members });
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
      }
    }),
  );
});
