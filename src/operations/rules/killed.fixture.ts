/** What is recorded while the rules are killed. */
import type { Observed } from './machine.ts';
import type { RuleText } from './parse.ts';
import type { Usual } from './schema.ts';
import type { Reference } from './usual.ts';

export const killedRule: RuleText = {
  id: 'level',
  title: { en: '{name}' },
  priority: 2,
  selects: { type: 'Gauge' },
  when: { kind: 'threshold', attribute: 'level', above: 5, clear: 4, for: 'PT5M' },
};
/** The same readings, compared with the same hour of earlier weeks. */
const killedUsual: RuleText & { readonly when: Usual } = {
  ...killedRule,
  id: 'unusual',
  when: {
    kind: 'usual',
    attribute: 'level',
    side: 'above',
    mads: 2,
    least: 1,
    clear: 1,
    for: 'PT5M',
    weeks: 3,
    atLeast: 3,
  },
};
/** Each against the first. */
const killedBalance: RuleText = {
  ...killedRule,
  id: 'balance',
  when: {
    kind: 'balance',
    inflow: [{ attribute: 'level' }],
    outflow: [{ attribute: 'level', entity: 'urn:ngsi-ld:Gauge:0' }],
    window: 'PT5M',
    least: 1,
    share: 0.1,
    clear: 0.5,
    wait: 'PT1M',
  },
};
export const killedRules = [killedRule, killedUsual, killedBalance];
const begin = Date.parse('2026-11-01T00:00:00Z');
export const killedAt = (step: number): number => begin + step * 60_000;
export const seriesValue = (series: number, step: number): number =>
  Number((4.5 + 2 * Math.sin(step / (5 + (series % 7)) + series) + Math.sin(step * 12.9898 + series)).toFixed(2));

export const weekMs = 7 * 86_400_000;
/** The one reading of that hour, so many weeks before. */
export const pastValue = (series: number, weeks: number, hour: number): number =>
  4 + ((series * 7 + weeks * 5 + hour * 3) % 10) / 5;
function usualOf(series: number, step: number): Reference {
  const hour = Math.floor(step / 60);
  const [, centre = 0] = [1, 2, 3].map((weeks) => pastValue(series, weeks, hour)).toSorted((a, b) => a - b);
  const [, spread = 0] = [1, 2, 3]
    .map((weeks) => Math.abs(pastValue(series, weeks, hour) - centre))
    .toSorted((a, b) => a - b);
  return { centre, spread };
}

/** What a rule reads of a series at a step. */
export function observedAt({ when }: RuleText, series: number, step: number): readonly Observed[] {
  const own = { at: killedAt(step), value: seriesValue(series, step) };
  if (when.kind === 'balance') return [own, { ...own, value: seriesValue(0, step), input: 1 }];
  return [{ ...own, usual: usualOf(series, step) }];
}
