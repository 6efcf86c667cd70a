/**
 * The order of entities. CIM 009 v1.9.1, 4.23:
 *
 *   orderBy = term *( "," term )
 *   term    = ( "id" / "type" / attribute ) [ ";" ( "asc" / "desc" / "dist-asc" / "dist-desc" ) ]
 *
 * `attribute` is that of q (4.9) without relationships to follow. Of several instances the one without a datasetId
 * counts, else the first. Null and what is not there come last in either direction.
 */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { parseDate, parseInstant, parseTime } from '../base/time.ts';
import { collatorOf } from './collation.ts';
import type { Context } from './context.ts';
import type { Entity, Json } from './entity.ts';
import { distanceM } from './geo.ts';
import { checkGeometry, isGeometryType } from './geometry.ts';
import type { Parameters } from './parameters.ts';
import { parseQ, printQ } from './q.ts';
import { valuesAt } from './qEvaluate.ts';
import type { EntityOrder, Geometry, OrderTerm } from './query.ts';

const maxTerms = 10;
const directions = ['asc', 'desc', 'dist-asc', 'dist-desc'];
/** Members of an entity that are no attributes and may order. */
const words = new Set(['id', 'type']);

/** @throws Problem bad-data, too-complex */
export function parseOrder(parameters: Parameters, context: Context): EntityOrder | undefined {
  const text = parameters.get('orderBy');
  if (text === undefined) {
    const needless = ['orderFrom', 'orderGeometry', 'collation'].find((name) => parameters.has(name));
    if (needless !== undefined) throw new Problem('bad-data', `${needless} needs orderBy (4.23)`, needless);
    return undefined;
  }
  const collation = parameters.get('collation');
  if (collation !== undefined) collatorOf(collation);
  const from = parseFrom(parameters.get('orderFrom'), parameters.get('orderGeometry') ?? 'Point');
  const parts = text.split(',');
  if (parts.length > maxTerms) throw new Problem('too-complex', `at most ${maxTerms} members`, 'orderBy');
  const terms = parts.map((part): OrderTerm => {
    const [name = '', direction = 'asc', ...more] = part.split(';');
    if (!directions.includes(direction) || more.length > 0) {
      throw new Problem('bad-data', `a direction is one of ${directions.join(', ')}`, 'orderBy');
    }
    const path = words.has(name) ? { names: [name], inner: [] } : pathOf(name, context);
    const descending = direction.endsWith('desc');
    if (!direction.startsWith('dist')) return { path, descending };
    if (!from) throw new Problem('bad-data', 'an order by distance needs orderFrom (5.7.2.4)', 'orderFrom');
    return { path, descending, from };
  });
  return { terms, ...(collation !== undefined && { collation }) };
}

function pathOf(name: string, context: Context): OrderTerm['path'] {
  const node = parseQ(name, context, { parameter: 'orderBy' });
  if (node.node !== 'exists' || node.path.via) {
    throw new Problem('bad-data', `"${name.slice(0, 50)}" is no member to order by`, 'orderBy');
  }
  return node.path;
}

function parseFrom(coordinates: string | undefined, type: string): Geometry | undefined {
  if (coordinates === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(coordinates);
  } catch {
    throw new Problem('bad-data', 'coordinates are a JSON array as in GeoJSON', 'orderFrom');
  }
  return checkGeometry({ type, coordinates: parsed }, 'orderFrom');
}

/** Writes the parameters again; `parseOrder` gives the same for them. All distances have one geometry. */
export function printOrder({ terms, collation }: EntityOrder, context: Context): Record<string, string> {
  const from = terms.find((term) => term.from)?.from;
  return {
    orderBy: terms
      .map(({ path, descending, from: distance }) => {
        const [first = ''] = path.names;
        const name = words.has(first) ? first : printQ({ node: 'exists', path }, context);
        return `${name};${distance ? 'dist-' : ''}${descending ? 'desc' : 'asc'}`;
      })
      .join(','),
    ...(from && { orderFrom: JSON.stringify(from.coordinates), orderGeometry: from.type }),
    ...(collation !== undefined && { collation }),
  };
}

/** 4.23.2: values of different kinds come in this order; a distance before them. */
const ranks = ['distance', 'number', 'string', 'object', 'array', 'boolean', 'time', 'date', 'dateTime'] as const;
const missing = ranks.length + 1;
const isNull = ranks.length;

/** What one term sees of one entity. */
export type OrderKey = { readonly rank: number; readonly value: number | string };

const rank = (kind: (typeof ranks)[number], value: number | string): OrderKey => ({ rank: ranks.indexOf(kind), value });

/** One key per term. */
export function orderKeysOf(entity: Entity, { terms }: EntityOrder): readonly OrderKey[] {
  return terms.map(({ path, from }) => {
    const value = orderValueOf(entity, path);
    if (from && isObject(value) && isGeometryType(value['type'])) {
      return rank('distance', distanceM(value as unknown as Geometry, from));
    }
    return orderKeyOf(value);
  });
}

/** What a term sees of an entity; undefined: it is not there. */
export function orderValueOf(entity: Entity, path: OrderTerm['path']): Json | undefined {
  const [first = ''] = path.names;
  if (first === 'id') return entity.id;
  if (first === 'type') return entity.type[0];
  const instances = entity.attrs[first];
  const plain = instances && instances.length > 1 && instances.find(({ datasetId }) => datasetId === undefined);
  const seen = plain ? { ...entity, attrs: { [first]: [plain] } } : entity;
  const [target] = valuesAt(seen, path);
  // q finds no null; here it comes before what is not there.
  if (!target && instances && path.names.length === 1 && path.inner.length === 0) return null;
  return target?.language === true && Array.isArray(target.value) ? target.value[0] : target?.value;
}

export function orderKeyOf(value: Json | undefined): OrderKey {
  switch (typeof value) {
    case 'undefined':
      return { rank: missing, value: 0 };
    case 'number':
      return rank('number', value);
    case 'boolean':
      return rank('boolean', Number(value));
    case 'string':
      return keyOfText(value);
    default:
      if (value === null) return { rank: isNull, value: 0 };
      return rank(Array.isArray(value) ? 'array' : 'object', JSON.stringify(value));
  }
}

function keyOfText(text: string): OrderKey {
  // A time begins with a digit, so that other texts are looked at once only.
  if (!/^\d/.test(text)) return rank('string', text);
  const instant = parseInstant(text);
  if (instant !== undefined) return rank('dateTime', instant);
  const date = parseDate(text);
  if (date !== undefined) return rank('date', date);
  const time = parseTime(text);
  return time === undefined ? rank('string', text) : rank('time', time);
}

/** Compares the keys of two entities; 0 when no term tells them apart. */
export function compareOrderKeys({
  terms,
  collation,
}: EntityOrder): (a: readonly OrderKey[], b: readonly OrderKey[]) => number {
  const compareTexts = collatorOf(collation);
  const text = ranks.indexOf('string');
  const compare = (a: OrderKey, b: OrderKey): number => {
    if (a.rank !== b.rank) return a.rank - b.rank;
    if (a.rank === text) return compareTexts(String(a.value), String(b.value));
    return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  };
  return (a, b) => {
    for (let i = 0; i < terms.length; i++) {
      const [keyA, keyB] = [a[i], b[i]];
      if (!keyA || !keyB) continue;
      const order = compare(keyA, keyB);
      if (order === 0) continue;
      const fixed = keyA.rank !== keyB.rank && isLast(keyA.rank, keyB.rank);
      return terms[i]?.descending === true && !fixed ? -order : order;
    }
    return 0;
  };
}

/** Distances come first and null last, whatever the direction (4.23.2). */
function isLast(a: number, b: number): boolean {
  return Math.max(a, b) >= isNull || Math.min(a, b) === 0;
}
