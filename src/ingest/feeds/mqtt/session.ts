import { connect, type IClientOptions, type IPublishPacket } from 'mqtt';
import { brokerSays, wentWrong } from './sentences.ts';

export type SessionOptions = {
  readonly url: URL;
  readonly version: 5 | 4;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM; instead of the authorities that the system trusts. */
  readonly ca?: Buffer;
  readonly filters: readonly string[];
  /** Messages that may be under way, not yet durable. */
  readonly receiveMax: number;
  readonly payloadMaxBytes: number;
  /** Seconds for which the broker keeps messages while we are away. */
  readonly sessionExpiryS: number;
};

export type SessionEvents = {
  /** Connected and subscribed. */
  up(): void;
  /** Resolves when the message may be acknowledged; rejects when it could not be stored. */
  message(topic: string, payload: Buffer, isRepeated: boolean): Promise<void>;
};

/** How a connection ended. */
export type SessionEnd = {
  readonly why: string;
  /** The broker does not speak this version, or hung up before it said anything. */
  readonly tryOtherVersion: boolean;
};

export type Session = {
  readonly ended: Promise<SessionEnd>;
  /** Takes nothing more, lets what is under way be acknowledged, says good-bye. */
  close(): Promise<void>;
};

const connectTimeoutMs = 10_000;
/** Given to `mqtt` instead of "done": it goes on with the next message and leaves the acknowledgement to us. */
const acknowledgedLater = new Error('acknowledged when durable');

/**
 * One connection to a broker. A message of QoS 1 is acknowledged when it is durable, in the order of arrival (MQTT 5,
 * 4.6); many are under way at once, so that one synced write carries many. What was not acknowledged comes again after a
 * kill, since the session is not clean.
 */
export function openSession(options: SessionOptions, events: SessionEvents): Session {
  const { url, version, receiveMax, payloadMaxBytes } = options;
  const client = connect(url.href, clientOptions(options));
  const end = Promise.withResolvers<SessionEnd>();
  let why: string | undefined;
  let answered = false;
  let tryOtherVersion = false;
  let closing = false;
  /** In the order of arrival: which messages wait for their acknowledgement. */
  const waiting: { readonly messageId: number; isDurable: boolean }[] = [];
  let underWay = 0;
  let goOn: (() => void) | undefined;
  let idle: (() => void) | undefined;

  const hangUp = (reason: string): void => {
    why ??= reason;
    client.end(true);
    client.stream.destroy();
  };

  const acknowledge = (): void => {
    let first = waiting[0];
    while (first?.isDurable) {
      waiting.shift();
      // PUBACK with success is the same four bytes in 3.1.1 and 5 (3.4.2.1).
      if (!client.stream.destroyed) {
        client.stream.write(Buffer.from([0x40, 2, first.messageId >> 8, first.messageId & 0xff]));
      }
      first = waiting[0];
    }
  };

  client.handleMessage = (packet: IPublishPacket, callback) => {
    const next = (): void => callback(packet.qos === 0 ? undefined : acknowledgedLater);
    if (closing) return;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (payload.length > payloadMaxBytes) return hangUp(`${url.host} sent a message of ${payload.length} bytes`);
    const entry = { messageId: packet.messageId ?? 0, isDurable: false };
    if (packet.qos > 0) waiting.push(entry);
    underWay++;
    events
      .message(packet.topic, payload, packet.dup)
      .then(() => {
        entry.isDurable = true;
        acknowledge();
        return undefined;
      })
      .catch(() => hangUp('what came could not be stored'))
      .finally(() => {
        underWay--;
        if (underWay === 0) idle?.();
        const held = goOn;
        goOn = undefined;
        held?.();
      });
    // When too much is under way nothing more is read: the broker waits in its socket.
    if (underWay < receiveMax) next();
    else goOn = next;
  };

  client.on('connect', () => {
    answered = true;
    client.subscribe([...options.filters], { qos: 1, ...(version === 5 && { rh: 1 }) }, (error, granted = []) => {
      const closed = granted.filter(({ qos }) => qos >= 128);
      if (closed[0])
        return hangUp(`${brokerSays(url.host, closed[0].qos)}: ${closed.map(({ topic }) => topic).join(', ')}`);
      if (error) return hangUp(`${url.host} refuses the subscription: ${error.message}`);
      events.up();
    });
  });
  client.on('disconnect', ({ reasonCode = 0 }) => {
    if (reasonCode !== 0) why ??= brokerSays(url.host, reasonCode);
  });
  client.on('error', (error: Error & { code?: unknown }) => {
    if (error.code === 1 || error.code === 132) tryOtherVersion = true;
    if (typeof error.code === 'number') answered = true;
    why ??= wentWrong(url, error);
  });
  client.on('close', () => {
    if (!answered && why === undefined) tryOtherVersion = true;
    client.end(true);
    // Not every broker says that it gave the session to somebody else.
    const unsaid = answered ? ` without a reason (another client with the id ${options.clientId}?)` : '';
    end.resolve({ why: why ?? `${url.host} closed the connection${unsaid}`, tryOtherVersion });
  });

  return {
    ended: end.promise,
    async close() {
      if (client.connected && underWay > 0) await new Promise<void>((resolve) => (idle = resolve));
      closing = true;
      await new Promise<void>((resolve) => {
        client.end(!client.connected, {}, () => resolve());
      });
      client.stream.destroy();
      end.resolve({ why: 'stopped', tryOtherVersion: false });
    },
  };
}

function clientOptions(options: SessionOptions): IClientOptions {
  const { version, clientId, username, password, ca, receiveMax, payloadMaxBytes, sessionExpiryS } = options;
  return {
    protocolVersion: version,
    clientId,
    clean: false,
    keepalive: 60,
    connectTimeout: connectTimeoutMs,
    // Trying again is ours: with growing pauses, and shown.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    ...(version === 5 && {
      properties: {
        sessionExpiryInterval: sessionExpiryS,
        receiveMaximum: receiveMax,
        // Topic and properties of a PUBLISH come on top of the payload.
        maximumPacketSize: payloadMaxBytes + 131_072,
      },
    }),
  };
}
