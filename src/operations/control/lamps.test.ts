/** A lamp that is reached by HTTP: one request, and no second one once it may have gone out. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { systemPrincipal } from '../../http/index.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';

const heard: string[] = [];
let answer: number | 'break' = 204;
const lamp = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    heard.push(`${request.method} ${body}`);
    if (answer === 'break') request.socket.destroy();
    else response.writeHead(answer).end();
  });
});
await new Promise<void>((resolve) => lamp.listen(0, '127.0.0.1', resolve));
const host = `127.0.0.1:${(lamp.address() as AddressInfo).port}`;
const city = await openTestCity({ allowEndpoint: [host] });
after(async () => {
  lamp.close();
  await city.close();
});
type Json = Record<string, unknown>;
const entity = 'urn:ngsi-ld:Streetlight:1';
const tell = (value: string): Promise<unknown> =>
  city.broker.record(
    systemPrincipal,
    0,
    [
      {
        id: entity,
        type: [coreContext.expand('Streetlight')],
        attrs: {
          [coreContext.expand('powerState')]: [{ type: 'Property', value, observedAt: new Date().toISOString() }],
        },
      },
    ],
    { by: 'test' },
  );
const base = `${city.url}/api/operations/control`;
const send = async (path: string, body: Json, status = 201): Promise<Json> => {
  const headers = { 'content-type': 'application/json' };
  const told = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(told.status, status, await told.clone().text());
  return status === 204 ? {} : ((await told.json()) as Json);
};
async function reaches(id: unknown, state: string): Promise<Json> {
  for (const end = Date.now() + 5_000; ;) {
    const found = (await (await fetch(`${base}/commands/${String(id)}`)).json()) as Json;
    if (found['state'] === state) return found;
    assert.ok(Date.now() < end, `${JSON.stringify(found)} instead of ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

await tell('off');
const point = (id: string, url: string, thing = entity): Json => ({
  id,
  kind: 'light',
  entity: thing,
  attribute: 'powerState',
  channel: { kind: 'http', url, method: 'PUT', payload: { on: '{value}' } },
  options: [
    { value: 'on', sends: 1 },
    { value: 'off', sends: 0 },
  ],
  readBack: { within: 'PT2S' },
});
await send('/points', { point: point('lamp', `http://${host}/relay`) });

test('an answer of 2xx is sent, and the reading confirms', async () => {
  const { id, state } = await send('/points/lamp/commands', { value: 'on' });
  assert.equal(state, 'sent');
  await tell('on');
  await reaches(id, 'confirmed');
  assert.deepEqual(heard.splice(0), ['PUT {"on":1}']);
});

test('a device that answers with an error has refused, and is not asked again', async () => {
  answer = 503;
  const { id } = await send('/points/lamp/commands', { value: 'off' });
  assert.equal((await reaches(id, 'refused'))['detail'], 'the device answered 503');
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(heard.splice(0).length, 1);
});

test('a connection that breaks after the request may have been heard: it is not sent again', async () => {
  answer = 'break';
  const { id } = await send('/points/lamp/commands', { value: 'off' });
  await reaches(id, 'maybeSent');
  await tell('off');
  await reaches(id, 'confirmed');
  assert.equal(heard.splice(0).length, 1);
});

test('an address of the own network that nobody allowed is refused and never reached', async () => {
  await send('/points/lamp/remove', { version: 1 }, 204);
  await send('/points', { point: point('closed', 'http://127.0.0.1:9/relay') });
  const { id } = await send('/points/closed/commands', { value: 'on' });
  await reaches(id, 'refused');
});
