/** The vault at the city's door, under its real policies: who may put, ask, agree, read and be shown what. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../src/base/clock.ts';
import type { Principal } from '../src/http/index.ts';
import { openPolicies, purposes } from '../src/trust/index.ts';
import type { Role } from '../src/trust/schema.ts';
import { fullLanguages } from '../src/ui/index.ts';
import { openTestCity } from './fixtures/testCity.ts';

const email = 'zarina@example.tj';
const phone = '+992 55 501 23 99';
const reason = 'Zarina wants to know what happened to her burst pipe';

const person = (id: string, ...roles: Role[]): [string, Principal] => [
  id,
  { id, kind: 'person', roles, session: { id: `session-${id}`, csrf: 'token', since: Date.now() } },
];
const people = new Map([
  person('RESIDENT'),
  person('CLERK', 'intake-clerk'),
  person('OFFICER', 'data-officer'),
  person('AUDITOR', 'auditor'),
  person('ADMIN', 'administrator'),
]);
const directory = mkdtempSync(join(tmpdir(), 'chorsu-vault-door-'));
const data = join(directory, 'city');
const nobody: Principal = { id: 'anonymous', kind: 'anonymous', roles: [] };
const city = await openTestCity(
  { data },
  systemClock,
  await openPolicies(),
  ({ cookie }) => people.get(cookie ?? '') ?? nobody,
);
after(async () => {
  await city.close();
  rmSync(directory, { recursive: true, force: true });
});

const get = async (who: string, path: string): Promise<{ status: number; text: string; headers: Headers }> => {
  const answer = await fetch(city.url + path, { headers: { cookie: who }, redirect: 'manual' });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};
const send = async (who: string, path: string, fields: Record<string, string> = {}) => {
  const body = new URLSearchParams({ csrf: 'token', ...fields });
  const answer = await fetch(city.url + path, { method: 'POST', headers: { cookie: who }, body, redirect: 'manual' });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};
const openingIn = (html: string): string => /\/vault\/(?:openings|approvals)\/([0-9A-Z]{10})/.exec(html)?.[1] ?? 'none';

test('a contact goes through the vault: put, asked for, agreed to, read, shown to the person, counted', async () => {
  assert.match((await get('RESIDENT', '/en/account/contact')).text, /What a vault cannot prevent/);
  const wrong = await send('RESIDENT', '/en/account/contact', { email: 'zarina at example', phone });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /An e-mail address looks like/);
  assert.equal((await send('RESIDENT', '/en/account/contact', { email, phone })).status, 303);
  const own = await get('RESIDENT', '/en/account/contact');
  assert.match(own.text, /value="zarina@example\.tj"/);
  assert.equal(own.headers.get('cache-control'), 'no-store');

  const short = await send('CLERK', '/en/vault/openings', {
    subject: 'RESIDENT',
    purpose: 'own-request',
    reason: 'so',
  });
  assert.match(short.text, /A reason has 10 to 1,000 characters/);
  const asked = await send('CLERK', '/en/vault/openings', { subject: 'RESIDENT', purpose: 'own-request', reason });
  assert.equal(asked.status, 303, asked.text);
  assert.doesNotMatch((await get('CLERK', '/en/vault')).text, /\/vault\/openings\/[0-9A-Z]/);
  const waiting = await get('OFFICER', '/en/vault/approvals');
  assert.match(waiting.text, /burst pipe/);
  const id = openingIn(waiting.text);
  assert.equal((await send('CLERK', `/en/vault/openings/${id}`)).status, 403, 'nobody has agreed yet');
  assert.equal((await send('OFFICER', `/en/vault/approvals/${id}/approve`)).status, 303);
  assert.equal((await send('OFFICER', `/en/vault/openings/${id}`)).status, 403, 'who agrees does not read');
  const shown = await send('CLERK', `/en/vault/openings/${id}`);
  assert.equal(shown.status, 200);
  assert.match(shown.text, /zarina@example\.tj/);
  assert.equal(shown.headers.get('cache-control'), 'no-store');

  assert.match((await get('RESIDENT', '/en/account/contact')).text, /Asked by CLERK · Agreed by OFFICER/);
  const log = await get('AUDITOR', '/en/vault/log');
  assert.match(log.text, /All 4 entries are as they were written/);
  const lines = (await get('AUDITOR', '/api/vault/log')).text.trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(JSON.parse(line).entry).deed as string),
    ['kept', 'asked', 'approved', 'opened'],
  );
  const { years } = JSON.parse((await get('', '/api/vault/counts')).text);
  const counted = years[0].byPurpose.find(({ purpose }: { purpose: string }) => purpose === 'own-request');
  assert.deepEqual(counted, { purpose: 'own-request', asked: 1, refused: 0, opened: 1 });
});

test('nobody does what is another’s duty', async () => {
  const refused: [string, string, string][] = [
    ['', 'GET', '/api/vault/log'],
    ['RESIDENT', 'GET', '/vault'],
    ['CLERK', 'GET', '/vault/approvals'],
    ['CLERK', 'GET', '/vault/log'],
    ['OFFICER', 'GET', '/vault'],
    ['AUDITOR', 'GET', '/vault'],
    ['AUDITOR', 'GET', '/vault/approvals'],
    ['ADMIN', 'GET', '/vault'],
    ['ADMIN', 'GET', '/vault/approvals'],
    ['ADMIN', 'GET', '/vault/log'],
    ['OFFICER', 'POST', '/vault/openings'],
    ['CLERK', 'POST', '/vault/approvals/X/approve'],
  ];
  for (const [who, method, path] of refused) {
    const { status } = method === 'GET' ? await get(who, path) : await send(who, path);
    assert.ok([401, 403].includes(status), `${who} ${method} ${path}: ${status}`);
  }
  assert.equal((await send('CLERK', '/vault/openings', { csrf: 'other' })).status, 403);
  assert.equal((await get('', '/vault/counts')).status, 200);
});

test('the pages speak five languages and name every purpose', async () => {
  for (const language of fullLanguages) {
    for (const [who, path] of [
      ['RESIDENT', '/account/contact'],
      ['CLERK', '/vault'],
      ['OFFICER', '/vault/approvals'],
      ['AUDITOR', '/vault/log'],
      ['', '/vault/counts'],
    ] as const) {
      const { status, text } = await get(who, `/${language}${path}`);
      assert.equal(status, 200, path);
      assert.doesNotMatch(text, /purpose_|deed_|state_|undefined|\[object/);
    }
    assert.equal((await get('CLERK', `/${language}/vault`)).text.match(/type="radio"/g)?.length, purposes.length);
  }
});

test('what lies in the vault stands in no file of the city, and its key not in a backup', async () => {
  assert.ok(existsSync(`${data}.key`));
  const key = readFileSync(`${data}.key`, 'utf8').split(' ')[1] ?? '';
  let looked = 0;
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    for (const text of [email, phone, 'burst pipe', key.trim(), Buffer.from(key, 'base64')])
      assert.equal(bytes.includes(text), false, entry.name);
    looked++;
  }
  assert.ok(looked > 5);
});

test('who leaves both fields empty leaves nothing behind', async () => {
  assert.equal((await send('RESIDENT', '/account/contact', { email: '', phone: '' })).status, 303);
  const asked = await send('CLERK', '/vault/openings', { subject: 'RESIDENT', purpose: 'call-back', reason });
  assert.equal(asked.status, 400);
  assert.match(asked.text, /subject/);
});
