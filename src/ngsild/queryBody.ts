/** The `Query` of a body, brought to the parameters of a URL. CIM 009 v1.9.1, 5.2.23, 5.2.33, 6.23, 6.24. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { parseSelector } from './entitySelector.ts';
import type { EntitySelector } from './query.ts';

const maxSelectors = 200;

const bodyNames = ['attrs', 'q', 'csf', 'scopeQ', 'lang', 'pick', 'omit', 'datasetId', 'expandValues', 'jsonKeys']
  .concat(['geoQ', 'temporalQ', 'entities', 'type', '@context', 'local', 'splitEntities', 'geometryProperty'])
  .concat(['join', 'joinLevel', 'containedBy', 'ordering', 'entityMap', 'entityMapLifetime', 'aggrParams']);

export type QueryBody = {
  /** To be joined with those of the URL (options, limit, ...). */
  readonly parameters: URLSearchParams;
  /** Which entities, any of them; empty: not said. */
  readonly entities: readonly EntitySelector[];
};

/**
 * The `Query` of a body (5.2.23). Its names of parameters are those of the URL, so that both are read alike.
 * @throws Problem bad-data, too-complex
 */
export function parseQueryBody(json: unknown, context: Context): QueryBody {
  if (!isObject(json) || json['type'] !== 'Query') throw new Problem('bad-data', 'the type must be Query', 'type');
  const parameters = new URLSearchParams();
  let entities: readonly EntitySelector[] = [];
  for (const name in json) {
    const value = json[name];
    if (!bodyNames.includes(name)) throw new Problem('bad-data', `a Query has no member "${name.slice(0, 50)}"`, name);
    if (value === null) throw new Problem('bad-data', 'null is no value', name);
    if (name === 'type' || name === '@context') continue;
    if (name === 'entities') entities = selectorsOf(value, context);
    else if (Object.hasOwn(memberNames, name)) addMembers(value, name, parameters);
    else parameters.append(name, textOf(value, name));
  }
  return { parameters, entities };
}

function textOf(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const strings = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
  if (!strings) throw new Problem('bad-data', 'a text or a non-empty array of texts is expected', field);
  return value.join(',');
}

/** Members of the objects in a Query, with the parameters that they are (5.2.13, 5.2.21, 5.2.43, 5.2.44). */
const memberNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  geoQ: same(['georel', 'geometry', 'coordinates', 'geoproperty']),
  temporalQ: same(['timerel', 'timeAt', 'endTimeAt', 'timeproperty', 'lastN']),
  aggrParams: same(['aggrMethods', 'aggrPeriodDuration']),
  ordering: { orderBy: 'orderBy', collation: 'collation', coordinates: 'orderFrom', geometry: 'orderGeometry' },
};

function same(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

function addMembers(value: unknown, name: string, parameters: URLSearchParams): void {
  if (!isObject(value)) throw new Problem('bad-data', 'an object is expected', name);
  for (const member in value) {
    if (member === 'type' || member === '@context') continue;
    const field = `${name}.${member}`;
    const parameter = memberNames[name]?.[member];
    if (parameter === undefined) throw new Problem('bad-data', `there is no "${member.slice(0, 50)}" here`, field);
    const raw = value[member];
    const text = member === 'coordinates' && Array.isArray(raw) ? JSON.stringify(raw) : textOf(raw, field);
    parameters.append(parameter, text);
  }
}

function selectorsOf(value: unknown, context: Context): readonly EntitySelector[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new Problem('bad-data', 'entities is a non-empty array', 'entities');
  }
  if (value.length > maxSelectors) {
    throw new Problem('too-complex', `at most ${maxSelectors} entity selectors`, 'entities');
  }
  return value.map((item: unknown, i) => parseSelector(item, `entities[${i}]`, context));
}
