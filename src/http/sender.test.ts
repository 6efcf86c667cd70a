import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { isNetwork, senders } from './sender.ts';

const request = (remoteAddress: string, headers: Record<string, string> = {}, encrypted = false): IncomingMessage =>
  ({ socket: { remoteAddress, encrypted }, headers }) as unknown as IncomingMessage;

test('headers of a proxy are believed from the proxies that were named, and from nobody else', () => {
  const forwarded = { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https' };
  assert.deepEqual(senders([]).of(request('127.0.0.1', forwarded)), { address: '127.0.0.1', secure: false });
  const { of: senderOf } = senders(['127.0.0.1', '10.0.0.0/8', '::1']);
  assert.deepEqual(senderOf(request('192.0.2.1', forwarded)), { address: '192.0.2.1', secure: false });
  assert.deepEqual(senderOf(request('127.0.0.1', forwarded)), { address: '1.2.3.4', secure: true });
  assert.deepEqual(senderOf(request('::ffff:127.0.0.1', forwarded)), { address: '1.2.3.4', secure: true });
  assert.deepEqual(senderOf(request('192.0.2.1', {}, true)), { address: '192.0.2.1', secure: true });
});

test('a network is an address with or without its bits', () => {
  for (const good of ['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8', '::/128']) assert.ok(isNetwork(good), good);
  for (const bad of ['', 'proxy', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '::/129', '1.2.3'])
    assert.ok(!isNetwork(bad), bad);
});

test('what a client writes before its own address is not believed', () => {
  const { of: senderOf } = senders(['127.0.0.1', '10.0.0.0/8']);
  const from = (list: string): string => senderOf(request('127.0.0.1', { 'x-forwarded-for': list })).address;
  assert.equal(from('6.6.6.6, 1.2.3.4'), '1.2.3.4');
  assert.equal(from('6.6.6.6, 1.2.3.4, 10.1.1.1'), '1.2.3.4');
  assert.equal(from('10.2.2.2, 10.1.1.1'), '10.2.2.2');
  assert.equal(from('2001:db8::1'), '2001:db8::1');
  assert.equal(from('"<script>"'), '127.0.0.1');
  assert.equal(from(''), '127.0.0.1');
  assert.equal(
    senderOf(request('127.0.0.1', { 'x-forwarded-proto': 'https, http' })).secure,
    false,
    'the last proxy says what it saw',
  );
});
