import { isObject } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import { checkGeometry, coreContext, type Geometry } from '../../../ngsild/index.ts';
import type { Attributes, Instance, Json } from '../../../ngsild/entity.ts';
import { refused, sourceAttribute, type Refused } from '../../mapping/index.ts';
import { inUri } from '../../mapping/template.ts';
import type { Declaration, Property } from './declaration.ts';
import { unitCodeOf, type UnitOfMeasurement } from './units.ts';

/** What an observation is of: an entity with what it has from birth on. */
export type Target = { readonly id: string; readonly atBirth: Attributes };

/** A Datastream (OGC 18-088, 8.2) as this city takes it. */
export type Stream = {
  readonly id: string | number;
  /** As people know it: `Datastream 12 "Air temperature"`. */
  readonly label: string;
  /** Undefined when each observation names its own feature. */
  readonly target: Target | undefined;
  readonly property: Property;
  readonly unitCode: string | undefined;
  /** The unit in the service's words, where no code is known. */
  readonly unitText: string | undefined;
};

const iri = (name: string): string => coreContext.expand(name);

/**
 * @returns why it is not taken, or undefined when the file does not ask for it
 * @throws Problem bad-data when it is no Datastream
 */
export function readStream(value: unknown, declared: Declaration): Stream | Refused | undefined {
  if (!isObject(value)) throw new Problem('bad-data', 'an element of Datastreams is no object');
  const id = idOf(value);
  if (id === undefined) throw new Problem('bad-data', 'a Datastream has no @iot.id');
  const label = `Datastream ${id} "${textOf(value['name']).slice(0, 60)}"`;
  const observed = isObject(value['ObservedProperty']) ? value['ObservedProperty'] : {};
  const names = [textOf(value['name']), textOf(observed['name']), textOf(observed['definition'])];
  const listed = names.flatMap((name) => declared.properties.get(name) ?? [])[0];
  const other = listed === undefined ? declared.otherName?.(names[1] || names[0] || 'value') : undefined;
  const property = listed ?? (other === undefined ? undefined : { iri: other });
  if (!property) return undefined;
  const unit = unitOf(value['unitOfMeasurement']);
  const unitCode = property.unitCode ?? (unit && unitCodeOf(unit, declared.units));
  const unitText = unitCode === undefined && unit ? unit.symbol || unit.name : '';
  if (unitText !== '' && declared.unknownUnit === 'refuse') {
    return refused(
      'unit',
      `${label}: the unit ${JSON.stringify(unitText.slice(0, 40))} is not known; "units" can name it`,
    );
  }
  let target: Target | undefined;
  if (declared.entity === 'thing') {
    const thing = value['Thing'];
    const found = isObject(thing) ? targetOf(thing, locationOf(thing['Locations']), declared) : undefined;
    if (!found) return refused('entity', `${label} has no Thing with an id`);
    target = found;
  }
  return { id, label, target, property, unitCode, unitText: unitText === '' ? undefined : unitText.slice(0, 100) };
}

/** The entity of a Thing or FeatureOfInterest; undefined when it has no usable id. */
export function targetOf(
  thing: Record<string, unknown>,
  location: Geometry | undefined,
  { source, typeName }: Declaration,
): Target | undefined {
  const id = idOf(thing);
  const part = id === undefined ? undefined : inUri(String(id));
  if (part === undefined || part === '') return undefined;
  const atBirth: Record<string, readonly Instance[]> = { [sourceAttribute]: [{ type: 'Property', value: source }] };
  for (const name of ['name', 'description']) {
    const text = textOf(thing[name]);
    if (text !== '' && text.length <= 1000) atBirth[iri(name)] = [{ type: 'Property', value: text }];
  }
  if (location) atBirth[iri('location')] = [{ type: 'GeoProperty', value: location as unknown as Json }];
  return { id: `urn:ngsi-ld:${typeName}:${source}-${part}`, atBirth };
}

/** The first location that is GeoJSON; a Feature counts by its geometry. A faulty one costs the place, not the values. */
export function locationOf(locations: unknown): Geometry | undefined {
  for (const location of Array.isArray(locations) ? locations : []) {
    if (isObject(location)) {
      const found = geometryOf(location['location']);
      if (found) return found;
    }
  }
  return undefined;
}

export function geometryOf(value: unknown): Geometry | undefined {
  const geometry = isObject(value) && value['type'] === 'Feature' ? value['geometry'] : value;
  try {
    return checkGeometry(geometry, 'location');
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

export function idOf(value: Record<string, unknown>): string | number | undefined {
  const id = value['@iot.id'];
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  return typeof id === 'string' && id !== '' && id.length <= 200 && id.isWellFormed() ? id : undefined;
}

function unitOf(value: unknown): UnitOfMeasurement | undefined {
  if (!isObject(value)) return undefined;
  const unit = {
    name: textOf(value['name']),
    symbol: textOf(value['symbol']),
    definition: textOf(value['definition']),
  };
  return unit.name === '' && unit.symbol === '' ? undefined : unit;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0') ? value : '';
