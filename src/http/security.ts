import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

/** Headers of every page. No inline script or style, nothing from another host. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(self)',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Behind TLS: a year, as ASVS 3.4.1 wants it, and never without. */
export const hsts = 'max-age=31536000; includeSubDomains';

/** True for an address or name that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/**
 * A page of another site must not be able to reach this server through the reader's browser under a name of its own (DNS
 * rebinding): the Host has to be that of the public address, or a loopback name.
 * @param publicHost `data.khujand.tj`, with its port where that is not the usual one
 */
export function isForeignRequest(request: IncomingMessage, publicHost?: string): boolean {
  const { host } = request.headers;
  return host !== undefined && host.toLowerCase() !== publicHost && !isLoopback(host.replace(/:\d+$/, ''));
}

/** Whether a page of another site sends this through its reader's browser, and it could do more than be read. */
export function isCrossSite(request: IncomingMessage): boolean {
  const { origin, host, upgrade, 'sec-fetch-site': site } = request.headers;
  // A WebSocket is opened by any page, and no browser asks before; it tells whose page it is (RFC 6455, 10.2).
  if (upgrade !== undefined && origin !== undefined && hostOf(origin) !== host) return true;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return !reads && site !== undefined && site !== 'same-origin' && site !== 'none';
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);
