/** The rows of subscriptions: tables, and what stands in them. What clients see is 5.2.12. */
import { anonymousPrincipal, type Principal } from '../../http/principal.ts';
import type { Subscription, Notice } from '../../ngsild/index.ts';
import type { RowDelta, SqlValue, TableDefinition, Tenant } from '../../store/ports.ts';

/**
 * What was subscribed: `document` is a `Subscription` as JSON; `context`: the @context of the request; `maker`: the
 * `Principal` who made it, as JSON. Instants: ms.
 */
export const subscriptionTable: TableDefinition = {
  name: 'ngsi_subscription',
  columns: {
    tenant: 'INTEGER',
    id: 'TEXT',
    document: 'TEXT',
    context: 'TEXT',
    maker: 'TEXT',
    created_at: 'INTEGER',
    modified_at: 'INTEGER',
  },
  key: ['tenant', 'id'],
};

const hitColumns = {
  tenant: 'INTEGER',
  subscription: 'TEXT',
  seq: 'INTEGER',
  place: 'INTEGER',
  at: 'INTEGER',
  entity: 'TEXT',
  bytes: 'INTEGER',
  notice: 'TEXT',
} as const;

/**
 * One change that a subscription is to be told of, at its place in the journal's order; derived from the changes.
 * `notice` is a `Notice` as JSON, `bytes` its size; `at`: ms.
 */
export const hitTable: TableDefinition = {
  name: 'ngsi_hit',
  columns: hitColumns,
  key: ['tenant', 'subscription', 'seq', 'place'],
  // The window is looked after without touching the notices.
  indexes: [['tenant', 'subscription', 'seq', 'at', 'bytes']],
};

/** How far a subscription's hits are delivered, and what became of them: a `Progress`. */
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
  columns: { ...hitColumns, refused_at: 'INTEGER', attempts: 'INTEGER', reason: 'TEXT' },
  key: ['tenant', 'subscription', 'seq', 'place'],
};

export const subscriptionTables: readonly TableDefinition[] = [
  subscriptionTable,
  hitTable,
  deliveryTable,
  deadLetterTable,
];

export type Stored = {
  readonly tenant: Tenant;
  readonly subscription: Subscription;
  /** URL of the @context of the request that made it. */
  readonly context: string;
  /** Who made it: it is told what its maker may read. */
  readonly maker: Principal;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Of its last change. */
  readonly seq: number;
};

/** A place among the hits of one subscription: a change, and a delta of it. */
export type Cursor = { readonly seq: number; readonly place: number };

export type Hit = Cursor & { readonly at: number; readonly bytes: number; readonly notice: Notice };

export type DeadLetter = Hit & { readonly refusedAt: number; readonly attempts: number; readonly reason: string };

/** Instants: ms. */
export type Progress = Cursor & {
  readonly timesSent: number;
  readonly timesFailed: number;
  readonly lastNotification: number | null;
  readonly lastSuccess: number | null;
  readonly lastFailure: number | null;
  /** What went wrong last; null when the last attempt went well. */
  readonly lastError: string | null;
  /** Attempts that failed since the last that went well. */
  readonly failures: number;
  /** How often the endpoint refused the notification that is now to be delivered. */
  readonly refusals: number;
  /** Hits before this change are gone. */
  readonly keptFrom: number;
  /** Hits that were gone before they were delivered. */
  readonly missed: number;
};

export const noProgress: Progress = {
  seq: 0,
  place: 0,
  timesSent: 0,
  timesFailed: 0,
  lastNotification: null,
  lastSuccess: null,
  lastFailure: null,
  lastError: null,
  failures: 0,
  refusals: 0,
  keptFrom: 0,
  missed: 0,
};

type Row = Readonly<Record<string, SqlValue>>;

export const storedOf = (row: Row): Stored => ({
  tenant: Number(row['tenant']),
  subscription: JSON.parse(String(row['document'])) as Subscription,
  context: String(row['context']),
  // Before makers were kept there were no accounts.
  maker: typeof row['maker'] === 'string' ? (JSON.parse(row['maker']) as Principal) : anonymousPrincipal,
  createdAt: Number(row['created_at']),
  modifiedAt: Number(row['modified_at']),
  seq: Number(row['_seq']),
});

/** Of a row of `ngsi_hit`, read or just derived. */
export const hitOf = (key: Row, row: Row): Hit => ({
  seq: Number(key['seq']),
  place: Number(key['place']),
  at: Number(row['at']),
  bytes: Number(row['bytes']),
  notice: JSON.parse(String(row['notice'])) as Notice,
});

const orNull = (value: SqlValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

export const progressOf = (row: Row): Progress => ({
  seq: Number(row['seq'] ?? 0),
  place: Number(row['place'] ?? 0),
  timesSent: Number(row['times_sent'] ?? 0),
  timesFailed: Number(row['times_failed'] ?? 0),
  lastNotification: orNull(row['last_notification']),
  lastSuccess: orNull(row['last_success']),
  lastFailure: orNull(row['last_failure']),
  lastError: typeof row['last_error'] === 'string' ? row['last_error'] : null,
  failures: Number(row['failures'] ?? 0),
  refusals: Number(row['refusals'] ?? 0),
  keptFrom: Number(row['kept_from'] ?? 0),
  missed: Number(row['missed'] ?? 0),
});

export const subscriptionRow = ({
  tenant,
  subscription,
  context,
  maker,
  createdAt,
  modifiedAt,
}: Omit<Stored, 'seq'>): RowDelta => ({
  table: subscriptionTable.name,
  key: { tenant, id: subscription.id },
  row: {
    document: JSON.stringify(subscription),
    context,
    maker: JSON.stringify(maker),
    created_at: createdAt,
    modified_at: modifiedAt,
  },
});

/** The rows that go with a subscription; its hits and dead letters follow by derivation. */
export const removedRows = (tenant: Tenant, id: string): readonly RowDelta[] =>
  [subscriptionTable, deliveryTable].map(({ name }) => ({ table: name, key: { tenant, id }, row: null }));

export const progressRow = (tenant: Tenant, id: string, progress: Progress): RowDelta => ({
  table: deliveryTable.name,
  key: { tenant, id },
  row: {
    seq: progress.seq,
    place: progress.place,
    times_sent: progress.timesSent,
    times_failed: progress.timesFailed,
    last_notification: progress.lastNotification,
    last_success: progress.lastSuccess,
    last_failure: progress.lastFailure,
    last_error: progress.lastError,
    failures: progress.failures,
    refusals: progress.refusals,
    kept_from: progress.keptFrom,
    missed: progress.missed,
  },
});

export const letterRow = (tenant: Tenant, id: string, letter: DeadLetter): RowDelta => {
  const { seq, place, at, bytes, notice, refusedAt, attempts, reason } = letter;
  return {
    table: deadLetterTable.name,
    key: { tenant, subscription: id, seq, place },
    row: {
      at,
      entity: notice.entity.id,
      bytes,
      notice: JSON.stringify(notice),
      refused_at: refusedAt,
      attempts,
      reason,
    },
  };
};

export const letterGone = (tenant: Tenant, id: string, { seq, place }: Cursor): RowDelta => ({
  table: deadLetterTable.name,
  key: { tenant, subscription: id, seq, place },
  row: null,
});
