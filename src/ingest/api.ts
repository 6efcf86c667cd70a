/** What the folder offers below `/api`, described for the OpenAPI document. */
import type { ApiRoute } from '../http/index.ts';
import { criteria, proposals } from './acceptance/asked.ts';

const json = 'application/json';
const problem = { media: 'application/problem+json', schema: { $ref: '#/components/schemas/ProblemDetails' } };
const wrong = { description: 'The input is wrong', ...problem };
const gone = { description: 'There is no such thing', ...problem };
const large = { description: 'The body is too large', ...problem };
const busy = { description: 'Too busy: try again', ...problem };
const told = (description: string) => ({ description, media: json, schema: { type: 'object' } });
const taken = {
  200: told('How many readings were accepted, and which were refused'),
  400: wrong,
  404: gone,
  413: large,
  503: busy,
};
const part = (name: string, description: string, example?: string) =>
  ({ name, in: 'path', description, ...(example !== undefined && { example }) }) as const;
const asked = (name: string, description: string, schema: Readonly<Record<string, unknown>> = { type: 'string' }) =>
  ({ name, in: 'query', description, schema }) as const;
const whole = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });
const topic = asked('topic', 'Topic that the mapping distinguishes by');
const importId = part('id', 'Id of the import');
const stop = part('id', '`SOURCE:STOP`, or the id of the stop’s entity');

const acceptanceParameters = [
  part('id', 'Id of the source'),
  asked('from', 'First day by the clock of the city, or an instant; default: seven days ago'),
  asked('to', 'Last day, included, or an instant, excluded; default: yesterday'),
  asked('expected', 'Interval in minutes, or an ISO 8601 duration; default: estimated'),
  asked('run', 'So many equal values in a row are no trouble', whole(2, 1_000_000)),
  asked('page', 'A hundred entities each', whole(1, 1_000_000)),
  ...criteria.map((one) =>
    asked(one, `What the city asks for; default: ${proposals[one]}`, { type: 'number', minimum: 0 }),
  ),
];

export const ingestApi: readonly ApiRoute[] = [
  {
    name: 'listSources',
    method: 'GET',
    path: '/api/sources',
    summary: 'Sources of readings: how fresh, what was refused and why',
    answers: { 200: told('Sources, and topics that no mapping knows') },
  },
  {
    name: 'getAcceptance',
    method: 'GET',
    path: '/api/sources/{id}/acceptance',
    summary: 'What a source delivered over a period: completeness, delay, gaps, stuck values, repetitions',
    parameters: acceptanceParameters,
    answers: { 200: told('The report with its verdicts and its hash'), 400: wrong, 404: gone, 503: busy },
  },
  {
    name: 'getAcceptanceTable',
    method: 'GET',
    path: '/api/sources/{id}/acceptance.csv',
    summary: 'The same by entity and attribute, as CSV',
    parameters: acceptanceParameters,
    answers: { 200: { description: 'CSV, UTF-8', media: 'text/csv' }, 400: wrong, 404: gone, 503: busy },
  },
  {
    name: 'sendUplink',
    method: 'POST',
    path: '/api/ingest/lorawan/{source}',
    summary: 'An uplink of a LoRaWAN network server',
    parameters: [
      part('source', 'Id of the source'),
      asked('event', 'Kind of event; only `up` holds measurements'),
      topic,
    ],
    body: { media: json },
    answers: taken,
  },
  {
    name: 'sendReadings',
    method: 'POST',
    path: '/api/ingest/{source}',
    summary: 'Readings of a source, in the form that its mapping knows',
    parameters: [part('source', 'Id of the source'), topic],
    body: { media: json },
    answers: taken,
  },
  {
    name: 'listImports',
    method: 'GET',
    path: '/api/imports',
    summary: 'What files have given',
    answers: { 200: told('Imports, newest first') },
  },
  {
    name: 'getImport',
    method: 'GET',
    path: '/api/imports/{id}',
    summary: 'One import: how far it is, what it counted',
    parameters: [importId],
    answers: { 200: told('The import'), 404: gone },
  },
  {
    name: 'stopImport',
    method: 'POST',
    path: '/api/imports/{id}/stop',
    summary: 'Stop an import between two records',
    parameters: [importId],
    answers: { 200: told('The import'), 400: wrong, 404: gone, 409: { description: 'It is not running', ...problem } },
  },
  {
    name: 'undoImport',
    method: 'POST',
    path: '/api/imports/{id}/undo',
    summary: 'Take an import back',
    parameters: [importId],
    answers: {
      200: told('It is gone'),
      202: told('It is going; the import tells how far'),
      400: wrong,
      404: gone,
      409: { description: 'It cannot be taken back now', ...problem },
      503: busy,
    },
  },
  {
    name: 'downloadRejects',
    method: 'GET',
    path: '/api/imports/{id}/rejects.csv',
    summary: 'Rows of an import that were not taken, each with its reason',
    parameters: [importId],
    answers: { 200: { description: 'CSV, UTF-8', media: 'text/csv' }, 404: gone },
  },
  {
    name: 'getMappingExample',
    method: 'GET',
    path: '/api/connect/{file}',
    summary: 'A mapping file to begin with',
    parameters: [part('file', 'Name of the example', 'mqtt.json'), asked('lang', 'Language of its names')],
    answers: { 200: told('The mapping file'), 404: gone },
  },
  {
    name: 'listTimetables',
    method: 'GET',
    path: '/api/transit/timetables',
    summary: 'Timetables that are held',
    answers: { 200: told('Timetables') },
  },
  {
    name: 'findStops',
    method: 'GET',
    path: '/api/transit/stops',
    summary: 'Stops near a place, or by name; one of the two',
    parameters: [
      asked('near', 'Longitude,latitude'),
      asked('name', 'Part of the name'),
      asked('maxDistance', 'Metres, with near', whole(1, 50_000)),
      asked('limit', 'At most so many', whole(1, 500)),
    ],
    answers: { 200: told('Stops, nearest or best first'), 400: wrong },
  },
  {
    name: 'getStop',
    method: 'GET',
    path: '/api/transit/stops/{id}',
    summary: 'One stop and its routes',
    parameters: [stop],
    answers: { 200: told('The stop'), 404: gone },
  },
  {
    name: 'getDepartures',
    method: 'GET',
    path: '/api/transit/stops/{id}/departures',
    summary: 'The next departures of a stop',
    parameters: [
      stop,
      asked('from', 'Instant with its offset; now unless said'),
      asked('within', 'ISO 8601 duration, at most P7D'),
      asked('limit', 'At most so many', whole(1, 500)),
    ],
    answers: { 200: told('Departures in order'), 400: wrong, 404: gone },
  },
  {
    name: 'getDeparturesCsv',
    method: 'GET',
    path: '/api/transit/stops/{id}/departures.csv',
    summary: 'The next departures of a stop as a table; lines that begin with # say of what',
    parameters: [
      stop,
      asked('from', 'Instant with its offset; now unless said'),
      asked('within', 'ISO 8601 duration, at most P7D'),
      asked('limit', 'At most so many', whole(1, 500)),
    ],
    answers: { 200: { description: 'Departures in order', media: 'text/csv' }, 400: wrong, 404: gone },
  },
  {
    name: 'listUnknownIds',
    method: 'GET',
    path: '/api/transit/unknown.csv',
    summary: 'Every trip, route and stop that a live feed named last and the timetable does not know',
    answers: { 200: { description: 'One line for each', media: 'text/csv' } },
  },
  {
    name: 'listRoutes',
    method: 'GET',
    path: '/api/transit/routes',
    summary: 'Routes of all timetables',
    answers: { 200: told('Routes') },
  },
  {
    name: 'getTrip',
    method: 'GET',
    path: '/api/transit/trips/{id}',
    summary: 'One trip and its stops',
    parameters: [part('id', 'Id of the trip'), asked('source', 'Its timetable, where several have such a trip')],
    answers: { 200: told('The trip'), 400: wrong, 404: gone },
  },
];
