/** Notifications over MQTT, 3.1.1 or 5.0, with the quality of service that was asked for. CIM 009 v1.9.1, 7.2. */
import { MqttClient } from 'mqtt';
import { randomId } from '../../base/ids.ts';
import { networkFailure, OutboundFailure, type Endpoints } from '../../http/index.ts';
import type { KeyValue } from '../../ngsild/index.ts';

export type MqttSender = {
  /**
   * Resolves when the broker has it: with QoS 0 when it is written, else when it is acknowledged.
   * @throws OutboundFailure; status: the broker refuses the message itself
   */
  publish(url: URL, notifierInfo: readonly KeyValue[], body: string, timeoutMs: number): Promise<void>;
  close(): void;
};

type Connection = {
  readonly client: MqttClient;
  readonly up: Promise<void>;
  /** Rejects when the connection is gone. */
  readonly gone: Promise<never>;
  idle: NodeJS.Timeout | undefined;
  under: number;
};

const idleMs = 60_000;

/** One connection for all that goes to one broker as one user; it ends when nothing was sent for a minute. */
export function openMqttSender(endpoints: Endpoints): MqttSender {
  const connections = new Map<string, Connection>();

  const open = (url: URL, version: 4 | 5, name: string): Connection => {
    const down = Promise.withResolvers<never>();
    const client = new MqttClient(() => endpoints.connect(url), {
      protocolVersion: version,
      clientId: `chorsu-${randomId()}`,
      clean: true,
      // Who sends decides when to try again.
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
      ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    });
    const up = Promise.withResolvers<void>();
    const end = (error: unknown): void => {
      if (connections.get(name)?.client === client) connections.delete(name);
      const failure = failureOfMqtt(error, url);
      up.reject(failure);
      down.reject(failure);
      client.end(true);
    };
    client.on('connect', () => up.resolve());
    client.on('error', end);
    client.on('close', () => end(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    // Whoever waits hears of it; nobody may be waiting.
    up.promise.catch(() => {});
    down.promise.catch(() => {});
    const connection = { client, up: up.promise, gone: down.promise, idle: undefined, under: 0 };
    connections.set(name, connection);
    return connection;
  };

  return {
    async publish(url, notifierInfo, body, timeoutMs) {
      const valueOf = (key: string): string | undefined => notifierInfo.find((pair) => pair.key === key)?.value;
      const version = valueOf('MQTT-Version') === 'mqtt3.1.1' ? 4 : 5;
      const qos = Number(valueOf('MQTT-QoS') ?? 0) as 0 | 1 | 2;
      const topic = decodeURIComponent(url.pathname.slice(1));
      const name = `${version} ${url.protocol}//${url.username}:${url.password}@${url.host}`;
      const connection = connections.get(name) ?? open(url, version, name);
      clearTimeout(connection.idle);
      connection.under++;
      let timer: NodeJS.Timeout | undefined;
      try {
        const late = new Promise<never>((_, reject) => {
          const failure = new OutboundFailure('timeout', `${url.host} did not take it within ${timeoutMs / 1000} s`);
          timer = setTimeout(() => reject(failure), timeoutMs);
        });
        const sent = connection.up.then(
          () =>
            new Promise<void>((resolve, reject) => {
              connection.client.publish(topic, body, { qos }, (error) =>
                error ? reject(failureOfMqtt(error, url)) : resolve(),
              );
            }),
        );
        await Promise.race([sent, connection.gone, late]);
      } finally {
        clearTimeout(timer);
        if (--connection.under === 0) {
          connection.idle = setTimeout(() => {
            connections.delete(name);
            connection.client.end();
          }, idleMs);
          connection.idle.unref();
        }
      }
    },
    close() {
      for (const { client, idle } of connections.values()) {
        clearTimeout(idle);
        client.end(true);
      }
      connections.clear();
    },
  };
}

/** Reason codes of MQTT 5 (2.4) and return codes of 3.1.1 (3.2.2.3) are answers; all else is the network. */
function failureOfMqtt(error: unknown, url: URL): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'number') return networkFailure(error, url);
  return new OutboundFailure('status', `${url.host} answered: ${String(message).slice(0, 200)}`, { answered: code });
}
