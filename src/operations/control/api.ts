import type { ApiRoute } from '../../http/index.ts';
import { commandStates, pointKinds } from './schema.ts';
import { shows } from './views.ts';

const value = { oneOf: [{ type: 'number' }, { type: 'string' }, { type: 'boolean' }] } as const;
const instant = { type: 'string', format: 'date-time' } as const;
const texts = { type: 'object', additionalProperties: { type: 'string' } } as const;

const command = {
  type: 'object',
  required: ['id', 'point', 'value', 'state', 'by', 'requestedAt', 'expiresAt'],
  properties: {
    id: { type: 'string' },
    point: { type: 'string' },
    pointVersion: { type: 'integer' },
    value,
    state: {
      type: 'string',
      enum: [...commandStates],
      description:
        'sent: the device has it; confirmed: its own reading says so. maybeSent: the process ended while it was on its way; it is not sent again',
    },
    by: { type: 'string', description: 'Opaque id' },
    requestedAt: instant,
    expiresAt: { ...instant, description: 'What has not gone out by then never does' },
    sendingAt: instant,
    deadlineAt: instant,
    endedAt: instant,
    answer: { ...value, description: 'What was read back' },
    answeredAt: instant,
    answers: { type: 'integer', description: 'Readings within the deadline that said the same' },
    lateAt: instant,
    detail: { type: 'string' },
    note: { type: 'string' },
    district: { type: 'string' },
    simulated: { type: 'boolean' },
  },
} as const;

const point = {
  type: 'object',
  required: ['id', 'kind', 'entity', 'attribute', 'version', 'simulated', 'safetyFunction'],
  properties: {
    id: { type: 'string' },
    kind: { type: 'string', enum: [...pointKinds] },
    entity: { type: 'string', format: 'uri' },
    attribute: { type: 'string' },
    name: texts,
    district: { type: 'string' },
    channel: { type: 'object', description: 'Whole for those who may set it; else only its kind' },
    range: { type: 'object' },
    options: { type: 'array', items: { type: 'object' } },
    unitCode: { type: 'string' },
    readBack: { type: 'object' },
    expires: { type: 'string', description: 'ISO 8601 duration' },
    dangerous: { type: 'boolean' },
    note: texts,
    version: { type: 'integer' },
    simulated: { type: 'boolean' },
    safetyFunction: { type: 'boolean', const: false, description: 'Never: a command may be late or never arrive' },
    mayControl: { type: 'boolean' },
    desired: value,
    reported: { type: 'object', properties: { value, observedAt: instant } },
    differs: { type: 'boolean', description: 'Nothing is under way, and it reports something else than is wanted' },
    last: command,
  },
} as const;

const json = (description: string, schema: Record<string, unknown>) => ({
  description,
  media: 'application/json' as const,
  schema,
});
const id = {
  name: 'id',
  in: 'path',
  description: 'Id of the point, the group, the batch or the command',
  required: true,
} as const;
const wrong = { description: 'Problem (RFC 9457) with the field' };

export const controlApi: readonly ApiRoute[] = [
  {
    name: 'listControlPoints',
    method: 'GET',
    path: '/api/operations/control/points',
    summary: 'What may be commanded, what it reports and what is wanted. No safety function',
    parameters: [
      {
        name: 'show',
        in: 'query',
        description: 'Part of the list; default: all',
        schema: { type: 'string', enum: [...shows] },
      },
      { name: 'kind', in: 'query', description: 'Kind', schema: { type: 'string', enum: [...pointKinds] } },
      { name: 'district', in: 'query', description: 'Id of a district of the profile' },
      { name: 'entity', in: 'query', description: 'IRI of what is controlled' },
    ],
    answers: {
      200: json('Control points', { type: 'object', properties: { points: { type: 'array', items: point } } }),
    },
  },
  {
    name: 'getControlPoint',
    method: 'GET',
    path: '/api/operations/control/points/{id}',
    summary: 'One control point with its last command',
    parameters: [id],
    answers: { 200: json('The control point', point), 404: wrong },
  },
  {
    name: 'setControlPoints',
    method: 'POST',
    path: '/api/operations/control/points',
    summary: 'Puts a control point on the allow-list, changes one, or takes a file of several: { "points": [...] }',
    body: {
      media: 'application/json',
      schema: {
        type: 'object',
        properties: {
          point: { type: 'object' },
          version: { type: 'integer', description: 'The one that was looked at; 0: a new point' },
          why: { type: 'string' },
          points: { type: 'array', items: { type: 'object' } },
        },
      },
    },
    answers: {
      200: json('How many were set', { type: 'object' }),
      201: json('The version', { type: 'object' }),
      400: wrong,
      409: wrong,
    },
  },
  {
    name: 'exportControlPoints',
    method: 'GET',
    path: '/api/operations/control/export',
    summary: 'The allow-list as a file that can be taken elsewhere',
    answers: {
      200: json('The file', { type: 'object', properties: { points: { type: 'array', items: { type: 'object' } } } }),
    },
  },
  {
    name: 'removeControlPoint',
    method: 'POST',
    path: '/api/operations/control/points/{id}/remove',
    summary: 'Takes a control point off the allow-list',
    parameters: [id],
    body: {
      media: 'application/json',
      schema: {
        type: 'object',
        required: ['version'],
        properties: { version: { type: 'integer' }, why: { type: 'string' } },
      },
    },
    answers: { 204: { description: 'It may no longer be commanded' }, 404: wrong, 409: wrong },
  },
  {
    name: 'commandDevice',
    method: 'POST',
    path: '/api/operations/control/points/{id}/commands',
    summary: 'Asks a device for a value. Sent at most once; done only when its own reading says so. No safety function',
    parameters: [
      id,
      {
        name: 'Idempotency-Key',
        in: 'header',
        description: 'The same key again is the same command, and not a second one',
      },
    ],
    body: {
      media: 'application/json',
      schema: {
        type: 'object',
        required: ['value'],
        properties: {
          value,
          sure: { type: 'boolean', description: 'Has to be true where the point is dangerous' },
          note: { type: 'string' },
          expires: { type: 'string', description: "ISO 8601 duration; default: the point's" },
          seen: {
            type: 'string',
            description: 'Id of the last command that was seen; another one since is a conflict',
          },
          key: { type: 'string', description: 'Instead of the header' },
        },
      },
    },
    answers: { 201: json('The command', command), 400: wrong, 403: wrong, 404: wrong, 409: wrong },
  },
  {
    name: 'listCommands',
    method: 'GET',
    path: '/api/operations/control/commands',
    summary: 'Commands, the newest first',
    parameters: [
      { name: 'limit', in: 'query', description: 'At most 1000; default 100', schema: { type: 'integer' } },
      { name: 'offset', in: 'query', description: 'Left out from the beginning', schema: { type: 'integer' } },
    ],
    answers: { 200: json('Commands', { type: 'object', properties: { commands: { type: 'array', items: command } } }) },
  },
  {
    name: 'commandsOfControlPointAsCsv',
    method: 'GET',
    path: '/api/operations/control/points/{id}/commands.csv',
    summary: 'Commands of a control point as CSV (RFC 4180), the newest first',
    parameters: [id],
    answers: { 200: { description: 'The table', media: 'text/csv', schema: { type: 'string' } }, 404: wrong },
  },
  {
    name: 'getCommand',
    method: 'GET',
    path: '/api/operations/control/commands/{id}',
    summary: 'A command with its story',
    parameters: [id],
    answers: {
      200: json('The command', {
        ...command,
        properties: { ...command.properties, steps: { type: 'array', items: { type: 'object' } } },
      }),
      404: wrong,
    },
  },
  {
    name: 'cancelCommand',
    method: 'POST',
    path: '/api/operations/control/commands/{id}/cancel',
    summary: 'Takes a command back that has not left',
    parameters: [id],
    answers: { 200: json('The command', command), 403: wrong, 404: wrong, 409: wrong },
  },
  {
    name: 'listControlGroups',
    method: 'GET',
    path: '/api/operations/control/groups',
    summary: 'Groups of control points that are told the same together',
    answers: { 200: json('Groups', { type: 'object' }) },
  },
  {
    name: 'setControlGroup',
    method: 'POST',
    path: '/api/operations/control/groups',
    summary: 'Makes a group, or its next version: { id, name, points, confirmation: other or self }',
    body: { media: 'application/json', schema: { type: 'object', required: ['id', 'points'] } },
    answers: { 204: { description: 'It holds' }, 400: wrong, 409: wrong },
  },
  {
    name: 'commandGroup',
    method: 'POST',
    path: '/api/operations/control/groups/{id}/commands',
    summary: 'Asks for a value of a whole group. Nothing is sent until the list has been confirmed',
    parameters: [id],
    body: { media: 'application/json', schema: { type: 'object', required: ['value'], properties: { value } } },
    answers: {
      201: json('What is to be confirmed, with the exact list and its count', { type: 'object' }),
      400: wrong,
      403: wrong,
    },
  },
  {
    name: 'getGroupCommand',
    method: 'GET',
    path: '/api/operations/control/batches/{id}',
    summary: 'What was asked of a group, with the command of each point once it is confirmed',
    parameters: [id],
    answers: { 200: json('The list', { type: 'object' }), 404: wrong },
  },
  {
    name: 'confirmGroupCommand',
    method: 'POST',
    path: '/api/operations/control/batches/{id}/confirm',
    summary: 'The second confirmation, by another person unless the group says otherwise; then it is sent',
    parameters: [id],
    answers: { 200: json('The list with its commands', { type: 'object' }), 403: wrong, 409: wrong },
  },
  {
    name: 'cancelGroupCommand',
    method: 'POST',
    path: '/api/operations/control/batches/{id}/cancel',
    summary: 'Takes back what was asked of a group and is not confirmed',
    parameters: [id],
    answers: { 200: json('The list', { type: 'object' }), 403: wrong, 409: wrong },
  },
  {
    name: 'listControlSchedules',
    method: 'GET',
    path: '/api/operations/control/schedules',
    summary: 'What is switched by itself, with the next seven days',
    answers: { 200: json('Schedules', { type: 'object' }) },
  },
  {
    name: 'setControlSchedule',
    method: 'POST',
    path: '/api/operations/control/schedules',
    summary:
      'Makes a schedule, or its next version: { id, group or point, elevation, switchings, exceptions, enabled }',
    body: { media: 'application/json', schema: { type: 'object', required: ['id', 'switchings'] } },
    answers: { 204: { description: 'It holds' }, 400: wrong, 409: wrong },
  },
];
