/** Subscriptions, 5.2.12 to 5.2.15, 5.2.22, 5.2.33. Beside `subscriptionParse.ts` and `notificationParse.ts`. */
import { notificationFormats, notificationMedia, notificationTriggers } from '../subscription.ts';
import { joinLevelMax } from '../representParameters.ts';
import { dateTime, ignored, listOf, marker, name, ref, text, typeSelection, uri, type JsonSchema } from './words.ts';

const yes: JsonSchema = { type: 'boolean' };
const aboveZero: JsonSchema = { type: 'number', exclusiveMinimum: 0 };
const pairs: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['key', 'value'],
    properties: { key: text, value: { type: 'string' }, type: {} },
    additionalProperties: false,
  },
  minItems: 1,
};
const datasetId: JsonSchema = { anyOf: [uri, { const: '@none' }] };

const members: Readonly<Record<string, JsonSchema>> = {
  subscriptionName: text,
  description: text,
  entities: listOf({
    description: 'Which entities (5.2.33)',
    type: 'object',
    required: ['type'],
    properties: {
      type: typeSelection,
      id: { anyOf: [uri, listOf(uri)] },
      idPattern: text,
    },
    additionalProperties: false,
  }),
  watchedAttributes: listOf(name),
  notificationTrigger: listOf({ enum: notificationTriggers }),
  timeInterval: { ...aboveZero, description: 'Seconds: everything that matches, again and again' },
  throttling: { ...aboveZero, description: 'Seconds between two notifications' },
  q: { ...text, description: '4.9' },
  geoQ: {
    description: '4.10',
    type: 'object',
    required: ['georel', 'geometry', 'coordinates'],
    properties: { type: {}, georel: text, geometry: text, coordinates: {}, geoproperty: text },
    additionalProperties: false,
  },
  scopeQ: { ...text, description: '4.19' },
  csf: { ...text, description: 'Which context source registrations are subscribed to (4.9)' },
  datasetId: listOf(datasetId),
  lang: { ...text, description: '4.15' },
  expandValues: text,
  jsonKeys: text,
  localOnly: yes,
  splitEntities: { ...yes, description: 'Whether an entity may be spread over several sources (5.2.12)' },
  isActive: { ...yes, description: 'false: paused' },
  expiresAt: dateTime,
  ngsildConformance: { type: 'string', pattern: '^\\d{1,3}\\.\\d{1,3}(\\.\\d{1,3})?$' },
  jsonldContext: { ...uri, description: 'The @context with which notifications are written' },
  notification: ref('NotificationParams'),
};
/** Told by the server, ignored when a client gives them. */
const told: Readonly<Record<string, JsonSchema>> = {
  status: ignored,
  createdAt: ignored,
  modifiedAt: ignored,
  deletedAt: ignored,
};
const names: Readonly<Record<string, JsonSchema>> = {
  id: uri,
  '@id': uri,
  type: { const: 'Subscription' },
  '@type': { const: 'Subscription' },
  '@context': ref('Context'),
};
const orMarker = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, marker] });

export const subscriptionSchemas: Readonly<Record<string, JsonSchema>> = {
  Subscription: {
    description: 'Whom to tell of which changes (5.2.12)',
    type: 'object',
    allOf: [
      { anyOf: [{ required: ['type'] }, { required: ['@type'] }] },
      {
        anyOf: [
          { required: ['entities'] },
          { required: ['watchedAttributes'] },
          { required: ['localOnly'], properties: { localOnly: { const: true } } },
        ],
      },
    ],
    required: ['notification'],
    properties: { ...names, ...members, ...told },
    additionalProperties: false,
    examples: [
      {
        type: 'Subscription',
        entities: [{ type: 'Pump' }],
        watchedAttributes: ['pressure'],
        q: 'pressure<2',
        notification: {
          attributes: ['pressure'],
          format: 'keyValues',
          endpoint: { uri: 'https://example.org/alarms' },
        },
      },
    ],
  },
  SubscriptionFragment: {
    description: 'Members that replace those of the subscription; urn:ngsi-ld:null removes one (5.5.8)',
    type: 'object',
    properties: {
      ...names,
      ...Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, orMarker(schema)])),
      ...told,
    },
    additionalProperties: false,
    examples: [{ isActive: false }],
  },
  NotificationParams: {
    description: '5.2.14',
    type: 'object',
    required: ['endpoint'],
    properties: {
      type: {},
      attributes: listOf(name),
      pick: listOf(text),
      omit: listOf(text),
      format: { enum: notificationFormats },
      showChanges: { ...yes, description: 'Former values too' },
      sysAttrs: yes,
      join: { enum: ['flat', 'inline', '@none'] },
      joinLevel: { type: 'integer', minimum: 1, maximum: joinLevelMax },
      endpoint: ref('Endpoint'),
      ...Object.fromEntries(
        ['lastFailure', 'lastNotification', 'lastSuccess', 'status', 'timesFailed', 'timesSent'].map((name) => [
          name,
          ignored,
        ]),
      ),
    },
    additionalProperties: false,
  },
  Endpoint: {
    description: 'http, https, mqtt or mqtts (5.2.15, 7.2)',
    type: 'object',
    required: ['uri'],
    properties: {
      type: {},
      uri: {
        ...uri,
        pattern: '^([Hh][Tt][Tt][Pp]|[Mm][Qq][Tt][Tt])[Ss]?:',
        examples: ['https://example.org/alarms', 'mqtt://broker.example/alarms'],
      },
      accept: { enum: notificationMedia },
      cooldown: { ...aboveZero, description: 'Milliseconds; after a failure no attempt is made earlier' },
      timeout: { ...aboveZero, description: 'Milliseconds' },
      receiverInfo: { ...pairs, description: 'Headers of the request, or metadata of the message' },
      notifierInfo: { ...pairs, description: 'MQTT-Version, MQTT-QoS' },
    },
    additionalProperties: false,
  },
  SubscriptionList: { type: 'array', items: ref('Subscription') },
};
