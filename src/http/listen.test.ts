import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { createApp, listen, senderOf, type Guard, type Module } from './index.ts';

const module: Module = {
  name: 'door',
  access: { 'GET /where': 'viewPublic', 'POST /ngsi-ld/hot': 'writeEntities' },
  handle: (asked, response, guard) => {
    if (asked.url !== '/ngsi-ld/hot') return false;
    response.end(guard.authenticate(asked.headers).id);
    return true;
  },
  upgrade: () => false,
  routes: (app) => app.get('/where', (c) => c.json(senderOf(c))),
};

/** `Bearer NAME` is the key NAME; others are nobody. Counts how often it was asked. */
const asked = { count: 0 };
const guard: Guard = {
  authenticate: ({ authorization }) => {
    asked.count++;
    const [, name] = /^Bearer (\w+)$/.exec(authorization ?? '') ?? [];
    if (authorization !== undefined && name === undefined) throw new Problem('unauthorized', 'what is that?');
    return name === undefined
      ? { id: 'anonymous', kind: 'anonymous', roles: [] }
      : { id: name, kind: 'service', roles: [] };
  },
  permits: () => true,
};

async function opened(factor: number) {
  const metrics = createMetrics();
  const page = (c: { body: (text: string, status: 429) => Response }) => c.body('<h1>Too often</h1>', 429);
  const app = createApp({ modules: [module], log: silentLog, metrics, isReady: () => true, guard, page });
  return listen({
    app,
    modules: [module],
    settings: { host: '127.0.0.1', port: 0, rateFactor: factor, trustedProxies: ['127.0.0.1'] },
    loopbackOnly: false,
    now: () => 0,
    guard,
    log: silentLog,
    metrics,
  });
}

test('whoever asks too often is told when to come back, as a problem or as a page; others are answered', async (t) => {
  const server = await opened(0.003);
  t.after(() => server.close());
  const ask = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });
  const stranger = { 'x-forwarded-for': '192.0.2.7' };
  for (let n = 0; n < 3; n++) {
    assert.deepEqual(await (await ask('/where', stranger)).json(), { address: '192.0.2.7', secure: false });
  }
  const refused = await ask('/where', stranger);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('content-type'), 'application/problem+json');
  assert.equal(refused.headers.get('retry-after'), '4');
  assert.match(await refused.text(), /"type":"about:blank#too-many-requests"/);
  assert.equal((await ask('/where', { 'x-forwarded-for': '192.0.2.8' })).status, 200);
  const shown = [];
  for (let n = 0; n < 6; n++) {
    const answer = await ask('/where', { ...stranger, accept: 'text/html' });
    assert.equal(answer.status, 429);
    shown.push((await answer.text()).startsWith('<h1>'));
  }
  assert.deepEqual(shown, [true, true, true, true, true, false], 'a page for the first few only');
  assert.equal((await ask('/ngsi-ld/hot', stranger)).status, 429);
  assert.equal((await ask('/ngsi-ld/hot', { ...stranger, authorization: 'Bearer meter' })).status, 200);
  assert.equal((await ask('/ngsi-ld/hot', { ...stranger, authorization: 'Basic guess' })).status, 429);
});

test('a hot route does not look the sender up again, and one sender is not taken for the next', async (t) => {
  const server = await opened(1);
  t.after(() => server.close());
  asked.count = 0;
  for (const name of ['one', 'two'])
    assert.equal(
      await (await fetch(`${server.url}/ngsi-ld/hot`, { headers: { authorization: `Bearer ${name}` } })).text(),
      name,
    );
  assert.equal(asked.count, 2);
});

test('a connection that wants another protocol is limited as well', async (t) => {
  const server = await opened(0.001);
  t.after(() => server.close());
  const upgrade = (): Promise<{ status: number | undefined; retryAfter: string | undefined }> =>
    new Promise((resolve, reject) => {
      const asking = request(`${server.url}/nowhere`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
      asking.on('response', ({ statusCode: status, headers }) =>
        resolve({ status, retryAfter: headers['retry-after'] }),
      );
      asking.on('error', reject);
      asking.end();
    });
  assert.deepEqual(await upgrade(), { status: 404, retryAfter: undefined });
  assert.deepEqual(await upgrade(), { status: 429, retryAfter: '10' });
});

test('whoever is refused while it still sends is told that the connection ends', async (t) => {
  const server = await opened(0);
  t.after(() => server.close(0));
  const answered = (length: number): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': length };
      const sent = request(`${server.url}/nowhere`, { method: 'POST', headers }, (answer) => {
        resolve(answer.headers.connection);
        answer.destroy();
      });
      sent.on('error', reject);
      sent.write('{');
    });
  assert.equal(await answered(70_000), 'close');
  assert.equal(await answered(1), 'keep-alive');
});
