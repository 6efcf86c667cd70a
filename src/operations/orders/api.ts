import type { ApiRoute } from '../../http/index.ts';
import { cancels, partUnits, pauses, personSteps, priorities, readingUnits, states, views } from './schema.ts';

const texts = { type: 'object', additionalProperties: { type: 'string' }, description: 'Words by language' } as const;
const wordsIn = {
  description: 'A text in `language`, or words by language',
  anyOf: [{ type: 'string' }, texts],
} as const;
const position = { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } as const;
const instant = { type: 'string', format: 'date-time' } as const;
const iri = { type: 'string', format: 'uri' } as const;
const text = { type: 'string' } as const;

const order = {
  type: 'object',
  required: ['id', 'state', 'priority', 'title', 'madeAt', 'simulated'],
  properties: {
    id: { type: 'string', description: 'Ten characters; the entity is urn:ngsi-ld:WorkOrder:{id}' },
    state: { type: 'string', enum: [...states] },
    priority: { type: 'integer', enum: [...priorities] },
    title: texts,
    asset: iri,
    assetName: texts,
    alarm: iri,
    request: iri,
    crew: text,
    assignee: { type: 'string', description: 'Opaque id of an account' },
    department: text,
    district: text,
    place: text,
    location: position,
    madeAt: instant,
    dueAt: instant,
    startedAt: instant,
    finishedAt: instant,
    closedAt: instant,
    reason: text,
    simulated: { type: 'boolean' },
  },
} as const;

const list = { type: 'array', items: { type: 'object' } } as const;
const opened = {
  ...order,
  properties: {
    ...order.properties,
    entity: iri,
    description: texts,
    checklist: {
      type: 'object',
      properties: { template: text, version: { type: 'integer' }, items: list },
    },
    parts: list,
    photos: { ...list, description: 'Each with `n` and `href`' },
    readings: list,
    times: { ...list, description: 'Minutes by person' },
    publicText: texts,
    handledStep: { type: 'integer', description: 'To be sent as `seen`' },
    steps: { ...list, description: 'Its story, oldest first; notes only for those who may see them' },
  },
} as const;

const filters = [
  {
    name: 'show',
    in: 'query',
    description: 'Part of the list; default: open',
    schema: { type: 'string', enum: [...views] },
  },
  { name: 'state', in: 'query', description: 'One state', schema: { type: 'string', enum: [...states] } },
  { name: 'priority', in: 'query', description: '1 is the worst', schema: { type: 'integer', enum: [...priorities] } },
  { name: 'district', in: 'query', description: 'Id of a district of the profile' },
  { name: 'alarm', in: 'query', description: 'IRI of an alarm: orders that were made from it' },
] as const;
const id = { name: 'id', in: 'path', description: 'Ten characters', required: true } as const;
const answer = (schema: Readonly<Record<string, unknown>>, description: string) => ({
  description,
  media: 'application/json',
  schema,
});
const act = {
  type: 'string',
  pattern: '^[\\w-]{8,64}$',
  description: 'Made by the sender: sent again, nothing is done again',
};

export const ordersApi: readonly ApiRoute[] = [
  {
    name: 'listOrders',
    method: 'GET',
    path: '/api/operations/orders',
    summary: 'Work orders that you may see, the most urgent first, with counts',
    parameters: [
      ...filters,
      { name: 'limit', in: 'query', description: 'Default 100', schema: { type: 'integer', maximum: 1000 } },
      { name: 'offset', in: 'query', description: 'Default 0', schema: { type: 'integer' } },
    ],
    answers: {
      200: answer(
        {
          type: 'object',
          required: ['counts', 'total', 'orders'],
          properties: {
            counts: { type: 'object' },
            total: { type: 'integer' },
            orders: { type: 'array', items: order },
          },
        },
        'The orders',
      ),
    },
  },
  {
    name: 'downloadOrders',
    method: 'GET',
    path: '/api/operations/orders.csv',
    summary: 'The same list as CSV, with minutes spent',
    parameters: [...filters, { name: 'lang', in: 'query', description: 'Language of the words; default: en' }],
    answers: { 200: { description: 'The rows', media: 'text/csv' } },
  },
  {
    name: 'getOrder',
    method: 'GET',
    path: '/api/operations/orders/{id}',
    summary: 'A work order with checklist, proof, parts, time and story',
    parameters: [id],
    answers: { 200: answer(opened, 'The order') },
  },
  {
    name: 'makeOrder',
    method: 'POST',
    path: '/api/operations/orders',
    summary:
      'Makes a work order from an alarm (which is given to the same crew in the same record), a request, an entity, or by hand',
    body: {
      media: 'application/json',
      schema: {
        type: 'object',
        properties: {
          alarm: { ...iri, description: 'urn:ngsi-ld:Alert:…; what is not said follows from it' },
          request: { ...iri, description: 'Of a ServiceRequest: its words and place are taken, nothing of a person' },
          entity: { ...iri, description: 'What it is about' },
          title: { ...wordsIn, description: 'Needed where there is neither alarm nor request' },
          language: { type: 'string', description: 'Of plain texts; default: en' },
          description: wordsIn,
          priority: { type: 'integer', enum: [...priorities] },
          crew: text,
          assignee: { type: 'string', description: 'Opaque id of an account' },
          department: text,
          district: text,
          location: position,
          place: { type: 'string', maxLength: 200 },
          dueAt: instant,
          checklist: { type: 'string', description: 'Id of a template; default: by the type of the entity' },
          note: { type: 'string', maxLength: 1000 },
          key: { ...act, description: 'Made by the sender: sent again, it is the same order' },
        },
      },
    },
    answers: { 201: answer(opened, 'The order'), 409: { description: 'The alarm is closed' } },
  },
  {
    name: 'workOrder',
    method: 'POST',
    path: '/api/operations/orders/{id}/steps',
    summary: 'One step of a work order; 409 says what was done meanwhile and by whom',
    parameters: [id],
    body: {
      media: 'application/json',
      schema: {
        type: 'object',
        required: ['step'],
        properties: {
          step: { type: 'string', enum: personSteps.filter((step) => step !== 'photo') },
          act,
          seen: { type: 'integer', description: '`handledStep` as it was read: a newer one is a conflict' },
          doneAt: { ...instant, description: 'When it was done, where it is sent later' },
          note: { type: 'string', maxLength: 1000 },
          crew: { type: 'string', description: 'assign' },
          assignee: { type: 'string', description: 'assign: an account' },
          department: { type: 'string', description: 'assign' },
          reason: {
            type: 'string',
            description: `pause: ${pauses.join(', ')}; cancel: ${cancels.join(', ')}; decline, return, dropPhoto: words`,
          },
          item: { type: 'string', description: 'check: id of an item' },
          done: { type: 'boolean', description: 'check' },
          name: { type: 'string', description: 'part, reading' },
          number: { type: 'number', description: 'part; 0 takes it away' },
          unit: {
            type: 'string',
            description: `UN/CEFACT code. part: ${partUnits.join(', ')}; reading: ${readingUnits.join(', ')}`,
          },
          value: { type: 'number', description: 'reading, of an instrument' },
          attribute: { type: 'string', description: 'reading, of the city itself at this moment: short name' },
          entity: { ...iri, description: 'reading: of which entity; default: what the order is about' },
          minutes: { type: 'integer', description: 'time' },
          n: { type: 'integer', description: 'dropPhoto: which' },
          text: { ...wordsIn, description: 'tell: for residents' },
          language: { type: 'string', description: 'Of plain texts; default: en' },
          priority: { type: 'integer', enum: [...priorities], description: 'change' },
          dueAt: { ...instant, description: 'change; null: none' },
        },
      },
    },
    answers: {
      201: answer(opened, 'The order after it'),
      403: { description: 'Not in this area; or whoever did the work closes it' },
      409: { description: 'Not from where it stands, or without proof' },
    },
  },
  {
    name: 'addOrderPhoto',
    method: 'POST',
    path: '/api/operations/orders/{id}/photos',
    summary:
      'A photo as proof: JPEG, PNG or WebP of at most 15 MB; it is drawn anew, what is written beside the picture is not kept',
    parameters: [
      id,
      { name: 'act', in: 'query', description: 'Made by the sender: sent again, nothing is done again' },
      { name: 'doneAt', in: 'query', description: 'When it was taken, where it is sent later' },
      { name: 'caption', in: 'query', description: 'What it shows' },
    ],
    body: { media: 'image/jpeg' },
    answers: {
      201: answer(opened, 'The order after it'),
      413: { description: 'Too many bytes or pixels' },
      415: { description: 'HEIC, or no picture' },
    },
  },
];
