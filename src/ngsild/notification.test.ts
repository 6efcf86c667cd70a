import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileContext } from './context.ts';
import type { Entity } from './entity.ts';
import { exampleContext } from './fixtures/arbitrary.ts';
import { coalesce, representNotification } from './notification.ts';
import { parseEntity } from './parse.ts';
import { notificationTriggers } from './subscription.ts';
import { matchSubscription, type Notice } from './subscriptionMatch.ts';
import { parseSubscription } from './subscriptionParse.ts';

const context = compileContext(exampleContext);
const [at, later] = ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z'];
const none = 'urn:ngsi-ld:null';
const entity = (attrs: object, when = at): Entity =>
  parseEntity({ id: 'urn:x:1', type: 'Device', ...attrs }, context, { at: when });
const message = { id: 'urn:ngsi-ld:Notification:1', notifiedAt: later, named: 'https://example.org/c.jsonld' };

const subscribe = (parameters: object, endpoint: object = {}, members: object = {}) =>
  parseSubscription(
    {
      type: 'Subscription',
      entities: [{ type: 'Device' }],
      notificationTrigger: [...notificationTriggers],
      notification: { endpoint: { uri: 'https://example.org/', ...endpoint }, ...parameters },
      ...members,
    },
    context,
    { newId: () => 'urn:ngsi-ld:Subscription:1', now: 0 },
  );

/** The entities of the notification about one change. */
function shown(
  before: Entity | undefined,
  after: Entity | undefined,
  parameters: object = {},
  members: object = {},
): unknown {
  const subscription = subscribe(parameters, {}, members);
  const notice = matchSubscription(subscription, { before, after }, later);
  assert.ok(notice);
  return representNotification(subscription, [notice], context, message)['data'];
}

const kinds = {
  temperature: 20,
  name: { languageMap: { tg: 'Об', ru: 'Вода' } },
  owner: { object: 'urn:o:1' },
  b2_: { vocab: 'flow' },
  address: { json: { a: null } },
  flow: { valueList: [1, 2] },
};
const bare = { id: 'urn:x:1', type: 'Device' };

test('a notification says what it is, of which subscription and when', () => {
  const subscription = subscribe({});
  const notices: readonly Notice[] = [{ entity: entity({ temperature: 20 }), before: {} }];
  assert.deepEqual(representNotification(subscription, notices, context, message), {
    id: message.id,
    type: 'Notification',
    subscriptionId: subscription.id,
    notifiedAt: later,
    data: [{ ...bare, temperature: { type: 'Property', value: 20 } }],
  });
});

describe('media types', () => {
  const notices: readonly Notice[] = [
    { entity: entity({ location: { type: 'Point', coordinates: [1, 2] } }), before: {} },
  ];
  const sent = (endpoint: object) =>
    representNotification(subscribe({ format: 'keyValues' }, endpoint), notices, context, message);
  test('JSON-LD carries its @context, with each entity too', () => {
    const { data, '@context': own } = sent({ accept: 'application/ld+json' });
    assert.equal(own, message.named);
    assert.deepEqual(data, [{ ...bare, location: { type: 'Point', coordinates: [1, 2] }, '@context': message.named }]);
  });
  test('GeoJSON is a collection of features, with an @context unless the receiver prefers none', () => {
    const collection = {
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          id: 'urn:x:1',
          geometry: { type: 'Point', coordinates: [1, 2] },
          properties: { type: 'Device', location: { type: 'Point', coordinates: [1, 2] } },
        },
      ],
    };
    const accept = 'application/geo+json';
    assert.deepEqual(sent({ accept })['data'], { ...collection, '@context': message.named });
    const receiverInfo = [{ key: 'Prefer', value: 'body=json' }];
    assert.deepEqual(sent({ accept, receiverInfo })['data'], collection);
  });
});

describe('deleted attributes', () => {
  const [before, after] = [entity(kinds), entity({ unrelated: 1 })];
  test('normalized, each kind has its own NGSI-LD Null', () => {
    assert.deepEqual(shown(before, after), [
      {
        ...bare,
        unrelated: { type: 'Property', value: 1 },
        temperature: { type: 'Property', value: none },
        name: { type: 'LanguageProperty', languageMap: { '@none': none } },
        owner: { type: 'Relationship', object: none },
        b2_: { type: 'VocabProperty', vocab: none },
        address: { type: 'JsonProperty', json: none },
        flow: { type: 'ListProperty', valueList: [none] },
      },
    ]);
  });
  test('concise and simplified, the name and the NGSI-LD Null say all', () => {
    const nulls = Object.fromEntries(Object.keys(kinds).map((name) => [name, none]));
    assert.deepEqual(shown(before, after, { format: 'concise' }), [{ ...bare, unrelated: 1, ...nulls }]);
    assert.deepEqual(shown(before, after, { format: 'simplified' }), [{ ...bare, unrelated: 1, ...nulls }]);
  });
  test('with more to say, concise is an object too', () => {
    const [[concise]] = [shown(before, after, { format: 'concise', sysAttrs: true }) as [Record<string, unknown>]];
    assert.deepEqual(concise['temperature'], { value: none, createdAt: at, modifiedAt: at, deletedAt: at });
  });
  test('one instance of several goes', () => {
    const named = (...texts: string[]) =>
      entity({
        name: texts.map((value, i) => ({ type: 'Property', value, ...(i > 0 && { datasetId: `urn:d:${i}` }) })),
      });
    assert.deepEqual(shown(named('a', 'b', 'c'), named('a', 'b')), [
      {
        ...bare,
        name: [
          { type: 'Property', value: 'a' },
          { type: 'Property', value: 'b', datasetId: 'urn:d:1' },
          { type: 'Property', value: none, datasetId: 'urn:d:2' },
        ],
      },
    ]);
    assert.deepEqual(shown(named('a', 'b', 'c'), named('a', 'b'), { format: 'simplified' }), [
      { ...bare, name: { dataset: { '@none': 'a', 'urn:d:1': 'b', 'urn:d:2': none } } },
    ]);
    assert.deepEqual(shown(named('a', 'b', 'c'), named('a', 'b'), {}, { datasetId: ['urn:d:2'] }), [
      { ...bare, name: { type: 'Property', value: none, datasetId: 'urn:d:2' } },
    ]);
  });
  test('all instances go: the attribute goes', () => {
    const named = entity({ name: [{ value: 'a' }, { value: 'b', datasetId: 'urn:d:1' }], unrelated: 1 });
    const unrelated = { type: 'Property', value: 1 };
    const rest = entity({ unrelated: 1 });
    assert.deepEqual(shown(named, rest), [{ ...bare, unrelated, name: { type: 'Property', value: none } }]);
    assert.deepEqual(shown(named, rest, { format: 'simplified' }), [{ ...bare, unrelated: 1, name: none }]);
    assert.deepEqual(shown(named, rest, { format: 'concise' }), [{ ...bare, unrelated: 1, name: none }]);
  });
  test('what is not picked is not told', () => {
    assert.deepEqual(shown(before, after, { pick: ['id', 'temperature'] }), [
      { id: 'urn:x:1', temperature: { type: 'Property', value: none } },
    ]);
    assert.deepEqual(shown(before, after, { attributes: ['unrelated'] }), [
      { ...bare, unrelated: { type: 'Property', value: 1 } },
    ]);
    assert.deepEqual(shown(entity({ a: 1, b: 1 }), entity({ b: 1 }), { omit: ['a'] }), [
      { ...bare, b: { type: 'Property', value: 1 } },
    ]);
  });
});

describe('deleted entities', () => {
  const before = entity({ temperature: 20, flow: 1 });
  const deleted = { ...bare, deletedAt: later };
  test('only the time of the deletion is told', () => {
    const triggers = { notificationTrigger: ['entityDeleted'] };
    assert.deepEqual(shown(before, undefined, {}, triggers), [deleted]);
    assert.deepEqual(shown(before, undefined, { sysAttrs: true }, triggers), [
      { ...deleted, createdAt: at, modifiedAt: at },
    ]);
  });
  test('who asked for deleted attributes is told which', () => {
    const watched = { notificationTrigger: ['attributeDeleted'], watchedAttributes: ['flow'] };
    assert.deepEqual(shown(before, undefined, {}, watched), [{ ...deleted, flow: { type: 'Property', value: none } }]);
  });
  test('with showChanges, what the attributes were', () => {
    assert.deepEqual(shown(before, undefined, { showChanges: true }), [
      {
        ...deleted,
        temperature: { type: 'Property', value: none, previousValue: 20 },
        flow: { type: 'Property', value: none, previousValue: 1 },
      },
    ]);
  });
});

describe('older readers and linked entities', () => {
  test('what is younger than the version that was asked for goes, or becomes what it is a kind of', () => {
    const before = entity({ name: { languageMap: { tg: 'Об' } }, temperature: 20 });
    const after = entity({ temperature: { value: 21, valueType: 'x' }, b2_: { vocab: 'flow' } });
    assert.deepEqual(shown(before, after, {}, { ngsildConformance: '1.3' }), [
      {
        ...bare,
        temperature: { type: 'Property', value: 21 },
        b2_: { type: 'Property', value: 'flow' },
        name: { type: 'Property', value: none },
      },
    ]);
  });
  test('linked entities stand inside or after those that changed', () => {
    const owner = parseEntity({ id: 'urn:o:1', type: 'Owner', name: 'Sino' }, context, { at });
    const notice: Notice = { entity: entity({ owner: { object: 'urn:o:1' } }), before: {} };
    const linked = {
      entities: new Map([[owner.id, owner]]),
      levels: 1,
      seen: new Set<string>(),
      room: { left: 10 },
    };
    const relationship = { type: 'Relationship', object: 'urn:o:1' };
    const shownOwner = { id: 'urn:o:1', type: 'Owner', name: { type: 'Property', value: 'Sino' } };
    const inline = representNotification(subscribe({ join: 'inline' }), [notice], context, { ...message, linked });
    assert.deepEqual(inline['data'], [{ ...bare, owner: { ...relationship, entity: shownOwner } }]);
    const changed: Notice = {
      ...notice,
      before: entity({ owner: { object: 'urn:o:2' } }).attrs,
    };
    const told = representNotification(subscribe({ join: 'inline', showChanges: true }), [changed], context, {
      ...message,
      linked,
    });
    assert.deepEqual(told['data'], [
      { ...bare, owner: { ...relationship, entity: shownOwner, previousObject: 'urn:o:2' } },
    ]);
    const appended = [{ entity: owner, options: {} }];
    const flat = representNotification(subscribe({ join: 'flat' }), [notice], context, { ...message, appended });
    assert.deepEqual(flat['data'], [{ ...bare, owner: relationship }, shownOwner]);
  });
  test('pick chooses members of linked entities too', () => {
    const { pick } = subscribe({ join: 'inline', pick: ['id', 'owner{name}'] }).notification;
    assert.deepEqual(
      pick?.map((term) => typeof term),
      ['string', 'object'],
    );
    assert.throws(() => subscribe({ pick: ['owner{name}'] }), /deeper than join/);
  });
});

describe('showChanges', () => {
  test('each kind shows what it was, where it has changed', () => {
    const changed = {
      temperature: 21,
      name: { languageMap: { tg: 'Оби' } },
      owner: { object: 'urn:o:2' },
      b2_: { vocab: 'name' },
      address: { json: 1 },
      flow: { valueList: [3] },
    };
    const [[told]] = [
      shown(entity({ ...kinds, same: 1 }), entity({ ...changed, same: 1 }), { showChanges: true }) as [object],
    ];
    assert.deepEqual(told, {
      ...bare,
      temperature: { type: 'Property', value: 21, previousValue: 20 },
      name: { type: 'LanguageProperty', languageMap: { tg: 'Оби' }, previousLanguageMap: { tg: 'Об', ru: 'Вода' } },
      owner: { type: 'Relationship', object: 'urn:o:2', previousObject: 'urn:o:1' },
      b2_: { type: 'VocabProperty', vocab: 'name', previousVocab: 'flow' },
      address: { type: 'JsonProperty', json: 1, previousJson: { a: null } },
      flow: { type: 'ListProperty', valueList: [3], previousValueList: [1, 2] },
      same: { type: 'Property', value: 1 },
    });
  });
  test('what is new was nothing before', () => {
    assert.deepEqual(shown(undefined, entity({ temperature: 20 }), { showChanges: true }), [
      { ...bare, temperature: { type: 'Property', value: 20 } },
    ]);
  });
});

describe('changes told together', () => {
  const states = [
    undefined,
    entity({ temperature: 1 }),
    entity({ temperature: 2, flow: 1 }),
    entity({ temperature: 3 }),
    undefined,
    entity({ temperature: 5 }),
  ];
  const together = (from: number, to: number, parameters: object): unknown => {
    const subscription = subscribe(parameters);
    const notices = states
      .slice(from, to + 1)
      .slice(1)
      .map((after, i) => matchSubscription(subscription, { before: states[from + i], after }, later))
      .filter((notice) => notice !== undefined);
    const fewer = coalesce(
      notices.map((notice) => ({ notice })),
      subscription.notification.showChanges,
    );
    return representNotification(
      subscription,
      fewer.map(({ notice }) => notice),
      context,
      message,
    )['data'];
  };
  test('the newest state is told, with what was before the first', () => {
    assert.deepEqual(together(1, 3, { showChanges: true }), [
      { ...bare, temperature: { type: 'Property', value: 3, previousValue: 1 } },
    ]);
    assert.deepEqual(together(2, 3, {}), [
      { ...bare, temperature: { type: 'Property', value: 3 }, flow: { type: 'Property', value: none } },
    ]);
  });
  test('the last word counts: gone, or back again', () => {
    assert.deepEqual(together(2, 4, { format: 'simplified' }), [
      { ...bare, deletedAt: later, temperature: none, flow: none },
    ]);
    assert.deepEqual(together(2, 5, { format: 'simplified' }), [{ ...bare, temperature: 5, flow: none }]);
  });
});
