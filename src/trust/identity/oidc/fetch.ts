import type { CustomFetch } from 'openid-client';
import { OutboundFailure, type Outbound } from '../../../http/index.ts';
import type { OidcSettings } from './settings.ts';

const answerMax = 2 ** 20;
const timeoutMs = 10_000;

/**
 * What `openid-client` asks the provider with: our own client. The issuer's host is the operator's word; other hosts that
 * the provider's metadata names have to be public, or named in the settings.
 */
export function outboundFetch(
  outbound: Outbound,
  { issuer, hosts }: Pick<OidcSettings, 'issuer' | 'hosts'>,
): CustomFetch {
  return async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    // Where discovery leads to is as good as the way there.
    if (url.protocol !== 'https:' && url.origin !== issuer.origin)
      throw new OutboundFailure('url', `the provider names ${url.origin}, which is not https`);
    const answer = await outbound.send(address, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(body !== undefined && body !== null && { body: bytesOf(body) }),
      ...(signal && { signal }),
      maxBytes: answerMax,
      timeoutMs,
      untrusted: url.origin !== issuer.origin,
      redirectTo: hosts,
    });
    const { status, bytes, mediaType } = answer;
    const empty = status === 204 || status === 304 || status < 200;
    return new Response(empty ? null : new Uint8Array(bytes), {
      status: status < 200 ? 502 : status,
      headers: mediaType === '' ? {} : { 'content-type': mediaType },
    });
  };
}

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof URLSearchParams) return Buffer.from(body.toString());
  if (body instanceof Uint8Array) return body;
  throw new TypeError('openid-client sent a body that is neither text nor bytes');
}
