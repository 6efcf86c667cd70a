/** JSON Schema 2020-12 in the words of OpenAPI 3.1: components refer to each other by name. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** JSON null is no value in NGSI-LD (4.5.0). */
export const notNull: JsonSchema = { not: { type: 'null' } };
export const text: JsonSchema = { type: 'string', minLength: 1 };
const plainName = '\\p{L}[\\p{L}\\p{N}_]*';
const scheme = '[A-Za-z][A-Za-z0-9+.-]*';
const iriEnd = '\\x00-\\x20"<>\\\\^`{|}\\x7f';
const iri = `${scheme}:[^${iriEnd}]+`;
const anyName = `(${plainName}(:${plainName})?|${iri})`;
/** As `isUri` has it: the schema that is generated from has to know what the parser refuses. */
export const uri: JsonSchema = { type: 'string', pattern: `^${iri}$`, description: 'URI or IRI' };
/** Of a type or an attribute: a name (4.6.2) or an IRI. */
export const name: JsonSchema = { type: 'string', pattern: `^${anyName}$` };
/** The same, or one of the members that have two spellings. */
export const memberName: JsonSchema = { pattern: `^(@id|@type|@context|${anyName})$` };
const listPattern = (item: string): string => `^${item}(,${item})*$`;
/** URIs apart by commas, as a parameter of a URL has them. */
export const uris: JsonSchema = { type: 'string', pattern: listPattern(`${scheme}:[^${iriEnd},]+`) };
/** Names or IRIs of attributes, the same way. */
export const names: JsonSchema = {
  type: 'string',
  pattern: listPattern(`(${plainName}(:${plainName})?|${scheme}:[^${iriEnd},]+)`),
};
/** @none stands for what has no datasetId. */
export const datasetIds: JsonSchema = { type: 'string', pattern: listPattern(`(@none|${scheme}:[^${iriEnd},]+)`) };
const oneType = `(${plainName}(:${plainName})?|${scheme}:[^${iriEnd},;()]+)`;
/** 4.17 */
export const typeSelection: JsonSchema = {
  type: 'string',
  pattern: `^(\\*|\\(*${oneType}\\)*([,|;]\\(*${oneType}\\)*)*)$`,
  description: 'Types: `A,B` or `A|B` any, `(A;B)` both, `*` all (4.17)',
};
/** 4.18 */
export const scopeName: JsonSchema = {
  type: 'string',
  pattern: `^/?${plainName}(/${plainName})*$`,
  examples: ['/Dushanbe/Sino'],
};
export const dateTime: JsonSchema = {
  type: 'string',
  description: 'UTC, up to six decimals (4.6.3)',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}([.,]\\d{1,6})?Z$',
  examples: ['2026-03-01T05:00:00Z'],
};
/** Removes what it stands for, where something is updated (4.5.0). */
export const marker: JsonSchema = { const: 'urn:ngsi-ld:null' };
export const ignored: JsonSchema = {
  description: 'The server keeps it: ignored on input, shown with options=sysAttrs',
};

/**
 * What fits the first has to fit the second. Said by `anyOf` and `not`, a validator that collects annotations would follow
 * every branch, at each level anew.
 */
export const when = (condition: JsonSchema, consequence: JsonSchema): JsonSchema => ({
  if: condition,
  // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
  then: consequence,
});

/** One of these members, and not both: two spellings of one. */
export const eitherOf = (...names: string[]): JsonSchema => ({ oneOf: names.map((one) => ({ required: [one] })) });
/** One, or a list of at least one. */
export const oneOrMany = (items: JsonSchema): JsonSchema => ({ anyOf: [items, { type: 'array', items, minItems: 1 }] });
export const listOf = (items: JsonSchema, minItems = 1): JsonSchema => ({ type: 'array', items, minItems });
