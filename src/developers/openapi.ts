/**
 * The OpenAPI 3.1 document. NGSI-LD operations come from the table that the router works with, their bodies from the
 * schemas beside the parsers; the other routes from what their modules say of them.
 */
import {
  answerWords,
  headerParameters,
  operations,
  pathParameters,
  urlParameters,
  type Operation,
  type ParameterWords,
} from '../broker/index.ts';
import type { ApiRoute } from '../http/index.ts';
import { apiSchemas, type JsonSchema } from '../ngsild/index.ts';

export type OpenApi = {
  readonly openapi: '3.1.1';
  readonly info: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly [more: string]: unknown;
};

export const ngsiRoot = '/ngsi-ld/v1';
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const json = 'application/json';

/** Tags by how a path begins; the first that fits. */
export const tags: readonly { readonly name: string; readonly start: string; readonly description: string }[] = [
  { name: 'entities', start: `${ngsiRoot}/entities`, description: 'Entities and their attributes (6.4 to 6.7)' },
  {
    name: 'batch',
    start: `${ngsiRoot}/entityOperations`,
    description: 'Many entities at once (6.14 to 6.17, 6.23, 6.31)',
  },
  { name: 'temporal', start: `${ngsiRoot}/temporal`, description: 'How entities evolved (6.18 to 6.24)' },
  { name: 'types', start: `${ngsiRoot}/types`, description: 'Which types there are (6.25, 6.26)' },
  { name: 'attributes', start: `${ngsiRoot}/attributes`, description: 'Which attributes there are (6.27, 6.28)' },
  { name: 'subscriptions', start: `${ngsiRoot}/subscriptions`, description: 'Being told of changes (6.10, 6.11)' },
  { name: 'contexts', start: `${ngsiRoot}/jsonldContexts`, description: 'Stored @contexts (6.29, 6.30)' },
  { name: 'city', start: '/api/', description: 'What the city offers beside NGSI-LD' },
];
export const tagOf = (path: string): string => tags.find(({ start }) => path.startsWith(start))?.name ?? 'city';

export function openApi(version: string, routes: readonly ApiRoute[]): OpenApi {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    const path = ngsiRoot + operation.path;
    (paths[path] ??= {})[operation.method.toLowerCase()] = operationOf(operation, path);
  }
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = routeOf(route);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Chorsu',
      version,
      summary: 'The open data platform of a city',
      description: 'NGSI-LD (ETSI GS CIM 009 v1.9.1) and what the city offers beside it. Clauses are those of CIM 009.',
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: '/' }],
    tags: tags.map(({ name, description }) => ({ name, description })),
    paths,
    // With `--auth off` nobody is asked; else what an answer holds, and whether there is one, depends on who asks.
    security: [{}, ...Object.keys(securitySchemes).map((name) => ({ [name]: [] }))],
    components: { schemas: apiSchemas, securitySchemes },
  };
}

const securitySchemes = {
  key: { type: 'http', scheme: 'bearer', description: 'A key of a person, a service or a device' },
  device: { type: 'http', scheme: 'basic', description: 'Id and secret of a device' },
} as const;

function operationOf(operation: Operation, path: string): JsonSchema {
  const { name, summary, clause, body } = operation;
  return {
    operationId: name,
    summary,
    description: `CIM 009 v1.9.1, ${clause}`,
    tags: [tagOf(path)],
    parameters: [
      ...namesIn(path).map((part) => parameter(part, 'path', pathParameters[part])),
      ...operation.parameters.map((part) => parameter(part, 'query', wordsOf(operation, part))),
      ...Object.entries(headerParameters).map(([part, words]) => parameter(part, 'header', words)),
    ],
    ...(body && { requestBody: bodyOf(body) }),
    responses: answersOf(operation),
  };
}

const namesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

function parameter(name: string, where: 'path' | 'query' | 'header', words: ParameterWords | undefined): JsonSchema {
  if (!words) throw new Error(`the parameter ${name} has no words`);
  const { description, schema, examples } = words;
  return {
    name,
    in: where,
    required: where === 'path',
    description,
    schema: examples ? { ...schema, examples } : schema,
  };
}

/** What `options` and `format` may say differs from operation to operation; the old keywords of formats are options too. */
function wordsOf(operation: Operation, part: string): ParameterWords | undefined {
  const words = urlParameters[part];
  if (part === 'options') return optionsOf(operation);
  if (part !== 'format' || !words) return words;
  const formats = (operation.options ?? []).filter((option) => !['sysAttrs', 'count'].includes(option));
  return { ...words, schema: { enum: formats } };
}

/** Keywords apart by commas. */
function optionsOf({ options = [] }: Operation): ParameterWords {
  const words = options.join('|');
  return {
    description: `Apart by commas: ${options.join(', ')}`,
    schema: { type: 'string', pattern: `^(${words})(,(${words}))*$` },
  };
}

/** 6.3.5: application/ld+json carries its @context, the others do not. */
function bodyOf({ schema, media }: NonNullable<Operation['body']>): JsonSchema {
  const whole = apiSchemas[schema];
  if (!whole) throw new Error(`the body ${schema} has no schema`);
  const one = whole['type'] === 'object' && schema !== 'ContextDocument';
  const carried = (type: string): JsonSchema =>
    type === 'application/ld+json' ? { required: ['@context'] } : { not: { required: ['@context'] } };
  return {
    required: true,
    content: Object.fromEntries(
      media.map((type) => [type, { schema: one ? { allOf: [ref(schema), carried(type)] } : ref(schema) }]),
    ),
  };
}

const problem = (description: string): JsonSchema => ({
  description,
  content: { [json]: { schema: ref('ProblemDetails') } },
});
const header = (description: string, schema: JsonSchema = { type: 'string' }): JsonSchema => ({ description, schema });

/** What any operation of its kind may be answered, and what this one says of itself. */
function answersOf({ method, path, body, answers }: Operation): JsonSchema {
  const reads = method === 'GET' || path.endsWith('/query');
  const all: Record<string, JsonSchema> = {
    400: problem('InvalidRequest: no JSON, an unknown parameter. BadRequestData: against the data model'),
    404: problem('ResourceNotFound, NonexistentTenant'),
    422: problem('OperationNotSupported'),
    503: problem('Too busy: try again'),
    504: problem('LdContextNotAvailable: the @context that was named cannot be had'),
    ...(reads && {
      406: problem('Accept names nothing that can be given'),
    }),
    ...(body && {
      411: { description: 'Without Content-Length' },
      413: problem('The body is too large'),
      415: { description: 'The body has another media type' },
    }),
  };
  Object.assign(all, doorAnswers(ref('ProblemDetails'), json));
  for (const [status, name] of Object.entries(answers)) all[status] = answer(Number(status), name, method);
  const links = linksOf(path, answers);
  if (links) all[201] = { ...all[201], links };
  return all;
}

/** What can be done with that which was created: the id of the body, or the first of those answered, is part of the path. */
function linksOf(path: string, answers: Operation['answers']): JsonSchema | undefined {
  if (answers[201] === undefined) return undefined;
  const many = path.startsWith('/entityOperations/');
  const start = `${many ? '/entities' : path}/{`;
  const id = many ? '$response.body#/0' : '$request.body#/id';
  const linked = operations.filter((operation) => operation.path.startsWith(start));
  return Object.fromEntries(
    linked.map((operation) => [
      operation.name,
      { operationId: operation.name, parameters: { [namesIn(operation.path)[0] ?? '']: id } },
    ]),
  );
}

const meanings: Readonly<Record<number, string>> = {
  200: 'Here it is',
  201: 'Created',
  203: 'Brought to the older version that Prefer names (4.3.6.8)',
  204: 'Done',
  206: 'A part: Content-Range says which time it covers (6.3.10)',
  207: 'Done in part',
  409: 'AlreadyExists, Conflict',
  422: 'OperationNotSupported',
  504: 'LdContextNotAvailable',
};

function answer(status: number, name: string | null, method: string): JsonSchema {
  const description = meanings[status] ?? String(status);
  const headers: Record<string, JsonSchema> = {};
  if (status === 201) headers['Location'] = header('Where it is, below this server');
  if (name?.endsWith('List') === true && method === 'GET') {
    headers['Link'] = header('Pages next and prev; the @context, where the body carries none');
    headers['NGSILD-Results-Count'] = header('With count=true: how many there are', { type: 'integer' });
  }
  if (name === null) return { description, ...(status === 201 && { headers }) };
  const { schema, media = [json], geo } = answerWords(name);
  if (!(schema in apiSchemas)) throw new Error(`the answer ${schema} has no schema`);
  const kinds = status === 207 || status >= 400 ? [json] : media;
  const content = Object.fromEntries(kinds.map((type) => [type, { schema: ref(schema) }]));
  if (geo !== undefined) content['application/geo+json'] = { schema: ref(geo) };
  return { description, ...(Object.keys(headers).length > 0 && { headers }), content };
}

/** What the door answers before an operation is asked. */
function doorAnswers(schema: JsonSchema, media: string): Record<number, JsonSchema> {
  const refusal = (description: string, headers?: Record<string, JsonSchema>): JsonSchema => ({
    description,
    ...(headers && { headers }),
    content: { [media]: { schema } },
  });
  return {
    401: refusal('Nobody may do this without an account, or the key is not known', {
      'WWW-Authenticate': header('Bearer'),
    }),
    403: refusal('Not allowed; of a question: too complex, or too many results'),
    429: refusal('Too often', { 'Retry-After': header('Seconds', { type: 'integer' }) }),
  };
}

function routeOf({ name, path, summary, parameters = [], body, answers }: ApiRoute): JsonSchema {
  return {
    operationId: name,
    summary,
    tags: [tagOf(path)],
    parameters: parameters.map((one) => ({
      name: one.name,
      in: one.in,
      required: one.in === 'path' || one.required === true,
      description: one.description,
      schema: { ...(one.schema ?? { type: 'string' }), ...(one.example !== undefined && { examples: [one.example] }) },
    })),
    ...(body && { requestBody: { required: true, content: { [body.media]: { schema: body.schema ?? {} } } } }),
    responses: {
      ...doorAnswers({ type: 'object' }, 'application/problem+json'),
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, media, schema }]) => [
          status,
          { description, ...(media !== undefined && { content: { [media]: { schema: schema ?? {} } } }) },
        ]),
      ),
    },
  };
}
