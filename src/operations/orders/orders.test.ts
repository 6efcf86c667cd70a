import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Transformer } from '@napi-rs/image';
import fc from 'fast-check';
import { fixedClock } from '../../base/clock.ts';
import { systemPrincipal, type Principal } from '../../http/index.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openPolicies } from '../../trust/index.ts';
import { fullLanguages, missingMessages } from '../../ui/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { middleOf } from '../notices/compose.ts';
import { checklistFor, checklists } from './checklists.ts';
import { orderDelta, orderOf } from './entity.ts';
import { worked } from './lifecycle.ts';
import { orderWords } from './pages/messages/index.ts';
import { cleaned } from './photos.ts';
import { personSteps, states, transitions, type Act, type Order } from './schema.ts';
import { timesOf } from './times.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const person = (id: string, role: string, more: Partial<Principal> = {}): Principal => ({
  id,
  kind: 'person',
  roles: [role],
  session: { id: `s-${id}`, csrf: 'token', since: clock.now() },
  ...more,
});
const people: Readonly<Record<string, Principal>> = {
  KARIMOVA: person('KARIMOVA', 'dispatcher'),
  LEAD: person('LEAD', 'shift-lead'),
  NORTH: person('NORTH', 'dispatcher', { areas: ['navrud'] }),
  CREW: person('CREW', 'crew', { areas: ['navrud'] }),
  OTHERS: person('OTHERS', 'crew', { areas: ['kulolon'] }),
  MAYOR: person('MAYOR', 'mayors-office'),
  AUDITOR: person('AUDITOR', 'auditor'),
};
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity({ demo: true, housekeeping: false }, clock, await openPolicies(), ({ cookie }) =>
  cookie === undefined ? nobody : (people[cookie] ?? nobody),
);
after(() => city.close());
const { broker, store } = city;

type Json = Record<string, unknown>;
const get = (path: string, cookie = 'KARIMOVA', accept = '*/*'): Promise<Response> =>
  fetch(city.url + path, { headers: { cookie, accept } });
const ask = async (path: string, cookie = 'KARIMOVA'): Promise<Json> => {
  const answer = await get(path, cookie);
  assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
  return (await answer.json()) as Json;
};
const send = (path: string, body: Json, cookie = 'KARIMOVA'): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'x-csrf-token': 'token' },
    body: JSON.stringify(body),
  });
const form = (path: string, fields: Record<string, string>, cookie = 'KARIMOVA'): Promise<Response> =>
  fetch(city.url + path, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ csrf: 'token', ...fields }),
    redirect: 'manual',
  });
const one = (id: string, cookie?: string): Promise<Json> => ask(`/api/operations/orders/${id}`, cookie);
const step = (id: string, body: Json, cookie?: string): Promise<Response> =>
  send(`/api/operations/orders/${id}/steps`, body, cookie);
async function done(id: string, body: Json, cookie?: string): Promise<Json> {
  const answer = await step(id, body, cookie);
  assert.equal(answer.status, 201, `${JSON.stringify(body)}: ${await answer.clone().text()}`);
  return (await answer.json()) as Json;
}
async function refused(answer: Promise<Response>, status: number, field?: string): Promise<Json> {
  const told = await answer;
  const body = (await told.json()) as Json;
  assert.equal(told.status, status, JSON.stringify(body));
  if (field !== undefined) assert.equal(body['field'], field, JSON.stringify(body));
  return body;
}
async function made(body: Json = {}, cookie?: string): Promise<string> {
  const answer = await send('/api/operations/orders', { title: 'Lamp is dark', district: 'navrud', ...body }, cookie);
  assert.equal(answer.status, 201, await answer.clone().text());
  return ((await answer.json()) as { id: string }).id;
}
const iri = (name: string): string => coreContext.expand(name);
/** A photo of so many pixels, lying on its side as telephones write it, with a place beside it. */
function photo(width = 400, height = 300): Buffer<ArrayBuffer> {
  const pixels = new Uint8Array(width * height * 4).map((_, i) => (i % 4 === 3 ? 255 : (i * 7) % 251));
  const plain = Transformer.fromRgbaPixels(pixels, width, height).jpegSync(85);
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');
  const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, tiff.length + 8]), Buffer.from('Exif\0\0'), tiff]);
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 18]), Buffer.from('38.5598,68.7870 ')]);
  return Buffer.concat([plain.subarray(0, 2), exif, comment, plain.subarray(2)]);
}
const sendPhoto = (id: string, bytes: Uint8Array<ArrayBuffer>, cookie = 'CREW', query = ''): Promise<Response> =>
  fetch(`${city.url}/api/operations/orders/${id}/photos${query}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'image/jpeg', 'x-csrf-token': 'token' },
    body: bytes,
  });
const raiseAlarm = async (more: Json = {}): Promise<string> => {
  const body = { title: 'Water on the street', language: 'en', priority: 1, district: 'navrud', ...more };
  const answer = await send('/api/operations/alarms', body);
  assert.equal(answer.status, 201, await answer.clone().text());
  return ((await answer.json()) as { id: string }).id;
};

const base: Order = {
  id: 'urn:ngsi-ld:WorkOrder:0000000000',
  state: 'open',
  priority: 2,
  title: { en: 'x' },
  madeAt: 0,
  checklist: { template: 'general', version: 1, items: [{ id: 'safe', text: { en: 'safe' }, done: false }] },
  parts: [],
  photos: [{ n: 1, at: 0 }],
  readings: [],
  photoCount: 1,
  stepCount: 1,
  handledStep: 1,
  simulated: false,
};

test('the table of steps is whole: what is in it can be done, what is not is a conflict and changes nothing', () => {
  const acts: Record<(typeof personSteps)[number], Act> = {
    assign: { step: 'assign', crew: 'Water 1' },
    change: { step: 'change', priority: 1 },
    return: { step: 'return', reason: 'the lid is missing' },
    close: { step: 'close' },
    cancel: { step: 'cancel', reason: 'duplicate' },
    accept: { step: 'accept' },
    decline: { step: 'decline', reason: 'the car is broken' },
    start: { step: 'start' },
    pause: { step: 'pause', reason: 'waitsParts' },
    finish: { step: 'finish' },
    check: { step: 'check', item: 'safe', done: true },
    part: { step: 'part', part: { name: 'clamp', number: 2, unit: 'C62' } },
    clockIn: { step: 'clockIn' },
    clockOut: { step: 'clockOut' },
    time: { step: 'time', minutes: 5 },
    reading: { step: 'reading', reading: { at: 1, name: 'pressure', value: 3.2, unitCode: 'BAR' } },
    photo: { step: 'photo' },
    dropPhoto: { step: 'dropPhoto', n: 1, reason: 'a face' },
    tell: { step: 'tell', text: { ru: 'Воду дадут в 18:00' } },
    note: { step: 'note', note: 'words' },
  };
  let possible = 0;
  for (const state of states) {
    for (const name of personSteps) {
      const wanted = transitions[name][state];
      const order = { ...base, state };
      if (wanted) {
        const next = worked(order, acts[name], 1);
        assert.deepEqual([next.state, next.stepCount], [wanted, 2], `${state} ${name}`);
        possible++;
      } else assert.throws(() => worked(order, acts[name], 1), { kind: 'conflict' }, `${state} ${name}`);
    }
  }
  assert.ok(possible > 60, `${possible}`);
  assert.throws(() => worked({ ...base, state: 'working', photos: [] }, acts.finish, 1), { field: 'proof' });
});

test('an order comes back from its entity as it was', () => {
  const whole: Order = {
    ...base,
    state: 'paused',
    description: { ru: 'что' },
    crew: 'Water 1',
    department: 'water',
    asset: 'urn:ngsi-ld:Pipe:1',
    assetName: { en: 'Pipe 1' },
    alarm: 'urn:ngsi-ld:Alert:1',
    request: 'urn:ngsi-ld:ServiceRequest:1',
    location: [68.1, 37.7],
    district: 'navrud',
    place: 'Weavers 14',
    dueAt: 60_000,
    startedAt: 1000,
    reason: 'waitsParts',
    parts: [{ name: 'clamp', number: 2, unit: 'C62' }],
    readings: [{ at: 5, name: 'pressure', value: 3.2, unitCode: 'BAR' }],
    publicText: { ru: 'ждём' },
    note: 'words',
    simulated: true,
  };
  const delta = orderDelta(undefined, whole, '2026-11-22T08:00:00.000Z');
  assert.equal(delta.op, 'put');
  assert.deepEqual(delta.op === 'put' && orderOf(delta.entity), whole);
});

test('from alarm to closed: given with the alarm in one record, worked, proven, checked by somebody else', async () => {
  const alarm = await raiseAlarm();
  const before = city.lastSeq();
  const id = await made({ title: undefined, alarm, crew: 'Water 1' });
  assert.equal(city.lastSeq(), before + 1, 'one record');
  const given = await ask(`/api/operations/alarms/${alarm}`);
  assert.deepEqual([given['state'], given['assignedTo']], ['assigned', 'Water 1']);
  let order = await one(id, 'CREW');
  assert.deepEqual(
    [order['state'], order['priority'], order['district'], order['alarm']],
    ['assigned', 1, 'navrud', `urn:ngsi-ld:Alert:${alarm}`],
  );
  assert.deepEqual(order['title'], { en: 'Water on the street' });
  await done(id, { step: 'accept' }, 'CREW');
  await done(id, { step: 'start' }, 'CREW');
  await refused(step(id, { step: 'finish' }, 'CREW'), 409, 'proof');
  await done(id, { step: 'check', item: 'safe', done: true }, 'CREW');
  await done(id, { step: 'part', name: 'clamp DN150', number: '2', unit: 'C62' }, 'CREW');
  await done(id, { step: 'reading', name: 'pressure', value: '3,4', unit: 'BAR' }, 'CREW');
  await done(id, { step: 'finish', note: 'valve 7 is stiff' }, 'CREW');
  await refused(step(id, { step: 'close' }, 'CREW'), 403);
  await done(id, { step: 'return', reason: 'the pit is open' });
  await done(id, { step: 'start' }, 'CREW');
  await done(id, { step: 'finish' }, 'CREW');
  order = await done(id, { step: 'close' });
  assert.equal(order['state'], 'closed');
  const steps = (order['steps'] as Json[]).map((line) => [line['step'], line['who']]);
  assert.deepEqual(steps, [
    ['make', 'KARIMOVA'],
    ['accept', 'CREW'],
    ['start', 'CREW'],
    ['check', 'CREW'],
    ['part', 'CREW'],
    ['reading', 'CREW'],
    ['finish', 'CREW'],
    ['return', 'KARIMOVA'],
    ['start', 'CREW'],
    ['finish', 'CREW'],
    ['close', 'KARIMOVA'],
  ]);
  const page = await (await get(`/en/console/alarms?alarm=${alarm}`)).text();
  assert.match(page, new RegExp(`/en/console/orders/${id}">Water 1 · checked and closed`));
  const { entity } = await broker.get(systemPrincipal, 0, `urn:ngsi-ld:WorkOrder:${id}`);
  assert.equal(entity.attrs[iri('status')]?.[0]?.value, 'closed');
  assert.doesNotMatch(JSON.stringify(entity), /KARIMOVA|CREW/, 'the entity names nobody');
});

test('whoever did some of the work does not close it, whatever their role; another one does', async () => {
  const id = await made({ crew: 'Water 1' });
  await done(id, { step: 'start' });
  await done(id, { step: 'reading', name: 'pressure', value: 3 });
  await done(id, { step: 'finish' });
  const told = await refused(step(id, { step: 'close' }), 403);
  assert.match(String(told['detail']), /somebody else/);
  assert.match(await (await get(`/en/console/orders/${id}`)).text(), /You did some of this work/);
  await done(id, { step: 'close' }, 'LEAD');
});

test('a closed alarm makes no order; nothing is changed', async () => {
  const alarm = await raiseAlarm();
  await send(`/api/operations/alarms/${alarm}/steps`, { step: 'acknowledge' });
  await send(`/api/operations/alarms/${alarm}/steps`, { step: 'close', reason: 'fixed' });
  const before = city.lastSeq();
  await refused(send('/api/operations/orders', { alarm }), 409, 'alarm');
  assert.equal(city.lastSeq(), before);
});

test('a request of any origin becomes an order: its words and place, nothing of a person; whoever asked is told', async () => {
  const id = 'urn:ngsi-ld:ServiceRequest:311-7';
  const last = (name: string): string => `https://smartdatamodels.org/dataModel.IssueTracking/${name}`;
  const property = (value: string | number) => [{ type: 'Property' as const, value }];
  const [long, lat] = city.city.center;
  await broker.record(
    systemPrincipal,
    0,
    [
      {
        id,
        type: [last('ServiceRequest')],
        attrs: {
          [last('service_name')]: property('Street light'),
          'http://purl.org/dc/terms/description': property('Dark since Monday'),
          [last('lat')]: property(lat),
          [last('long')]: property(long),
          [last('address_string')]: property('Potters 5'),
          [last('status_notes')]: property('received'),
        },
      },
    ],
    { by: 'test' },
  );
  const order = await made({ title: undefined, district: undefined, request: id });
  const known = await one(order);
  assert.deepEqual([known['title'], known['place']], [{ en: 'Street light' }, 'Potters 5']);
  assert.deepEqual(known['location'], [long, lat]);
  assert.match(await (await get(`/ru/console/orders/new?request=${encodeURIComponent(id)}`)).text(), /Potters 5/);
  const link = `/ru/console/orders/new?request=${encodeURIComponent(id)}`;
  const pageFor = async (cookie?: string): Promise<string> => (await get(`/ru/entities/${id}`, cookie)).text();
  assert.ok((await pageFor()).includes(link), 'its page offers that');
  assert.ok(!(await pageFor('CREW')).includes('orders/new'), 'to those who make orders');
  const before = city.lastSeq();
  await done(order, { step: 'tell', text: { ru: 'Починим сегодня', tg: 'Имрӯз таъмир мекунем' } });
  assert.equal(city.lastSeq(), before + 1);
  const { entity } = await broker.get(systemPrincipal, 0, id);
  assert.deepEqual(entity.attrs[last('status_notes')]?.[0]?.value, {
    ru: 'Починим сегодня',
    tg: 'Имрӯз таъмир мекунем',
  });
  await refused(send('/api/operations/orders', { request: 'urn:ngsi-ld:ServiceRequest:none' }), 400, 'request');
});

test('what the city itself measures is read at that moment, and is proof', async () => {
  const asset = 'urn:ngsi-ld:Valve:7';
  await broker.record(
    systemPrincipal,
    0,
    [
      {
        id: asset,
        type: [iri('Valve')],
        attrs: {
          [iri('pressure')]: [
            { type: 'Property', value: 3.25, unitCode: 'BAR', observedAt: '2026-11-22T07:59:00.000Z' },
          ],
        },
        atBirth: { [iri('name')]: [{ type: 'Property', value: 'Valve 7' }] },
      },
    ],
    { by: 'test' },
  );
  const id = await made({ entity: asset, crew: 'Water 1' });
  assert.equal(((await one(id))['checklist'] as Json)['template'], 'valve');
  await done(id, { step: 'start' }, 'CREW');
  await refused(step(id, { step: 'reading', attribute: 'colour' }, 'CREW'), 400, 'attribute');
  const { readings } = await done(id, { step: 'reading', attribute: 'pressure' }, 'CREW');
  assert.deepEqual(readings, [
    {
      at: '2026-11-22T08:00:00.000Z',
      name: 'pressure',
      value: 3.25,
      unitCode: 'BAR',
      entity: asset,
      observedAt: '2026-11-22T07:59:00.000Z',
    },
  ]);
  await done(id, { step: 'finish' }, 'CREW');
});

test('a photo is drawn anew, upright and without what stood beside it; who may not see the order sees no photo', async () => {
  const id = await made({ crew: 'Light 1' });
  await done(id, { step: 'start' }, 'CREW');
  const sent = photo();
  assert.ok(sent.includes('Exif') && sent.includes('38.5598'));
  const answer = await sendPhoto(id, sent, 'CREW', '?act=photo-0001&caption=The%20mast');
  assert.equal(answer.status, 201, await answer.clone().text());
  assert.equal((await sendPhoto(id, sent, 'CREW', '?act=photo-0001')).status, 201, 'sent again');
  const { photos } = await one(id);
  assert.deepEqual(photos, [
    { n: 1, at: '2026-11-22T08:00:00.000Z', caption: 'The mast', href: `/console/orders/${id}/photos/1` },
  ]);
  const kept = await get(`/console/orders/${id}/photos/1`, 'CREW');
  assert.deepEqual([kept.status, kept.headers.get('content-type')], [200, 'image/jpeg']);
  assert.equal(kept.headers.get('cache-control'), 'no-store');
  const bytes = Buffer.from(await kept.arrayBuffer());
  assert.ok(!bytes.includes('Exif') && !bytes.includes('38.5598'));
  const { width, height } = await new Transformer(bytes).metadata();
  assert.deepEqual([width, height], [300, 400], 'upright');
  for (const [who, status] of [
    ['OTHERS', 404],
    ['nobody', 401],
    ['MAYOR', 200],
  ] as const)
    assert.equal((await get(`/console/orders/${id}/photos/1`, who)).status, status, who);
  await done(id, { step: 'dropPhoto', n: 1, reason: 'a face' }, 'CREW');
  assert.equal((await get(`/console/orders/${id}/photos/1`, 'CREW')).status, 404);
  const left = await store.rows.all('SELECT * FROM work_order_photo WHERE work_order = ?', [id]);
  assert.deepEqual(left, []);
});

test('what is no photo that can be read is refused with a sentence, and nothing is kept', async () => {
  const id = await made({ crew: 'Light 1' });
  await done(id, { step: 'start' }, 'CREW');
  const before = city.lastSeq();
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(40)]);
  const told = await refused(sendPhoto(id, heic), 415, 'photo');
  assert.match(String(told['detail']), /HEIC/);
  await refused(sendPhoto(id, Buffer.from('hello')), 415, 'photo');
  await refused(sendPhoto(id, photo().subarray(0, 90)), 400, 'photo');
  const bomb = photo();
  const frame = bomb.indexOf(Buffer.from([0xff, 0xc0]));
  bomb.writeUInt16BE(60_000, frame + 5);
  bomb.writeUInt16BE(60_000, frame + 7);
  await refused(sendPhoto(id, bomb), 413, 'photo');
  await refused(sendPhoto(id, Buffer.alloc(15 * 2 ** 20 + 1)), 413, 'photo');
  assert.equal(city.lastSeq(), before);
});

test('no bytes make cleaning a photo fail otherwise than with a Problem', async () => {
  const good = photo(64, 48);
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.uint8Array({ maxLength: 40 }), async (at, noise) => {
      const bytes = Buffer.concat([good.subarray(0, at), noise, good.subarray(at + noise.length)]);
      try {
        const { bytes: drawn } = await cleaned(bytes);
        assert.ok(!Buffer.from(drawn).includes('Exif'));
      } catch (error) {
        assert.equal((error as Error).name, 'Problem');
      }
    }),
    { numRuns: 60 },
  );
});

test('an act that is sent again is done once; two who act at once are told of each other', async () => {
  const id = await made({ crew: 'Light 1' });
  const act = 'phone-act-0001';
  const answers = await Promise.all([1, 2, 3].map(() => step(id, { step: 'start', act }, 'CREW')));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201],
  );
  const { steps, handledStep } = await one(id);
  assert.equal((steps as Json[]).filter((line) => line['step'] === 'start').length, 1);
  await refused(step(await made(), { step: 'note', note: 'x', act }, 'CREW'), 409, 'act');
  await done(id, { step: 'cancel', reason: 'notNeeded', seen: handledStep });
  const told = await refused(step(id, { step: 'pause', reason: 'weather', seen: handledStep }, 'CREW'), 409, 'step');
  assert.match(String(told['detail']), /cancel by/);
  const page = await form(`/ru/console/orders/${id}/steps`, { step: 'pause', reason: 'weather' }, 'CREW');
  assert.equal(page.status, 409);
  assert.match(await page.text(), /Наряд тем временем изменился/);
  await done(id, { step: 'note', note: 'we were there already', act: 'phone-act-0002' }, 'CREW');
  assert.equal((await sendPhoto(id, photo())).status, 201, 'what a crew brings late is kept');
  const key = 'made-once-0001';
  assert.equal(await made({ key }), await made({ key }));
});

test('a crew sees orders of its area and those given to it, and nothing else; who is limited decides nothing elsewhere', async () => {
  const near = await made({ district: 'navrud', title: 'near' });
  const far = await made({ district: 'kulolon', title: 'far' });
  const mine = await made({ district: 'kulolon', title: 'mine', assignee: 'CREW' });
  const ids = async (who: string): Promise<readonly unknown[]> =>
    ((await ask('/api/operations/orders?show=all&limit=1000', who))['orders'] as Json[]).map((order) => order['id']);
  const seen = await ids('CREW');
  assert.deepEqual([seen.includes(near), seen.includes(far), seen.includes(mine)], [true, false, true]);
  assert.equal((await get(`/console/orders/${far}`, 'CREW', 'text/html')).status, 404);
  assert.equal((await get(`/api/operations/orders/${far}`, 'CREW')).status, 404);
  await refused(step(far, { step: 'note', note: 'x' }, 'CREW'), 404);
  await done(mine, { step: 'accept' }, 'CREW');
  await refused(send('/api/operations/orders', { title: 'x', district: 'kulolon' }, 'NORTH'), 403, 'district');
  const kulolon = city.city.districts.find(({ id }) => id === 'kulolon');
  assert.ok(kulolon);
  const elsewhere = { title: 'x', district: 'navrud', location: middleOf(kulolon) };
  await refused(send('/api/operations/orders', elsewhere, 'NORTH'), 403, 'district');
  await refused(step(far, { step: 'cancel', reason: 'mistake' }, 'NORTH'), 404);
  await refused(send('/api/operations/orders', { title: 'x', district: 'navrud' }, 'CREW'), 403);
  await refused(step(near, { step: 'cancel', reason: 'mistake' }, 'CREW'), 403);
  await refused(step(near, { step: 'note', note: 'x' }, 'AUDITOR'), 403);
  assert.ok((await ids('MAYOR')).includes(far), 'who looks over the shoulder sees the work');
  await refused(get('/api/operations/orders', 'nobody'), 401);
  const entities = await fetch(`${city.url}/ngsi-ld/v1/entities?type=WorkOrder&limit=1000`, {
    headers: { cookie: 'CREW' },
  });
  const through = ((await entities.json()) as Json[]).map((entity) => String(entity['id']).slice(-10));
  assert.ok(through.includes(near) && !through.includes(far), 'the same through NGSI-LD');
});

test('time is counted by person, from start to rest, and minutes may be typed', () => {
  const min = 60_000;
  const line = (who: string, name: string, at: number, more: object = {}) =>
    ({ who, step: name, at: at * min, ...more }) as Parameters<typeof timesOf>[0][number];
  const steps = [
    line('A', 'start', 0),
    line('B', 'clockIn', 10),
    line('B', 'clockOut', 20),
    line('A', 'pause', 30),
    line('A', 'start', 100, { doneAt: 90 * min }),
    line('C', 'time', 100, { minutes: 15 }),
  ];
  assert.deepEqual(timesOf(steps, 100 * min), [
    { who: 'A', minutes: 40, since: 90 * min },
    { who: 'B', minutes: 10 },
    { who: 'C', minutes: 15 },
  ]);
});

test('each kind of thing has its checklist, in five languages', () => {
  const of = (...types: string[]): string => checklistFor(types.map(iri)).id;
  assert.deepEqual(
    [
      of('Pipe'),
      of('StreetlightGroup'),
      of('Valve'),
      of('HeatSubstation'),
      of('AirQualityObserved'),
      of('Bench'),
      of(),
    ],
    ['burst-main', 'lamp', 'valve', 'heat-substation', 'sensor', 'general', 'general'],
  );
  for (const { id, name, items } of checklists)
    for (const words of [name, ...items.map(({ text }) => text)])
      for (const language of fullLanguages) assert.ok(words[language], `${id} ${JSON.stringify(words)} ${language}`);
});

test('pages, forms, list and CSV work in every language', async () => {
  const id = await made({
    crew: 'Light 1',
    place: 'Potters 5',
    dueAt: '2026-11-22T07:00:00Z',
    note: '=HYPERLINK("x")',
  });
  await done(id, { step: 'start' }, 'CREW');
  for (const language of fullLanguages)
    for (const path of [
      '/console/orders',
      `/console/orders/${id}`,
      '/console/orders/new',
      '/console/orders?show=overdue',
    ])
      assert.equal((await get(`/${language}${path}`, 'KARIMOVA', 'text/html')).status, 200, language + path);
  assert.match(await (await get('/en/console/orders?show=overdue')).text(), /Potters 5/);
  assert.match(await (await get('/en/console/orders?state=working')).text(), /Potters 5/);
  assert.doesNotMatch(await (await get('/en/console/orders?state=paused')).text(), /Potters 5/);
  const csv = await (await get('/api/operations/orders.csv?show=all&lang=ru')).text();
  assert.match(csv, new RegExp(`urn:ngsi-ld:WorkOrder:${id},3,working`));
  const pressed = await form('/ru/console/orders', {
    title: 'Заменить лампу',
    priority: '2',
    district: 'navrud',
    key: 'form-key-0001',
  });
  assert.equal(pressed.status, 303, await pressed.clone().text());
  assert.match(pressed.headers.get('location') ?? '', /^\/ru\/console\/orders\/[0-9A-Z]{10}$/);
  const wrong = await form('/ru/console/orders', { title: '', priority: '2', due: 'morgen' });
  assert.equal(wrong.status, 400);
  const body = new FormData();
  body.set('photo', new Blob([photo()], { type: 'image/jpeg' }), 'a.jpg');
  body.set('caption', 'После');
  const upload = await fetch(`${city.url}/ru/console/orders/${id}/photos?csrf=token`, {
    method: 'POST',
    headers: { cookie: 'CREW' },
    body,
    redirect: 'manual',
  });
  assert.equal(upload.status, 303, await upload.clone().text());
  assert.match(await (await get(`/ru/console/orders/${id}`, 'CREW')).text(), /alt="После"/);
});

test('the service worker of the phone is served, for the pages of every language', async () => {
  const answer = await get('/console/orders/worker.js', 'nobody');
  assert.deepEqual([answer.status, answer.headers.get('service-worker-allowed')], [200, '/']);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/javascript/);
  const script = await answer.text();
  assert.doesNotMatch(script, /\b(?:import|export)\b/, 'it is one file');
});

test('no fields of a form or a step give a 500', async () => {
  const id = await made({ crew: 'Light 1' });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...personSteps),
      fc.dictionary(
        fc.constantFrom(
          'note',
          'reason',
          'crew',
          'name',
          'number',
          'unit',
          'value',
          'item',
          'n',
          'text',
          'minutes',
          'due',
          'seen',
          'act',
          'doneAt',
        ),
        fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constantFrom('weather', 'other', 'C62')),
      ),
      async (name, fields) => {
        const answer = await step(id, { ...fields, step: name });
        assert.ok(answer.status < 500, `${name} ${JSON.stringify(fields)}: ${await answer.text()}`);
      },
    ),
    { numRuns: 100 },
  );
});

test('every word is there in every language', () => {
  assert.deepEqual(missingMessages(orderWords), []);
});
