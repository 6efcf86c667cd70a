/**
 * The way from the platform to a device: what is published below a level `commands` comes from here and from nowhere else. A
 * command is given to one connection, once; nothing is kept for whoever is not there.
 */
import type { Aedes, Client } from 'aedes';
import { oneAtATime } from '../base/queue.ts';
import { within } from '../base/timers.ts';
import { covers } from '../trust/index.ts';

export type MqttCommands = {
  /** Whether a device listens at the topic now. */
  listens(topic: string): boolean;
  /**
   * Publishes to the connection that subscribed last, with the QoS of its subscription (1 at most), not retained.
   * @returns `sent`: acknowledged (QoS 1), or written (QoS 0); `nobody`: no byte has left; `unsure`: it may have
   */
  send(topic: string, payload: Uint8Array): Promise<'sent' | 'nobody' | 'unsure'>;
  /** Called when a device has subscribed. */
  onListener(listener: () => void): void;
};

/** A device that takes longer may have it or not. */
const ackMs = 10_000;

const level = 'commands';
/** Nobody but the platform publishes there. */
export const isCommandTopic = (topic: string): boolean => topic.split('/').includes(level);
/** Whoever listens to everything is a person who looks on, and no device. */
const isDevices = (filter: string): boolean => !/^[+#]/.test(filter) && isCommandTopic(filter);

/** @param stays false: the credentials of the connection were revoked */
export function mqttCommands(aedes: Aedes, stays: (client: Client) => boolean): MqttCommands {
  /** Filters of commands with their QoS, by connection; the last one to subscribe stands last. */
  const listening = new Map<Client, Map<string, number>>();
  const turns = new WeakMap<Client, ReturnType<typeof oneAtATime>>();
  const listeners: (() => void)[] = [];
  aedes.on('subscribe', (subscriptions, client) => {
    const found = subscriptions.filter(({ topic }) => isDevices(topic));
    if (found.length === 0) return;
    const filters = listening.get(client) ?? new Map<string, number>();
    for (const { topic, qos } of found) filters.set(topic, qos);
    listening.delete(client);
    if (!client.closed) listening.set(client, filters);
    for (const listener of listeners) listener();
  });
  aedes.on('unsubscribe', (filters, client) => {
    for (const filter of filters) listening.get(client)?.delete(filter);
    if (listening.get(client)?.size === 0) listening.delete(client);
  });
  aedes.on('clientDisconnect', (client) => listening.delete(client));
  aedes.on('clientError', (client) => listening.delete(client));

  const listenerOf = (topic: string): { client: Client; qos: 0 | 1 } | undefined => {
    let last: { client: Client; qos: 0 | 1 } | undefined;
    for (const [client, filters] of listening) {
      if (client.closed || !stays(client)) continue;
      for (const [filter, qos] of filters) if (covers(filter, topic)) last = { client, qos: qos > 0 ? 1 : 0 };
    }
    return last;
  };

  /** Resolves with true at the next acknowledgement of the connection, with false when it ends. */
  const acknowledged = (client: Client): { readonly answer: Promise<boolean>; readonly done: () => void } => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const ack = (_packet: unknown, by: Client): void => {
      if (by === client) resolve(true);
    };
    const gone = (by: Client): void => {
      if (by === client) resolve(false);
    };
    aedes.on('ack', ack);
    aedes.on('clientDisconnect', gone);
    return {
      answer: promise,
      done() {
        aedes.removeListener('ack', ack);
        aedes.removeListener('clientDisconnect', gone);
      },
    };
  };

  return {
    listens: (topic) => listenerOf(topic) !== undefined,
    onListener: (listener) => void listeners.push(listener),
    async send(topic, payload) {
      const found = listenerOf(topic);
      if (!found) return 'nobody';
      const { client, qos } = found;
      const inTurn = turns.get(client) ?? oneAtATime();
      turns.set(client, inTurn);
      // An acknowledgement names no topic: a connection is given one command at a time.
      return inTurn(async () => {
        if (client.closed || !stays(client)) return 'nobody';
        const { answer, done } = acknowledged(client);
        try {
          const written = await new Promise<boolean>((resolve) => {
            const message = {
              cmd: 'publish',
              topic,
              payload: Buffer.from(payload),
              qos,
              retain: false,
              dup: false,
            } as const;
            client.publish(message, (error) => resolve(!error));
          });
          if (!written) return 'unsure';
          if (qos === 0) return 'sent';
          return (await within(ackMs, answer)) === true ? 'sent' : 'unsure';
        } finally {
          done();
        }
      });
    },
  };
}
