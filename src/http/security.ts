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
};

/** True for an address or name that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/**
 * While there are no accounts, a page of another site must not be able to reach this server through the reader's
 * browser: the Host has to be a loopback name (against DNS rebinding), and a browser's cross-site write is refused.
 */
export function isForeignRequest(request: IncomingMessage): boolean {
  const { host } = request.headers;
  if (host !== undefined && !isLoopback(host.replace(/:\d+$/, ''))) return true;
  // A WebSocket is opened by any page, and no browser asks before; it tells whose page it is (RFC 6455, 10.2).
  const { origin } = request.headers;
  if (request.headers.upgrade !== undefined && origin !== undefined && origin !== `http://${host ?? ''}`) return true;
  const site = request.headers['sec-fetch-site'];
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return !reads && site !== undefined && site !== 'same-origin' && site !== 'none';
}
