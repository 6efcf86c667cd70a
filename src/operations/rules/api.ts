/** What rules offer below `/api`, described for the OpenAPI document. */
import type { ApiRoute } from '../../http/index.ts';
import { usualHolidays, usualSides } from './schema.ts';

const json = 'application/json';
const problem = {
  media: 'application/problem+json',
  schema: { $ref: '#/components/schemas/ProblemDetails' },
};
const wrong = { description: 'The input is wrong; `field` says where', ...problem };
const gone = { description: 'There is no such rule', ...problem };
const changed = { description: 'Somebody else changed the rule meanwhile', ...problem };
const told = (description: string) => ({ description, media: json, schema: { type: 'object' } });
const id = { name: 'id', in: 'path', description: 'Id of the rule', example: 'air-pm25' } as const;
const text = { type: 'string' } as const;
const version = {
  type: 'integer',
  minimum: 0,
  description: 'The version that was looked at; 0 for a new rule',
} as const;
const why = { type: 'string', maxLength: 300, description: 'Why it is changed' } as const;
const words = { type: 'object', additionalProperties: text, description: 'By language' } as const;
const terms = {
  type: 'array',
  description: 'Flows; without an entity of the selected one itself',
  items: { type: 'object', required: ['attribute'], properties: { attribute: text, entity: text } },
} as const;
const when = {
  description: 'Durations are ISO 8601, such as PT15M',
  oneOf: [
    {
      type: 'object',
      required: ['kind', 'attribute'],
      properties: {
        kind: { const: 'threshold' },
        attribute: text,
        above: { type: 'number' },
        below: { type: 'number' },
        clear: { type: 'number' },
        for: text,
      },
    },
    {
      type: 'object',
      required: ['kind', 'attribute', 'within'],
      properties: {
        kind: { const: 'change' },
        attribute: text,
        rises: { type: 'number', description: 'Per hour' },
        falls: { type: 'number', description: 'Per hour' },
        clear: { type: 'number' },
        within: text,
      },
    },
    {
      type: 'object',
      required: ['kind', 'attribute', 'for'],
      properties: { kind: { const: 'silence' }, attribute: text, for: text },
    },
    {
      type: 'object',
      required: ['kind', 'attribute', 'mads', 'least'],
      properties: {
        kind: { const: 'usual' },
        attribute: text,
        side: { enum: usualSides },
        mads: { type: 'number', description: 'Times the median distance from the median of the same hour' },
        least: { type: 'number', description: 'Least distance, in the unit of the attribute' },
        clear: { type: 'number' },
        for: text,
        weeks: { type: 'integer', minimum: 2, maximum: 26, description: 'Default: 8' },
        atLeast: { type: 'integer', minimum: 2, description: 'Weeks that must have the hour; default: 4' },
        holidays: { enum: usualHolidays },
      },
    },
    {
      type: 'object',
      required: ['kind', 'inflow', 'outflow'],
      properties: {
        kind: { const: 'balance' },
        inflow: terms,
        outflow: terms,
        window: { ...text, description: 'Divides a day; this or between' },
        between: { type: 'array', items: text, minItems: 2, maxItems: 2, description: 'Such as 02:00 and 04:00' },
        least: { type: 'number', description: 'What may be missing, in the unit of the inputs' },
        share: { type: 'number', description: 'What may be missing, as a share of the inflow' },
        clear: { type: 'number', description: 'Over at this share of it' },
        for: text,
        wait: { ...text, description: 'For late readings; default: PT10M' },
      },
    },
  ],
} as const;
const rule = {
  type: 'object',
  required: ['id', 'title', 'priority', 'selects', 'when'],
  properties: {
    id: text,
    title: words,
    advice: words,
    priority: { type: 'integer', minimum: 1, maximum: 4 },
    selects: {
      type: 'object',
      required: ['type'],
      properties: {
        type: text,
        q: text,
        scope: text,
        districts: { type: 'array', items: text },
        ids: { type: 'array', items: text },
      },
    },
    when,
  },
} as const;
const body = (required: readonly string[], properties: Readonly<Record<string, unknown>>) => ({
  media: json,
  schema: { type: 'object', required, properties, additionalProperties: false },
});

export const rulesApi: readonly ApiRoute[] = [
  {
    name: 'listRules',
    method: 'GET',
    path: '/api/operations/rules',
    summary: 'The rules that raise alarms, as they hold now',
    answers: { 200: told('Rules by id, and what is known of those that are on') },
  },
  {
    name: 'getRule',
    method: 'GET',
    path: '/api/operations/rules/{id}',
    summary: 'A rule with all its versions, newest first',
    parameters: [id],
    answers: { 200: told('The rule and its versions'), 404: gone },
  },
  {
    name: 'setRule',
    method: 'POST',
    path: '/api/operations/rules',
    summary: 'Makes a rule, which is off, or the next version of one',
    body: body(['rule', 'version'], { rule, version, why }),
    answers: { 200: told('The rule as it holds now'), 400: wrong, 409: changed },
  },
  {
    name: 'tryRule',
    method: 'POST',
    path: '/api/operations/rules/{id}/try',
    summary: 'What the rule would have raised over recorded history; raises nothing',
    parameters: [id],
    body: body([], {
      from: { type: 'string', format: 'date-time', description: 'Default: 30 days ago' },
      to: { type: 'string', format: 'date-time', description: 'Default: now' },
    }),
    answers: {
      200: told('Alarms by day and one by one, and what cut the trial short'),
      400: wrong,
      404: gone,
    },
  },
  {
    name: 'switchRule',
    method: 'POST',
    path: '/api/operations/rules/{id}/switch',
    summary: 'Switches a rule on or off; one that was not tried needs a reason',
    parameters: [id],
    body: body(['enabled', 'version'], { enabled: { type: 'boolean' }, version, why }),
    answers: { 200: told('The rule as it holds now'), 400: wrong, 404: gone, 409: changed },
  },
];
