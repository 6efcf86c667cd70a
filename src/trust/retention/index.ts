/** The door of retention: how long what is kept, and what lets it go. */
export { retentionPages } from './http.ts';
export { retentionLink } from './pages/link.ts';
export { openRetention, type Due, type Retention, type RetentionKind, type Run } from './retention.ts';
export { checkRetention } from './check.ts';
export { retentionTables } from './tables.ts';
