/** What every module is given of the broker. The NGSI-LD operations on entities stand in `entities.ts`. */
import type { Principal } from '../http/principal.ts';
import type { Attributes, Entity } from '../ngsild/entity.ts';
import type { Aggregation, EntityQuery, TemporalQuery } from '../ngsild/query.ts';
import type {
  Cause,
  EntityAggregates,
  EntityHistory,
  EntityPage,
  Gap,
  JournalRecord,
  RowDelta,
  StoredEntity,
  Tenant,
} from '../store/ports.ts';

/** Readings of one entity: makes it when it is not there, else sets these attributes. Late ones enter history only. */
export type Reading = {
  readonly id: string;
  /** IRIs. */
  readonly type: readonly string[];
  readonly attrs: Attributes;
  /** Attributes given once, when the entity is made (name, location, owner). */
  readonly atBirth?: Attributes;
  /**
   * True for values of a simulator. An entity is simulated or it is not, from birth on: a reading of the other sort is
   * refused, so that the two never share a series.
   */
  readonly simulated?: boolean;
};

export type Broker = {
  /** Durable when resolved. One record for all readings: all or none. @throws Problem */
  record(
    who: Principal,
    tenant: Tenant,
    readings: readonly Reading[],
    cause: Cause,
    /** Rows of the module that belong to the same record, such as the progress of an import. */
    rows?: readonly RowDelta[],
  ): Promise<{ seq: number }>;
  /** Past instances that leave the current state alone. */
  recordHistory(who: Principal, tenant: Tenant, past: readonly Reading[], cause: Cause): Promise<{ seq: number }>;
  get(who: Principal, tenant: Tenant, id: string): Promise<StoredEntity>;
  find(who: Principal, tenant: Tenant, id: string): Promise<StoredEntity | undefined>;
  query(
    who: Principal,
    tenant: Tenant,
    query: EntityQuery,
    page: { limit: number; offset: number; count?: boolean },
  ): Promise<EntityPage>;
  types(who: Principal, tenant: Tenant): Promise<readonly { type: string; count: number }[]>;
  history(
    who: Principal,
    tenant: Tenant,
    ids: readonly string[],
    query: TemporalQuery,
    options?: { limit?: number },
  ): Promise<{ entities: readonly EntityHistory[]; truncated: boolean }>;
  aggregate(
    who: Principal,
    tenant: Tenant,
    ids: readonly string[],
    query: TemporalQuery,
    aggregation: Aggregation,
  ): Promise<readonly EntityAggregates[]>;
  /**
   * Follows the journal from `from` (default: from now on), in order, one batch at a time; a slow handler delays only
   * itself. The follower keeps its place with its own data; `gap` tells what was no longer kept.
   * @returns stop, which resolves when the handler is idle
   */
  follow(
    name: string,
    handler: (records: readonly JournalRecord[], gap?: Gap) => Promise<void> | void,
    options?: { from?: number; batch?: number },
  ): () => Promise<void>;
};

export type { Attributes, Entity };
