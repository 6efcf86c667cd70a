/** What the broker offers below `/api`, described for the OpenAPI document. */
import type { ApiRoute } from '../http/index.ts';

const json = 'application/json';
const problem = { media: 'application/problem+json', schema: { $ref: '#/components/schemas/ProblemDetails' } };
const wrong = { description: 'A parameter is wrong', ...problem };
const gone = { description: 'There is no such thing', ...problem };
const many = { description: 'Too much for one file', ...problem };
const lang = { name: 'lang', in: 'query', description: 'Language of the texts', example: 'tg' } as const;
const type = {
  name: 'type',
  in: 'query',
  description: 'Entity type, its short name or IRI',
  example: 'Streetlight',
} as const;
const district = { name: 'district', in: 'query', description: 'Id of a district of the city' } as const;
const whole = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });

const subscription = { name: 'id', in: 'path', description: 'Id of the subscription' } as const;
const told = (description: string) => ({ description, media: json, schema: { type: 'object' } });
const fromBody = (needed: boolean) => ({
  media: json,
  schema: {
    type: 'object',
    properties: { from: { type: 'integer', minimum: 0, description: 'Sequence number of a change' } },
    ...(needed && { required: ['from'] }),
    additionalProperties: false,
  },
});

export const brokerApi: readonly ApiRoute[] = [
  {
    name: 'overviewSubscriptions',
    method: 'GET',
    path: '/api/subscriptions',
    summary: 'Subscriptions as their operator sees them: what waits, what failed',
    answers: { 200: told('Subscriptions') },
  },
  {
    name: 'overviewSubscription',
    method: 'GET',
    path: '/api/subscriptions/{id}',
    summary: 'One subscription as its operator sees it',
    parameters: [subscription],
    answers: { 200: told('The subscription'), 404: gone },
  },
  {
    name: 'followSubscription',
    method: 'GET',
    path: '/api/subscriptions/{id}/events',
    summary: 'What a subscription tells, as server-sent events or over WebSocket',
    parameters: [
      subscription,
      { name: 'after', in: 'query', description: 'Place that is known already: the id of an event, or a number' },
      { name: 'tenant', in: 'query', description: 'Its tenant, where the header NGSILD-Tenant cannot be sent' },
    ],
    answers: {
      200: { description: 'Events `notification`; their ids are places', media: 'text/event-stream' },
      400: wrong,
      404: gone,
    },
  },
  {
    name: 'listDeadLetters',
    method: 'GET',
    path: '/api/subscriptions/{id}/dead-letters',
    summary: 'Notifications that were given up',
    parameters: [
      subscription,
      {
        name: 'after',
        in: 'query',
        description: 'Sequence number that is known already',
        schema: whole(0, 999_999_999_999_999),
      },
      { name: 'limit', in: 'query', description: 'At most so many', schema: whole(1, 1000) },
    ],
    answers: { 200: told('Dead letters, oldest first'), 400: wrong, 404: gone },
  },
  {
    name: 'replayDeadLetters',
    method: 'POST',
    path: '/api/subscriptions/{id}/dead-letters/replay',
    summary: 'Send again what was given up',
    parameters: [subscription],
    body: fromBody(false),
    answers: {
      200: told('How many are sent again'),
      400: wrong,
      404: gone,
      503: { description: 'Too busy: try again', ...problem },
    },
  },
  {
    name: 'replaySubscription',
    method: 'POST',
    path: '/api/subscriptions/{id}/replay',
    summary: 'Send again from a change on',
    parameters: [subscription],
    body: fromBody(true),
    answers: {
      200: told('How many are sent again'),
      400: wrong,
      404: gone,
      409: { description: 'They are no longer kept', ...problem },
    },
  },
  {
    name: 'followChanges',
    method: 'GET',
    path: '/api/live',
    summary: 'What changes in the city, as server-sent events',
    parameters: [
      lang,
      { name: 'after', in: 'query', description: 'Sequence number that is known already', schema: { type: 'integer' } },
    ],
    answers: { 200: { description: 'Events `change`; their ids are sequence numbers', media: 'text/event-stream' } },
  },
  {
    name: 'getTile',
    method: 'GET',
    path: '/api/tiles/{layer}/{z}/{x}/{y}.mvt',
    summary: 'A vector tile of the city or of entities (MVT 2.1)',
    parameters: [
      { name: 'layer', in: 'path', description: '`city`, or types as in NGSI-LD', example: 'Streetlight' },
      { name: 'z', in: 'path', description: 'Zoom', schema: whole(0, 18), example: '12' },
      { name: 'x', in: 'path', description: 'Column from the west', schema: whole(0, 262_143), example: '2830' },
      { name: 'y', in: 'path', description: 'Row from the north', schema: whole(0, 262_143), example: '1575' },
      { name: 'q', in: 'query', description: 'Of entities: only those that fit (4.9)', example: 'powerState==on' },
      { name: 'geoproperty', in: 'query', description: 'Of entities: where they are; unless said, `location`' },
      {
        name: 'only',
        in: 'query',
        description: 'Of entities: only those that need attention',
        schema: { enum: ['attention'] },
      },
      district,
      lang,
    ],
    answers: {
      200: { description: 'The tile', media: 'application/vnd.mapbox-vector-tile' },
      204: { description: 'Nothing lies there' },
      304: { description: 'If-None-Match names what is still so' },
      400: wrong,
      404: gone,
      503: { description: 'Too busy: try again', ...problem },
    },
  },
  {
    name: 'search',
    method: 'GET',
    path: '/api/search',
    summary: 'Streets, addresses, districts and entities by their name',
    parameters: [
      {
        name: 'q',
        in: 'query',
        description: 'What to look for',
        required: true,
        schema: { type: 'string', minLength: 1, maxLength: 200 },
      },
      { name: 'limit', in: 'query', description: 'At most so many', schema: whole(1, 50) },
      lang,
    ],
    answers: {
      200: { description: 'What was found, best first', media: json, schema: { type: 'object' } },
      400: wrong,
    },
  },
  {
    name: 'downloadEntities',
    method: 'GET',
    path: '/api/entities.csv',
    summary: 'Entities as a table',
    parameters: [type, district, lang],
    answers: { 200: { description: 'CSV, UTF-8', media: 'text/csv' }, 403: many },
  },
  {
    name: 'downloadPlaces',
    method: 'GET',
    path: '/api/entities.geojson',
    summary: 'Entities with a place as GeoJSON points',
    parameters: [type, district, lang],
    answers: {
      200: { description: 'A FeatureCollection', media: 'application/geo+json', schema: { type: 'object' } },
      403: many,
    },
  },
  {
    name: 'downloadHistory',
    method: 'GET',
    path: '/api/entities/history.csv',
    summary: 'The past of one attribute as a table',
    parameters: [
      { name: 'id', in: 'query', description: 'Id of the entity', required: true },
      { name: 'attr', in: 'query', description: 'Short name of the attribute' },
      { name: 'range', in: 'query', description: 'How far back', schema: { enum: ['day', 'week', 'month', 'year'] } },
      lang,
    ],
    answers: { 200: { description: 'CSV, UTF-8', media: 'text/csv' }, 404: gone },
  },
  {
    name: 'listModels',
    method: 'GET',
    path: '/api/models',
    summary: 'Data models that entities are checked against, and what did not fit',
    answers: {
      200: { description: 'By name; counts since the server started', media: json, schema: { type: 'object' } },
    },
  },
];
