import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { onePart } from './connections.ts';

class Connection extends EventEmitter {
  readonly remoteAddress: string;
  destroyed = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): this {
    this.destroyed = true;
    this.emit('close');
    return this;
  }
}

test('one network has its part of the connections, the machine itself and proxies have no such limit', () => {
  let refused = 0;
  const take = onePart({ isOwn: (address) => address === '127.0.0.1', onRefused: () => refused++ }, 2);
  const open = (address: string): Connection => {
    const socket = new Connection(address);
    take(socket as unknown as Parameters<typeof take>[0]);
    return socket;
  };
  const first = open('2001:db8::1');
  const all = [
    first,
    open('2001:db8::2'),
    open('2001:db8::3'),
    open('192.0.2.1'),
    open('127.0.0.1'),
    open('127.0.0.1'),
  ];
  all.push(open('127.0.0.1'));
  assert.deepEqual(
    all.map(({ destroyed }) => destroyed),
    [false, false, true, false, false, false, false],
  );
  assert.equal(refused, 1);
  assert.equal(open('2001:db8::4').destroyed, true, 'a refused one gives no place free');
  first.destroy();
  assert.equal(open('2001:db8::4').destroyed, false);
});

test('IPv4 addresses that a socket for both families tells are not one network', () => {
  let refused = 0;
  const take = onePart({ isOwn: (address) => address === '127.0.0.1', onRefused: () => refused++ }, 1);
  for (const address of ['192.0.2.1', '192.0.2.2', '127.0.0.1', '127.0.0.1', '192.0.2.1']) {
    take(new Connection(`::ffff:${address}`) as unknown as Parameters<typeof take>[0]);
  }
  assert.equal(refused, 1);
});
