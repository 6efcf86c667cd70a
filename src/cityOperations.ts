/** Wires the console of whoever is on duty: alarms, rules, notices. */
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Metrics } from './base/metrics.ts';
import type { Broker } from './broker/index.ts';
import type { City } from './city/index.ts';
import type { Action, Module, Principal, Resource } from './http/index.ts';
import {
  alarmIslands,
  alarmsModule,
  alarmTables,
  noticeModule,
  noticeTables,
  openAlarms,
  openOrders,
  ordersModule,
  ordersOfAlarm,
  orderTables,
  rulesModule,
  ruleTables,
  type Crew,
} from './operations/index.ts';
import type { Files, Rows, TableDefinition } from './store/ports.ts';
import type { Site } from './ui/index.ts';

export const operationsTables: readonly TableDefinition[] = [
  ...alarmTables,
  ...ruleTables,
  ...noticeTables,
  ...orderTables,
];

/** For `buildAssets`. */
export const operationsIslands: Readonly<Record<string, string>> = { ...alarmIslands };

export type OperationsDeps = {
  readonly broker: Broker;
  readonly rows: Rows;
  readonly files: Files;
  readonly city: City;
  readonly site: Site;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Of an account, as it is shown. */
  readonly nameOf: (id: string) => string;
  /** Accounts that do work orders. */
  readonly crews: () => readonly Crew[];
  /** Of the platform as others reach it. */
  readonly url: () => string;
  /** The invented city with its simulator. */
  readonly sample: boolean;
  readonly permits: (who: Principal, action: Action, resource?: Resource) => boolean;
  /** False for a command that opens the directory to look: nothing is followed then. */
  readonly follows: boolean;
};

export function operationsModules(deps: OperationsDeps): readonly Module[] {
  const alarms = openAlarms(deps);
  const orders = openOrders({ ...deps, alarms });
  return [
    alarmsModule({ ...deps, alarms, orders: ordersOfAlarm({ ...deps, orders }) }),
    rulesModule({ ...deps, alarms }),
    noticeModule(deps),
    ordersModule({ ...deps, orders, alarms }),
  ];
}
