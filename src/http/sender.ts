/** Where a request comes from. Headers are believed from the proxies that the operator named, and from nobody else. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Context } from 'hono';
import { unmapped } from './addresses.ts';

export type Sender = {
  /** Of the client, or of the last machine before the trusted proxies. Personal data: neither logged nor kept. */
  readonly address: string;
  /** Over TLS, as far as the client's own connection. */
  readonly secure: boolean;
};

/**
 * Tells who sends a request.
 * @param proxies addresses and networks (`10.0.0.0/8`) whose X-Forwarded-For and X-Forwarded-Proto are believed
 */
export function senders(proxies: readonly string[]): {
  readonly of: (request: IncomingMessage) => Sender;
  readonly isTrusted: (address: string) => boolean;
} {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [net = '', bits] = proxy.split('/');
    const family = isIP(net) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) trusted.addAddress(net, family);
    else trusted.addSubnet(net, Number(bits), family);
  }
  const isTrusted = (address: string): boolean => {
    const family = isIP(address);
    return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
  const of = (request: IncomingMessage): Sender => {
    const direct = ofConnection(request);
    const { address: own, secure } = direct;
    if (proxies.length === 0 || !isTrusted(own)) return direct;
    // From the right: each proxy adds whom it saw, and what stands before that, anybody could have written.
    const named = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((address) => bare(address.trim()))
      .filter((address) => isIP(address) !== 0);
    const address = named.findLast((one) => !isTrusted(one)) ?? named[0] ?? own;
    const protocol = String(request.headers['x-forwarded-proto'] ?? '')
      .split(',')
      .at(-1)
      ?.trim();
    const sender = { address, secure: secure || protocol === 'https' };
    behindProxies.set(request, sender);
    return sender;
  };
  return { of, isTrusted };
}

/** An address, or a network with its bits (`10.0.0.0/8`). */
export function isNetwork(text: string): boolean {
  const [net = '', bits, ...more] = text.split('/');
  const widest = isIP(net) === 6 ? 128 : 32;
  return isIP(net) !== 0 && more.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= widest));
}

/** Requests whose sender is not at the other end of the connection. */
const behindProxies = new WeakMap<IncomingMessage, Sender>();

/** Where the request that a Hono handler answers comes from; the empty address where there is no connection (tests). */
export function senderOf(c: Context): Sender {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  if (!incoming) return { address: '', secure: false };
  return behindProxies.get(incoming) ?? ofConnection(incoming);
}

const ofConnection = ({ socket }: IncomingMessage): Sender => ({
  address: unmapped(socket.remoteAddress ?? ''),
  secure: (socket as Partial<TLSSocket>).encrypted === true,
});

/** Without brackets and port, which some proxies write. */
const bare = (address: string): string =>
  unmapped(address.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1'));
