/** What columns of `trust.db` hold. */
import type { Value } from '../../store/index.ts';

/** Tenants beside the default one. */
export type Tenants = readonly string[] | 'all';

/** Ids of districts of the city's profile, sorted; `all`: the whole city. */
export type Areas = readonly string[] | 'all';

export function textOf(value: Value | undefined): string {
  if (typeof value !== 'string') throw new Error('invariant broken: a column of text holds something else');
  return value;
}
export const listOf = (value: Value | undefined): readonly string[] => JSON.parse(textOf(value)) as readonly string[];
export const tenantsOf = (value: Value | undefined): Tenants => (value === 'all' ? 'all' : listOf(value));
export const tenantsText = (tenants: Tenants): string => (tenants === 'all' ? tenants : JSON.stringify(tenants));
export const areasOf = (value: Value | undefined): Areas => (value === 'all' ? 'all' : listOf(value));
export const areasText = (areas: Areas): string => (areas === 'all' ? areas : JSON.stringify(areas));
/** A time that may not have come. */
export const timeOf = (value: Value | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
