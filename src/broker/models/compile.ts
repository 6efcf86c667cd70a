/** JSON Schemas of data models, compiled. Smart Data Models write draft 2020-12 and resolve everything by URL. */
import { Ajv2020, type AnySchemaObject, type ErrorObject, type FuncKeywordDefinition } from 'ajv/dist/2020.js';
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { isUri } from '../../ngsild/index.ts';

/** A schema and the documents that its `$ref`s lead to, by URL. */
export type SchemaBundle = {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly documents: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** What does not fit, first of all: where (`address.postalCode`, `[0]`; empty: the entity) and why. */
export type Misfit = { readonly path: string; readonly why: string };

/**
 * @param part the entity has further members that are not here: what it lacks is no misfit, nor is anything else that
 *   the model says of the entity as a whole (`oneOf`, `not`, `minProperties`); behind such a fault it looks no further
 */
export type Model = (json: unknown, part?: boolean) => Misfit | undefined;

/** @throws Problem bad-data: the schema is none, or leads to a document that was not given */
export function compileModel({ schema, documents }: SchemaBundle): Model {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: false,
    validateSchema: false,
    passContext: true,
    formats,
    logger: false,
  });
  ajv.removeKeyword('required');
  ajv.addKeyword(required);
  for (const [url, document] of Object.entries(documents)) ajv.addSchema({ ...withoutId(document), $id: url });
  let validate: ReturnType<typeof ajv.compile>;
  try {
    validate = ajv.compile({ ...withoutId(schema), $id: rootOf(schema) });
    // A schema that is only itself again has no end: it is seen when it is used.
    for (const probe of probes) void validate.call(whole, probe);
  } catch (error) {
    throw new Problem('bad-data', `the schema cannot be used: ${messageOf(error)}`);
  }
  return (json, part = false) => {
    try {
      if (validate.call(part ? aPart : whole, json) === true) return undefined;
    } catch (error) {
      return { path: '', why: `cannot be checked: ${messageOf(error)}` };
    }
    const errors = validate.errors ?? [];
    const first = part ? errors.find(isOfMember) : errors[0];
    if (first) return { path: pathOf(first), why: whyOf(first) };
    return part ? undefined : { path: '', why: 'does not fit' };
  };
}

/** What the schema is asked with, so that its keywords know whether they see an entity whole. */
type Asked = { readonly part: boolean };
const whole: Asked = { part: false };
const aPart: Asked = { part: true };

/** The keyword of draft 2020-12; it asks nothing of a part of an entity. */
const required: FuncKeywordDefinition = {
  keyword: 'required',
  type: 'object',
  schemaType: 'array',
  compile: (names: readonly string[]) => {
    const check: ReturnType<NonNullable<FuncKeywordDefinition['compile']>> = function (this: Asked, data, at) {
      if (this.part && at?.instancePath === '') return true;
      const missingProperty = names.find((name) => !Object.hasOwn(data as object, name));
      if (missingProperty === undefined) return true;
      check.errors = [{ keyword: 'required', params: { missingProperty } }];
      return false;
    };
    return check;
  },
};

const isOfMember = ({ instancePath, keyword }: ErrorObject): boolean =>
  instancePath !== '' || keyword === 'additionalProperties';

const probes: readonly unknown[] = [{}, [], '', 0, true, null];
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
/** Without its address, which the caller gives, its dialect, which is ours, and the wish for an answer later. */
const withoutId = (schema: Readonly<Record<string, unknown>>): AnySchemaObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !['$id', '$schema', '$async'].includes(key)));
/** Relative references are resolved against it. */
export const rootOf = (schema: Readonly<Record<string, unknown>>): string =>
  typeof schema['$id'] === 'string' && URL.canParse(schema['$id'])
    ? schema['$id']
    : 'https://schema.invalid/schema.json';

/** The documents that a schema leads to, as URLs without fragments. */
export function referencesOf(schema: unknown, base: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) visit(item);
    if (!isObject(node)) return;
    const { $ref } = node;
    if (typeof $ref === 'string' && !$ref.startsWith('#')) {
      const url = URL.parse($ref, base);
      if (!url) throw new Problem('bad-data', `"${$ref.slice(0, 200)}" is no reference`, '$ref');
      url.hash = '';
      if (url.href !== base) found.add(url.href);
    }
    for (const key in node) visit(node[key]);
  };
  visit(schema);
  return found;
}

const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const date = /^\d{4}-\d{2}-\d{2}$/;
const mail = /^[^@\s]+@[^@\s]+$/;

/** Formats of draft 2020-12 that data models use; others are words without a check, as the draft has it. */
const formats = {
  'date-time': (text: string) => dateTime.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text: string) => date.test(text) && !Number.isNaN(Date.parse(text)),
  time: (text: string) => /^\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})?$/.test(text),
  uri: isUri,
  iri: isUri,
  email: mail,
  'idn-email': mail,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
  ipv6: (text: string) => URL.canParse(`http://[${text}]/`),
};

/** `/address/0/postalCode` as `address[0].postalCode`; a member that is missing or too many is named too. */
function pathOf({ instancePath, keyword, params }: ErrorObject): string {
  const segments = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const extra =
    keyword === 'required'
      ? params['missingProperty']
      : keyword === 'additionalProperties'
        ? params['additionalProperty']
        : undefined;
  if (typeof extra === 'string') segments.push(extra);
  return segments.reduce((path, part) => {
    if (/^\d+$/.test(part)) return `${path}[${part}]`;
    return path === '' ? part : `${path}.${part}`;
  }, '');
}

function whyOf({ keyword, params, message = '' }: ErrorObject): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is not in the data model';
  if (keyword === 'enum') {
    const words = (params['allowedValues'] as unknown[]).map((word) =>
      typeof word === 'string' ? word : JSON.stringify(word),
    );
    return `is none of ${words.join(', ')}`.slice(0, 300);
  }
  if (keyword === 'const') return `is not ${JSON.stringify(params['allowedValue'])}`.slice(0, 300);
  return message;
}
