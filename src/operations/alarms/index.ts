/** The door of alarms: what rules hand over, and what people do with it. */
export { openAlarms, type Alarms } from './service.ts';
export { alarmTables } from './store.ts';
export { priorities, type Finding, type Priority } from './schema.ts';
