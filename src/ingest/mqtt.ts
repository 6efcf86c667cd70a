import { Aedes, type AedesPublishPacket, type Client, type PublishPacket } from 'aedes';
import type { Socket } from 'node:net';
import { callbackify } from 'node:util';
import { Problem } from '../base/problem.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Certificate } from '../http/index.ts';
import { isCommandTopic, mqttCommands, type MqttCommands } from './mqtt-commands.ts';
import { frameGuard, guardSocket, version5Refusal } from './mqtt-guard.ts';
import { openListeners, type MqttPorts } from './mqtt-ports.ts';
import { openTurns, SenderGone } from './mqtt-turns.ts';
import type { Reception } from './reception.ts';

/**
 * The embedded MQTT broker, 3.1 and 3.1.1. A message of QoS 1 is acknowledged, and one of QoS 2 received, only when its
 * readings are durable; a payload that cannot be read is acknowledged too, since sending it again would not mend it, and
 * counted. What is published goes on to subscribers after that.
 */
export type MqttBroker = {
  /** @throws Problem conflict: a port is taken */
  start(): Promise<MqttPorts>;
  /** Takes no more connections and messages. */
  stop(): Promise<void>;
  connections(): number;
  readonly commands: MqttCommands;
};

/** Who may connect, and what each may do; asked for every message, since credentials are revoked at once. */
export type MqttDoor = {
  /** @returns undefined: these are nobody's user name and password */
  enter(username: string, password: string): MqttVisitor | undefined;
};
export type MqttVisitor = {
  /** Opaque. */
  readonly id: string;
  /** @param id a topic, or the filter of a subscription */
  permits(action: 'publishTopic' | 'subscribeTopic', id: string): boolean;
  /** False: the credentials were revoked since. */
  stays(): boolean;
};

export type MqttOptions = {
  /** Without a door only a loopback address. Default 127.0.0.1. */
  readonly host?: string;
  /** Default 1883; 0 = any free one; `off`: only TLS is spoken. */
  readonly port?: number | 'off';
  /** A port over TLS; 0 = any free one. */
  readonly tls?: { readonly port: number; readonly certificate: Certificate };
  /** Default 1 MB. */
  readonly payloadMaxBytes?: number;
  /** Topics that may hold a retained message. Default 10,000. */
  readonly retainedMax?: number;
  /** At each port. Default 10,000. */
  readonly connectionsMax?: number;
  /** How often a device may send, of what is usual; 0: as often as it likes, as without a door. Default 1. */
  readonly rateFactor?: number;
};

/** Of one connection. */
const subscriptionsMax = 1_000;
const loopback = ['127.0.0.1', '::1', 'localhost'];

export function mqttBroker({
  options = {},
  door,
  reception,
  metrics,
  log,
}: {
  options?: MqttOptions;
  /** Absent: whoever connects may do everything. */
  door?: MqttDoor | undefined;
  reception: Reception;
  metrics: Metrics;
  log: Log;
}): MqttBroker {
  const { host = '127.0.0.1', port = 1883, payloadMaxBytes = 1_000_000, retainedMax = 10_000 } = options;
  if (!door && !loopback.includes(host)) {
    throw new Problem(
      'forbidden',
      `MQTT on ${host}: only loopback addresses, where devices need no credentials`,
      'host',
    );
  }
  const messages = metrics.counter('chorsu_mqtt_messages_total', 'Messages published to the embedded broker');
  const refusals = metrics.counter('chorsu_mqtt_refused_total', 'Connections, messages and subscriptions refused');
  const { rateFactor = 1 } = options;
  const turns = door && rateFactor > 0 ? openTurns({ factor: rateFactor, metrics, log }) : undefined;
  const retained = new Set<string>();
  const subscriptions = new WeakMap<Client, number>();
  const visitors = new WeakMap<Client, MqttVisitor>();
  const may = (client: Client | null, action: 'publishTopic' | 'subscribeTopic', id: string): boolean =>
    !door || client === null || visitors.get(client)?.permits(action, id) === true;
  metrics.gauge('chorsu_mqtt_retained', 'Topics with a retained message', () => retained.size);

  const aedes = new Aedes({
    // A client may send many messages before the first is answered; the rest waits in its socket.
    queueLimit: 1_000,
    maxClientsIdLength: 256,
    connectTimeout: 10_000,
    // A subscriber that does not read would hold up everybody who publishes; it is cut off instead.
    drainTimeout: 5_000,
    maxInflightInbound: 100,
    // Every session ends with its connection, and CONNACK says so (session present = 0): for an absent subscriber
    // messages would be kept in memory without end.
    preConnect(_client, packet, callback) {
      packet.clean = true;
      // Who comes under the name of one that is there takes its place: among the connections of one account only.
      if (door && packet.clientId !== '') packet.clientId = `${packet.username ?? ''}/${packet.clientId}`;
      callback(null, true);
    },
    authenticate(client, username = '', password, callback) {
      if (!door) return callback(null, true);
      const visitor = door.enter(username, password?.toString() ?? '');
      if (visitor) {
        visitors.set(client, visitor);
        listeners.known(client.conn as Socket);
        return callback(null, true);
      }
      refusals.add(1, { reason: 'credentials' });
      // MQTT 3.1.1, 3.2.2.3: bad user name or password.
      const error = Object.assign(new Error('bad user name or password'), { returnCode: 4 as const });
      const refuse = (): void => callback(error, false);
      if (turns) turns.ofStranger((client.conn as Socket).remoteAddress ?? '').then(refuse, refuse);
      else refuse();
    },
    authorizePublish(client, packet, callback) {
      const take = (): void => receiveThen(client, packet, (error) => callback(error));
      const device = client && visitors.get(client)?.id;
      const turn = device && turns?.ofDevice(client, device, packet.payload.length);
      if (turn) turn.then(take, callback);
      else take();
    },
    // Whoever was let in and has lost its credentials since hears nothing more.
    authorizeForward: (client, packet) => (!door || visitors.get(client)?.stays() === true ? packet : null),
    authorizeSubscribe(client, subscription, callback) {
      const count = (subscriptions.get(client) ?? 0) + 1;
      subscriptions.set(client, count);
      const isRefused = subscription.topic.startsWith('$') || count > subscriptionsMax;
      if (isRefused || !may(client, 'subscribeTopic', subscription.topic)) {
        refusals.add(1, { reason: 'subscription' });
        return callback(null, null);
      }
      callback(null, subscription);
    },
  });
  aedes.on('clientError', (_client, error) => {
    if (error instanceof SenderGone) return refusals.add(1, { reason: 'gone' });
    refusals.add(1, { reason: 'client-error' });
    log.info('mqtt: a connection was closed', { reason: error.message });
  });
  aedes.on('connectionError', (_client, error) => {
    refusals.add(1, { reason: 'connection-error' });
    log.info('mqtt: a connection was refused', { reason: error.message });
  });

  let underWay = 0;
  let started = false;
  let stopping = false;
  let idle: (() => void) | undefined;

  const receive = async (client: Client | null, packet: PublishPacket): Promise<void> => {
    if (stopping) throw new Error('the broker is stopping');
    underWay++;
    try {
      await take(client, packet);
    } finally {
      underWay--;
      if (underWay === 0) idle?.();
    }
  };

  const receiveThen = callbackify(receive);

  const take = async (client: Client | null, packet: PublishPacket): Promise<void> => {
    messages.add();
    if (packet.topic.startsWith('$')) {
      refusals.add(1, { reason: 'topic' });
      throw new Error('topics that begin with $ are reserved');
    }
    if (!may(client, 'publishTopic', packet.topic) || isCommandTopic(packet.topic)) {
      refusals.add(1, { reason: 'topic' });
      throw new Error('this client may not publish there');
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (payload.length > payloadMaxBytes) {
      refusals.add(1, { reason: 'too-large' });
      throw new Error(`a payload of ${payload.length} bytes; at most ${payloadMaxBytes} are taken`);
    }
    keepWithinRetained(packet, payload.length);
    if (packet.retain && payload.length === 0) return;
    // A QoS 2 message that was received, but whose answer was lost, comes again: it was recorded the first time.
    if (packet.qos === 2 && packet.dup && client && (await received(client, packet))) return;
    await reception.message(packet.topic, payload, 'mqtt');
  };

  const received = (client: Client, packet: PublishPacket): Promise<boolean> => {
    const { persistence } = aedes as unknown as {
      persistence: { incomingGetPacket(client: Client, packet: PublishPacket): Promise<AedesPublishPacket> };
    };
    return persistence.incomingGetPacket(client, packet).then(
      () => true,
      () => false,
    );
  };

  const keepWithinRetained = (packet: PublishPacket, bytes: number): void => {
    if (!packet.retain) return;
    if (bytes === 0) retained.delete(packet.topic);
    else if (retained.size < retainedMax || retained.has(packet.topic)) retained.add(packet.topic);
    else {
      packet.retain = false;
      refusals.add(1, { reason: 'retained' });
    }
  };

  const connected = (socket: Socket): void => {
    // The header of a PUBLISH adds the topic (at most 64 KB) and a few bytes to the payload.
    guardSocket(socket, frameGuard(payloadMaxBytes + 65_600), (why) => {
      refusals.add(1, { reason: why });
      log.warn('mqtt: a connection was refused', { reason: why });
      if (why === 'version-5') socket.end(version5Refusal());
      socket.destroySoon();
    });
    socket.setNoDelay(true);
    aedes.handle(socket);
  };
  const listeners = openListeners(
    { host, port, connectionsMax: options.connectionsMax ?? 10_000, ...(options.tls && { tls: options.tls }) },
    connected,
    (reason) => refusals.add(1, { reason }),
  );
  const { sockets } = listeners;
  metrics.gauge('chorsu_mqtt_connections', 'Open connections to the embedded broker', () => sockets.size);

  return {
    commands: mqttCommands(aedes, (client) => !door || visitors.get(client)?.stays() === true),
    async start() {
      started = true;
      await aedes.listen();
      const ports = await listeners.open();
      log.info('mqtt: listening', { host, ...ports });
      if (ports.port !== undefined && !loopback.includes(host))
        log.warn('mqtt: passwords of devices cross the network in the open', { host, port: ports.port });
      return ports;
    },
    async stop() {
      if (!started || stopping) return;
      stopping = true;
      const closed = listeners.close();
      // What was taken is finished and acknowledged; a turn of the loop lets the acknowledgements out.
      if (underWay > 0) await new Promise<void>((resolve) => (idle = resolve));
      await new Promise<void>((resolve) => setImmediate(resolve));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    connections: () => sockets.size,
  };
}
