/** A notification as it goes out: HTTP headers and body (6.3.8), or an MQTT message (7.2). CIM 009 v1.9.1. */
import type { Json } from '../../ngsild/entity.ts';
import type { Subscription } from '../../ngsild/index.ts';

export type Message = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/**
 * @param contextUrl the @context in which it is written
 * @param tenant its name; undefined: the default tenant (6.3.14)
 */
export function messageOf(
  { notification: { endpoint } }: Subscription,
  notification: Json,
  contextUrl: string,
  tenant: string | undefined,
): Message {
  const { accept = 'application/json', receiverInfo = [] } = endpoint;
  const prefersJson = receiverInfo.some(({ key, value }) => key.toLowerCase() === 'prefer' && value === 'body=json');
  const linked = accept === 'application/json' || (accept === 'application/geo+json' && prefersJson);
  const link = `<${contextUrl}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`;
  const headers = {
    'Content-Type': accept,
    ...(linked && { Link: link }),
    ...(tenant !== undefined && { 'NGSILD-Tenant': tenant }),
    ...Object.fromEntries(receiverInfo.map(({ key, value }) => [key, value])),
  };
  if (!endpoint.uri.startsWith('mqtt')) return { headers, body: JSON.stringify(notification) };
  return { headers: {}, body: JSON.stringify({ metadata: headers, body: notification }) };
}
