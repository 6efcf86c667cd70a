/** The rows of subscriptions. Names are for the city's own eyes; what clients see is 5.2.12. */
import type { TableDefinition } from '../../store/ports.ts';

/** What was subscribed: `document` is a `Subscription` as JSON. */
export const subscriptionTable: TableDefinition = {
  name: 'ngsi_subscription',
  columns: { tenant: 'INTEGER', id: 'TEXT', document: 'TEXT', created_at: 'INTEGER', modified_at: 'INTEGER' },
  key: ['tenant', 'id'],
};

/**
 * One change that a subscription is to be told of, at its place in the journal's order; derived from the changes.
 * `notice` is a `Notice` as JSON; `at`: ms.
 */
export const hitTable: TableDefinition = {
  name: 'ngsi_hit',
  columns: {
    tenant: 'INTEGER',
    subscription: 'TEXT',
    seq: 'INTEGER',
    place: 'INTEGER',
    at: 'INTEGER',
    entity: 'TEXT',
    notice: 'TEXT',
  },
  key: ['tenant', 'subscription', 'seq', 'place'],
};

/**
 * How far a subscription's hits are delivered, and what became of them. `kept_from`: hits before this seq are gone;
 * `missed`: those of them that had not been delivered. Instants: ms.
 */
export const deliveryTable: TableDefinition = {
  name: 'ngsi_delivery',
  columns: {
    tenant: 'INTEGER',
    id: 'TEXT',
    seq: 'INTEGER',
    place: 'INTEGER',
    times_sent: 'INTEGER',
    times_failed: 'INTEGER',
    last_notification: 'INTEGER',
    last_success: 'INTEGER',
    last_failure: 'INTEGER',
    last_error: 'TEXT',
    failures: 'INTEGER',
    refusals: 'INTEGER',
    kept_from: 'INTEGER',
    missed: 'INTEGER',
  },
  key: ['tenant', 'id'],
};

/** A hit that its endpoint refused for good; kept apart, so that it outlives the window of hits. */
export const deadLetterTable: TableDefinition = {
  name: 'ngsi_dead_letter',
  columns: {
    tenant: 'INTEGER',
    subscription: 'TEXT',
    seq: 'INTEGER',
    place: 'INTEGER',
    at: 'INTEGER',
    entity: 'TEXT',
    notice: 'TEXT',
    refused_at: 'INTEGER',
    attempts: 'INTEGER',
    reason: 'TEXT',
  },
  key: ['tenant', 'subscription', 'seq', 'place'],
};

export const subscriptionTables: readonly TableDefinition[] = [
  subscriptionTable,
  hitTable,
  deliveryTable,
  deadLetterTable,
];
