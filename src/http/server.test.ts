import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { anonymousPrincipal, createApp, whoOf, type Guard, type Module, type Principal } from './index.ts';

const module: Module = {
  name: 'mailbox',
  streams: [/^\/parcels$/],
  access: Object.fromEntries(
    ['/letters', '/parcels', '/tg/parcels', '/uz-Cyrl/parcels'].map((path) => [`POST ${path}`, 'viewPublic']),
  ),
  routes: (app) => {
    for (const path of ['/letters', '/parcels', '/tg/parcels', '/uz-Cyrl/parcels'])
      app.post(path, async (c) => c.text(String((await c.req.text()).length)));
  },
};
const app = createApp({ modules: [module], log: silentLog, metrics: createMetrics(), isReady: () => true });
const large = 'x'.repeat(2 ** 20 + 1);
/** Without a length: it only turns out to be large. */
const dripping = (text: string): ReadableStream<Uint8Array> =>
  new Blob([text]).stream().pipeThrough(new TransformStream<Uint8Array, Uint8Array>());
const post = (path: string, body: BodyInit): Promise<Response> =>
  Promise.resolve(app.request(path, { method: 'POST', body, duplex: 'half' } as RequestInit));

test('a body of more than 1 MB is refused, but where a module reads it as it comes', async () => {
  assert.equal(await (await post('/letters', large.slice(1))).text(), String(2 ** 20));
  const headers = { 'content-length': String(large.length) };
  assert.equal((await app.request('/letters', { method: 'POST', body: large, headers })).status, 413);
  const refused = await post('/letters', dripping(large));
  assert.equal(refused.status, 413);
  assert.match(((await refused.json()) as { detail: string }).detail, /larger than 1048576 bytes/);
  for (const path of ['/parcels', '/tg/parcels', '/uz-Cyrl/parcels'])
    assert.equal(await (await post(path, dripping(large))).text(), String(large.length));
});

test('a route that nobody says what it does keeps the application from being made', () => {
  const open: Module = { name: 'open', routes: (made) => made.get('/secret', (c) => c.text('secret')) };
  assert.throws(
    () => createApp({ modules: [open], log: silentLog, metrics: createMetrics(), isReady: () => true }),
    /nobody says what these routes do: GET \/secret/,
  );
});

test('a route is answered to whom the policy lets do what it does; nobody is asked for an account', async () => {
  const guarded: Module = {
    name: 'guarded',
    access: { 'GET /sources': 'readSources', 'POST /sources': 'importData' },
    routes: (made) => {
      for (const path of ['/sources', '/:language{(?:tg|ru)}/sources']) {
        made.get(path, (c) => c.text(whoOf(c).id));
        made.post(path, (c) => c.text('done'));
      }
    },
  };
  const clerk: Principal = { id: 'a1', kind: 'person', roles: ['intake-clerk'] };
  const guard: Guard = {
    authenticate: ({ authorization }) => (authorization === 'Bearer a1' ? clerk : anonymousPrincipal),
    permits: ({ kind }, action) => action === 'readSources' && kind === 'person',
  };
  const app = createApp({ modules: [guarded], log: silentLog, metrics: createMetrics(), isReady: () => true, guard });
  const headers = { authorization: 'Bearer a1' };
  for (const path of ['/sources', '/tg/sources']) {
    assert.equal((await app.request(path)).status, 401);
    assert.equal((await app.request(path, { method: 'HEAD' })).status, 401);
    assert.equal(await (await app.request(path, { headers })).text(), 'a1');
    assert.equal((await app.request(path, { method: 'POST' })).status, 401);
    assert.equal((await app.request(path, { method: 'POST', headers })).status, 403);
  }
});
