import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coreContext } from './context.ts';
import type { EntityPast, PastInstance } from './representTemporal.ts';
import { parseProjection } from './projection.ts';
import { representAggregate, representPast, representPastValues } from './representTemporal.ts';

const iri = (term: string): string => coreContext.expand(term);
const times = ['2026-03-01T05:00:00Z', '2026-03-01T06:00:00Z'] as const;
const reading = (value: number, observedAt: string): PastInstance => ({
  type: 'Property',
  value,
  observedAt,
  modifiedAt: '2026-03-02T00:00:00.000Z',
  instanceId: `urn:i:${value}`,
});
const past: EntityPast = {
  id: 'urn:x:1',
  type: [iri('Device')],
  attrs: [
    { name: iri('flow'), instances: [reading(1, times[0]), reading(2, times[1])] },
    {
      name: iri('says'),
      instances: [
        { type: 'LanguageProperty', value: { tg: 'об' }, observedAt: times[0], instanceId: 'urn:i:3' },
        {
          type: 'LanguageProperty',
          value: null,
          modifiedAt: '2026-03-03T00:00:00.000Z',
          deletedAt: '2026-03-03T00:00:00.000Z',
          instanceId: 'urn:i:4',
        },
      ],
    },
  ],
};

test('history in full shows every instance with its id, and deletions as the NGSI-LD Null', () => {
  assert.deepEqual(representPast(past, coreContext, { timeproperty: 'observedAt' }), {
    id: 'urn:x:1',
    type: 'Device',
    flow: [
      { type: 'Property', value: 1, observedAt: times[0], instanceId: 'urn:i:1' },
      { type: 'Property', value: 2, observedAt: times[1], instanceId: 'urn:i:2' },
    ],
    says: [
      { type: 'LanguageProperty', languageMap: { tg: 'об' }, observedAt: times[0], instanceId: 'urn:i:3' },
      {
        type: 'LanguageProperty',
        languageMap: { '@none': 'urn:ngsi-ld:null' },
        instanceId: 'urn:i:4',
        deletedAt: '2026-03-03T00:00:00.000Z',
      },
    ],
  });
  assert.deepEqual(
    Object.keys(representPast(past, coreContext, { pick: parseProjection('id,flow', coreContext, 'pick') })),
    ['id', 'flow'],
  );
});

test('simplified history is pairs of value and time', () => {
  assert.deepEqual(representPastValues(past, coreContext, { omit: parseProjection('says', coreContext, 'omit') }), {
    id: 'urn:x:1',
    type: 'Device',
    flow: {
      type: 'Property',
      values: [
        [1, times[0]],
        [2, times[1]],
      ],
    },
  });
  const says = representPastValues(past, coreContext)['says'];
  assert.deepEqual(says, {
    type: 'LanguageProperty',
    languageMaps: [
      [{ languageMap: { tg: 'об' } }, times[0]],
      [{ languageMap: { '@none': 'urn:ngsi-ld:null' } }, '2026-03-03T00:00:00.000Z'],
    ],
  });
});

test('the time beside a value is the one asked for', () => {
  const { flow } = representPastValues(past, coreContext, { timeproperty: 'modifiedAt' }) as {
    flow: { values: unknown };
  };
  assert.deepEqual(flow.values, [
    [1, '2026-03-02T00:00:00.000Z'],
    [2, '2026-03-02T00:00:00.000Z'],
  ]);
});

test('several datasets stay apart', () => {
  const instances = [reading(1, times[0]), { ...reading(2, times[0]), datasetId: 'urn:d:1' }];
  const json = representPastValues({ ...past, attrs: [{ name: iri('flow'), instances }] }, coreContext);
  assert.deepEqual(json['flow'], [
    { type: 'Property', values: [[1, times[0]]] },
    { type: 'Property', values: [[2, times[0]]], datasetId: 'urn:d:1' },
  ]);
});

test('aggregates are triples of value, start and end', () => {
  const [start, end] = [Date.parse(times[0]), Date.parse(times[1])];
  const aggregate = {
    id: 'urn:x:1',
    type: [iri('Device')],
    attrs: [{ name: iri('flow'), methods: { avg: [[1.5, start, end]], max: [[2, start, end]] } }],
  } as const;
  const bounds = ['2026-03-01T05:00:00Z', '2026-03-01T06:00:00Z'];
  assert.deepEqual(representAggregate(aggregate, coreContext), {
    id: 'urn:x:1',
    type: 'Device',
    flow: { type: 'Property', avg: [[1.5, ...bounds]], max: [[2, ...bounds]] },
  });
});
