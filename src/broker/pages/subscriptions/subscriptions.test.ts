import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { missingMessages } from '../../../ui/index.ts';
import { subscriptionsWords } from './messages/index.ts';

let city: TestCity;
let status = 422;
let arrived = 0;
const receiver = createServer((request, response) => {
  request.resume();
  arrived++;
  response.writeHead(status).end();
});
before(async () => {
  city = await openTestCity();
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
after(async () => {
  await city.close();
  receiver.closeAllConnections();
  receiver.close();
});

const page = async (path: string, init?: RequestInit): Promise<{ status: number; text: string; url: string }> => {
  const answer = await fetch(`${city.url}/en${path}`, init);
  return { status: answer.status, text: await answer.text(), url: answer.url };
};
const post = (path: string, body: string): Promise<Response> =>
  city.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

test('words are complete in five languages, and Uzbek is written with the turned comma', () => {
  assert.deepEqual(missingMessages(subscriptionsWords), []);
  for (const text of Object.values(subscriptionsWords.tables.uz)) assert.doesNotMatch(text, /[oOgG]['‘’`]/);
});

test('who is told, what was refused, and sending it again with a form', async () => {
  assert.match((await page('/subscriptions')).text, /Nobody is subscribed yet/);
  assert.doesNotMatch((await page('/')).text, /href="\/en\/subscriptions"/);
  const { port } = receiver.address() as AddressInfo;
  const id = 'urn:ngsi-ld:Subscription:gate';
  await post(
    '/subscriptions',
    JSON.stringify({
      id,
      type: 'Subscription',
      subscriptionName: 'Gates <of> the canal',
      entities: [{ type: 'Gate' }],
      q: 'level>1',
      notification: { endpoint: { uri: `http://user:secret@127.0.0.1:${port}/notify` } },
    }),
  );
  await post('/entities', '{"id": "urn:ngsi-ld:Gate:1", "type": "Gate", "level": {"type": "Property", "value": 5}}');
  const path = `/subscriptions/${id}`;
  const until = async (pattern: RegExp): Promise<string> => {
    for (let n = 0; n < 400; n++) {
      const { text } = await page(path);
      if (pattern.test(text)) return text;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${String(pattern)} is not on the page`);
  };
  const failing = await until(/failing: one attempt in a row/);
  assert.match(failing, /Gates &lt;of> the canal/);
  assert.match((await page('/')).text, /href="\/en\/subscriptions"/);
  assert.match((await page('/subscriptions')).text, /1 of 1 subscriptions are not delivered now/);
  const refused = await until(/Send again what was refused/);
  assert.match(refused, /urn:ngsi-ld:Gate:1/);
  assert.match(refused, /answered 422/);
  assert.match(refused, /level>1|level&gt;1/);
  assert.doesNotMatch(refused, /secret/);
  assert.equal(arrived, 3);

  status = 200;
  const again = await page(`${path}/again`, { method: 'POST' });
  assert.match(again.url, /\?delivered=1&refused=0&left=0$/);
  assert.match(again.text, /One was taken, 0 refused again, 0 left\./);
  assert.match(again.text, /Nothing was refused/);

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const back = await page(`${path}/back`, { method: 'POST', headers: form, body: 'from=1' });
  assert.match(back.text, /One change is sent again/);
  await until(/delivered /);
  assert.equal(arrived, 5);
  assert.equal((await page(`${path}/back`, { method: 'POST', headers: form, body: 'from=x' })).status, 400);
  assert.equal((await page('/subscriptions/urn:ngsi-ld:Subscription:none')).status, 404);
});
