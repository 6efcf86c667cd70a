/** What is recorded while the rules are killed. */
import type { RuleText } from './parse.ts';

export const killedRule: RuleText = {
  id: 'level',
  title: { en: '{name}' },
  priority: 2,
  selects: { type: 'Gauge' },
  when: { kind: 'threshold', attribute: 'level', above: 5, clear: 4, for: 'PT5M' },
};
const begin = Date.parse('2026-11-01T00:00:00Z');
export const killedAt = (step: number): number => begin + step * 60_000;
export const seriesValue = (series: number, step: number): number =>
  Number((4.5 + 2 * Math.sin(step / (5 + (series % 7)) + series) + Math.sin(step * 12.9898 + series)).toFixed(2));
