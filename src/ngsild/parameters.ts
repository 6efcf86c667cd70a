/** The parameters of requests as text: which there are, one value each, lists, flags, numbers. CIM 009 v1.9.1, 6.3.20. */
import { Problem } from '../base/problem.ts';
import { isUri } from './datatypes.ts';

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
export type Parameters = ReadonlyMap<string, string>;

/** @throws Problem invalid-request (unknown, or given twice), not-supported */
export function readParameters(source: URLSearchParams, known: readonly string[]): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of source) {
    if (!known.includes(name)) {
      throw new Problem('invalid-request', `the parameter "${name.slice(0, 50)}" is not known here (6.3.20)`, name);
    }
    if (parameters.has(name)) throw new Problem('invalid-request', 'the parameter is given twice', name);
    parameters.set(name, value);
  }
  if (flag(parameters, 'entityMap')) throw new Problem('not-supported', 'entity maps are not supported', 'entityMap');
  return parameters;
}

export function flag(parameters: Parameters, name: string): boolean {
  const value = parameters.get(name);
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new Problem('bad-data', `${name} is true or false`, name);
}

/** Items apart by commas. */
export function list(parameters: Parameters, name: string): readonly string[] | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  const items = value.split(',');
  if (items.includes('')) throw new Problem('bad-data', 'the list has an empty item', name);
  return items;
}

export function uris(parameters: Parameters, name: string): readonly string[] | undefined {
  const items = list(parameters, name);
  if (items && !items.every(isUri)) throw new Problem('bad-data', `every ${name} must be a URI`, name);
  return items;
}

/** A whole number from `least` on. */
export function whole(parameters: Parameters, name: string, otherwise: number, least = 0): number {
  const text = parameters.get(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,15}$/.test(text) || Number(text) < least) {
    throw new Problem('bad-data', `${name} is a whole number from ${least} on`, name);
  }
  return Number(text);
}

export function optionsOf(parameters: Parameters): readonly string[] {
  const value = parameters.get('options');
  return value === undefined || value === '' ? [] : value.split(',');
}
