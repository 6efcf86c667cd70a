import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { anonymousPrincipal, createApp, demandFromHere, type Guard, type Module, type Principal } from './index.ts';

const csrf = 'the-token-of-this-session';
const person: Principal = { id: 'A1', kind: 'person', roles: [], session: { id: 'S1', csrf, since: 0 } };
const guard: Guard = {
  authenticate: ({ authorization, cookie }) => {
    if (authorization !== undefined) return { id: 'K1', kind: 'service', roles: [] };
    return cookie === undefined ? anonymousPrincipal : person;
  },
  permits: () => true,
};
const module: Module = {
  name: 'counter',
  streams: [/^\/streamed$/],
  access: { 'GET /count': 'viewPublic', 'POST /count': 'viewPublic', 'POST /streamed': 'importData' },
  routes: (made) => {
    made.get('/count', (c) => c.text('0'));
    made.post('/count', async (c) => c.text(JSON.stringify(await c.req.parseBody())));
    made.post('/streamed', async (c) => c.text(await c.req.text()));
  },
};
const app = createApp({ modules: [module], log: silentLog, metrics: createMetrics(), isReady: () => true, guard });
const cookie = 'session=x';
const send = (body: BodyInit | undefined, headers: Record<string, string> = {}, path = '/count') =>
  app.request(`http://city.example${path}`, { method: 'POST', body: body ?? null, headers: { cookie, ...headers } });
const form = (fields: Record<string, string>): URLSearchParams => new URLSearchParams(fields);

test('a form under a session changes nothing without its token, wherever it comes from', async () => {
  for (const body of [form({ name: 'x' }), form({ csrf: 'wrong' }), form({ csrf: '' }), undefined, 'csrf=x'])
    assert.equal((await send(body)).status, 403);
  assert.equal((await send(form({ name: 'x' }), { 'sec-fetch-site': 'same-origin' })).status, 403);
  const parts = new FormData();
  parts.set('name', 'x');
  assert.equal((await send(parts)).status, 403);
  parts.set('csrf', csrf);
  assert.equal((await send(parts)).status, 200);
  const taken = await send(form({ csrf, name: 'x' }));
  assert.deepEqual(await taken.json(), { csrf, name: 'x' }, 'the handler reads the body, too');
});

test('a request with JSON has the token in a header, or a browser that says where it comes from', async () => {
  const json = { 'content-type': 'application/json' };
  assert.equal((await send('{}', json)).status, 403);
  assert.equal((await send('{}', { ...json, 'x-csrf-token': csrf })).status, 200);
  assert.equal((await send('{}', { ...json, 'x-csrf-token': 'wrong' })).status, 403);
  assert.equal((await send('{}', { ...json, 'sec-fetch-site': 'same-origin' })).status, 200);
  assert.equal((await send('{}', { ...json, 'sec-fetch-site': 'same-site' })).status, 403);
  assert.equal((await send('{}', { ...json, origin: 'http://city.example' })).status, 200);
  assert.equal((await send('{}', { ...json, origin: 'http://evil.example' })).status, 403);
  const both = { origin: 'http://city.example', 'sec-fetch-site': 'cross-site' };
  assert.equal((await send('{}', { ...json, ...both })).status, 403);
});

test('a body that is streamed is not touched before the token in its address is right', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  assert.equal((await send('--x', headers, '/streamed')).status, 403);
  assert.equal((await send('--x', headers, '/streamed?csrf=wrong')).status, 403);
  assert.equal(await (await send('--x', headers, `/streamed?csrf=${csrf}`)).text(), '--x');
});

test('keys need no token, nor does whoever only reads or has no session', async () => {
  assert.equal((await send(form({}), { authorization: 'Bearer k' })).status, 200);
  assert.equal((await app.request('/count', { method: 'POST', body: form({}) })).status, 200);
  assert.equal((await app.request('/count', { headers: { cookie } })).status, 200);
});

test('a hot route asks for the same', () => {
  const tried = (who: Principal, method: string, headers: Record<string, string>): string => {
    try {
      demandFromHere(who, method, headers);
      return 'taken';
    } catch (error) {
      return error instanceof Problem ? error.kind : String(error);
    }
  };
  assert.equal(tried(person, 'PATCH', { host: 'a' }), 'forbidden');
  assert.equal(tried(person, 'PATCH', { host: 'a', origin: 'http://a' }), 'taken');
  assert.equal(tried(person, 'PATCH', { 'x-csrf-token': csrf }), 'taken');
  assert.equal(tried(person, 'GET', {}), 'taken');
  assert.equal(tried(anonymousPrincipal, 'PATCH', {}), 'taken');
});
