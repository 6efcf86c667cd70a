import { networkFailure } from '../../../http/index.ts';

/** Reason codes of MQTT 5 (2.4) and return codes of 3.1.1 (table 3.1), as whoever runs the city reads them. */
const reasons: Readonly<Record<number, string>> = {
  1: 'does not speak this version of MQTT',
  2: 'does not accept the client id',
  3: 'is not ready',
  4: 'does not accept the user name or password',
  5: 'does not allow this client in',
  128: 'refuses without a reason',
  129: 'could not read what was sent',
  130: 'says that the protocol was broken',
  131: 'refuses for a reason of its own',
  132: 'does not speak this version of MQTT',
  133: 'does not accept the client id',
  134: 'does not accept the user name or password',
  135: 'does not allow this client in',
  136: 'is not ready',
  137: 'is busy',
  138: 'has banned this client',
  139: 'is shutting down',
  140: 'wants another way to sign in',
  141: 'heard nothing from us in time',
  142: 'gave the session to another client with the same client id',
  143: 'does not accept the topic filter',
  144: 'does not accept the topic',
  147: 'was sent more than it takes at once',
  149: 'was sent a packet that is too large',
  151: 'says that the quota is used up',
  152: 'has closed the connection on purpose',
  156: 'says to use another server',
  157: 'has moved to another server',
  158: 'has no shared subscriptions',
  159: 'takes no more connections for now',
  160: 'closes connections of this age',
  162: 'takes no subscriptions with wildcards',
};

/** What the broker said with a code, in a sentence. */
export function brokerSays(host: string, code: number): string {
  return `${host} ${reasons[code] ?? 'refuses'} (${code})`;
}

/** What went wrong on the way to the broker, in a sentence without credentials. */
export function wentWrong(url: URL, error: Error & { code?: unknown }): string {
  const { code } = error;
  if (typeof code === 'number') return brokerSays(url.host, code);
  if (error.message.includes('connack timeout'))
    return `${url.host} took the connection but did not answer as a broker`;
  return networkFailure(error, url).message;
}
