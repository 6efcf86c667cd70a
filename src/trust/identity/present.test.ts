import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { anonymousPrincipal } from '../../http/principal.ts';
import { openIdentity } from './identity.ts';
import { principalOf } from './sessions.ts';

const directory = mkdtempSync(join(tmpdir(), 'chorsu-present-'));
const identity = openIdentity({ path: join(directory, 'trust.db'), clock: systemClock });
after(() => {
  identity.close();
  rmSync(directory, { recursive: true });
});

test('what somebody did goes on with the rights that are left', () => {
  const { accounts, present } = identity;
  const system = { id: 'system' };
  const made = accounts.add({ name: 'gulnora', roles: ['dispatcher', 'developer'], tenants: ['a', 'b'] }, system);
  const earlier = { ...principalOf(made), scope: ['subscribe' as const], tenants: ['b', 'c'] };
  assert.deepEqual(present(earlier)?.roles, ['developer', 'dispatcher']);
  assert.deepEqual(present(earlier)?.tenants, ['b'], 'within what the key had, and what the account has');
  assert.deepEqual(present(earlier)?.scope, ['subscribe']);
  accounts.change(made.id, { roles: ['developer'] }, system);
  assert.deepEqual(present(earlier)?.roles, ['developer']);
  accounts.change(made.id, { disabled: true }, system);
  assert.equal(present(earlier), undefined);
  assert.equal(present({ id: 'gone', kind: 'person', roles: [] }), undefined);
  assert.equal(present(anonymousPrincipal), anonymousPrincipal);
});
