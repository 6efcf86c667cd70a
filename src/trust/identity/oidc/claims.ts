import { isObject } from '../../../base/json.ts';
import { normalized } from '../../../base/words.ts';
import type { Role } from '../../schema.ts';
import type { OidcSettings } from './settings.ts';

/**
 * The roles that a provider's claims stand for: those that the mapping names, nothing else.
 * @returns sorted; undefined: there is no mapping
 */
export function rolesOf(claims: unknown, { roles }: Pick<OidcSettings, 'roles'>): readonly Role[] | undefined {
  if (!roles) return undefined;
  const claim = isObject(claims) && Object.hasOwn(claims, roles.claim) ? claims[roles.claim] : undefined;
  const values = (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string');
  return [...new Set(values.flatMap((value) => roles.values.get(value) ?? []))].sort();
}

/** A name as it may be shown; undefined: none, or what nobody would show. */
export function nameIn(claim: unknown): string | undefined {
  if (typeof claim !== 'string') return undefined;
  const name = normalized(claim)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .slice(0, 100)
    .toWellFormed();
  return name === '' ? undefined : name;
}
