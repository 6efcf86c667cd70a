/** How an answer is to look: parameters to options. CIM 009 v1.9.1, 6.3.7, 6.3.11, 6.3.12, 4.21, 4.15, 4.5.23. */
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri } from './datatypes.ts';
import { parseLanguages } from './language.ts';
import { attributeIri } from './attributeName.ts';
import { list, optionsOf, uris, whole, type Parameters } from './parameters.ts';
import { isShown, parseProjection, projectionDepth } from './projection.ts';
import type { Format, RepresentOptions } from './represent.ts';

export type Representation = RepresentOptions & {
  /** IRI of the geometry of a Feature; undefined when the parameter was not given. */
  readonly geometryProperty?: string;
};

/** Entities at the end of relationships are wanted too (4.5.23). */
export type Join = {
  /** `inline`: inside the relationship; `flat`: after the entities that link to them. */
  readonly kind: 'inline' | 'flat';
  /** Relationships followed one after another. */
  readonly levels: number;
  /** Already known to whoever asks: neither fetched nor shown. */
  readonly containedBy: readonly string[];
};

/** Each level is one more search by ids, and may multiply the answer. */
export const joinLevelMax = 10;

export const formats: Readonly<Record<string, Format>> = {
  normalized: 'normalized',
  concise: 'concise',
  simplified: 'simplified',
  keyValues: 'simplified',
};
const otherOptions = ['sysAttrs', 'count'];

/** `format` beats its deprecated keywords in `options`. @throws Problem invalid-request */
export function formatOf<T>(parameters: Parameters, known: Readonly<Record<string, T>>): T | undefined {
  const options = optionsOf(parameters);
  for (const option of options) {
    if (!Object.hasOwn(known, option) && !otherOptions.includes(option)) {
      throw new Problem('invalid-request', `the option "${option.slice(0, 50)}" is not known here (6.3.20)`, 'options');
    }
  }
  const format = parameters.get('format');
  if (format !== undefined && !Object.hasOwn(known, format)) {
    throw new Problem('invalid-request', `format is one of ${Object.keys(known).join(', ')}`, 'format');
  }
  const chosen = format ?? options.find((option) => Object.hasOwn(known, option));
  return chosen === undefined ? undefined : known[chosen];
}

/**
 * All but the format.
 * @param levels relationships that are followed: how deep pick and omit may go
 * @throws Problem bad-data, invalid-request
 */
export function parseRepresentation(parameters: Parameters, context: Context, levels = 0): Representation {
  const options: { -readonly [key in keyof Representation]: Representation[key] } = {};
  if (optionsOf(parameters).includes('sysAttrs')) options.sysAttrs = true;
  for (const name of ['pick', 'omit'] as const) {
    const text = parameters.get(name);
    if (text === undefined) continue;
    if (parameters.has('attrs')) {
      throw new Problem('bad-data', `attrs is the old word for pick; it does not go with ${name} (4.21)`, name);
    }
    const projection = parseProjection(text, context, name);
    if (projectionDepth(projection) > levels) {
      throw new Problem('bad-data', `${name} goes deeper than join and joinLevel do (5.7.2.4)`, name);
    }
    options[name] = projection;
  }
  for (const member of options.omit?.keys() ?? []) {
    if (options.pick?.has(member) === true && !isShown(member, options.pick, options.omit)) {
      throw new Problem('bad-data', 'a member is picked and omitted', 'omit');
    }
  }
  const attrs = list(parameters, 'attrs');
  if (attrs) options.attrs = new Set(attrs.map((name) => attributeIri(name, context, 'attrs')));
  const datasetIds = list(parameters, 'datasetId');
  if (datasetIds) {
    if (!datasetIds.every((id) => id === '@none' || isUri(id))) {
      throw new Problem('bad-data', 'a datasetId is a URI or @none', 'datasetId');
    }
    options.datasetIds = new Set(datasetIds);
  }
  const lang = parameters.get('lang');
  if (lang !== undefined) options.lang = parseLanguages(lang);
  const geometryProperty = parameters.get('geometryProperty');
  if (geometryProperty !== undefined) {
    options.geometryProperty = attributeIri(geometryProperty, context, 'geometryProperty');
  }
  return options;
}

/** @throws Problem bad-data, too-complex (deeper than `joinLevelMax`) */
export function parseJoin(parameters: Parameters): Join | undefined {
  const kind = parameters.get('join') ?? '@none';
  if (kind !== '@none' && kind !== 'inline' && kind !== 'flat') {
    throw new Problem('bad-data', 'join is inline, flat or @none (4.5.23)', 'join');
  }
  const levels = whole(parameters, 'joinLevel', 1, 1);
  const containedBy = uris(parameters, 'containedBy') ?? [];
  if (kind === '@none') {
    const needless = ['joinLevel', 'containedBy'].find((name) => parameters.has(name));
    if (needless !== undefined) throw new Problem('bad-data', `${needless} needs join=inline or flat`, needless);
    return undefined;
  }
  if (levels > joinLevelMax) throw new Problem('too-complex', `joinLevel is at most ${joinLevelMax}`, 'joinLevel');
  return { kind, levels, containedBy };
}
