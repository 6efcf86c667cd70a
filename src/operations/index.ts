/** The door of operations. */
export {
  alarmIslands,
  alarmKinds,
  alarmsModule,
  alarmTables,
  openAlarms,
  type Alarms,
  type Finding,
  type Priority,
} from './alarms/index.ts';
export { rulesModule, ruleTables } from './rules/index.ts';
export { abreastTable } from './abreast.ts';
export { noticeKinds, noticeModule, noticeTables } from './notices/index.ts';
export {
  openOrders,
  orderIslands,
  orderKinds,
  ordersModule,
  ordersOfAlarm,
  orderTables,
  type Crew,
} from './orders/index.ts';
export {
  commandDoor,
  controlKinds,
  controlModule,
  controlTables,
  type Control,
  type TopicDoor,
} from './control/index.ts';
