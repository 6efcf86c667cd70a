/** Subscriptions and notifications, 5.8. */
export { hitDerivation } from './hits.ts';
export { subscriptionTables } from './tables.ts';
