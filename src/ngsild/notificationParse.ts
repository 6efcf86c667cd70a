/** NotificationParams and Endpoint from the wire. CIM 009 v1.9.1, 5.2.14, 5.2.15, 5.2.22, 7.2. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri } from './datatypes.ts';
import {
  parseProjection,
  projectionDepth,
  projectionFrom,
  projectionTerms,
  type ProjectionTerm,
} from './projection.ts';
import { joinLevelMax } from './representParameters.ts';
import {
  notificationFormats,
  notificationMedia,
  type Endpoint,
  type KeyValue,
  type NotificationParameters,
} from './subscription.ts';
import { attributeName, flagOf, listOf, numberAboveZero, textOf } from './subscriptionMembers.ts';

type Parsed<T> = { -readonly [M in keyof T]?: T[M] };

/** Given by clients, ignored (5.2.14.2). */
const readOnly = new Set(['lastFailure', 'lastNotification', 'lastSuccess', 'status', 'timesFailed', 'timesSent']);

/** @throws Problem bad-data */
export function parseNotification(raw: unknown, field: string, context: Context): NotificationParameters {
  if (!isObject(raw)) throw new Problem('bad-data', 'an object is expected', field);
  const given: Parsed<NotificationParameters> = {};
  for (const name in raw) {
    const value = raw[name];
    const at = `${field}.${name}`;
    if (value === null) throw new Problem('bad-data', 'null is no value (4.5.0)', at);
    switch (name) {
      case 'attributes':
        given.attributes = listOf(value, at).map((item, i) => attributeName(item, `${at}[${i}]`, context));
        break;
      case 'pick':
      case 'omit':
        given[name] = listOf(value, at).flatMap((item, i) => terms(item, name, `${at}[${i}]`, context));
        break;
      case 'format':
        given.format = oneOf(value, notificationFormats, at);
        break;
      case 'join':
        given.join = oneOf(value, ['flat', 'inline', '@none'] as const, at);
        break;
      case 'joinLevel':
        given.joinLevel = numberAboveZero(value, at);
        if (!Number.isInteger(given.joinLevel) || given.joinLevel > joinLevelMax) {
          throw new Problem('bad-data', `a whole number, at most ${joinLevelMax}`, at);
        }
        break;
      case 'showChanges':
      case 'sysAttrs':
        given[name] = flagOf(value, at);
        break;
      case 'endpoint':
        given.endpoint = parseEndpoint(value, at);
        break;
      case 'type':
        break;
      default:
        if (!readOnly.has(name)) throw new Problem('bad-data', `there is no "${name.slice(0, 50)}" here (5.2.14)`, at);
    }
  }
  return checked(given, field);
}

function checked(given: Parsed<NotificationParameters>, field: string): NotificationParameters {
  const { endpoint, attributes, pick, omit, format, showChanges, join, joinLevel } = given;
  if (!endpoint) throw new Problem('bad-data', 'a notification needs an endpoint', `${field}.endpoint`);
  if (attributes && (pick ?? omit)) {
    throw new Problem('bad-data', 'attributes excludes pick and omit (4.21)', `${field}.attributes`);
  }
  for (const [name, projection] of Object.entries({ pick, omit })) {
    const levels = (join ?? '@none') === '@none' ? 0 : (joinLevel ?? 1);
    if (projection && projectionDepth(projectionFrom(projection)) > levels) {
      throw new Problem('bad-data', `${name} goes deeper than join and joinLevel do (4.21)`, `${field}.${name}`);
    }
  }
  const both = pick?.find((term) => typeof term === 'string' && omit?.includes(term));
  if (both !== undefined) throw new Problem('bad-data', 'a member is picked and omitted (4.21)', `${field}.omit`);
  if (showChanges === true && (format === 'keyValues' || format === 'simplified')) {
    throw new Problem('bad-data', 'showChanges needs a format that is not simplified', `${field}.showChanges`);
  }
  if (joinLevel !== undefined && (join ?? '@none') === '@none') {
    throw new Problem('bad-data', 'joinLevel belongs to join', `${field}.joinLevel`);
  }
  return { ...given, endpoint };
}

const endpointMembers = new Set(['uri', 'accept', 'cooldown', 'timeout', 'receiverInfo', 'notifierInfo', 'type']);

function parseEndpoint(raw: unknown, field: string): Endpoint {
  if (!isObject(raw)) throw new Problem('bad-data', 'an object is expected', field);
  for (const name in raw) {
    const at = `${field}.${name}`;
    if (!endpointMembers.has(name)) {
      throw new Problem('bad-data', `an endpoint has no "${name.slice(0, 50)}" (5.2.15)`, at);
    }
    if (raw[name] === null) throw new Problem('bad-data', 'null is no value (4.5.0)', at);
  }
  const { accept, cooldown, timeout, receiverInfo, notifierInfo } = raw;
  const uri = textOf(raw['uri'], `${field}.uri`);
  const scheme = isUri(uri) ? URL.parse(uri)?.protocol : undefined;
  if (scheme === undefined) throw new Problem('bad-data', 'the endpoint is no URI', `${field}.uri`);
  const mqtt = scheme === 'mqtt:' || scheme === 'mqtts:';
  if (!mqtt && scheme !== 'http:' && scheme !== 'https:') {
    throw new Problem('bad-data', 'an endpoint is http, https, mqtt or mqtts', `${field}.uri`);
  }
  const notifier = notifierInfo === undefined ? undefined : keyValues(notifierInfo, `${field}.notifierInfo`);
  if (mqtt) checkMqtt(uri, notifier ?? [], field);
  const media = accept === undefined ? undefined : oneOf(accept, notificationMedia, `${field}.accept`);
  if (mqtt && media === 'application/geo+json') {
    throw new Problem('bad-data', 'over MQTT a notification is JSON or JSON-LD (7.2)', `${field}.accept`);
  }
  return {
    uri,
    ...(media && { accept: media }),
    ...(cooldown !== undefined && { cooldown: numberAboveZero(cooldown, `${field}.cooldown`) }),
    ...(timeout !== undefined && { timeout: numberAboveZero(timeout, `${field}.timeout`) }),
    ...(receiverInfo !== undefined && { receiverInfo: receiver(receiverInfo, `${field}.receiverInfo`, mqtt) }),
    ...(notifier && { notifierInfo: notifier }),
  };
}

/** `mqtt[s]://[user][:password]@host[:port]/topic[/subtopic]*`, 7.2. */
function checkMqtt(uri: string, notifier: readonly KeyValue[], field: string): void {
  const { pathname, search, hash, hostname } = new URL(uri);
  const topic = decoded(pathname.slice(1));
  if (hostname === '' || !topic || /[+#\0]/.test(topic) || search + hash !== '') {
    throw new Problem('bad-data', 'an MQTT endpoint is mqtt://host/topic, without + and # (7.2)', `${field}.uri`);
  }
  for (const { key, value } of notifier) {
    const allowed = mqttParameters[key];
    if (allowed && !allowed.includes(value)) {
      throw new Problem('bad-data', `${key} is one of ${allowed.join(', ')} (7.2)`, `${field}.notifierInfo`);
    }
  }
}

/** undefined: not correctly encoded. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const mqttParameters: Readonly<Record<string, readonly string[]>> = {
  'MQTT-Version': ['mqtt3.1.1', 'mqtt5.0'],
  'MQTT-QoS': ['0', '1', '2'],
};

function keyValues(raw: unknown, field: string): readonly KeyValue[] {
  return listOf(raw, field).map((item, i) => {
    const at = `${field}[${i}]`;
    if (!isObject(item)) throw new Problem('bad-data', 'an object with key and value is expected', at);
    for (const name in item) {
      if (name !== 'key' && name !== 'value' && name !== 'type') {
        throw new Problem('bad-data', `there is no "${name.slice(0, 50)}" here (5.2.22)`, `${at}.${name}`);
      }
    }
    const { value } = item;
    if (typeof value !== 'string') throw new Problem('bad-data', 'a text is expected', `${at}.value`);
    return { key: textOf(item['key'], `${at}.key`), value };
  });
}

/** Headers that belong to the connection or to the message itself. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Over HTTP they become headers (6.3.8, RFC 9110 5.1 and 5.5). */
function receiver(raw: unknown, field: string, mqtt: boolean): readonly KeyValue[] {
  const pairs = keyValues(raw, field);
  if (mqtt) return pairs;
  for (const [i, { key, value }] of pairs.entries()) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key) || ownHeaders.has(key.toLowerCase())) {
      throw new Problem('bad-data', `"${key.slice(0, 50)}" cannot be a header`, `${field}[${i}].key`);
    }
    // oxlint-disable-next-line no-control-regex -- what a header value may not hold
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new Problem('bad-data', 'the value of a header is printable text', `${field}[${i}].value`);
    }
  }
  return pairs;
}

function terms(raw: unknown, name: 'pick' | 'omit', field: string, context: Context): readonly ProjectionTerm[] {
  try {
    return projectionTerms(parseProjection(textOf(raw, field), context, name));
  } catch (error) {
    if (error instanceof Problem) throw new Problem('bad-data', error.message, field);
    throw error;
  }
}

function oneOf<T extends string>(raw: unknown, known: readonly T[], field: string): T {
  const found = known.find((item) => item === raw);
  if (found === undefined) throw new Problem('bad-data', `one of ${known.join(', ')}`, field);
  return found;
}
