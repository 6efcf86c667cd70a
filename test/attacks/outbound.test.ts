/** Requests that the server is asked to make to where it must not (SSRF). */
import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createMetrics } from '../../src/base/metrics.ts';
import { openEndpoints, outbound } from '../../src/http/index.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { victim, type Victim } from './victim.ts';

let city: TestCity;
let attacked: Victim;
/** Stands where nobody from outside may be led to, and counts who comes. */
let inside: Server;
let visits = 0;
let port: number;
before(async () => {
  city = await openTestCity();
  attacked = victim(city);
  inside = createServer((request, response) => {
    visits++;
    response.writeHead(200, { 'content-type': 'application/ld+json' }).end('{"@context":{"secret":"urn:secret"}}');
    request.resume();
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  ({ port } = inside.address() as AddressInfo);
});
after(async () => {
  inside.close();
  await city.close();
});

/** One address in the forms that filters are fooled with. */
const forms = (): readonly string[] => [
  `http://127.0.0.1:${port}/`,
  `http://127.1:${port}/`,
  `http://2130706433:${port}/`,
  `http://0x7f000001:${port}/`,
  `http://0177.0.0.1:${port}/`,
  `http://[::1]:${port}/`,
  `http://[::ffff:127.0.0.1]:${port}/`,
  `http://[::ffff:7f00:1]:${port}/`,
  `http://[0:0:0:0:0:ffff:127.0.0.1]:${port}/`,
  `http://[64:ff9b::7f00:1]:${port}/`,
  `http://0.0.0.0:${port}/`,
  `http://0:${port}/`,
  `http://localhost:${port}/`,
  `http://localhost.:${port}/`,
  `http://①②⑦.⓪.⓪.①:${port}/`,
  `http://public.example@127.0.0.1:${port}/`,
];
const network = [
  'http://10.0.0.1/',
  'http://192.168.1.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/',
  'http://168.63.129.16/',
  'http://100.100.100.200/',
  'http://[fe80::1]/',
  'http://[2002:a00:1::]/',
  'http://[::ffff:10.0.0.1]/',
];

test('an @context is not fetched from the own network, however its address is written', async () => {
  for (const url of [
    ...forms(),
    ...network,
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:25/',
    'data:application/json,{}',
  ]) {
    const answer = await city.fetch('/entities', {
      method: 'POST',
      headers: { 'content-type': 'application/ld+json' },
      body: JSON.stringify({ id: 'urn:ngsi-ld:A:1', type: 'A', '@context': url }),
    });
    assert.ok(answer.status >= 400, `${url}: ${answer.status}`);
    const linked = await city.fetch('/entities?type=A', {
      headers: { link: `<${encodeURI(url)}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"` },
    });
    assert.ok(linked.status >= 400, `Link ${url}: ${linked.status}`);
    assert.doesNotMatch(await linked.text(), /urn:secret/);
  }
  assert.equal(visits, 0);
  await attacked.stands();
});

test('a subscription does not tell the private network, nor any other protocol', async () => {
  const subscribed = (uri: string, receiverInfo?: object[]): Promise<Response> =>
    city.fetch('/subscriptions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        type: 'Subscription',
        entities: [{ type: 'Nowhere' }],
        notification: { endpoint: { uri, receiverInfo } },
      }),
    });
  for (const uri of [
    ...network,
    'file:///etc/passwd',
    'ftp://example.org/',
    'gopher://example.org/',
    'javascript:alert(1)',
    'http://',
    '',
    ...network.flatMap((uri) => ['mqtt', 'mqtts'].map((scheme) => uri.replace('http', scheme))),
  ]) {
    const answer = await subscribed(uri);
    assert.ok([400, 403, 422].includes(answer.status), `${uri}: ${answer.status} ${await answer.text()}`);
  }
  const uri = 'http://93.184.216.34/';
  assert.equal((await subscribed(uri, [{ key: 'X-A', value: 'b' }])).status, 201);
  for (const pair of [
    { key: 'X-A', value: 'b\r\nHost: inside' },
    { key: 'X-A\r\nHost', value: 'inside' },
    { key: 'Host', value: 'inside' },
    { key: 'host', value: '169.254.169.254' },
    { key: 'Transfer-Encoding', value: 'chunked' },
    { key: 'Content-Length', value: '0' },
    { key: 'Connection', value: 'upgrade' },
    { key: '', value: 'x' },
  ]) {
    const answer = await subscribed(uri, [pair]);
    assert.equal(answer.status, 400, JSON.stringify(pair));
  }
  await attacked.stands();
});

test('what is asked for from outside reaches neither this machine, nor by a redirect, nor by a name that changes its mind', async (t) => {
  const deps = { version: '0', clock: systemClock, metrics: createMetrics() };
  const answers = [['93.184.216.34'], ['127.0.0.1']];
  let asked = 0;
  const turning = ((_name: string, options: { all?: boolean }, done: (error: null, ...found: unknown[]) => void) => {
    const [address] = answers[Math.min(asked++, 1)] ?? [];
    if (options.all) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  }) as unknown as typeof lookup;
  const endpoints = openEndpoints({ ...deps, resolve: turning }, { allowed: [], loopback: false });
  t.after(() => endpoints.close());
  const message = { body: '{}', headers: {}, timeoutMs: 2_000 };
  await endpoints.check(new URL(`http://rebind.example:${port}/`));
  await assert.rejects(endpoints.post(new URL(`http://rebind.example:${port}/`), message), { reason: 'forbidden' });
  for (const url of forms()) {
    const target = new URL(url);
    await assert.rejects(
      Promise.resolve().then(() => endpoints.post(target, message)),
      url,
    );
  }

  const leading = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://localhost').searchParams.get('to') ?? '';
    response.writeHead(302, { location: encodeURI(to) }).end();
  });
  await new Promise<void>((resolve) => leading.listen(0, '127.0.0.1', resolve));
  t.after(() => leading.close());
  const { port: from } = leading.address() as AddressInfo;
  const client = outbound(deps);
  for (const to of [...forms(), ...network, 'file:///etc/passwd']) {
    const url = `http://127.0.0.1:${from}/?to=${encodeURIComponent(to)}`;
    await assert.rejects(client.get(url, { maxBytes: 1_000, timeoutMs: 2_000 }), to);
    await assert.rejects(
      endpoints.post(new URL(url), message),
      'a notification is not sent on to where an answer leads',
    );
  }
  assert.equal(visits, 0);
  await attacked.stands();
});
