/** The small values that members of a subscription have, checked. */
import { Problem } from '../base/problem.ts';
import { attributeIri } from './attributeName.ts';
import type { Context } from './context.ts';
import { nullMarker } from './datatypes.ts';

/** @throws Problem bad-data */
export function textOf(raw: unknown, field: string): string {
  if (typeof raw === 'string' && raw !== '' && raw !== nullMarker) return raw;
  throw new Problem('bad-data', 'a text is expected', field);
}

/** @throws Problem bad-data */
export function flagOf(raw: unknown, field: string): boolean {
  if (typeof raw === 'boolean') return raw;
  throw new Problem('bad-data', 'true or false is expected', field);
}

/** @throws Problem bad-data */
export function numberAboveZero(raw: unknown, field: string): number {
  if (typeof raw === 'number' && Number.isFinite(raw) && raw > 0) return raw;
  throw new Problem('bad-data', 'a number greater than 0 is expected', field);
}

/** An array that is not empty. @throws Problem bad-data */
export function listOf(raw: unknown, field: string): readonly unknown[] {
  if (Array.isArray(raw) && raw.length > 0) return raw as readonly unknown[];
  throw new Problem('bad-data', 'a non-empty array is expected', field);
}

/** The IRI of an attribute. @throws Problem bad-data */
export const attributeName = (raw: unknown, field: string, context: Context): string =>
  attributeIri(textOf(raw, field), context, field);
