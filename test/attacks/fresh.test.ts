/** A session that somebody finds open: what weighs something asks again who is there. `--auth on`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fixedClock } from '../../src/base/clock.ts';
import type { Role } from '../../src/trust/schema.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
let city: TestCity;
before(async () => {
  city = await openTestCity({ auth: 'on' }, clock);
});
after(() => city.close());

type Doing = { readonly path: string; readonly fields: Readonly<Record<string, string>> };
const doings: readonly (readonly [Role, readonly Doing[]])[] = [
  [
    'intake-clerk',
    [
      {
        path: '/vault/openings',
        fields: { subject: 'X', purpose: 'call-back', reason: 'whoever called wants an answer' },
      },
      { path: '/vault/openings/X', fields: {} },
      { path: '/vault/openings/X/records/Y', fields: {} },
    ],
  ],
  [
    'data-officer',
    [
      { path: '/vault/approvals/X/approve', fields: {} },
      { path: '/vault/approvals/X/refuse', fields: {} },
      { path: '/retention/run', fields: {} },
      {
        path: '/retention/holds',
        fields: { kind: 'vault-unused', target: '', reference: 'Case 1', until: '2030-01-01' },
      },
      { path: '/retention/holds/X/lift', fields: {} },
    ],
  ],
  ['administrator', [{ path: '/people', fields: { name: 'second.administrator', roles: 'administrator' } }]],
];

test('a session that was opened a quarter of an hour ago opens no vault, lets nothing go and makes nobody', async () => {
  for (const [role, all] of doings) {
    const account = city.identity.accounts.add({ name: role, roles: [role] }, { id: 'system' });
    const { secret } = city.identity.sessions.open(account, 'Firefox');
    const cookie = `session=${secret}`;
    const csrf = city.identity.authenticate({ cookie }).session?.csrf ?? '';
    const isAskedAgain = async ({ path, fields }: Doing): Promise<boolean> => {
      const body = new URLSearchParams({ csrf, ...fields });
      const answer = await fetch(city.url + path, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
      assert.notEqual(answer.status, 403, path);
      return /\/login\/again\?/.test(answer.headers.get('location') ?? '');
    };
    for (const doing of all) assert.equal(await isAskedAgain(doing), false, `${doing.path}, just signed in`);
    clock.advance(16 * 60_000);
    for (const doing of all) assert.equal(await isAskedAgain(doing), true, `${doing.path}, later`);
  }
});
