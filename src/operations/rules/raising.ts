/** What rules found becomes alarms: in the record that notes it in the states of the entities and in the count of the day. */
import type { Clock } from '../../base/clock.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Broker, Looked } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import type { StoredEntity } from '../../store/ports.ts';
import { startOfDay } from '../../ui/index.ts';
import type { Alarms, Finding } from '../alarms/index.ts';
import { dayRow, type RuleDay, type RuleStore } from './store.ts';
import type { Watched } from './watched.ts';

export type RuleRaising = {
  /** Resolves when everything that the rule found is durable; what fails is found again by the next call. */
  flush(one: Watched): Promise<void>;
};

/** Entities with findings in one record. */
const findingsAtOnce = 200;

export function ruleRaising(deps: {
  store: Pick<RuleStore, 'days'>;
  alarms: Pick<Alarms, 'ids' | 'decide'>;
  broker: Pick<Broker, 'amend' | 'find'>;
  city: Pick<City, 'timeZone'>;
  clock: Clock;
  metrics: Metrics;
}): RuleRaising {
  const { store, alarms, broker, city, clock, metrics } = deps;
  const found = metrics.counter('chorsu_rule_findings_total', 'What rules found, by rule and kind');
  /** The newest of each rule, as it is written. */
  const days = new Map<string, RuleDay>();

  /** Not looked at by the decision: what is read every second would make it be decided again and again. */
  const subjectsOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, StoredEntity | undefined>> =>
    new Map(await Promise.all(ids.map(async (id) => [id, await broker.find(systemPrincipal, 0, id)] as const)));

  const dayAfter = async (rule: string, findings: readonly Finding[]): Promise<RuleDay | undefined> => {
    const raised = findings.filter(({ kind }) => kind === 'raise');
    const last = raised.at(-1);
    if (!last) return undefined;
    const day = startOfDay(clock.now(), city.timeZone);
    const known = days.get(rule) ?? (await store.days(rule, day))[0];
    const before = known?.day === day ? known.raised : 0;
    return { day, raised: before + raised.length, lastAt: last.at, lastEntity: last.entity };
  };

  return {
    async flush(one) {
      const { id } = one.rule;
      for (;;) {
        const entities = one.finding(findingsAtOnce);
        if (entities.length === 0) return;
        const findings = entities.flatMap((entity) => one.findings(entity));
        const day = await dayAfter(id, findings);
        const rows = [...one.rows(entities), ...(day ? [dayRow(id, day)] : [])];
        const ids = await alarms.ids(findings);
        const subjects = await subjectsOf(entities);
        await broker.amend(systemPrincipal, 0, ids, { by: 'rules' }, (alerts, at) => {
          const looked: Looked = { get: (entity) => alerts.get(entity) ?? subjects.get(entity) };
          const decision = alarms.decide(findings, looked, at);
          return { entities: decision.entities, rows: [...(decision.rows ?? []), ...rows] };
        });
        one.written(entities);
        if (day) days.set(id, day);
        for (const { kind } of findings) found.add(1, { rule: id, kind });
      }
    },
  };
}
