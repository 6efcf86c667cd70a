import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';

/**
 * The IRI of an attribute by its name. A word that holds a value inside of attributes (`value`, `json`) may name one too:
 * Smart Data Models have attributes of such names.
 * @throws Problem bad-data
 */
export function attributeIri(name: string, context: Context, field: string): string {
  const { iri, member, tells, fault } = context.name(name);
  if (fault === undefined && (member === undefined || tells !== undefined)) return iri;
  throw new Problem('bad-data', fault ?? `"${name.slice(0, 100)}" is no attribute`, field);
}
