/** How long commands are kept, seen from outside. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import type { Principal } from '../../http/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const dayMs = 86_400_000;
const city = await openTestCity({ city: 'src/city/namuna' }, clock);
after(() => city.close());
const { retention, store } = city;
assert.ok(retention);
const officer: Principal = { id: 'OFFICER', kind: 'person', roles: ['data-officer'] };
type Json = Record<string, unknown>;
const base = `${city.url}/api/operations/control`;
const send = async (path: string, body: Json = {}): Promise<Json> => {
  const answer = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.status === 204 ? {} : ((await answer.json()) as Json);
};
const statusOf = async (path: string): Promise<number> => (await fetch(base + path)).status;
const stepsOf = async (id: string): Promise<number> =>
  Number((await store.rows.get('SELECT count(*) AS n FROM control_step WHERE command = ?', [id]))?.['n']);
const dueOf = async () => {
  const found = (await retention.preview()).find(({ rule }) => rule.kind === 'commands-ended');
  return [found?.count, found?.held];
};

for (const id of ['a', 'b']) {
  const entity = { id: `urn:ngsi-ld:Valve:${id}`, type: 'Valve', position: { type: 'Property', value: 100 } };
  const made = await city.fetch('/entities', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(entity),
  });
  assert.equal(made.status, 201);
  await send('/points', {
    point: {
      id,
      kind: 'valve',
      entity: `urn:ngsi-ld:Valve:${id}`,
      attribute: 'position',
      channel: { kind: 'mqtt', topic: `water/${id}/commands`, payload: { position: '{value}' } },
      range: { min: 0, max: 100 },
    },
  });
}
await send('/groups', { id: 'own', points: ['a', 'b'], confirmation: 'self' });
/** Nobody listens, so it is taken back. */
const ended = async (value: number): Promise<string> => {
  const id = String((await send('/points/a/commands', { value }))['id']);
  await send(`/commands/${id}/cancel`);
  return id;
};

test('a command that has ended goes after three years with its steps, and what was asked of a group; the last one, what is younger or held stays', async () => {
  const [old, held] = [await ended(10), await ended(20)];
  const batch = String((await send('/groups/own/commands', { value: 30 }))['id']);
  await send(`/batches/${batch}/cancel`);
  clock.advance(1_000 * dayMs);
  const young = await ended(40);
  clock.advance(95 * dayMs);
  assert.deepEqual(await dueOf(), [0, 0]);
  clock.advance(2 * dayMs);
  await retention.hold(officer, { kind: 'commands-ended', target: held, reference: 'Case 4', until: '2040-01-01' });
  assert.deepEqual(await dueOf(), [2, 1]);
  assert.equal(await stepsOf(old), 2, 'looking changes nothing');
  assert.equal((await retention.run('OFFICER')).counts['commands-ended'], 2);
  const paths = [old, held, young].map((id) => `/commands/${id}`);
  assert.deepEqual(await Promise.all([...paths, `/batches/${batch}`].map(statusOf)), [404, 200, 200, 404]);
  assert.deepEqual(await Promise.all([old, held, young].map(stepsOf)), [0, 2, 2]);
  clock.advance(2_000 * dayMs);
  assert.deepEqual(await dueOf(), [0, 1], 'the last one of its point stays');
});

test('what a point was last told stays, whatever was asked of it and did not leave since', async () => {
  const [older, told, expired, newest] = ['00000OLDER', '0000000TLD', '0000000EXP', '0000000NEW'] as const;
  const at = clock.now();
  const row = (id: string, requestedAt: number, state: string) => ({
    table: 'control_command',
    key: { id },
    row: {
      point: 'b',
      point_version: 1,
      ask: JSON.stringify({ value: 5 }),
      state,
      by: 'SYSTEM',
      requested_at: requestedAt,
      expires_at: requestedAt,
      ended_at: requestedAt,
      answers: 0,
      steps: 1,
      district: '',
      simulated: 0,
    },
  });
  await city.broker.amend(officer, 0, [], { by: 'test' }, () => ({
    entities: [],
    rows: [
      row(older, at, 'confirmed'),
      row(told, at + 1, 'confirmed'),
      row(expired, at + 2, 'expired'),
      row(newest, at + 3, 'expired'),
    ],
  }));
  clock.advance(1_100 * dayMs);
  assert.equal((await retention.run('OFFICER')).counts['commands-ended'], 2);
  assert.deepEqual(
    await Promise.all([older, told, expired, newest].map((id) => statusOf(`/commands/${id}`))),
    [404, 200, 404, 200],
  );
});
