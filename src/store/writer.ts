import type { Change, StoredEntity, Tenant } from './ports.ts';

/**
 * The one writer. Everything that changes anything passes through `commit`; nothing else writes.
 */
export type Writer = {
  /**
   * Takes a change: checks its expectations against everything taken before it, gives it its place in the order, and
   * journals it with whatever waits beside it (group commit).
   * @returns its sequence number, once it is durable; `get` then sees it
   * @throws Problem conflict (an expectation failed), overloaded (the overlay is full, or the process is stopping)
   */
  commit(change: Change): Promise<{ seq: number; at: number }>;
  /**
   * The entity as of the last change taken, durable or not. For deciding a change only: what it tells must not leave
   * the process before `settled()`. Resolved synchronously (not a promise) whenever the entity is in memory.
   */
  latest(tenant: Tenant, id: string): StoredEntity | undefined | Promise<StoredEntity | undefined>;
  /** The entity as of the last durable change. */
  get(tenant: Tenant, id: string): StoredEntity | undefined | Promise<StoredEntity | undefined>;
  /** Resolves when everything taken so far is durable. */
  settled(): Promise<void>;
  /** Resolves when the state store has applied everything that was durable at the call. Before every query. */
  applied(): Promise<void>;
  /** Milliseconds; never goes back, not even over a restart. Stamps createdAt and modifiedAt. */
  now(): number;
  /** Last durable sequence number. */
  lastSeq(): number;
  /** Calls back after each group is durable, in order; must not throw and must be quick (it wakes followers). */
  onDurable(listener: (lastSeq: number) => void): () => void;
  /** Stops taking, syncs, applies. */
  close(): Promise<void>;
};
