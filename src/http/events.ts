import type { ServerResponse } from 'node:http';

const heartbeatMs = 20_000;
/** What a slow reader may leave unread before it is cut off; it reconnects and loads the page's state anew. */
const backlogBytesMax = 1024 * 1024;

export type EventStream = {
  /** `id` comes back as Last-Event-ID after a reconnect. */
  send(event: string, data: unknown, id?: number | string): void;
  /** Resolves when the reader has taken what was sent, or is gone: for senders that can wait. */
  drained(): Promise<void>;
};

/** Answers with server-sent events until the client goes. @param onClose called once */
export function eventStream(response: ServerResponse, onClose: () => void): EventStream {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  response.write('retry: 2000\n\n');
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
  const over = (): void => {
    clearInterval(heartbeat);
    onClose();
  };
  // Whoever went before the answer began is told of no more.
  if (response.destroyed) setImmediate(over);
  else response.on('close', over);
  return {
    drained: () =>
      new Promise((resolve) => {
        if (!response.writableNeedDrain || response.destroyed) {
          resolve();
          return;
        }
        const done = (): void => {
          response.off('drain', done);
          response.off('close', done);
          resolve();
        };
        response.on('drain', done);
        response.on('close', done);
      }),
    send(event, data, id) {
      if (response.writableLength > backlogBytesMax) {
        response.destroy();
        return;
      }
      response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
  };
}
