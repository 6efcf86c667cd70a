/** The door of operations. */
export { alarmTables, openAlarms, type Alarms, type Finding, type Priority } from './alarms/index.ts';
