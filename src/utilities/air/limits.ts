/** What air may hold: guideline levels of the WHO, and the limits of a country as far as a source is known. µg/m³. */
import facts from './limits.json' with { type: 'json' };
import type { Pollutant } from './units.ts';

/** `eightHours`: the highest running mean of eight hours of a day. */
export type Averaging = 'hour' | 'eightHours' | 'day' | 'year';

export type Limit = {
  readonly pollutant: Pollutant;
  readonly averaging: Averaging;
  /** µg/m³ */
  readonly level: number;
  /** So many days of a year may be above it (99th percentile: three to four). */
  readonly allowedDays?: number;
};

export type Limits = {
  /** `who`, or the country's ISO 3166 code. */
  readonly of: string;
  /** Absent: no source is known, and then there are no limits. */
  readonly source?: { readonly title: string; readonly url: string };
  /** Whether the figures were compared with the source's own text. */
  readonly verified: boolean;
  readonly limits: readonly Limit[];
};

type File = Omit<Limits, 'of'>;
const national = facts.national as Readonly<Record<string, File>>;

export const whoLimits: Limits = { of: 'who', ...(facts.who as File) };

/** @returns without limits where nothing is known: then pages say so */
export const nationalLimits = (country: string): Limits => ({
  of: country,
  ...(Object.hasOwn(national, country) ? national[country] : undefined),
  ...(!Object.hasOwn(national, country) && { verified: false }),
  limits: national[country]?.limits ?? [],
  verified: national[country]?.verified ?? false,
});
