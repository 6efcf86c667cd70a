import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../base/metrics.ts';
import { networkOf, openLimits } from './limits.ts';
import { anonymousPrincipal, type Principal } from './principal.ts';
import { TooOften } from './problems.ts';

const metrics = createMetrics();
let now = 0;
const limits = openLimits({ factor: 0.01, now: () => now, metrics });
const someone = (kind: Principal['kind'], id: string): Principal => ({ id, kind, roles: [] });
/** How many requests are answered before one is refused. */
const answered = (method: string, url: string, address: string, who: Principal | undefined): number => {
  for (let count = 0; ; count++) {
    try {
      limits.demand({ method, url }, address, who);
    } catch (problem) {
      assert.ok(problem instanceof TooOften);
      assert.ok(problem.seconds >= 1);
      return count;
    }
  }
};

test('each address, account, key and device has a bucket of its own; readings have a larger one', () => {
  assert.equal(answered('GET', '/', '192.0.2.1', anonymousPrincipal), 10);
  assert.equal(answered('GET', '/', '192.0.2.1', anonymousPrincipal), 0);
  assert.equal(answered('GET', '/', '192.0.2.2', anonymousPrincipal), 10);
  assert.equal(answered('GET', '/', '192.0.2.1', someone('person', 'a')), 10);
  assert.equal(answered('GET', '/', '192.0.2.1', someone('service', 'b')), 20);
  assert.equal(answered('GET', '/', '192.0.2.1', someone('device', 'c')), 5);
  assert.equal(answered('POST', '/api/ingest/air', '192.0.2.1', someone('device', 'c')), 200);
  assert.equal(answered('POST', '/api/ingest/air', '192.0.2.3', anonymousPrincipal), 10);
  assert.equal(metrics.counter('chorsu_rate_limited_total', '').value({ by: 'address' }), 4);
  now += 1000;
  assert.equal(answered('GET', '/', '192.0.2.1', anonymousPrincipal), 1);
});

test('dear reads cost more, and a proof that fails most', () => {
  assert.equal(answered('GET', '/ngsi-ld/v1/temporal/entities', '198.51.100.1', anonymousPrincipal), 1);
  assert.equal(answered('GET', '/api/search?q=a', '198.51.100.2', anonymousPrincipal), 2);
  assert.equal(answered('GET', '/api/tiles/city/1/1/1.mvt', '198.51.100.3', anonymousPrincipal), 5);
  assert.equal(answered('GET', '/assets/a.css', '198.51.100.4', anonymousPrincipal), 100);
  assert.equal(answered('GET', '/', '198.51.100.5', undefined), 1);
});

test('an IPv6 network is one sender', () => {
  assert.equal(networkOf('2001:db8:1:2:aaaa::1'), networkOf('2001:0db8:1:2::7'));
  assert.notEqual(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'));
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
});
