/** Alarms as they are worked. */
import type { Decision, Looked } from '../../broker/index.ts';
import type { Rows } from '../../store/ports.ts';
import type { City } from '../../ui/index.ts';
import { alertPrefix } from './entity.ts';
import { decideFindings, findingId } from './findings.ts';
import type { Finding } from './schema.ts';
import { alarmStore, watchOf } from './store.ts';

export type Alarms = {
  /** The Alerts that a decision about these findings looks at, beside the subjects. To be asked before each `amend`. */
  ids(findings: readonly Finding[]): Promise<readonly string[]>;
  /**
   * What the findings make of the alarms as they stand, in the order of the findings. Pure, given what `ids` learned; rules
   * put it into the record that notes how far they have read.
   * @param at ISO 8601, of the record
   */
  decide(findings: readonly Finding[], looked: Looked, at: string): Decision;
};

export function openAlarms(deps: { rows: Rows; city: City }): Alarms {
  const { city } = deps;
  const store = alarmStore(deps.rows);
  /** Those that are not closed, as far as `ids` was asked; whoever decides looks at how they stand now. */
  const open = new Map<string, string>();
  return {
    async ids(findings) {
      const watches = [...new Set(findings.map(({ rule, entity }) => watchOf(rule, entity)))];
      const found = await store.openOf(watches);
      for (const watch of watches) {
        const id = found.get(watch);
        if (id === undefined) open.delete(watch);
        else open.set(watch, alertPrefix + id);
      }
      const known = [...found.values()].map((id) => alertPrefix + id);
      return [...new Set([...known, ...findings.filter(({ kind }) => kind === 'raise').map(findingId)])];
    },
    decide: (findings, looked, at) => decideFindings(findings, open, looked, at, city),
  };
}
