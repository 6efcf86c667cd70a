/**
 * Between a mapping and the form in which a person says what the columns of a file are. The form knows a part of the
 * mapping language: what it does not know stays as it stands in the mapping.
 */
import { isObject } from '../../base/json.ts';
import { parsePath } from '../mapping/path.ts';
import { attributeName } from '../tables/suggest/naming.ts';

/** One element of `mappings`, as it stands in a mapping file. */
export type RawMapping = Readonly<Record<string, unknown>>;

/** What a column is. `skip`: not taken. */
export const columnRoles = [
  'skip',
  'id',
  'number',
  'text',
  'boolean',
  'time',
  'longitude',
  'latitude',
  'other',
] as const;
export type ColumnRole = (typeof columnRoles)[number];

/** `other`: the mapping does with the column what this form has no word for (words, units by column, JSON). */
export type ColumnChoice = {
  readonly column: string;
  readonly role: ColumnRole;
  /** Attribute; empty for id, time and position. */
  readonly name: string;
  /** UN/CEFACT code; empty = none. */
  readonly unitCode: string;
};

export type MappingChoices = {
  readonly type: string;
  readonly columns: readonly ColumnChoice[];
};

type Attribute = Readonly<Record<string, unknown>>;

const idPrefix = (type: string): string => `urn:ngsi-ld:${type}:`;
const pathOf = (column: string): string => (/^[^.[\]"{}]+$/.test(column) ? column : `[${JSON.stringify(column)}]`);
const columnOf = (path: unknown): string | undefined => {
  const steps = typeof path === 'string' ? parsePath(path) : undefined;
  return steps?.length === 1 ? String(steps[0]) : undefined;
};
const entriesOf = (value: unknown): readonly (readonly [string, Attribute])[] =>
  isObject(value) ? Object.entries(value).filter((entry): entry is [string, Attribute] => isObject(entry[1])) : [];

/** Columns that stand in the holes of a template. */
function holesOf(template: unknown): readonly string[] {
  if (typeof template !== 'string') return [];
  return [...template.matchAll(/\{([^{}]*)\}/g)].flatMap((match) => columnOf(match[1]) ?? []);
}

/** The two columns of a `point`: a pair of paths, or the columns by name. Undefined for one column with both, and a grid. */
function pointColumns(point: unknown): { longitude?: string; latitude?: string } | undefined {
  if (Array.isArray(point)) {
    const [longitude, latitude] = point.map(columnOf);
    return { ...(longitude !== undefined && { longitude }), ...(latitude !== undefined && { latitude }) };
  }
  const { longitude, latitude } = isObject(point) ? point : {};
  return typeof longitude === 'string' && typeof latitude === 'string' ? { longitude, latitude } : undefined;
}

/** Columns of a `point` that this form has no words for: both numbers in one cell, metres of a grid. */
function gridColumns(point: unknown): readonly string[] {
  const { column, east, north } = isObject(point) ? point : {};
  return [column, east, north].filter((name) => typeof name === 'string');
}

const simpleForms: Readonly<Record<string, ColumnRole>> = { number: 'number', text: 'text', boolean: 'boolean' };

/** What the form shows of a mapping. @param columns of the file, in its order */
export function choicesOf(mapping: RawMapping, columns: readonly string[]): MappingChoices {
  const entity = isObject(mapping['entity']) ? mapping['entity'] : {};
  const given: unknown = Array.isArray(entity['type']) ? entity['type'][0] : entity['type'];
  const type = typeof given === 'string' ? given : '';
  const found = new Map<string, ColumnChoice>();
  const note = (column: string, role: ColumnRole, name = '', unitCode = ''): void => {
    if (!found.has(column)) found.set(column, { column, role, name, unitCode });
  };
  for (const column of holesOf(entity['id'])) note(column, 'id');
  const time = isObject(mapping['time']) ? mapping['time'] : {};
  const timeColumn = time['column'] ?? columnOf(time['path']);
  if (typeof timeColumn === 'string') note(timeColumn, 'time');
  for (const [name, attribute] of [...entriesOf(mapping['attributes']), ...entriesOf(mapping['atBirth'])]) {
    const ends = pointColumns(attribute['point']);
    if (ends) {
      if (ends.longitude !== undefined) note(ends.longitude, 'longitude');
      if (ends.latitude !== undefined) note(ends.latitude, 'latitude');
      continue;
    }
    for (const whole of gridColumns(attribute['point'])) note(whole, 'other', name);
    const column = attribute['column'] ?? columnOf(attribute['path']);
    if (typeof column !== 'string') continue;
    const as = attribute['as'] ?? 'number';
    const form = typeof as === 'string' ? simpleForms[as] : undefined;
    const isSimple = form !== undefined && (attribute['kind'] ?? 'Property') === 'Property';
    note(
      column,
      isSimple ? form : 'other',
      name,
      typeof attribute['unitCode'] === 'string' ? attribute['unitCode'] : '',
    );
  }
  const taken = new Set([...found.values()].map(({ name }) => name));
  return {
    type,
    columns: columns.map(
      (column) => found.get(column) ?? { column, role: 'skip', name: attributeName(column, taken), unitCode: '' },
    ),
  };
}

type Parts = { readonly attributes: Record<string, Attribute>; readonly atBirth: Record<string, Attribute> };

/**
 * The mapping after the form was filled in. Where nothing was changed, everything stays as it stands in the mapping, the
 * part that this form has no words for too.
 */
export function withChoices(mapping: RawMapping, { type, columns }: MappingChoices): RawMapping {
  const before = choicesOf(
    mapping,
    columns.map(({ column }) => column),
  );
  const changed = columns.filter((choice, n) => !isSame(choice, before.columns[n]));
  const parts: Parts = {
    attributes: Object.fromEntries(entriesOf(mapping['attributes'])),
    atBirth: Object.fromEntries(entriesOf(mapping['atBirth'])),
  };
  for (const { column } of changed) {
    drop(
      parts,
      (attribute) => columnOfAttribute(attribute) === column || gridColumns(attribute['point']).includes(column),
    );
  }
  place(parts, before.columns, columns);
  for (const { column, role, name, unitCode } of changed) {
    if (role !== 'number' && role !== 'text' && role !== 'boolean') continue;
    parts.attributes[name] = { column, as: role, ...(unitCode !== '' && role === 'number' && { unitCode }) };
  }
  // A mapping takes something of each item: without a value that changes, what is given once is taken each time.
  const bare = Object.keys(parts.attributes).length === 0;
  const attributes = bare ? parts.atBirth : parts.attributes;
  const atBirth = bare ? {} : parts.atBirth;
  const { time, atBirth: _, ...rest } = mapping;
  return {
    ...rest,
    entity: entityOf(mapping, type, before, columns),
    ...timeOf(time, columnWith(columns, 'time')),
    attributes,
    ...(Object.keys(atBirth).length > 0 && { atBirth }),
  };
}

const isSame = (one: ColumnChoice, other: ColumnChoice | undefined): boolean =>
  other !== undefined &&
  one.role === other.role &&
  (one.role === 'skip' || (one.name === other.name && one.unitCode === other.unitCode));
const columnWith = (columns: readonly ColumnChoice[], role: ColumnRole): string | undefined =>
  columns.find((choice) => choice.role === role)?.column;
const columnOfAttribute = (attribute: Attribute): unknown => attribute['column'] ?? columnOf(attribute['path']);

function drop(parts: Parts, which: (attribute: Attribute) => boolean): void {
  for (const part of [parts.attributes, parts.atBirth]) {
    for (const [name, attribute] of Object.entries(part)) if (which(attribute)) delete part[name];
  }
}

/** The position, of two columns, where either of them is another one now. */
function place(parts: Parts, before: readonly ColumnChoice[], columns: readonly ColumnChoice[]): void {
  const longitude = columnWith(columns, 'longitude');
  const latitude = columnWith(columns, 'latitude');
  if (longitude === columnWith(before, 'longitude') && latitude === columnWith(before, 'latitude')) return;
  drop(parts, ({ point }) => pointColumns(point) !== undefined);
  if (longitude === undefined || latitude === undefined) return;
  parts.attributes['location'] = { kind: 'GeoProperty', point: [pathOf(longitude), pathOf(latitude)] };
}

function entityOf(
  mapping: RawMapping,
  type: string,
  before: MappingChoices,
  columns: readonly ColumnChoice[],
): Record<string, unknown> {
  const entity = isObject(mapping['entity']) ? mapping['entity'] : {};
  const idsOf = (choices: readonly ColumnChoice[]): string[] =>
    choices.filter(({ role }) => role === 'id').map(({ column }) => column);
  const ids = idsOf(columns);
  if (type === before.type && ids.join('\n') === idsOf(before.columns).join('\n')) return entity;
  return { ...entity, id: idPrefix(type) + ids.map((column) => `{${pathOf(column)}}`).join(':'), type };
}

/** A time that rests on no column (a start and a step) stays. */
function timeOf(time: unknown, column: string | undefined): { time?: unknown } {
  const known = isObject(time) ? time : undefined;
  const knownColumn = known === undefined ? undefined : columnOfAttribute(known);
  if (column === undefined) return known !== undefined && knownColumn === undefined ? { time: known } : {};
  if (knownColumn === column) return { time: known };
  const { path: _, column: _c, ...kept } = known ?? { format: 'iso' };
  return { time: { ...kept, column } };
}
