/** Wires the console of whoever is on duty: alarms, rules, notices, control. */
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Metrics } from './base/metrics.ts';
import type { Broker } from './broker/index.ts';
import type { City } from './city/index.ts';
import type { Action, Module, Outbound, Principal, Resource } from './http/index.ts';
import {
  abreastTable,
  alarmIslands,
  alarmKinds,
  alarmsModule,
  alarmTables,
  commandDoor,
  controlKinds,
  controlModule,
  controlTables,
  noticeKinds,
  noticeModule,
  noticeTables,
  openAlarms,
  openOrders,
  orderIslands,
  orderKinds,
  ordersModule,
  ordersOfAlarm,
  orderTables,
  rulesModule,
  ruleTables,
  type Crew,
  type Control,
  type TopicDoor,
} from './operations/index.ts';
import type { Files, Rows, TableDefinition } from './store/ports.ts';
import type { RetentionKind } from './trust/index.ts';
import type { Site } from './ui/index.ts';

export const operationsTables: readonly TableDefinition[] = [
  ...alarmTables,
  ...ruleTables,
  ...noticeTables,
  ...orderTables,
  ...controlTables,
  abreastTable,
];

/** For `buildAssets`. */
export const operationsIslands: Readonly<Record<string, string>> = { ...alarmIslands, ...orderIslands };

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
  /** Told what grows old, and how it goes. */
  readonly retain: (kind: RetentionKind) => void;
  /** False for a command that opens the directory to look: nothing is followed then. */
  readonly follows: boolean;
  /** For commands to devices. */
  readonly outbound: Outbound;
  /** `HOST` or `HOST:PORT` of the own network that may be reached. */
  readonly allowed: readonly string[];
  /** Asked in this order who listens at a topic. */
  readonly topics: readonly TopicDoor[];
};

export type Operations = { readonly modules: readonly Module[]; readonly control: Control };

export function openOperations(deps: OperationsDeps): Operations {
  const alarms = openAlarms(deps);
  [...alarmKinds(deps), ...noticeKinds(deps), ...orderKinds(deps), ...controlKinds(deps)].forEach(deps.retain);
  const orders = openOrders({ ...deps, alarms });
  const control = controlModule({ ...deps, alarms, door: commandDoor(deps) });
  const modules = [
    alarmsModule({ ...deps, alarms, orders: ordersOfAlarm({ ...deps, orders }), controls: control.controls }),
    ordersModule({ ...deps, orders, alarms }),
    control,
    rulesModule({ ...deps, alarms }),
    noticeModule(deps),
  ];
  return { modules, control };
}
