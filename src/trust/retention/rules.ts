/** How long what is kept (privacy.md, 5). Data with a version; the law pack of the city's country may say otherwise. */

/** @param days null: for good */
export type Rule = { readonly kind: string; readonly days: number | null; readonly from: 'default' | 'law' };

/** Of the table below. The transparency log is told of it with each run; the release and the law pack, which it comes from, stand there by themselves. */
export const rulesVersion = '2026-11-22';

export const defaultDays: Readonly<Record<string, number | null>> = {
  'access-log': 180,
  'opening-reasons': 365,
  'vault-unused': 365,
  'accounts-disabled': 365,
  'dead-letters': 90,
};

/** Days of kinds that are told here and let go by their own keepers, sooner than they have to. */
export const ownDays: Readonly<Record<string, number>> = { sessions: 1, journal: 7, uploads: 7, imports: 90 };

/** @param law days by kind, of the law pack; kinds that nobody has registered are of modules that this city does not run */
export function rulesOf(
  kinds: readonly { readonly id: string; readonly days?: number | null }[],
  law: Readonly<Record<string, number | null>> = {},
): readonly Rule[] {
  return kinds.map(({ id, days = null }) => {
    const own = law[id];
    return own === undefined
      ? { kind: id, days: defaultDays[id] ?? days, from: 'default' }
      : { kind: id, days: own, from: 'law' };
  });
}
