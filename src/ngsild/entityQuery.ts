/**
 * Requests for entities and for their history: query parameters to trees. `queryBody.ts` brings bodies to parameters.
 * CIM 009 v1.9.1, 5.7.1 to 5.7.4, 6.3.7 to 6.3.13, 6.3.20, 6.4.3.2, 6.5.3.1, 6.18.3.2, 6.19.3.1.
 */
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri } from './datatypes.ts';
import { parseGeo } from './geoQuery.ts';
import { parseLanguages } from './language.ts';
import { compilePattern } from './pattern.ts';
import { parseQ } from './q.ts';
import type { Aggregation, EntityQuery, QNode, TemporalQuery } from './query.ts';
import type { Format, RepresentOptions } from './represent.ts';
import { parseScopeQ } from './scope.ts';
import { parseAggregation, parseTemporal } from './temporal.ts';
import { parseTypeSelection } from './types.ts';

export type Page = { readonly limit: number; readonly offset: number; readonly count: boolean };
export type PageLimits = { readonly standard: number; readonly max: number };
export const pageLimits: PageLimits = { standard: 20, max: 1000 };

export type EntityRequest = {
  readonly query: EntityQuery;
  readonly page: Page;
  /** Ask no other broker. */
  readonly local: boolean;
  readonly representation: RepresentOptions & {
    /** IRI of the geometry of a Feature; undefined when the parameter was not given. */
    readonly geometryProperty?: string;
  };
};

export type TemporalFormat = 'normalized' | 'concise' | 'temporalValues' | 'aggregatedValues';
export type TemporalRequest = {
  /** Which entities: ids, idPattern, type; q, geo and scope test the instances inside the interval (5.7.4.4). */
  readonly query: EntityQuery;
  readonly temporal: TemporalQuery;
  /** Present with the format `aggregatedValues`. */
  readonly aggregation?: Aggregation;
  readonly page: Page;
  readonly local: boolean;
  readonly format: TemporalFormat;
  readonly representation: RepresentOptions;
};

const selecting = ['id', 'idPattern', 'type', 'attrs', 'q', 'expandValues', 'jsonKeys', 'csf', 'scopeQ'];
const placing = ['georel', 'geometry', 'coordinates', 'geoproperty'];
const showing = ['format', 'options', 'pick', 'omit', 'lang', 'datasetId'];
const paging = ['limit', 'offset', 'count'];
const spreading = ['local', 'splitEntities', 'entityMap', 'entityMapLifetime'];
const linking = ['join', 'joinLevel', 'containedBy'];
const ordering = ['orderBy', 'orderFrom', 'orderGeometry', 'collation'];
const timing = ['timerel', 'timeAt', 'endTimeAt', 'timeproperty', 'lastN', 'aggrMethods', 'aggrPeriodDuration'];

/** The URL parameters that each request takes (6.4.3.2, 6.5.3.1, 6.18.3.2, 6.19.3.1). */
export const parametersOf = {
  query: [selecting, placing, showing, paging, spreading, linking, ordering, ['geometryProperty']].flat(),
  retrieve: [showing, linking, ['attrs', 'type', 'local', 'geometryProperty', 'entityMap']].flat(),
  temporalQuery: [selecting, placing, showing, paging, spreading, ordering, timing].flat(),
  temporalRetrieve: [showing, timing, ['attrs', 'type', 'local']].flat(),
} as const;

/** One value per known name. */
type Parameters = ReadonlyMap<string, string>;

/**
 * The parameters of "Query Entities".
 * @throws Problem invalid-request (unknown parameter or option), bad-data, too-complex, not-supported
 */
export function parseEntityQuery(
  source: URLSearchParams,
  context: Context,
  limits: PageLimits = pageLimits,
): EntityRequest {
  const parameters = readParameters(source, parametersOf.query);
  const { projection, ...selection } = select(parameters, context);
  return {
    ...selection,
    page: parsePage(parameters, limits),
    representation: { ...parseRepresentation(parameters, context), ...projection },
  };
}

/**
 * The parameters of "Retrieve Entity": how to show it, and the type that it must have.
 * @throws Problem
 */
export function parseEntityRetrieve(
  source: URLSearchParams,
  context: Context,
): Pick<EntityRequest, 'query' | 'local' | 'representation'> {
  const parameters = readParameters(source, parametersOf.retrieve);
  const { query, local, projection } = select(parameters, context, true);
  return { query, local, representation: { ...parseRepresentation(parameters, context), ...projection } };
}

/**
 * The parameters of "Query Temporal Evolution of Entities".
 * @throws Problem
 */
export function parseTemporalQuery(
  source: URLSearchParams,
  context: Context,
  limits: PageLimits = pageLimits,
): TemporalRequest {
  const parameters = readParameters(source, parametersOf.temporalQuery);
  if (!parameters.has('timerel')) throw new Problem('bad-data', 'a temporal query needs timerel (5.7.4)', 'timerel');
  return { ...temporalRequest(parameters, context, false), page: parsePage(parameters, limits) };
}

/**
 * The parameters of "Retrieve Temporal Evolution of an Entity"; timerel may be absent.
 * @throws Problem
 */
export function parseTemporalRetrieve(source: URLSearchParams, context: Context): Omit<TemporalRequest, 'page'> {
  return temporalRequest(readParameters(source, parametersOf.temporalRetrieve), context, true);
}

function temporalRequest(parameters: Parameters, context: Context, retrieve: boolean): Omit<TemporalRequest, 'page'> {
  const { query, local, projection } = select(parameters, context, retrieve);
  const representation = { ...parseRepresentation(parameters, context, true), ...projection };
  const format = temporalFormat(parameters);
  const aggregated = format === 'aggregatedValues';
  for (const name of ['aggrMethods', 'aggrPeriodDuration']) {
    if (parameters.has(name) && !aggregated) {
      throw new Problem('bad-data', `${name} belongs to the format aggregatedValues`, name);
    }
  }
  const time = parseTemporal({
    timerel: parameters.get('timerel'),
    timeAt: parameters.get('timeAt'),
    endTimeAt: parameters.get('endTimeAt'),
    timeproperty: parameters.get('timeproperty'),
    lastN: parameters.get('lastN'),
  });
  const { pick, omit } = representation;
  const picked = query.attrs ?? (pick && [...pick].filter((name) => !entityWords.has(name)));
  const wanted = picked?.filter((name) => omit?.has(name) !== true);
  return {
    query,
    local,
    format,
    representation,
    temporal: {
      ...time,
      ...(wanted && { attrs: wanted }),
      ...(representation.datasetIds && { datasetIds: [...representation.datasetIds] }),
      ...(query.q && { q: query.q }),
    },
    ...(aggregated && {
      aggregation: parseAggregation(parameters.get('aggrMethods'), parameters.get('aggrPeriodDuration')),
    }),
  };
}

function readParameters(source: URLSearchParams, known: readonly string[]): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of source) {
    if (!known.includes(name)) {
      throw new Problem('invalid-request', `the parameter "${name.slice(0, 50)}" is not known here (6.3.20)`, name);
    }
    if (parameters.has(name)) throw new Problem('invalid-request', 'the parameter is given twice', name);
    parameters.set(name, value);
  }
  for (const name of ['join', 'joinLevel', 'containedBy', ...ordering]) {
    if (parameters.has(name) && parameters.get(name) !== '@none') {
      throw new Problem('not-supported', `the parameter ${name} is not supported`, name);
    }
  }
  if (flag(parameters, 'entityMap')) throw new Problem('not-supported', 'entity maps are not supported', 'entityMap');
  return parameters;
}

function flag(parameters: Parameters, name: string): boolean {
  const value = parameters.get(name);
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new Problem('bad-data', `${name} is true or false`, name);
}

function list(parameters: Parameters, name: string): readonly string[] | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  const items = value.split(',');
  if (items.includes('')) throw new Problem('bad-data', 'the list has an empty item', name);
  return items;
}

/** Members of an entity that are no attributes and may be picked. */
const entityWords: ReadonlySet<string> = new Set(['id', 'type', 'scope']);

function attributeIri(name: string, context: Context, parameter: string): string {
  const { iri, fault, member } = context.name(name);
  if (fault !== undefined || (member !== undefined && !iri.endsWith('/hasValue'))) {
    throw new Problem('bad-data', fault ?? `"${name}" is no attribute`, parameter);
  }
  return iri;
}

type Selection = Pick<EntityRequest, 'query' | 'local'> & {
  /** The old `attrs` filters and projects. */
  readonly projection: { attrs?: ReadonlySet<string> };
};

function select(parameters: Parameters, context: Context, retrieve = false): Selection {
  const query: { -readonly [key in keyof EntityQuery]: EntityQuery[key] } = {};
  const get = (name: string): string | undefined => parameters.get(name);
  const ids = list(parameters, 'id');
  if (ids) {
    if (!ids.every(isUri)) throw new Problem('bad-data', 'every id must be a URI', 'id');
    query.ids = [...new Set(ids)];
  }
  const idPattern = get('idPattern');
  if (idPattern !== undefined) {
    compilePattern(idPattern, 'idPattern');
    query.idPattern = idPattern;
  }
  const type = get('type');
  const selection = type === undefined ? undefined : parseTypeSelection(type, context);
  if (selection) query.type = selection;
  const attrs = list(parameters, 'attrs')?.map((name) => attributeIri(name, context, 'attrs'));
  if (attrs && !retrieve) query.attrs = attrs;
  const q = get('q');
  if (q !== undefined) query.q = parseQ(q, context, { expandValues: list(parameters, 'expandValues') ?? [] });
  const geo = parseGeo(
    {
      georel: get('georel'),
      geometry: get('geometry'),
      coordinates: get('coordinates'),
      geoproperty: get('geoproperty'),
    },
    context,
  );
  if (geo) query.geo = geo;
  const scopeQ = get('scopeQ');
  if (scopeQ !== undefined) query.scope = parseScopeQ(scopeQ);
  if (type === '*' && get('local') === 'false') throw new Problem('bad-data', 'type=* is always local', 'local');
  const local = flag(parameters, 'local') || type === '*';
  if (!retrieve && !local && !selection && !attrs && !geo && !(query.q && asksUserAttribute(query.q))) {
    throw new Problem('bad-data', 'the query is too wide: type, attrs, q, georel or local=true is needed (5.7.2)');
  }
  return {
    query,
    local,
    projection: attrs ? { attrs: new Set(attrs) } : {},
  };
}

const systemNames = ['createdAt', 'modifiedAt', 'deletedAt', 'expiresAt', 'scope'].map(
  (name) => `https://uri.etsi.org/ngsi-ld/${name}`,
);

function asksUserAttribute(node: QNode): boolean {
  if (node.node === 'and' || node.node === 'or') return node.of.some(asksUserAttribute);
  const { names, via } = (node as Exclude<QNode, { node: 'and' | 'or' }>).path;
  return via !== undefined || !systemNames.includes(names[0] ?? '');
}

function parsePage(parameters: Parameters, limits: PageLimits): Page {
  const whole = (name: string, otherwise: number): number => {
    const text = parameters.get(name);
    if (text === undefined) return otherwise;
    if (!/^\d{1,15}$/.test(text)) throw new Problem('bad-data', `${name} is a whole number from 0 on`, name);
    return Number(text);
  };
  const count = flag(parameters, 'count') || optionsOf(parameters).includes('count');
  const limit = whole('limit', limits.standard);
  if (limit === 0 && !count) throw new Problem('bad-data', 'limit=0 is only useful with count=true (6.3.10)', 'limit');
  if (limit > limits.max) throw new Problem('bad-data', `limit is at most ${limits.max}`, 'limit');
  return { limit, offset: whole('offset', 0), count };
}

const formats: Readonly<Record<string, Format>> = {
  normalized: 'normalized',
  concise: 'concise',
  simplified: 'simplified',
  keyValues: 'simplified',
};
const temporalFormats: Readonly<Record<string, TemporalFormat>> = {
  normalized: 'normalized',
  concise: 'concise',
  temporalValues: 'temporalValues',
  simplified: 'temporalValues',
  keyValues: 'temporalValues',
  aggregatedValues: 'aggregatedValues',
};
const otherOptions = ['sysAttrs', 'count'];

function optionsOf(parameters: Parameters): readonly string[] {
  const value = parameters.get('options');
  return value === undefined || value === '' ? [] : value.split(',');
}

/** `format` beats its deprecated keywords in `options`. */
function formatOf<T>(parameters: Parameters, known: Readonly<Record<string, T>>): T | undefined {
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

function temporalFormat(parameters: Parameters): TemporalFormat {
  return formatOf(parameters, temporalFormats) ?? 'normalized';
}

function parseRepresentation(
  parameters: Parameters,
  context: Context,
  temporal = false,
): EntityRequest['representation'] {
  const options: { -readonly [key in keyof EntityRequest['representation']]: EntityRequest['representation'][key] } =
    {};
  const format = temporal ? undefined : formatOf(parameters, formats);
  if (format) options.format = format;
  if (optionsOf(parameters).includes('sysAttrs')) options.sysAttrs = true;
  const pick = projection('pick', parameters, context);
  if (pick) options.pick = pick;
  const omit = projection('omit', parameters, context);
  if (omit) options.omit = omit;
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

/** `pick` and `omit` (4.21): names apart by `,` or `|`. Linked entities (`rel{a}`) need a join. */
function projection(name: 'pick' | 'omit', parameters: Parameters, context: Context): Set<string> | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  if (/[{}]/.test(value)) throw new Problem('bad-data', 'attributes of linked entities need the parameter join', name);
  return new Set(
    value.split(/[,|]/).map((item) => {
      if (item === '') throw new Problem('bad-data', 'the list has an empty item', name);
      return entityWords.has(item) ? item : attributeIri(item, context, name);
    }),
  );
}
