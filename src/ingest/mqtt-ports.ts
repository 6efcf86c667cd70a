import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Problem } from '../base/problem.ts';
import { isLoopbackAddress, onePart, type Certificate } from '../http/index.ts';

/** Where the broker listens: a plain port, one over TLS, or both. */
export type MqttPorts = { readonly port?: number; readonly tlsPort?: number };

export type MqttPortOptions = {
  readonly host: string;
  /** 0 = any free one; `off`: none. */
  readonly port: number | 'off';
  readonly tls?: { readonly port: number; readonly certificate: Certificate };
  /** Of each port, those in their handshake as well. */
  readonly connectionsMax: number;
  /** Who opens a connection and has ended no handshake by then is cut off. Default 10,000. */
  readonly handshakeMs?: number;
  /** Connections of one network that have not said who they are; this machine may have any number. Default 500. */
  readonly strangersMax?: number;
  /** Addresses of this machine; for tests. */
  readonly isOwn?: (address: string) => boolean;
};

export type Listeners = {
  /** @throws Problem conflict: the port is taken */
  open(): Promise<MqttPorts>;
  /** Takes no more connections; resolves when the last one has ended. */
  close(): Promise<void>;
  readonly sockets: ReadonlySet<Socket>;
  /** Whoever sends over it has proved who it is. */
  known(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): void;
};

/**
 * @param connected gets each connection, decrypted
 * @param refused is told of those that never get there: too many, too many strangers of one network, or no handshake
 */
export function openListeners(
  options: MqttPortOptions,
  connected: (socket: Socket) => void,
  refused: (reason: 'connections' | 'strangers' | 'tls') => void,
): Listeners {
  const { host, port, tls, connectionsMax, handshakeMs = 10_000, strangersMax = 500 } = options;
  const { isOwn = isLoopbackAddress } = options;
  // A connection over TLS is another object than the one it runs over; both are of one peer.
  const strangers = new Map<string, () => void>();
  const meet = onePart({ isOwn, onRefused: () => refused('strangers') }, strangersMax);
  const sockets = new Set<Socket>();
  const plain = port === 'off' ? undefined : createServer(connected);
  const secure = tls && createTlsServer({ ...tls.certificate.secure(), handshakeTimeout: handshakeMs }, connected);
  // Node tells of a handshake that failed or takes too long, and leaves the connection open.
  secure?.on('tlsClientError', (_error, socket) => {
    refused('tls');
    socket.destroy();
  });
  tls?.certificate.follow((renewed) => secure?.setSecureContext(renewed));
  const servers = [plain, secure].filter((server) => server !== undefined);
  for (const server of servers) {
    server.maxConnections = connectionsMax;
    server.on('drop', () => refused('connections'));
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      sockets.add(socket);
      strangers.set(peer, meet(socket));
      socket.on('close', () => {
        sockets.delete(socket);
        strangers.delete(peer);
      });
    });
  }
  return {
    sockets,
    known(socket) {
      strangers.get(peerOf(socket))?.();
    },
    async open() {
      const plainPort = plain && port !== 'off' ? await listenAt(plain, host, port) : undefined;
      const tlsPort = secure && tls ? await listenAt(secure, host, tls.port) : undefined;
      return { ...(plainPort !== undefined && { port: plainPort }), ...(tlsPort !== undefined && { tlsPort }) };
    },
    async close() {
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))));
    },
  };
}

/** @returns the port */
async function listenAt(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Problem('conflict', `MQTT: port ${port} is taken by another program`, 'port') : error);
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

const peerOf = ({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string =>
  `${remoteAddress} ${remotePort}`;
