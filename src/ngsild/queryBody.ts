/** The `Query` of a body, brought to the parameters of a URL. CIM 009 v1.9.1, 5.2.23, 5.2.33, 6.23, 6.24. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';

const bodyNames = ['attrs', 'q', 'csf', 'scopeQ', 'lang', 'pick', 'omit', 'datasetId', 'expandValues', 'jsonKeys']
  .concat(['geoQ', 'temporalQ', 'entities', 'type', '@context', 'local', 'splitEntities'])
  .concat(['join', 'joinLevel', 'containedBy', 'orderBy', 'ordering', 'entityMap', 'entityMapLifetime', 'aggrParams']);

/**
 * The `Query` of a body (5.2.23) as parameters, to be joined with those of the URL (options, limit, ...).
 * Selectors of several entities are taken together where one query can say it.
 * @throws Problem bad-data, not-supported
 */
export function queryBodyParameters(json: unknown): URLSearchParams {
  if (!isObject(json) || json['type'] !== 'Query') throw new Problem('bad-data', 'the type must be Query', 'type');
  const parameters = new URLSearchParams();
  for (const name in json) {
    const value = json[name];
    if (!bodyNames.includes(name)) throw new Problem('bad-data', `a Query has no member "${name.slice(0, 50)}"`, name);
    if (value === null) throw new Problem('bad-data', 'null is no value', name);
    if (name === 'type' || name === '@context') continue;
    if (name === 'entities') addEntities(value, parameters);
    else if (name === 'geoQ' || name === 'temporalQ' || name === 'aggrParams') addMembers(value, name, parameters);
    else parameters.append(name, textOf(value, name));
  }
  return parameters;
}

function textOf(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const strings = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
  if (!strings) throw new Problem('bad-data', 'a text or a non-empty array of texts is expected', field);
  return value.join(',');
}

const memberNames: Readonly<Record<'geoQ' | 'temporalQ' | 'aggrParams', readonly string[]>> = {
  geoQ: ['georel', 'geometry', 'coordinates', 'geoproperty'],
  temporalQ: ['timerel', 'timeAt', 'endTimeAt', 'timeproperty', 'lastN'],
  aggrParams: ['aggrMethods', 'aggrPeriodDuration'],
};

function addMembers(value: unknown, name: keyof typeof memberNames, parameters: URLSearchParams): void {
  if (!isObject(value)) throw new Problem('bad-data', 'an object is expected', name);
  for (const member in value) {
    if (member === 'type' || member === '@context') continue;
    const field = `${name}.${member}`;
    if (!memberNames[name].includes(member)) throw new Problem('bad-data', `there is no "${member}" here`, field);
    const raw = value[member];
    const text = member === 'coordinates' && Array.isArray(raw) ? JSON.stringify(raw) : textOf(raw, field);
    parameters.append(member, text);
  }
}

function addEntities(value: unknown, parameters: URLSearchParams): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new Problem('bad-data', 'entities is a non-empty array', 'entities');
  }
  const selectors = value.map((item: unknown, i) => {
    const field = `entities[${i}]`;
    if (!isObject(item)) throw new Problem('bad-data', 'an object is expected', field);
    for (const member in item) {
      if (member !== 'id' && member !== 'type' && member !== 'idPattern') {
        throw new Problem('bad-data', `an entity selector has no "${member}"`, field);
      }
    }
    if (item['type'] === undefined) throw new Problem('bad-data', 'an entity selector needs a type', field);
    return {
      type: textOf(item['type'], `${field}.type`),
      id: item['id'] === undefined ? undefined : textOf(item['id'], `${field}.id`),
      idPattern: item['idPattern'] === undefined ? undefined : textOf(item['idPattern'], `${field}.idPattern`),
    };
  });
  const [first] = selectors;
  if (!first) return;
  const sameType = selectors.every(({ type }) => type === first.type);
  const samePattern = selectors.every(({ idPattern }) => idPattern === first.idPattern);
  const onlyTypes = selectors.every(({ id }) => id === undefined);
  const onlyIds = sameType && selectors.every(({ id }) => id !== undefined);
  if (selectors.length > 1 && !(samePattern && (onlyTypes || onlyIds))) {
    throw new Problem('not-supported', 'these entity selectors cannot be asked in one query; ask several', 'entities');
  }
  parameters.append('type', onlyTypes ? [...new Set(selectors.map(({ type }) => type))].join(',') : first.type);
  const ids = selectors.flatMap(({ id }) => id ?? []);
  // An id given beside an idPattern takes precedence (5.2.8).
  if (ids.length > 0) parameters.append('id', ids.join(','));
  else if (first.idPattern !== undefined) parameters.append('idPattern', first.idPattern);
}
