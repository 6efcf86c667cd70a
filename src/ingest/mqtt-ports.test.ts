import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { openListeners } from './mqtt-ports.ts';

test('one network holds few connections of which nobody knows whose they are, and any number of known ones', async () => {
  const refused: string[] = [];
  const connected: Socket[] = [];
  const listeners = openListeners(
    { host: '127.0.0.1', port: 0, connectionsMax: 100, strangersMax: 2, isOwn: () => false },
    (socket) => connected.push(socket.on('error', () => {})),
    (reason) => refused.push(reason),
  );
  const { port = 0 } = await listeners.open();
  const open: Socket[] = [];
  const come = async (): Promise<'stays' | 'closed'> => {
    const before = connected.length;
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    open.push(socket);
    const ended = once(socket, 'close').then(() => 'closed' as const);
    while (connected.length === before) await new Promise((resolve) => void setImmediate(resolve));
    if (connected.at(-1)?.destroyed !== true) return 'stays';
    return ended;
  };
  assert.deepEqual([await come(), await come(), await come()], ['stays', 'stays', 'closed']);
  assert.deepEqual(refused, ['strangers']);
  // One has said who it is: there is room for another stranger, and closing the first makes no second one.
  listeners.known(connected[0] as Socket);
  assert.deepEqual([await come(), await come()], ['stays', 'closed']);
  const gone = once(connected[0] as Socket, 'close');
  open[0]?.destroy();
  await gone;
  assert.equal(await come(), 'closed');
  const left = once(connected[1] as Socket, 'close');
  open[1]?.destroy();
  await left;
  assert.equal(await come(), 'stays');
  for (const socket of open) socket.destroy();
  await listeners.close();
});
