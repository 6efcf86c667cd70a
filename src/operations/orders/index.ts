/** The door of work orders. */
export { orderPages, ordersOfAlarm, type Crew } from './http.ts';
export { openOrders, type Orders } from './service.ts';
export { orderTables } from './tables.ts';
