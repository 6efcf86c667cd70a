/** Streams to readers over WebSocket (RFC 6455). Readers only listen: what they say is not read. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

export type SocketStream = {
  /** Resolves when it is written, or the reader is gone. */
  send(data: unknown): Promise<void>;
  /** @param code 1000: all is said; 1008: the request was wrong; 1011: our fault (RFC 6455, 7.4.1) */
  end(code: 1000 | 1008 | 1011, reason: string): void;
};

const pingEveryMs = 20_000;
/** A reason has to fit into a control frame. */
const reasonBytesMax = 120;
const server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });

/** Takes the connection over. @param onClose called once, when the reader is gone */
export function socketStream(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  onOpen: (stream: SocketStream) => void,
  onClose: () => void,
): void {
  server.handleUpgrade(request, socket, head, (web) => {
    let answered = true;
    const ping = setInterval(() => {
      // Who did not answer the last one is gone.
      if (!answered) web.terminate();
      answered = false;
      web.ping();
    }, pingEveryMs);
    web.on('pong', () => (answered = true));
    web.on('error', () => web.terminate());
    web.on('close', () => {
      clearInterval(ping);
      onClose();
    });
    onOpen({
      send: (data) => new Promise((resolve) => web.send(JSON.stringify(data), () => resolve())),
      end: (code, reason) => web.close(code, Buffer.from(reason).subarray(0, reasonBytesMax)),
    });
  });
}
