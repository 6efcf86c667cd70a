import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { openHistory, startHistory } from '../../store/index.ts';
import type { Broker } from '../broker.ts';
import { errorName, ngsiClient } from '../../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity({ temporalPage: 6 });
});
after(() => city.close());
const { send, create } = ngsiClient(() => city);

type Shown = Record<string, unknown> & { id: string };
type Value = { value?: unknown; instanceId?: string; observedAt?: string; [member: string]: unknown };

let count = 0;
const newId = (type = 'Meter') => `urn:ngsi-ld:${type}:${++count}`;
const path = (id: string, more = '') => `/temporal/entities/${encodeURIComponent(id)}${more}`;
const at = (hour: number, minute = 0) =>
  `2020-08-01T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00Z`;
const property = (value: unknown, hour?: number, more: object = {}) => ({
  type: 'Property',
  value,
  ...(hour !== undefined && { observedAt: at(hour) }),
  ...more,
});
/** A meter with these hourly values. */
const meter = async (values: readonly unknown[], more: object = {}, id = newId()) => {
  const flow = values.map((value, hour) => property(value, hour));
  const { status } = await send('POST', '/temporal/entities', {
    id,
    type: 'Meter',
    ...(flow.length > 0 && { flow }),
    ...more,
  });
  assert.equal(status, 201);
  return id;
};
const read = async (id: string, query = ''): Promise<Shown> => {
  const { status, body } = await send('GET', path(id, query));
  assert.ok(status === 200 || status === 206, `${status} ${JSON.stringify(body)}`);
  return body as Shown;
};
const valuesOf = (entity: Shown | undefined, name = 'flow') =>
  (entity?.[name] as Value[] | undefined)?.map(({ value }) => value);
const values = async (id: string, query = '', name = 'flow') => valuesOf(await read(id, query), name);
const status = async (...asked: Parameters<typeof send>) => (await send(...asked)).status;

suite('telling of the past', () => {
  test('creates an evolution, then adds to it; the current state knows nothing of it (5.6.11)', async () => {
    const id = newId();
    const first = { id, type: 'Meter', flow: [property(1, 1), property(2, 2)] };
    const made = await send('POST', '/temporal/entities', first);
    assert.deepEqual(
      [made.status, made.headers.get('location')],
      [201, `/ngsi-ld/v1/temporal/entities/${encodeURIComponent(id)}`],
    );
    assert.equal(
      await status('POST', '/temporal/entities', { id, type: ['Meter', 'Device'], flow: property(3, 3) }),
      204,
    );
    assert.deepEqual((await read(id))['type'], ['Meter', 'Device']);
    assert.deepEqual(await values(id), [1, 2, 3]);
    assert.equal(await status('GET', `/entities/${encodeURIComponent(id)}`), 404);
  });

  test('adds attributes to an evolution that is there (5.6.12)', async () => {
    const id = await meter([1]);
    assert.equal(await status('POST', path(id, '/attrs'), { level: [property(7, 1)], flow: [property(2, 1)] }), 204);
    assert.deepEqual([await values(id), await values(id, '', 'level')], [[1, 2], [7]]);
    assert.equal(await status('POST', path(newId(), '/attrs'), { level: [property(7, 1)] }), 404);
    assert.equal(await status('POST', path(id, '/attrs'), {}), 400);
    assert.equal(await status('POST', path('nothing', '/attrs'), { level: [property(7, 1)] }), 400);
  });

  test('an observation that is told again is one; with another value it corrects, and keeps its id', async () => {
    const id = await meter([1, 2]);
    const before = (await read(id))['flow'] as Value[];
    const again = { id, type: 'Meter', flow: [property(1, 0), property(20, 1), property(30, 2), property(31, 2)] };
    assert.equal(await status('POST', '/temporal/entities', again), 204);
    const flow = (await read(id, '?options=sysAttrs'))['flow'] as Value[];
    assert.deepEqual(
      flow.map(({ value }) => value),
      [1, 20, 31],
    );
    assert.deepEqual(
      flow.slice(0, 2).map(({ instanceId }) => instanceId),
      before.map(({ instanceId }) => instanceId),
    );
  });

  test('an evolution without attributes is there', async () => {
    const id = await meter([]);
    assert.deepEqual(await read(id), { id, type: 'Meter' });
    assert.equal(await status('POST', '/temporal/entities', { id, type: 'Meter' }), 204);
  });

  test('takes the simplified representation too (5.2.20)', async () => {
    const id = await meter([], {
      flow: {
        type: 'Property',
        values: [
          [1, at(1)],
          [2, at(2)],
        ],
      },
      says: { type: 'LanguageProperty', languageMaps: [[{ languageMap: { en: 'hi' } }, at(1)]] },
    });
    assert.deepEqual(await values(id), [1, 2]);
    assert.deepEqual((await read(id, '?format=temporalValues'))['says'], {
      type: 'LanguageProperty',
      languageMaps: [[{ languageMap: { en: 'hi' } }, at(1)]],
    });
  });

  test('what an evolution is told must be sound', async () => {
    for (const fault of [{ id: 'x' }, { type: undefined }, { flow: [] }, { flow: [property('urn:ngsi-ld:null')] }]) {
      const answer = await send('POST', '/temporal/entities', {
        id: newId(),
        type: 'Meter',
        flow: property(1),
        ...fault,
      });
      assert.deepEqual([answer.status, errorName(answer.body)], [400, 'BadRequestData'], JSON.stringify(fault));
    }
  });

  test('a simulated entity has always been simulated', async () => {
    const id = newId();
    await create({ id, type: 'Meter', flow: property(1) });
    const answer = await send('POST', path(id, '/attrs'), { simulated: [property(true)] });
    assert.deepEqual([answer.status, errorName(answer.body)], [400, 'BadRequestData']);
  });

  test('two that tell of the same entity at once are told which of them made it', async () => {
    const id = newId();
    const tell = (hour: number) =>
      status('POST', '/temporal/entities', { id, type: 'Meter', flow: property(hour, hour) });
    assert.deepEqual(
      (await Promise.all([1, 2, 3].map(tell))).sort((a, b) => a - b),
      [201, 204, 204],
    );
    assert.deepEqual(await values(id), [1, 2, 3]);
  });
});

suite('correcting the past', () => {
  test('an instance is replaced, and keeps its id and createdAt (5.6.14)', async () => {
    const id = await meter([1, 2, 3]);
    const before = ((await read(id, '?options=sysAttrs'))['flow'] as Value[])[1];
    const target = path(id, `/attrs/flow/${before?.instanceId}`);
    assert.equal(await status('PATCH', target, { flow: [property(20, 4, { unitCode: 'MQH' })] }), 204);
    const after = ((await read(id, '?options=sysAttrs'))['flow'] as Value[])[2];
    assert.deepEqual(
      [after?.value, after?.observedAt, after?.['unitCode'], after?.instanceId, after?.['createdAt']],
      [20, at(4), 'MQH', before?.instanceId, before?.['createdAt']],
    );
    assert.notEqual(after?.['modifiedAt'], before?.['modifiedAt']);
    assert.equal(await status('PATCH', target, property(21, 4)), 204);
    assert.deepEqual(await values(id), [1, 3, 21]);
  });

  test('an instance is deleted (5.6.15); when it was the last, the entity is known still', async () => {
    const id = await meter([1, 2]);
    for (const { instanceId } of (await read(id))['flow'] as Value[]) {
      assert.equal(await status('DELETE', path(id, `/attrs/flow/${instanceId}`)), 204);
    }
    assert.deepEqual(await read(id), { id, type: 'Meter' });
  });

  test('an attribute is deleted: its default instances, those of a dataset, or all (5.6.13)', async () => {
    const both = [property(1, 1), property(2, 1, { datasetId: 'urn:d:1' }), property(3, 1, { datasetId: 'urn:d:2' })];
    const id = await meter([], { flow: both, level: property(9, 1) });
    assert.equal(await status('DELETE', path(id, '/attrs/flow')), 204);
    assert.deepEqual(await values(id), [2, 3]);
    assert.equal(await status('DELETE', path(id, '/attrs/flow')), 404);
    assert.equal(await status('DELETE', path(id, '/attrs/flow?datasetId=urn:d:2')), 204);
    assert.deepEqual(await values(id), [2]);
    assert.equal(await status('DELETE', path(id, '/attrs/flow?deleteAll=true')), 204);
    assert.deepEqual(Object.keys(await read(id)), ['id', 'type', 'level']);
  });

  test('the evolution is deleted and the current state stays; what comes later is a past of its own (5.6.16)', async () => {
    const id = newId();
    await create({ id, type: 'Meter', flow: property(1, 1) });
    assert.equal(await status('DELETE', path(id)), 204);
    assert.equal(await status('GET', path(id)), 404);
    assert.equal(await status('DELETE', path(id)), 404);
    assert.equal(await status('GET', `/entities/${encodeURIComponent(id)}`), 200);
    assert.equal(await status('PATCH', `/entities/${encodeURIComponent(id)}/attrs`, { flow: property(2, 2) }), 204);
    const again = await read(id);
    assert.deepEqual([again['type'], valuesOf(again)], ['Meter', [2]]);
  });

  test('what is not there is not found, what is no name or URI is refused', async () => {
    const id = await meter([1]);
    const [{ instanceId = '' } = {}] = (await read(id))['flow'] as Value[];
    for (const [method, target, wanted] of [
      ['DELETE', path(newId()), 404],
      ['DELETE', path('nothing'), 400],
      ['DELETE', path(id, '/attrs/none'), 404],
      ['DELETE', path(id, '/attrs/no(name'), 400],
      ['DELETE', path(id, `/attrs/none/${instanceId}`), 404],
      ['DELETE', path(id, '/attrs/flow/urn:ngsi-ld:instance:1-99'), 404],
      ['DELETE', path(id, '/attrs/flow/urn:other'), 404],
      ['DELETE', path(id, '/attrs/flow/nothing'), 400],
      ['DELETE', path(newId(), `/attrs/flow/${instanceId}`), 404],
    ] as const) {
      assert.equal(await status(method, target), wanted, `${method} ${target}`);
    }
    assert.equal(await status('PATCH', path(id, '/attrs/flow/urn:ngsi-ld:instance:1-99'), property(1)), 404);
    assert.deepEqual(await values(id), [1]);
  });

  test('the journal alone gives the same history again', async () => {
    const id = await meter([1, 2]);
    const [first, second] = (await read(id))['flow'] as Value[];
    await send('PATCH', path(id, `/attrs/flow/${first?.instanceId}`), property(10, 0));
    await send('DELETE', path(id, `/attrs/flow/${second?.instanceId}`));
    assert.deepEqual(await values(id), [10]);
    const directory = await mkdtemp(join(tmpdir(), 'chorsu-history-'));
    const again = await openHistory({ directory, clock: systemClock, log: silentLog, metrics: createMetrics() });
    try {
      const { records } = await city.store.journal.read(1, 100_000);
      let handled = Promise.resolve();
      const follow: Broker['follow'] = (_name, handler) => {
        handled = Promise.resolve(handler(records));
        return () => handled;
      };
      await startHistory({ history: again, follow });
      await handled;
      assert.deepEqual(await again.digest(), await city.history.digest());
    } finally {
      await again.close();
      await rm(directory, { recursive: true });
    }
  });
});

suite('asking of the past', () => {
  test('what the current state was is history: markers have the kind of what went, scopes are a Property', async () => {
    const id = newId();
    const road = { type: 'Relationship', object: 'urn:ngsi-ld:Road:1' };
    await create({ id, type: 'Meter', flow: property(1, 1), road, scope: ['/a'] });
    const entity = `/entities/${encodeURIComponent(id)}`;
    await send('DELETE', `${entity}/attrs/road`);
    await send('PUT', entity, { id, type: 'Meter', road: property('gone') });
    const gone = await read(id, '?timeproperty=deletedAt');
    assert.deepEqual(
      ['road', 'flow', 'scope'].map((name) => {
        const [{ instanceId: _, deletedAt, ...marker } = {}] = gone[name] as Value[];
        return [typeof deletedAt, marker];
      }),
      [
        ['string', { type: 'Relationship', object: 'urn:ngsi-ld:null' }],
        ['string', property('urn:ngsi-ld:null')],
        ['string', property('urn:ngsi-ld:null')],
      ],
    );
    await send('DELETE', entity);
    const last = await read(id, '?options=sysAttrs&attrs=flow');
    assert.equal(typeof last['deletedAt'], 'string');
    assert.deepEqual(await values(id, '?attrs=scope', 'scope'), ['/a', 'urn:ngsi-ld:null']);
    assert.deepEqual(Object.keys(await read(id, '?pick=scope')), ['scope']);
  });

  test('retrieves by time, attribute, dataset and language; nothing of it is 404 (5.7.3)', async () => {
    const says = { type: 'LanguageProperty', languageMap: { en: 'hi', ru: 'привет' }, observedAt: at(1) };
    const id = await meter([0, 1, 2, 3], { flow2: property(5, 1, { datasetId: 'urn:d' }), says });
    assert.deepEqual(await values(id, `?timerel=before&timeAt=${at(2)}`), [0, 1]);
    assert.deepEqual(await values(id, `?timerel=after&timeAt=${at(2)}`), [2, 3]);
    assert.deepEqual(await values(id, `?timerel=between&timeAt=${at(1)}&endTimeAt=${at(3)}`), [1, 2]);
    assert.deepEqual(await values(id, '?lastN=2&attrs=flow'), [3, 2]);
    assert.deepEqual(Object.keys(await read(id, '?datasetId=urn:d')), ['id', 'type', 'flow2']);
    assert.deepEqual(Object.keys(await read(id, '?pick=id,says')), ['id', 'says']);
    assert.deepEqual(Object.keys(await read(id, '?omit=type,flow,flow2')), ['id', 'says']);
    const [{ instanceId: _, ...one } = {}] = (await read(id, '?attrs=says&lang=ru'))['says'] as Value[];
    assert.deepEqual(one, property('привет', 1, { lang: 'ru' }));
    for (const nothing of [
      '?attrs=none',
      '?pick=none',
      '?omit=id,type,flow,flow2,says',
      '?datasetId=urn:none',
      `?timerel=after&timeAt=${at(9)}`,
    ]) {
      assert.equal(await status('GET', path(id, nothing)), 404, nothing);
    }
  });

  test('system times come with sysAttrs, of instances and of the entity while it is there', async () => {
    const id = newId();
    await create({ id, type: 'Meter', flow: property(1, 1) });
    const shown = await read(id, '?options=sysAttrs');
    const [flow] = shown['flow'] as Value[];
    assert.deepEqual([shown['createdAt'], shown['modifiedAt']], [flow?.['createdAt'], flow?.['modifiedAt']]);
    const [plain] = (await read(id))['flow'] as Value[];
    assert.deepEqual(Object.keys(plain ?? {}), ['type', 'value', 'observedAt', 'instanceId']);
  });

  test('queries by what entities were, in pages of those that have something then (5.7.4)', async () => {
    const type = 'Probe';
    const probe = (values: readonly unknown[], more: object = {}) => meter(values, { type, ...more }, newId(type));
    const point = (long: number, hour: number) => ({
      type: 'GeoProperty',
      value: { type: 'Point', coordinates: [long, 38] },
      observedAt: at(hour),
    });
    const ids = [
      await probe([1, 50], { location: [point(68, 0), point(69, 5)] }),
      await probe([60], { scope: [property('/A/x', 0), property('/B', 3)] }),
      await probe(['on', 'off'], { scope: '/A' }),
      await probe([undefined, 7].slice(1)),
    ];
    const found = async (query: string, from = 0, to = 9) => {
      const interval = `timerel=between&timeAt=${at(from)}&endTimeAt=${at(to)}`;
      const { status: code, body } = await send('GET', `/temporal/entities?type=${type}&${interval}&${query}`);
      assert.equal(code, 200, JSON.stringify(body));
      return (body as Shown[]).map(({ id }) => ids.indexOf(id));
    };
    const near = (long: number) => `georel=near;maxDistance==1000&geometry=Point&coordinates=[${long},38]`;
    assert.deepEqual(await found('pick=id'), [0, 1, 2, 3]);
    assert.deepEqual(await found('pick=id', 4, 6), [0], 'the others have nothing then');
    assert.deepEqual(await found('pick=id&q=flow>40'), [0, 1]);
    assert.deepEqual(await found('pick=id&q=flow>40', 0, 1), [1]);
    assert.deepEqual(await found('pick=id&q=flow==%22off%22|flow==7'), [2, 3]);
    assert.deepEqual(await found(`pick=id&${near(69)}`), [0]);
    assert.deepEqual(await found(`pick=id&${near(69)}`, 0, 4), []);
    assert.deepEqual(await found('pick=id&scopeQ=/A/%23'), [1, 2]);
    assert.deepEqual(await found('pick=id&scopeQ=/B', 4, 9), []);
    assert.deepEqual(await found('attrs=location'), [0]);
    assert.deepEqual((await found('pick=location')).length, 1);
    assert.deepEqual(await found(`idPattern=${type}&id=${ids[2]},${ids[3]}&pick=id`), [2, 3]);
    assert.deepEqual(await found('orderBy=id;desc&pick=id'), [3, 2, 1, 0]);
    const page = await send(
      'GET',
      `/temporal/entities?type=${type}&timerel=after&timeAt=${at(0)}&pick=id&limit=1&offset=1&count=true`,
    );
    assert.deepEqual([page.body, page.headers.get('ngsild-results-count')], [[{ id: ids[1] }], '4']);
    assert.match(
      page.headers.get('link') ?? '',
      /offset=2&count=true>; ?rel="next".*offset=0&count=true>; ?rel="prev"/,
    );
  });

  test('queries by a document, of several kinds of entities (6.24)', async () => {
    const [a, b] = [await meter([1], { type: 'One' }, newId('One')), await meter([2], { type: 'Two' }, newId('Two'))];
    await meter([3], { type: 'Two' }, newId('Two'));
    const { status: code, body } = await send('POST', '/temporal/entityOperations/query?format=temporalValues', {
      type: 'Query',
      entities: [{ type: 'One' }, { type: 'Two', id: b }],
      attrs: ['flow'],
      temporalQ: { timerel: 'after', timeAt: at(0), lastN: 1 },
    });
    assert.deepEqual([code, (body as Shown[]).map(({ id }) => id)], [200, [a, b]]);
    assert.deepEqual((body as Shown[])[1]?.['flow'], { type: 'Property', values: [[2, at(0)]] });
  });

  test('refuses what the standard refuses', async () => {
    const good = `type=Meter&timerel=after&timeAt=${at(0)}`;
    for (const [query, name] of [
      ['type=Meter', 'BadRequestData'],
      [`timerel=after&timeAt=${at(0)}`, 'BadRequestData'],
      [`id=urn:a&timerel=after&timeAt=${at(0)}`, 'BadRequestData'],
      [`${good}&orderBy=flow`, 'BadRequestData'],
      [`${good}&q=road{flow}==1`, 'BadRequestData'],
      [`${good}&pick=road{flow}`, 'BadRequestData'],
      [`${good}&format=nice`, 'InvalidRequest'],
      [`${good}&unknown=1`, 'InvalidRequest'],
      [`${good}&format=aggregatedValues`, 'BadRequestData'],
      [`${good}&limit=0`, 'BadRequestData'],
    ] as const) {
      const answer = await send('GET', `/temporal/entities?${query}`);
      assert.deepEqual([answer.status, errorName(answer.body)], [400, name], query);
    }
  });

  test('aggregates; where a method does not apply to what was asked for, the request is refused (4.5.19)', async () => {
    const id = await meter([1, 2, 6], { word: [property('b', 0), property('a', 1)], flag: property(true, 0) });
    const ask = (query: string) =>
      send('GET', path(id, `?format=aggregatedValues&timerel=between&timeAt=${at(0)}&endTimeAt=${at(4)}&${query}`));
    const { body } = await ask('aggrMethods=avg,max&aggrPeriodDuration=PT2H&attrs=flow');
    assert.deepEqual((body as Shown)['flow'], {
      type: 'Property',
      avg: [
        [1.5, at(0), at(2)],
        [6, at(2), at(4)],
      ],
      max: [
        [2, at(0), at(2)],
        [6, at(2), at(4)],
      ],
    });
    const whole = (await ask('aggrMethods=min,sum')).body as Shown;
    assert.deepEqual(
      [whole['flow'], whole['flag'], whole['word']],
      [
        { type: 'Property', min: [[1, at(0), at(4)]], sum: [[9, at(0), at(4)]] },
        { type: 'Property', min: [[1, at(0), at(4)]], sum: [[1, at(0), at(4)]] },
        { type: 'Property', min: [['a', at(0), at(4)]] },
      ],
    );
    const refused = await ask('aggrMethods=sum&attrs=word');
    assert.deepEqual([refused.status, errorName(refused.body)], [400, 'InvalidRequest']);
  });

  test('an older version is spoken on request (4.3.6.8)', async () => {
    const id = await meter([], { kind: { type: 'JsonProperty', json: { a: 1 }, observedAt: at(0) } });
    const answer = await send('GET', path(id), undefined, { prefer: 'ngsi-ld=1.6' });
    const [kind] = (answer.body as Shown)['kind'] as Value[];
    assert.deepEqual(
      [answer.status, answer.headers.get('preference-applied'), kind?.['type'], kind?.value],
      [203, 'ngsi-ld=1.6', 'Property', { a: 1 }],
    );
  });
});

suite('what is too long (6.3.10)', () => {
  const range = async (id: string, query: string) => {
    const { status: code, headers, body } = await send('GET', path(id, query));
    return [code, headers.get('content-range'), valuesOf(body as Shown), valuesOf(body as Shown, 'level')];
  };
  const ms = (hour: number) => at(hour).replace('Z', '.000Z');

  test('is told in parts, in the order of time over all attributes', async () => {
    const level = Array.from({ length: 4 }, (_, n) => property(n * 10, n + 6));
    const id = await meter([0, 1, 2, 3, 4, 5, 6, 7], { level });
    assert.deepEqual(await range(id, ''), [206, `date-time ${at(0)}-${at(5)}/*`, [0, 1, 2, 3, 4, 5], []]);
    assert.deepEqual(await range(id, `?timerel=after&timeAt=${at(5)}`), [
      206,
      `date-time ${ms(5)}-${at(8)}/*`,
      [5, 6, 7],
      [0, 10, 20],
    ]);
    assert.deepEqual(await range(id, `?timerel=after&timeAt=${at(8)}`), [200, null, undefined, [20, 30]]);
    assert.deepEqual(await range(id, `?timerel=before&timeAt=${at(9)}`), [
      206,
      `date-time ${at(0)}-${at(5)}/*`,
      [0, 1, 2, 3, 4, 5],
      [],
    ]);
  });

  test('goes backwards with lastN', async () => {
    const id = await meter([0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual((await range(id, '?lastN=7')).slice(0, 3), [
      206,
      `date-time ${at(7)}-${at(2)}/7`,
      [7, 6, 5, 4, 3, 2],
    ]);
    assert.deepEqual((await range(id, `?lastN=7&timerel=before&timeAt=${at(7)}`)).slice(0, 2), [
      206,
      `date-time ${ms(7)}-${at(1)}/7`,
    ]);
    assert.deepEqual((await range(id, `?lastN=7&timerel=between&timeAt=${at(0)}&endTimeAt=${at(9)}`)).slice(0, 2), [
      206,
      `date-time ${ms(9)}-${at(2)}/7`,
    ]);
    assert.equal((await range(id, '?lastN=6'))[0], 200);
  });

  test('an attribute of which nothing is in the part is an empty series', async () => {
    const id = await meter([0, 1, 2, 3, 4, 5, 6], {
      says: { type: 'LanguageProperty', languageMap: { en: 'hi' }, observedAt: at(9) },
    });
    assert.deepEqual((await read(id, '?format=temporalValues'))['says'], {
      type: 'LanguageProperty',
      languageMaps: [],
    });
  });

  test('aggregates are cut too, where a period begins', async () => {
    const id = await meter([0, 1, 2, 3, 4, 5, 6, 7]);
    const query = `?format=aggregatedValues&aggrMethods=sum&aggrPeriodDuration=PT1H&timerel=after&timeAt=${at(0)}`;
    const answer = await send('GET', path(id, query));
    assert.deepEqual([answer.status, answer.headers.get('content-range')], [206, `date-time ${ms(0)}-${ms(6)}/*`]);
  });
});
