/** The ways to devices, as one: MQTT by the embedded broker, HTTP by the only outgoing client. */
import { Problem } from '../../base/problem.ts';
import { OutboundFailure, type Outbound } from '../../http/index.ts';
import type { Channel, CommandDoor, HttpChannel } from './schema.ts';

/** The same as the MQTT broker gives it. */
export type TopicDoor = {
  listens(topic: string): boolean;
  send(topic: string, payload: Uint8Array): Promise<'sent' | 'nobody' | 'unsure'>;
  onListener(listener: () => void): void;
};

const timeoutMs = 10_000;
const answerBytesMax = 64 * 1024;
/** Nothing has left: no connection was made. */
const before = ['name', 'refused', 'tls'];
/** Whoever put the point on the list has to mend it. */
const never = ['url', 'forbidden'];

/**
 * @param topics  asked in this order; absent or empty: nobody is reached by MQTT
 * @param allowed `HOST` or `HOST:PORT` of the own network that may be reached by HTTP
 */
export function commandDoor(deps: {
  topics: readonly TopicDoor[];
  outbound: Outbound;
  allowed: readonly string[];
}): CommandDoor {
  const { topics, outbound, allowed } = deps;
  const doorOf = (topic: string): TopicDoor | undefined => topics.find((door) => door.listens(topic));
  return {
    listens: (channel: Channel) => channel.kind === 'http' || doorOf(channel.topic) !== undefined,
    onListener(listener) {
      for (const door of topics) door.onListener(listener);
    },
    send(channel, payload) {
      if (channel.kind === 'http') return request(outbound, channel, payload, allowed);
      return doorOf(channel.topic)?.send(channel.topic, payload) ?? Promise.resolve('nobody');
    },
  };
}

async function request(
  outbound: Outbound,
  { url, method, payload: template }: HttpChannel,
  payload: Uint8Array,
  allowed: readonly string[],
): Promise<'sent' | 'nobody' | 'unsure'> {
  try {
    const { status } = await outbound.send(url, {
      method,
      body: payload,
      headers: { 'content-type': typeof template === 'string' ? 'text/plain; charset=utf-8' : 'application/json' },
      timeoutMs,
      maxBytes: answerBytesMax,
      untrusted: true,
      redirectTo: allowed,
    });
    if (status >= 200 && status < 300) return 'sent';
    throw new Problem('unreachable', `the device answered ${status}`);
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    if (never.includes(error.reason)) throw new Problem('forbidden', error.message);
    return before.includes(error.reason) ? 'nobody' : 'unsure';
  }
}
