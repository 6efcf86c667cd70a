/**
 * Requests for the history of entities: parameters to trees. CIM 009 v1.9.1, 5.7.3, 5.7.4, 6.18.3.2, 6.19.3.1.
 */
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { parsePage, select } from './entityQuery.ts';
import type { Page, RequestOptions } from './entityQuery.ts';
import { parametersOf, readParameters } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { entityWords } from './projection.ts';
import type { Aggregation, EntityQuery, TemporalQuery } from './query.ts';
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
  return { ...temporalRequest(parameters, context, options), page: parsePage(parameters, options.limits) };
}

/**
 * The parameters of "Retrieve Temporal Evolution of an Entity"; timerel may be absent.
 * @throws Problem
 */
export function parseTemporalRetrieve(source: URLSearchParams, context: Context): Omit<TemporalRequest, 'page'> {
  return temporalRequest(readParameters(source, parametersOf.temporalRetrieve), context, { retrieve: true });
}

function temporalRequest(
  parameters: Parameters,
  context: Context,
  options: RequestOptions & { retrieve?: boolean },
): Omit<TemporalRequest, 'page'> {
  const unknown = ['orderBy', 'orderFrom', 'orderGeometry', 'collation'].find((name) => parameters.has(name));
  if (unknown !== undefined) throw new Problem('not-supported', 'history is in order of ids', unknown);
  const { query, local } = select(parameters, context, options);
  const representation = parseRepresentation(parameters, context);
  const format = formatOf(parameters, temporalFormats) ?? 'normalized';
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
  const picked = query.attrs ?? (pick && [...pick.keys()].filter((name) => !entityWords.has(name)));
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
    },
    ...(aggregated && {
      aggregation: parseAggregation(parameters.get('aggrMethods'), parameters.get('aggrPeriodDuration')),
    }),
  };
}
