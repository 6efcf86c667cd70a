import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { createApp } from './server.ts';

const app = createApp({
  modules: [
    {
      name: 'pumps',
      routes: (routes) => {
        routes.get('/api/pumps/:id', (c) => {
          if (c.req.param('id') === '1') return c.text('here');
          throw new Problem('not-found', 'there is no such pump', 'id');
        });
        routes.post('/api/pumps/:id', (c) => c.text('done'));
        routes.get('/api/none', (c) => c.notFound());
      },
    },
  ],
  log: silentLog,
  metrics: createMetrics(),
  isReady: () => true,
});

async function told(method: string, path: string): Promise<unknown[]> {
  const answer = await app.request(path, { method });
  const body = (await answer.json()) as { status: number };
  assert.equal(body.status, answer.status);
  return [answer.status, answer.headers.get('allow')];
}

test('a method that a place does not know is 405 with those that it knows (RFC 9110, 15.5.6)', async () => {
  assert.deepEqual(await told('DELETE', '/api/pumps/1'), [405, 'GET, POST']);
  assert.deepEqual(await told('POST', '/healthz'), [405, 'GET']);
  assert.deepEqual(await told('PROPFIND', '/api/none'), [405, 'GET']);
});

test('where there is nothing, any method is 404', async () => {
  assert.deepEqual(await told('DELETE', '/api/valves'), [404, null]);
  assert.deepEqual(await told('GET', '/api/none'), [404, null]);
  assert.deepEqual(await told('GET', '/api/pumps/2'), [404, null]);
  assert.equal((await app.request('/api/none', { method: 'HEAD' })).status, 404);
  assert.equal(await (await app.request('/api/pumps/1')).text(), 'here');
});
