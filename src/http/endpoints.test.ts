import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { fixedClock } from '../base/clock.ts';
import { isLoopbackAddress } from './addresses.ts';
import { openEndpoints, type Endpoints } from './endpoints.ts';
import { OutboundFailure, type OutboundReason } from './outbound-failure.ts';

type Got = { headers: readonly string[]; body: string };
const got: Got[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const sockets = new Set<Socket>();
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    got.push({ headers: request.rawHeaders, body });
    answer(request, response);
  });
});
server.on('connection', (socket) => sockets.add(socket));
let port = 0;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
const opened: Endpoints[] = [];
after(() => {
  for (const one of opened) one.close();
  server.closeAllConnections();
  server.close();
});

const clock = fixedClock('2026-03-01T10:00:00Z');
/** Every name has these addresses. */
const names = (...addresses: string[]): typeof lookup =>
  ((_name: string, _options: object, done: (error: null, found: object) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof lookup;

function open(options: { allowed?: string[]; loopback?: boolean; resolve?: typeof lookup } = {}): Endpoints {
  const { allowed = [], loopback = false, resolve } = options;
  const endpoints = openEndpoints({ version: '1.2.3', clock, ...(resolve && { resolve }) }, { allowed, loopback });
  opened.push(endpoints);
  return endpoints;
}

const url = (path = '/notify', host = '127.0.0.1'): URL => new URL(`http://${host}:${port}${path}`);
const message = { body: '{"a":"ҳа"}', headers: { 'X-Additional-Key': 'Value' }, timeoutMs: 2000 };

async function fails(run: Promise<unknown>, reason: OutboundReason): Promise<OutboundFailure> {
  const error = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof OutboundFailure, String(error));
  assert.equal(error.reason, reason, error.message);
  return error;
}

describe('what is sent', () => {
  const here = open({ loopback: true });
  test('arrives with its headers as they were spelled', async () => {
    answer = (_, response) => response.writeHead(204).end();
    assert.equal(await here.post(url(), message), 204);
    const last = got.at(-1);
    assert.equal(last?.body, message.body);
    assert.equal(last?.headers[last.headers.indexOf('X-Additional-Key') + 1], 'Value');
    assert.ok(last?.headers.includes('Chorsu/1.2.3'));
  });
  test('takes user and password of the address along, but never shows them', async () => {
    answer = (_, response) => response.writeHead(401).end();
    const secret = new URL(`http://user:secret@127.0.0.1:${port}/notify?key=hidden`);
    const failure = await fails(here.post(secret, message), 'status');
    assert.equal(failure.answered, 401);
    assert.doesNotMatch(failure.message, /secret|hidden/);
    const { headers } = got.at(-1) as Got;
    assert.equal(headers[headers.indexOf('Authorization') + 1], `Basic ${btoa('user:secret')}`);
  });
  test('is told when it may come again', async () => {
    answer = (_, response) => response.writeHead(503, { 'retry-after': '7' }).end();
    assert.equal((await fails(here.post(url(), message), 'status')).retryAfterMs, 7000);
  });
  test('is not sent on to another address', async () => {
    const before = got.length;
    answer = (_, response) => response.writeHead(307, { location: url('/other').href }).end();
    await fails(here.post(url(), message), 'status');
    assert.equal(got.length, before + 1);
  });
  test('is given up when no answer comes, or when the program ends', async () => {
    answer = () => {};
    await fails(here.post(url(), { ...message, timeoutMs: 50 }), 'timeout');
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 20);
    await assert.rejects(here.post(url(), { ...message, signal: leaving.signal }));
  });
  test('is sent once more when a kept connection turns out to be closed', async () => {
    const fresh = open({ loopback: true });
    answer = (_, response) => response.writeHead(200).end();
    await fresh.post(url(), message);
    let cut = true;
    answer = (request, response) => {
      if (!cut) return void response.writeHead(200).end();
      cut = false;
      request.socket.resetAndDestroy();
    };
    assert.equal(await fresh.post(url(), message), 200);
  });
  test('does not read an answer that never ends', async () => {
    answer = (request, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(10_000)), 1);
      request.socket.on('close', () => clearInterval(more));
    };
    assert.equal(await here.post(url(), message), 200);
    const [socket] = [...sockets].slice(-1);
    if (socket && !socket.destroyed) await once(socket, 'close');
  });
});

describe('the private network', () => {
  test('is refused, however it is written', async () => {
    const outside = open();
    for (const host of ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.1']) {
      const to = new URL(`http://${host}:${port}/notify`);
      await fails(outside.check(to), 'forbidden');
      await fails(outside.post(to, message), 'forbidden');
    }
    await fails(outside.check(new URL('mqtt://192.168.1.1/a')), 'forbidden');
    await fails(outside.check(new URL('http://169.254.169.254/latest/meta-data')), 'forbidden');
  });
  test('is refused behind a name too, when the subscription is made and at each connection', async () => {
    for (const addresses of [['10.0.0.1'], ['93.184.216.34', '192.168.0.1'], ['::1']]) {
      const outside = open({ resolve: names(...addresses) });
      await fails(outside.check(new URL('https://example.org/')), 'forbidden');
      await fails(outside.post(url('/notify', 'example.org'), message), 'forbidden');
      const stream = outside.connect(new URL('mqtt://example.org/a'));
      const [error] = (await once(stream, 'error')) as [unknown];
      assert.ok(error instanceof OutboundFailure && error.reason === 'forbidden');
    }
  });
  test('a name that changes its mind is looked at again', async () => {
    let address = '93.184.216.34';
    const turning = ((name: string, options: object, done: never) =>
      (names(address) as unknown as (name: string, options: object, done: never) => void)(
        name,
        options,
        done,
      )) as unknown as typeof lookup;
    const outside = open({ resolve: turning });
    await outside.check(url('/notify', 'example.org'));
    address = '127.0.0.1';
    await fails(outside.post(url('/notify', 'example.org'), message), 'forbidden');
  });
  test('is reached where the operator allows it, by host or by host and port', async () => {
    answer = (_, response) => response.writeHead(200).end();
    const resolve = names('127.0.0.1');
    assert.equal(await open({ allowed: ['127.0.0.1'] }).post(url(), message), 200);
    assert.equal(await open({ allowed: [`meters.lan:${port}`], resolve }).post(url('/', 'meters.lan'), message), 200);
    await fails(open({ allowed: ['meters.lan:1'], resolve }).post(url('/', 'meters.lan'), message), 'forbidden');
  });
  test('this machine is reached while only this machine can ask', async () => {
    answer = (_, response) => response.writeHead(200).end();
    const here = open({ loopback: true });
    assert.equal(await here.post(url(), message), 200);
    await fails(here.post(new URL('http://10.0.0.1/'), message), 'forbidden');
    for (const address of ['127.0.0.1', '127.8.9.1', '::1', '[::1]', '::ffff:127.0.0.1'])
      assert.ok(isLoopbackAddress(address));
    for (const address of ['128.0.0.1', '::2', '10.0.0.1', '127.0.0.1.example.org', ''])
      assert.ok(!isLoopbackAddress(address));
  });
});

test('a name that cannot be resolved now is no reason to refuse a subscription', async () => {
  const failing = ((_name: string, _options: object, done: (error: Error) => void) =>
    done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))) as unknown as typeof lookup;
  const outside = open({ resolve: failing });
  await outside.check(new URL('https://later.example.org/'));
  await fails(outside.post(new URL('http://later.example.org/'), message), 'name');
});
