import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { createApp, type Module } from './index.ts';

const module: Module = {
  name: 'mailbox',
  streams: [/^\/parcels$/],
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
