import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Problem } from '../base/problem.ts';
import type { Guard } from './guard.ts';
import { whileAllowed } from './lasting.ts';
import { anonymousPrincipal, type Principal } from './principal.ts';

const clerk: Principal = { id: 'a1', kind: 'person', roles: ['dispatcher'] };

test('a stream ends when whoever opened it could not open it any more', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const ends: [string, () => Principal][] = [
      ['a session that ended', () => anonymousPrincipal],
      ['other roles', () => ({ ...clerk, roles: [] })],
      ['another department', () => ({ ...clerk, department: 'parks' })],
      ['a tenant less', () => ({ ...clerk, tenants: [] })],
      [
        'a key that was revoked',
        () => {
          throw new Problem('unauthorized', 'revoked');
        },
      ],
    ];
    for (const [why, becomes] of ends) {
      let now = (): Principal => clerk;
      let quietly = true;
      const guard: Guard = {
        authenticate: (_, quiet) => {
          quietly &&= quiet === true;
          return now();
        },
        permits: () => true,
      };
      let ended = 0;
      whileAllowed(guard, { headers: {}, who: clerk, action: 'subscribe' }, () => ended++);
      mock.timers.tick(60_000);
      assert.equal(ended, 0, why);
      now = becomes;
      mock.timers.tick(60_000);
      assert.equal(ended, 1, why);
      assert.ok(quietly, 'looking does not keep a session alive');
    }
    let permitted = true;
    let ended = 0;
    const guard: Guard = { authenticate: () => clerk, permits: () => permitted };
    const over = whileAllowed(guard, { headers: {}, who: clerk, action: 'subscribe' }, () => ended++);
    over();
    permitted = false;
    mock.timers.tick(60_000);
    assert.equal(ended, 0, 'what is over is not ended again');
  } finally {
    mock.timers.reset();
  }
});
