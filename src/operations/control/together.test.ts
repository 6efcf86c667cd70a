/** Groups, which are confirmed twice, and schedules, by people with rights in districts and a gateway over real MQTT. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { fixedClock } from '../../base/clock.ts';
import { sunTimes } from '../../city/index.ts';
import type { Principal } from '../../http/index.ts';
import { openPolicies } from '../../trust/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { parseGroup, parseSchedule } from './parse.ts';
import { dueBetween } from './schedule.ts';
import { valveMapping } from './valves.fixture.ts';

const hourMs = 3_600_000;
const utc = (text: string): number => Date.parse(text);
const near = (at: number | undefined, text: string, minutes: number): void =>
  assert.ok(Math.abs((at ?? 0) - utc(text)) <= minutes * 60_000, `${new Date(at ?? 0).toISOString()}, not ${text}`);

test('the sun rises, sets and leaves its twilight when almanacs say', () => {
  // Washington, 21 June 2024: 05:43 and 20:37 EDT.
  const washington = sunTimes(utc('2024-06-21T17:00Z'), [-77.04, 38.9]);
  near(washington?.rise, '2024-06-21T09:43Z', 2);
  near(washington?.set, '2024-06-22T00:37Z', 2);
  // On the equator at an equinox the sun goes straight down, 15 degrees an hour: from -0.833 to -6 in 20.7 minutes.
  const at = utc('2024-03-20T12:00Z');
  const minutes = ((sunTimes(at, [0, 0], -6)?.set ?? 0) - (sunTimes(at, [0, 0])?.set ?? 0)) / 60_000;
  assert.ok(Math.abs(minutes - 20.7) < 0.3, `${minutes}`);
});

const dimming = parseSchedule({
  id: 'dimming',
  point: 'lamp',
  switchings: [
    { at: 'dusk', value: 1 },
    { at: '23:00', value: 0.6 },
    { at: '05:00', value: 1 },
    { at: 'dawn', offset: -10, value: 0 },
  ],
  exceptions: [
    { date: '2026-11-25', switchings: [] },
    { date: '2026-11-26', switchings: [{ at: '18:00', value: 0.8 }] },
  ],
});
const dushanbe = { center: [68.78, 38.56], timeZone: 'Asia/Dushanbe' } as const;

test('lamps burn from dusk to dawn, dimmed in the small hours, by the clock of the city, but on days that are excepted', () => {
  const from = utc('2026-11-23T07:00:00Z');
  const due = dueBetween(dimming, from, from + 7 * 24 * hourMs, dushanbe);
  const told = (date: string): string[] =>
    due
      .filter((one) => one.date === date)
      .map(({ at, value }) => `${new Date(at + 5 * hourMs).toISOString().slice(11, 16)} ${value}`);
  assert.deepEqual(told('2026-11-24').slice(0, 1), ['05:00 1']);
  assert.deepEqual(told('2026-11-24').at(-1), '23:00 0.6');
  assert.match(told('2026-11-24')[1] ?? '', /^06:3\d 0$/);
  assert.match(told('2026-11-24')[2] ?? '', /^17:3\d 1$/);
  assert.deepEqual(told('2026-11-25'), []);
  assert.deepEqual(told('2026-11-26'), ['18:00 0.8']);
  assert.equal(told('2026-11-27').length, 4);
  const halves = [
    ...dueBetween(dimming, from, from + 30 * hourMs, dushanbe),
    ...dueBetween(dimming, from + 30 * hourMs, from + 168 * hourMs, dushanbe),
  ];
  assert.deepEqual(halves, due, 'two parts are the whole');
});

test('an hour of the clock stays that hour on the days when clocks are put back and forward', () => {
  const berlin = { center: [13.4, 52.5], timeZone: 'Europe/Berlin' } as const;
  const at23 = { ...dimming, exceptions: [], switchings: [{ at: '23:00', value: 1 }] };
  const instants = (from: string): string[] =>
    dueBetween(at23, utc(from), utc(from) + 72 * hourMs, berlin).map(({ at }) => new Date(at).toISOString());
  assert.deepEqual(instants('2026-10-23T22:00:00Z').slice(0, 2), [
    '2026-10-24T21:00:00.000Z',
    '2026-10-25T22:00:00.000Z',
  ]);
  assert.deepEqual(instants('2026-03-27T23:00:00Z').slice(0, 2), [
    '2026-03-28T22:00:00.000Z',
    '2026-03-29T21:00:00.000Z',
  ]);
});

test('each fault of a group and of a schedule is named with its field', () => {
  const schedule = { id: 's', point: 'lamp', switchings: [{ at: 'dusk', value: 1 }] };
  const wrong: [string, object][] = [
    ['group', { group: 'g' }],
    ['switchings', { switchings: [] }],
    ['switchings[0].at', { switchings: [{ at: '24:00', value: 1 }] }],
    ['switchings[0].offset', { switchings: [{ at: 'dusk', offset: 0.5, value: 1 }] }],
    ['switchings[0].value', { switchings: [{ at: 'dusk' }] }],
    ['exceptions[0].date', { exceptions: [{ date: '2026-02-30' }] }],
    ['elevation', { elevation: -40 }],
    ['moon', { moon: true }],
    ['id', { id: 'A' }],
  ];
  for (const [field, change] of wrong)
    assert.throws(() => parseSchedule({ ...schedule, ...change }), { kind: 'bad-data', field }, field);
  assert.throws(() => parseGroup({ id: 'g', points: ['a', 'a'] }), { field: 'points[1]' });
  assert.throws(() => parseGroup({ id: 'g', points: [] }), { field: 'points' });
  assert.throws(() => parseGroup({ id: 'g', points: ['a'], confirmation: 'nobody' }), { field: 'confirmation' });
});

// --- through the doors ------------------------------------------------------------------------------------------------
const root = mkdtempSync(join(tmpdir(), 'chorsu-together-'));
const mapping = join(root, 'valves.json');
writeFileSync(mapping, JSON.stringify(valveMapping));
const clock = fixedClock('2026-11-23T08:00:00Z');
const person = (id: string, role: string, areas?: readonly string[]): Principal => ({
  id,
  kind: 'person',
  roles: [role],
  ...(areas && { areas }),
  session: { id: `s-${id}`, csrf: 'token', since: clock.now() },
});
const people: Readonly<Record<string, Principal>> = {
  KARIMOVA: person('KARIMOVA', 'dispatcher'),
  SAIDOV: person('SAIDOV', 'dispatcher'),
  NAVRUD: person('NAVRUD', 'dispatcher', ['navrud']),
  ENGINEER: person('ENGINEER', 'utility-engineer'),
  AUDITOR: person('AUDITOR', 'auditor'),
};
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity(
  { city: fileURLToPath(new URL('../../city/namuna', import.meta.url)), mqttPort: 0, mappings: [mapping] },
  clock,
  await openPolicies(),
  ({ cookie }) => (cookie === undefined ? nobody : (people[cookie] ?? nobody)),
);
after(async () => {
  await city.close();
  rmSync(root, { recursive: true, force: true });
});
type Json = Record<string, unknown>;
const base = '/api/operations/control';
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const get = (path: string, cookie = 'KARIMOVA'): Promise<Response> =>
  fetch(city.url + base + path, { headers: { cookie } });
const send = (path: string, body: Json, cookie = 'KARIMOVA'): Promise<Response> =>
  fetch(city.url + base + path, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'x-csrf-token': 'token' },
    body: JSON.stringify(body),
  });
async function until(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (const end = Date.now() + 6_000; !(await holds()); await sleep(40)) assert.ok(Date.now() < end, what);
}

/** What the gateway heard: `valve value`, and it obeys. */
const heard: string[] = [];
const heardSoFar = (): readonly string[] => heard.splice(0).toSorted((one, other) => (one < other ? -1 : 1));
const gateway = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, { protocolVersion: 4 });
after(() => gateway.endAsync(true));
const tell = (valve: string, position: number): Promise<unknown> =>
  gateway.publishAsync(`water/${valve}/state`, JSON.stringify({ position, at: new Date(clock.now()).toISOString() }), {
    qos: 1,
  });
gateway.on('message', (topic, payload) => {
  const valve = topic.split('/')[1] ?? '';
  const { position } = JSON.parse(payload.toString()) as { position: number };
  heard.push(`${valve} ${position}`);
  void tell(valve, position);
});
await gateway.subscribeAsync('water/+/commands', { qos: 1 });
const districts: Readonly<Record<string, string>> = { a: 'navrud', b: 'navrud', c: 'teppasar' };
for (const [id, district] of Object.entries(districts)) {
  await tell(id, 100);
  const point = {
    id,
    kind: 'valve',
    entity: `urn:ngsi-ld:Valve:${id}`,
    attribute: 'position',
    district,
    channel: { kind: 'mqtt', topic: `water/${id}/commands`, payload: { position: '{value}' } },
    range: { min: 0, max: 100 },
  };
  assert.equal((await send('/points', { point }, 'KARIMOVA')).status, 403, 'a dispatcher sets no limits');
  assert.equal((await send('/points', { point }, 'ENGINEER')).status, 201);
}
for (const [id, points, confirmation] of [
  ['all', ['a', 'b', 'c'], 'other'],
  ['own', ['a', 'b'], 'self'],
] as const)
  assert.equal((await send('/groups', { id, points, confirmation }, 'ENGINEER')).status, 204);

test('a group is told nothing before another person has confirmed the exact list', async () => {
  const asked = await send('/groups/all/commands', { value: 40 });
  assert.equal(asked.status, 201, await asked.clone().text());
  const batch = (await asked.json()) as Json;
  assert.deepEqual([batch['state'], batch['count']], ['confirming', 3]);
  const path = `/batches/${String(batch['id'])}`;
  const page = await fetch(`${city.url}/en/console/control${path}`, { headers: { cookie: 'KARIMOVA' } });
  const text = await page.text();
  assert.match(text, /3 devices are to be set to 40/);
  assert.match(text, /Another person has to confirm it/);
  assert.equal((await send(`${path}/confirm`, {})).status, 403, 'not whoever asked');
  assert.equal((await send(`${path}/confirm`, {}, 'NAVRUD')).status, 403, 'not who may not in all its districts');
  assert.equal((await send(`${path}/confirm`, {}, 'AUDITOR')).status, 403);
  await sleep(200);
  assert.deepEqual(heard, []);
  assert.equal((await send(`${path}/confirm`, {}, 'SAIDOV')).status, 200);
  assert.equal((await send(`${path}/confirm`, {}, 'SAIDOV')).status, 409, 'once');
  await until(async () => {
    const { commands } = (await (await get(path)).json()) as { commands: Json[] };
    return commands.length === 3 && commands.every(({ state, by }) => state === 'confirmed' && by === 'KARIMOVA');
  }, 'every point is confirmed');
  assert.deepEqual(heardSoFar(), ['a 40', 'b 40', 'c 40']);
});

test('a group over several districts needs rights in all; one of a single person is confirmed by the same', async () => {
  assert.equal((await send('/groups/all/commands', { value: 0 }, 'NAVRUD')).status, 403);
  assert.equal((await send('/points/c/commands', { value: 0 }, 'NAVRUD')).status, 404, 'nor does it see the point');
  const form = await fetch(`${city.url}/console/control/c/commands`, {
    method: 'POST',
    headers: { cookie: 'NAVRUD' },
    body: new URLSearchParams({ csrf: 'token', value: '0' }),
    redirect: 'manual',
  });
  assert.equal(form.status, 403);
  const batch = (await (await send('/groups/own/commands', { value: 55 }, 'NAVRUD')).json()) as Json;
  assert.equal((await send(`/batches/${String(batch['id'])}/confirm`, {}, 'NAVRUD')).status, 200);
  await until(() => heard.length === 2, 'both were told');
  assert.deepEqual(heardSoFar(), ['a 55', 'b 55']);
  const list = (await (await get('/points', 'NAVRUD')).json()) as { points: Json[] };
  assert.deepEqual(
    list.points.map(({ id }) => id),
    ['a', 'b'],
  );
});

test('what is not confirmed in time, is taken back, or has another list by then is never sent', async () => {
  const ask = async (): Promise<string> =>
    `/batches/${String(((await (await send('/groups/all/commands', { value: 70 })).json()) as Json)['id'])}`;
  const late = await ask();
  const back = await ask();
  const changed = await ask();
  assert.equal((await send(`${back}/cancel`, {})).status, 200);
  assert.equal((await send(`${back}/confirm`, {}, 'SAIDOV')).status, 409);
  const group = { id: 'all', points: ['a', 'b'], confirmation: 'other' };
  assert.equal((await send('/groups', group, 'ENGINEER')).status, 204);
  assert.equal((await send(`${changed}/confirm`, {}, 'SAIDOV')).status, 409);
  clock.advance(11 * 60_000);
  assert.equal((await send(`${late}/confirm`, {}, 'SAIDOV')).status, 409);
  await sleep(100);
  assert.deepEqual(heard, []);
});

test('a schedule asks once at each instant; of what was missed only what still holds is sent', async () => {
  const schedule = {
    id: 'night',
    point: 'a',
    switchings: [
      { at: '18:00', value: 10 },
      { at: '20:00', value: 20 },
      { at: '22:00', value: 30 },
    ],
  };
  assert.equal(
    (await send('/schedules', { ...schedule, switchings: [{ at: '18:00', value: 200 }] }, 'ENGINEER')).status,
    400,
  );
  assert.equal((await send('/schedules', schedule)).status, 403);
  assert.equal((await send('/schedules', schedule, 'ENGINEER')).status, 204);
  const { schedules } = (await (await get('/schedules')).json()) as { schedules: { next: Json[] }[] };
  assert.equal(schedules[0]?.next.length, 21);
  await sleep(1_300);
  assert.deepEqual(heard, [], 'nothing is made up for');
  // 18:00 at Namuna's clock, UTC+5, and a second.
  clock.set('2026-11-23T13:00:01Z');
  await until(() => heard.length > 0, 'it was switched');
  await sleep(2_200);
  assert.deepEqual(heard.splice(0), ['a 10'], 'once');
  clock.set('2026-11-23T18:30:00Z');
  await until(() => heard.length > 0, 'it was switched');
  await sleep(1_200);
  assert.deepEqual(heard.splice(0), ['a 30'], 'what was over was not sent');
  const { commands } = (await (await get('/commands?limit=1')).json()) as { commands: Json[] };
  assert.deepEqual([commands[0]?.['by'], commands[0]?.['note']], ['system', 'night 1']);
});

test('whoever looks for trouble finds what reports something else than was wanted, as it reports it', async () => {
  const troubled = async (): Promise<string> => {
    const { points } = (await (await get('/points?show=trouble')).json()) as { points: Json[] };
    return points.map(({ id }) => String(id)).join();
  };
  assert.equal(await troubled(), '');
  await tell('b', 77);
  await until(async () => (await troubled()) === 'b', 'somebody turned it by hand');
  await tell('b', 55);
  await until(async () => (await troubled()) === '', 'and back');
});

test('the list offers to whoever is limited no district but their own', async () => {
  const offered = async (cookie: string): Promise<boolean> => {
    const page = await fetch(`${city.url}/en/console/control`, { headers: { cookie } });
    return (await page.text()).includes('district=teppasar');
  };
  assert.deepEqual([await offered('KARIMOVA'), await offered('NAVRUD')], [true, false]);
});
