import type { ApiRoute } from '../../http/index.ts';
import { personSteps, priorities, reasons, views } from './schema.ts';

const texts = { type: 'object', additionalProperties: { type: 'string' }, description: 'Words by language' } as const;
const position = { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } as const;

const alarm = {
  type: 'object',
  required: ['id', 'state', 'priority', 'title', 'raisedAt', 'raisedCount', 'simulated'],
  properties: {
    id: { type: 'string', description: 'Ten characters; the entity is urn:ngsi-ld:Alert:{id}' },
    state: { type: 'string', enum: ['raised', 'acknowledged', 'assigned', 'shelved', 'cleared', 'closed'] },
    acknowledged: { type: 'boolean', description: 'Somebody has taken notice since it was last raised' },
    active: { type: 'boolean', description: 'Its condition holds' },
    priority: { type: 'integer', enum: [...priorities] },
    rule: { type: 'string' },
    subject: { type: 'string', format: 'uri' },
    district: { type: 'string' },
    title: texts,
    raisedAt: { type: 'string', format: 'date-time' },
    clearedAt: { type: 'string', format: 'date-time' },
    closedAt: { type: 'string', format: 'date-time' },
    raisedCount: { type: 'integer' },
    assignedTo: { type: 'string' },
    shelvedUntil: { type: 'string', format: 'date-time' },
    reason: { type: 'string', enum: [...reasons] },
    location: position,
    simulated: { type: 'boolean' },
  },
} as const;

const opened = {
  ...alarm,
  properties: {
    ...alarm.properties,
    entity: { type: 'string', format: 'uri' },
    handledStep: { type: 'integer', description: 'The last step of a person; to be sent as `seen`' },
    steps: {
      type: 'array',
      description: 'Its story, oldest first; notes only for those who may see them',
      items: {
        type: 'object',
        properties: {
          n: { type: 'integer' },
          at: { type: 'string', format: 'date-time' },
          who: { type: 'string', description: 'Opaque id' },
          step: { type: 'string' },
          state: { type: 'string' },
          note: { type: 'string' },
          detail: { type: 'string', description: 'To whom, or why' },
          until: { type: 'string', format: 'date-time' },
          observedAt: { type: 'string', format: 'date-time', description: 'When, by the readings' },
        },
      },
    },
  },
} as const;

const filters = [
  {
    name: 'show',
    in: 'query',
    description: 'Part of the list; default: open',
    schema: { type: 'string', enum: [...views] },
  },
  { name: 'priority', in: 'query', description: '1 is the worst', schema: { type: 'integer', enum: [...priorities] } },
  { name: 'district', in: 'query', description: 'Id of a district of the profile' },
  { name: 'cause', in: 'query', description: 'Id of a rule' },
  { name: 'group', in: 'query', description: 'Id of an alarm: those of its cause and area that came with it' },
] as const;
const id = { name: 'id', in: 'path', description: 'Ten characters', required: true } as const;
const answer = (schema: Readonly<Record<string, unknown>>, description: string) => ({
  description,
  media: 'application/json',
  schema,
});

export const alarmsApi: readonly ApiRoute[] = [
  {
    name: 'listAlarms',
    method: 'GET',
    path: '/api/operations/alarms',
    summary: 'Alarms in the order of the list, with counts; `grouped` folds floods',
    parameters: [
      ...filters,
      { name: 'grouped', in: 'query', description: 'One entry for a flood', schema: { type: 'boolean' } },
      { name: 'limit', in: 'query', description: 'Default 100', schema: { type: 'integer', maximum: 1000 } },
      { name: 'offset', in: 'query', description: 'Default 0', schema: { type: 'integer' } },
    ],
    answers: {
      200: answer(
        {
          type: 'object',
          required: ['counts', 'total'],
          properties: {
            counts: { type: 'object', description: 'Open ones by part of the list; closed: of the last 24 hours' },
            total: { type: 'integer' },
            alarms: { type: 'array', items: alarm },
            groups: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  first: alarm,
                  count: { type: 'integer' },
                  waiting: { type: 'integer' },
                  from: { type: 'string', format: 'date-time' },
                },
              },
            },
          },
        },
        'The alarms',
      ),
    },
  },
  {
    name: 'downloadAlarms',
    method: 'GET',
    path: '/api/operations/alarms.csv',
    summary: 'The same list as CSV',
    parameters: [...filters, { name: 'lang', in: 'query', description: 'Language of the words; default: en' }],
    answers: { 200: { description: 'The rows', media: 'text/csv' } },
  },
  {
    name: 'getAlarm',
    method: 'GET',
    path: '/api/operations/alarms/{id}',
    summary: 'An alarm with its story',
    parameters: [id],
    answers: { 200: answer(opened, 'The alarm') },
  },
  {
    name: 'raiseAlarm',
    method: 'POST',
    path: '/api/operations/alarms',
    summary: 'Raises an alarm by hand, for an entity or a place',
    body: {
      media: 'application/json',
      schema: {
        type: 'object',
        required: ['title', 'priority'],
        properties: {
          title: { type: 'string', maxLength: 200 },
          language: { type: 'string', description: 'Of the title; default: en' },
          priority: { type: 'integer', enum: [...priorities] },
          subject: { type: 'string', format: 'uri' },
          district: { type: 'string' },
          location: position,
          note: { type: 'string', maxLength: 1000 },
        },
      },
    },
    answers: { 201: answer(opened, 'The alarm') },
  },
  {
    name: 'workAlarm',
    method: 'POST',
    path: '/api/operations/alarms/{id}/steps',
    summary: 'One step: acknowledge, assign, shelve, return, close or note; 409 with the name of who was first',
    parameters: [id],
    body: {
      media: 'application/json',
      schema: {
        type: 'object',
        required: ['step'],
        properties: {
          step: { type: 'string', enum: [...personSteps] },
          seen: { type: 'integer', description: '`handledStep` as it was read: a newer one is a conflict' },
          note: { type: 'string', maxLength: 1000, description: 'Asked for by shelve, note, and the reason `other`' },
          to: { type: 'string', maxLength: 120, description: 'assign: a crew, a department' },
          department: { type: 'string', description: 'assign: whose head sees the alarm' },
          until: { type: 'string', format: 'date-time', description: 'shelve: within 12 hours' },
          minutes: { type: 'integer', description: 'shelve: instead of `until`' },
          reason: { type: 'string', enum: [...reasons], description: 'close' },
        },
      },
    },
    answers: { 201: answer(opened, 'The alarm after it'), 409: { description: 'Somebody else was first' } },
  },
];
