/** The door of rules: the tables, and the module with its follower. */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Broker } from '../../broker/index.ts';
import type { Action, Module, Principal } from '../../http/index.ts';
import type { Rows } from '../../store/ports.ts';
import type { Site } from '../../ui/index.ts';
import type { Alarms } from '../alarms/index.ts';
import { ruleFollower } from './follow.ts';
import { rulesPages } from './http.ts';
import { openRules } from './service.ts';
import { standardRules } from './standard.ts';
import { ruleStore } from './store.ts';

export { ruleTables } from './store.ts';

/** @param follows false for a command that only looks: nothing is raised then */
export function rulesModule(deps: {
  broker: Broker;
  rows: Rows;
  alarms: Pick<Alarms, 'ids' | 'decide' | 'ofRule'>;
  site: Site;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  nameOf: (id: string) => string;
  permits: (who: Principal, action: Action) => boolean;
  follows: boolean;
}): Module {
  const { rows, site, follows } = deps;
  const store = ruleStore(rows);
  const rules = openRules({ ...deps, store, city: site.city, standard: standardRules(site.city) });
  const follower = ruleFollower({ ...deps, rules, store, city: site.city });
  return {
    ...rulesPages({ ...deps, rules, store, follower }),
    async start() {
      await rules.load();
      if (follows) await follower.start();
    },
    stop: () => follower.stop(),
  };
}
