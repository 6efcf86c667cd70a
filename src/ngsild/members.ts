/** Members of entities and attributes that are no values: types, scopes, instants. CIM 009 v1.9.1, 4.6.3, 4.16 to 4.18. */
import { Problem } from '../base/problem.ts';
import { parseInstant } from '../base/time.ts';
import type { Context } from './context.ts';
import { isScope, nullMarker } from './datatypes.ts';

/**
 * Entity type names to IRIs, without repetition.
 * @throws Problem bad-data
 */
export function parseTypes(raw: unknown, context: Context, path: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (list.length === 0) throw new Problem('bad-data', 'an entity has at least one type', path);
  const iris: string[] = [];
  for (const item of list) {
    if (typeof item !== 'string' || item === '' || item === nullMarker) {
      throw new Problem('bad-data', 'a type is a name', path);
    }
    const { iri, fault } = context.name(item);
    if (fault !== undefined) throw new Problem('bad-data', fault, path);
    if (iri.startsWith('@')) throw new Problem('bad-data', `"${item}" is no type`, path);
    if (!iris.includes(iri)) iris.push(iri);
  }
  return iris;
}

/** Scopes, one or many, without repetition (4.18). @throws Problem bad-data */
export function parseScopes(raw: unknown, path: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (list.length === 0) throw new Problem('bad-data', 'the array is empty', path);
  for (const scope of list) {
    if (typeof scope !== 'string' || !isScope(scope)) {
      throw new Problem('bad-data', 'a scope is like /Dushanbe/Sino (4.18)', path);
    }
  }
  return [...new Set(list as string[])];
}

/** The same text for the same instant, in the order of time; digits of a DateTime are optional, its sign too (4.6.3). */
export const sortableInstant = (text: string): string =>
  text.replace(',', '.').slice(0, -1).padEnd(20, '.').padEnd(26, '0');

/** A DateTime as it was spelled (4.6.3). @throws Problem bad-data */
export function parseDateTime(raw: unknown, path: string): string {
  if (typeof raw !== 'string' || parseInstant(raw) === undefined) {
    throw new Problem('bad-data', 'a DateTime like 2026-03-01T05:00:00Z is expected (4.6.3)', path);
  }
  return raw;
}
