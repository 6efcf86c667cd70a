/** The door of alarms: what rules hand over, and what people do with it. */
import { fileURLToPath } from 'node:url';

export { alarmsModule } from './http.ts';
export { alarmKinds } from './keeping.ts';
export { openAlarms, type Alarms } from './service.ts';
export { alarmTables } from './tables.ts';
export { alarmOf, alertPrefix } from './entity.ts';
export { durationText, type Told } from './pages/words.ts';
export type { OrdersOfAlarm } from './pages/content.ts';
export { subjectOf } from './findings.ts';
export { controlRule, priorities, type Finding, type Priority } from './schema.ts';

/** For `buildAssets`. */
export const alarmIslands = { alarms: fileURLToPath(new URL('pages/alarms.island.ts', import.meta.url)) };
