import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorName, ngsiClient } from '../../test/fixtures/ngsiClient.ts';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { anonymousPrincipal } from '../http/principal.ts';
import type { JournalRecord } from '../store/ports.ts';

const none = 'urn:ngsi-ld:null';
const hourMs = 3_600_000;
/** Begins now, since the journal's time never goes back; moved by hand. */
let now = Date.now();
const clock = { now: () => now };
const inHours = (hours: number): string => new Date(now + hours * hourMs).toISOString();
const property = (value: unknown, more: object = {}) => ({ type: 'Property', value, ...more });

suite('what ends', () => {
  let city: TestCity;
  before(async () => {
    // Nothing sweeps here: hiding must not need it.
    city = await openTestCity({ housekeeping: false }, clock);
  });
  after(() => city.close());
  const { send, create, read, past, path } = ngsiClient(() => city);
  const ids = async (query: string): Promise<string[]> => {
    const { status, body, headers } = await send('GET', `/entities?${query}&count=true`);
    assert.equal(status, 200, `${query}: ${JSON.stringify(body)}`);
    const found = (body as { id: string }[]).map(({ id }) => id);
    assert.equal(headers.get('ngsild-results-count'), String(found.length));
    return found;
  };

  test('is hidden from every read at that instant: entities, attributes, sub-attributes', async () => {
    const alert = await create({
      id: 'urn:x:alert',
      type: 'Alert',
      level: property(5),
      location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68, 38] } },
      expiresAt: inHours(2),
    });
    const lamp = await create({
      id: 'urn:x:lamp',
      type: 'Lamp',
      level: [property(5, { expiresAt: inHours(1) }), property(6, { datasetId: 'urn:d:1' })],
      note: property('n', { author: property('a', { expiresAt: inHours(1) }), weight: property(1) }),
      passing: property(1, { expiresAt: inHours(1) }),
    });
    const linking = await create({ id: 'urn:x:link', type: 'Link', to: { type: 'Relationship', object: alert } });
    const everything = [
      'type=Alert',
      'q=level==5',
      'attrs=level',
      'type=Alert|Lamp',
      'idPattern=alert&type=Alert|Lamp',
    ];
    const near = 'georel=near;maxDistance==9&geometry=Point&coordinates=[68,38]';
    for (const query of [...everything, near]) assert.ok((await ids(query)).includes(alert), query);
    assert.deepEqual(await ids('attrs=passing'), [lamp]);

    now += hourMs;
    const { level, note, passing } = await read(lamp);
    assert.deepEqual(level, property(6, { datasetId: 'urn:d:1' }));
    assert.deepEqual(note, property('n', { weight: property(1) }));
    assert.equal(passing, undefined);
    assert.deepEqual(await ids('attrs=passing'), []);
    assert.deepEqual(await ids('q=level==5'), [alert]);
    assert.deepEqual(await ids('q=level==6'), [lamp]);
    const [shown] = (await send('GET', '/entities?type=Lamp')).body as [object];
    assert.deepEqual(Object.keys(shown), ['id', 'type', 'level', 'note']);
    const { attributeList } = (await send('GET', '/attributes')).body as { attributeList: string[] };
    assert.deepEqual(attributeList.toSorted(), ['level', 'location', 'note', 'to']);
    assert.equal((await send('GET', '/attributes/passing')).status, 404);
    const { typeNames, attributeCount } = (await send('GET', '/attributes/level')).body as Record<string, unknown>;
    assert.deepEqual([typeNames, attributeCount], [['Alert', 'Lamp'], 2]);
    const { attributeDetails, entityCount } = (await send('GET', '/types/Lamp')).body as {
      attributeDetails: { attributeName: string }[];
      entityCount: number;
    };
    assert.deepEqual([attributeDetails.map(({ attributeName }) => attributeName), entityCount], [['level', 'note'], 1]);

    now += hourMs;
    assert.equal((await send('GET', path(alert))).status, 404);
    for (const query of [...everything, near]) assert.ok(!(await ids(query)).includes(alert), query);
    assert.deepEqual(await ids(`id=${alert},${lamp}&type=Alert|Lamp`), [lamp]);
    const types = await city.broker.types(anonymousPrincipal, 0);
    assert.deepEqual(
      types.map(({ type }) => type.split('/').at(-1)),
      ['Lamp', 'Link'],
    );
    assert.deepEqual(await ids('q=to{Alert:level}==5&join=inline'), []);
    assert.deepEqual(await ids('type=Link'), [linking]);
  });

  test('is not there for whoever changes it, and goes first in what is recorded', async () => {
    const id = await create({ id: 'urn:x:again', type: 'T', a: property(1), expiresAt: inHours(1) });
    const { createdAt } = await read(id, '?options=sysAttrs');
    now += hourMs;
    for (const [method, rest, body] of [
      ['PATCH', '', { a: property(2) }],
      ['PATCH', '/attrs', { a: property(2) }],
      ['PUT', '', { id, type: 'T' }],
      ['DELETE', '', undefined],
    ] as const) {
      const { status, body: error } = await send(method, `${path(id)}${rest}`, body);
      assert.deepEqual([status, errorName(error)], [404, 'ResourceNotFound'], method);
    }
    const seq = city.lastSeq();
    const upserted = await send('POST', '/entityOperations/upsert', [{ id, type: 'U', b: property(3) }]);
    assert.deepEqual([upserted.status, upserted.body], [201, [id]]);
    assert.equal(city.lastSeq(), seq + 1);
    assert.deepEqual(await read(id), { id, type: 'U', b: property(3) });
    assert.notEqual((await read(id, '?options=sysAttrs'))['createdAt'], createdAt);
    assert.deepEqual(await past(id, 'a'), [1]);

    await send('PATCH', `${path(id)}/attrs`, { c: property(1, { expiresAt: inHours(1) }) });
    now += hourMs;
    assert.equal((await send('PATCH', `${path(id)}/attrs/c`, { value: 2 })).status, 404);
    assert.equal((await send('POST', `${path(id)}/attrs?options=noOverwrite`, { c: property(2) })).status, 204);
    assert.deepEqual((await read(id))['c'], property(2));
    assert.deepEqual(await past(id, 'c'), [1, none, 2]);
  });
});

suite('the sweep', () => {
  let city: TestCity;
  before(async () => {
    city = await openTestCity({}, clock);
  });
  after(() => city.close());
  const { send, create, read, past } = ngsiClient(() => city);

  test('takes away what has ended, in records of a thousand, and says so in the journal', async () => {
    const records: JournalRecord[] = [];
    const stop = city.broker.follow('test', (some) => void records.push(...some));
    const expiresAt = inHours(1);
    const items = Array.from({ length: 1500 }, (_, n) => ({ id: `urn:x:${n}`, type: 'T', a: property(n), expiresAt }));
    assert.equal((await send('POST', '/entityOperations/create', items)).status, 201);
    const tenant = { 'ngsild-tenant': 'other' };
    await create({ id: 'urn:x:0', type: 'T', expiresAt }, tenant);
    const lamp = await create({ id: 'urn:x:lamp', type: 'T', a: property(1, { expiresAt }), b: property(2) });
    const seq = city.lastSeq();
    now += hourMs;
    const deadline = performance.now() + 20_000;
    while (city.store.state.due(now, 1).length > 0 || city.lastSeq() === seq) {
      assert.ok(performance.now() < deadline, 'nothing was swept');
      await sleep(50);
    }
    assert.deepEqual(await read(lamp), { id: lamp, type: 'T', b: property(2) });
    assert.deepEqual(await past(lamp, 'a'), [1, none]);
    await stop();
    const swept = records.filter(({ cause }) => cause.by === 'sweep');
    assert.equal(swept.flatMap(({ entities }) => entities).length, 1502);
    assert.ok(swept.every(({ entities }) => entities.length <= 1000));
    assert.deepEqual(new Set(swept.map((record) => record.tenant)), new Set([0, 1]));
  });
});
