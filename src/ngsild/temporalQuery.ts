/**
 * Requests for the history of entities: parameters to trees. CIM 009 v1.9.1, 5.7.3, 5.7.4, 6.18.3.2, 6.19.3.1.
 */
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { parsePage, select } from './entityQuery.ts';
import type { Page, RequestOptions } from './entityQuery.ts';
import { optionsOf, parametersOf, readParameters } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { scopeIri } from './entity.ts';
import { parseOrder } from './order.ts';
import { entityWords, isShown } from './projection.ts';
import type { Projection } from './projection.ts';
import type { Aggregation, EntityOrder, EntityQuery, QNode, TemporalQuery } from './query.ts';
import type { RepresentOptions } from './represent.ts';
import { formatOf, parseRepresentation } from './representParameters.ts';
import { parseAggregation, parseTemporal } from './temporal.ts';

export type TemporalFormat = 'normalized' | 'concise' | 'temporalValues' | 'aggregatedValues';
export type TemporalRequest = {
  /** Which entities: ids, idPattern, type; q, geo and scope test the instances inside the interval (5.7.4.4). */
  readonly query: EntityQuery;
  readonly temporal: TemporalQuery;
  /** Present with the format `aggregatedValues`. */
  readonly aggregation?: Aggregation;
  /** Only by id (5.7.4.3). */
  readonly order?: EntityOrder;
  readonly page: Page;
  readonly local: boolean;
  readonly format: TemporalFormat;
  readonly representation: RepresentOptions;
};

const temporalFormats: Readonly<Record<string, TemporalFormat>> = {
  normalized: 'normalized',
  concise: 'concise',
  temporalValues: 'temporalValues',
  simplified: 'temporalValues',
  keyValues: 'temporalValues',
  aggregatedValues: 'aggregatedValues',
};

/**
 * The parameters of "Query Temporal Evolution of Entities".
 * @throws Problem
 */
export function parseTemporalQuery(
  source: URLSearchParams,
  context: Context,
  options: RequestOptions = {},
): TemporalRequest {
  const parameters = readParameters(source, parametersOf.temporalQuery);
  if (!parameters.has('timerel')) throw new Problem('bad-data', 'a temporal query needs timerel (5.7.4)', 'timerel');
  const order = parseOrder(parameters, context);
  if (order?.terms.some(({ path, from }) => path.names[0] !== 'id' || from)) {
    throw new Problem('bad-data', 'history can be in order of the id only (5.7.4.4)', 'orderBy');
  }
  const request = temporalRequest(parameters, context, options);
  return { ...request, ...(order && { order }), page: parsePage(parameters) };
}

/**
 * The parameters of "Retrieve Temporal Evolution of an Entity"; timerel may be absent.
 * @throws Problem
 */
export function parseTemporalRetrieve(
  source: URLSearchParams,
  context: Context,
): Omit<TemporalRequest, 'page' | 'order'> {
  return temporalRequest(readParameters(source, parametersOf.temporalRetrieve), context, { retrieve: true });
}

function temporalRequest(
  given: Parameters,
  context: Context,
  options: RequestOptions & { retrieve?: boolean },
): Omit<TemporalRequest, 'page' | 'order'> {
  const { parameters, scope } = withoutScope(given);
  const { query, local } = select(parameters, context, options);
  if (query.q && follows(query.q)) {
    throw new Problem('bad-data', 'q over the past follows no relationships (5.7.4.4)', 'q');
  }
  const representation = parseRepresentation(parameters, context);
  const format = formatOf(parameters, temporalFormats) ?? 'normalized';
  // Only applicable where the one or the other names that format (6.18.3.2), though `format` decides.
  const namesAggregation = [parameters.get('format'), ...optionsOf(parameters)].includes('aggregatedValues');
  const needless = ['aggrMethods', 'aggrPeriodDuration'].find((name) => parameters.has(name));
  if (needless !== undefined && !namesAggregation) {
    throw new Problem('bad-data', `${needless} belongs to the format aggregatedValues`, needless);
  }
  const { pick, omit, datasetIds } = representation;
  // As for current state, an entity of which nothing that is picked is there is not found.
  const attrs = query.attrs ?? (pick && withoutWords(pick));
  const asked = scope ? [...(attrs ?? []), scopeIri] : attrs;
  const picked = asked ?? (pick && [...pick.keys()].flatMap(pastName));
  const wanted = picked?.filter((name) => !omit || isShown(name === scopeIri ? 'scope' : name, undefined, omit));
  return {
    query: { ...query, ...(asked && { attrs: asked }) },
    local,
    format,
    representation,
    temporal: {
      ...parseTemporal({
        timerel: parameters.get('timerel'),
        timeAt: parameters.get('timeAt'),
        endTimeAt: parameters.get('endTimeAt'),
        timeproperty: parameters.get('timeproperty'),
        lastN: parameters.get('lastN'),
      }),
      ...(wanted && { attrs: wanted }),
      ...(datasetIds && { datasetIds: [...datasetIds] }),
    },
    ...(format === 'aggregatedValues' && {
      aggregation: parseAggregation(parameters.get('aggrMethods'), parameters.get('aggrPeriodDuration')),
    }),
  };
}

/** `scope` may stand among the attributes (C.5.16), since its past is that of a Property (4.5.6). */
function withoutScope(given: Parameters): { parameters: Parameters; scope: boolean } {
  const names = given.get('attrs')?.split(',') ?? [];
  if (!names.includes('scope')) return { parameters: given, scope: false };
  const parameters = new Map(given);
  const others = names.filter((name) => name !== 'scope');
  if (others.length > 0) parameters.set('attrs', others.join(','));
  else parameters.delete('attrs');
  return { parameters, scope: true };
}

const pastName = (member: string): readonly string[] =>
  member === 'scope' ? [scopeIri] : entityWords.has(member) ? [] : [member];

/** Undefined when an entity is shown by its own members, whatever its attributes. */
function withoutWords(pick: Projection): readonly string[] | undefined {
  const members = [...pick.keys()];
  return members.includes('id') || members.includes('type') ? undefined : members.flatMap(pastName);
}

function follows(node: QNode): boolean {
  return 'of' in node ? node.of.some(follows) : node.path.via !== undefined;
}
