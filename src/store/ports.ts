/**
 * The ports of storage. Small, async, defaults stated; every adapter runs the same contract suite (`*.contract.ts`).
 * See ARCHITECTURE.md, "The write path".
 */
import type { EntityShape } from '../ngsild/index.ts';
import type {
  AttributeKind,
  Attributes,
  Entity,
  EntityDelta,
  Forgotten,
  Instance,
  InstancePlace,
} from '../ngsild/entity.ts';
import type {
  Aggregation,
  AggregateMethod,
  EntityOrder,
  EntityQuery,
  TemporalQuery,
  TimeProperty,
} from '../ngsild/query.ts';

/** Integer tenant; 0 is the default tenant, in which the civic modules live. */
export type Tenant = number;

export type SqlValue = null | number | string | Uint8Array;
export type RowDelta = {
  readonly table: string;
  /** Primary key columns. */
  readonly key: Readonly<Record<string, SqlValue>>;
  /** The other columns; null deletes the row. */
  readonly row: Readonly<Record<string, SqlValue>> | null;
};

/** What must still be true when the change is taken: the thing is at this sequence number, or (null) does not exist. */
export type Expectation =
  | { readonly entity: string; readonly seq: number | null }
  | {
      readonly row: { readonly table: string; readonly key: Readonly<Record<string, SqlValue>> };
      readonly seq: number | null;
    };

/** Who or what caused a change: `http`, `mqtt`, `import`, `simulator`, `sweep`; with the source's id where there is one. */
export type Cause = { readonly by: string; readonly source?: string; readonly traceparent?: string };

export type Change = {
  readonly tenant: Tenant;
  readonly cause: Cause;
  readonly expect?: readonly Expectation[];
  readonly entities: readonly EntityDelta[];
  readonly rows: readonly RowDelta[];
};

/** A change with its place in the order. `at` (ms) never goes back. One journal, one sequence, all tenants. */
export type JournalRecord = {
  readonly seq: number;
  readonly at: number;
  readonly tenant: Tenant;
  readonly cause: Cause;
  readonly entities: readonly EntityDelta[];
  readonly rows: readonly RowDelta[];
};

/** Told to a reader whose place is no longer kept: it continues from current state and counts what it missed. */
export type Gap = { readonly from: number; readonly to: number; readonly count: number };

export type Journal = {
  /** Sequence number of the last durable record; 0 when there is none. */
  lastSeq(): number;
  /** First sequence number still kept. */
  firstSeq(): number;
  /**
   * Appends the records, whose seqs continue the order, as one synced write.
   * @returns the last seq; it and everything before it then survives kill -9 and power loss
   */
  append(records: readonly JournalRecord[]): Promise<number>;
  /**
   * Up to `limit` durable records from `seq` on, in order, fewer when they are large; an empty list when there are none
   * yet.
   * When `seq` is no longer kept, `gap` says so and the records begin at the first one kept.
   */
  read(seq: number, limit: number): Promise<{ records: readonly JournalRecord[]; gap?: Gap }>;
  /** Deletes sealed segments beyond the keep window (age, total bytes), but never one holding `minSeq` or later. */
  prune(options: {
    now: number;
    maxAgeMs: number;
    maxBytes: number;
    minSeq: number;
  }): Promise<{ deletedSegments: number }>;
  stats(): { segments: number; bytes: number; firstSeq: number; lastSeq: number };
  close(): Promise<void>;
};

/** An entity and the sequence number of its last change. */
export type StoredEntity = { readonly entity: Entity; readonly seq: number };

/** Which part of the matches, in which order. */
export type PageRequest = {
  readonly limit: number;
  readonly offset: number;
  /** Adds the exact number of all matches. */
  readonly count?: boolean;
  /** Only ids that come after this one, so that walking through everything costs the same for each page. */
  readonly after?: string;
  /** Default and at last: by id. */
  readonly order?: EntityOrder;
  /** ms: what has ended by then (4.22) is not there; default: nothing ends. */
  readonly now?: number;
};

export type EntityPage = { readonly entities: readonly Entity[]; readonly count?: number };

/** The projection that holds current state. Applied in journal order; asks nothing, refuses nothing. */
export type EntityStore = {
  appliedSeq(): number;
  get(tenant: Tenant, id: string): Promise<StoredEntity | undefined>;
  /** @throws Problem too-complex (it took too long), too-many-results (more than can be ordered) */
  query(tenant: Tenant, query: EntityQuery, page: PageRequest): Promise<EntityPage>;
  /** `now` as in a page. */
  types(tenant: Tenant, now?: number): Promise<readonly { type: string; count: number }[]>;
  /** What entities are made of: each combination of types and attributes that there is. */
  shapes(tenant: Tenant, now?: number): Promise<readonly EntityShape[]>;
};

/** Reads of a module's own tables; in the subset of SQL that SQLite and PostgreSQL share; parameters as `?`. */
export type Rows = {
  all(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Record<string, SqlValue>[]>;
  get(sql: string, parameters?: readonly SqlValue[]): Promise<Record<string, SqlValue> | undefined>;
};

/** A module's table; created at start, applied from row deltas. Columns are `TEXT`, `INTEGER`, `REAL` or `BLOB`. */
export type TableDefinition = {
  readonly name: string;
  readonly columns: Readonly<Record<string, 'TEXT' | 'INTEGER' | 'REAL' | 'BLOB'>>;
  readonly key: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
};

/** A row that follows from a change, or the rows of a table that go because of it. */
export type DerivedWrite = (RowDelta & { readonly seq: number }) | Sweep;

/** Rows go that are `equal` in these columns (of the key, in its order) and `below` a value in the next; none newer than `seq`. */
export type Sweep = {
  readonly table: string;
  readonly seq: number;
  readonly equal: Readonly<Record<string, SqlValue>>;
  readonly below?: { readonly column: string; readonly value: number };
};

/** Where in the order a delta stands; `place`: which of its record's. */
export type Place = { readonly tenant: Tenant; readonly seq: number; readonly at: number; readonly place: number };

/**
 * Makes rows from changes: a part of the state that nobody writes but that follows from the journal, as state itself does.
 * It is asked in the order of the journal, of each change once: by the writer as changes are taken, by the replay at
 * start. Its rows are written in the transaction that applies the change, so a crash takes both back and the replay makes
 * both again. Deterministic: the same journal makes the same rows.
 */
export type Derivation = {
  /** Called once, first: reads what the tables hold as of the last applied change. */
  load(rows: Rows): Promise<void>;
  /**
   * One entity changed; undefined: it is not there.
   * @param resolve other entities, as of this change
   */
  entity(
    before: Entity | undefined,
    after: Entity | undefined,
    place: Place,
    resolve: (tenant: Tenant, id: string) => Entity | undefined,
  ): readonly DerivedWrite[];
  /** A row was changed by a delta, of any table. */
  row(delta: RowDelta, place: Place): readonly DerivedWrite[];
};

/** One attribute instance on its way to history. */
export type HistoryInstance = {
  readonly tenant: Tenant;
  readonly entity: string;
  /** The entity's types now; empty: those that history last knew (a delta does not always say). */
  readonly type: readonly string[];
  /** Types it has besides those last known. */
  readonly addedType?: readonly string[];
  /** IRI; the empty string marks the entity itself: that it went (with `deletedAt`), or that it was there without attributes. */
  readonly name: string;
  readonly instance: Instance;
  /** ISO 8601, when the platform took it. */
  readonly modifiedAt: string;
  /** Set for the marker of a deleted attribute or entity (then `instance.value` is null). */
  readonly deletedAt?: string;
  readonly seq: number;
  /** The instance that it replaces, whose instanceId it keeps. */
  readonly instead?: InstancePlace;
};

/** Instances of one entity that were taken before the change `before` and are to leave history. */
export type HistoryForget = {
  readonly tenant: Tenant;
  readonly entity: string;
  readonly before: number;
  readonly past: Forgotten;
  /** Its name and types stay known though nothing may be left of it. */
  readonly stays?: true;
};

export type PastInstance = Instance & { readonly instanceId: string; readonly deletedAt?: string };
/** Values of one attribute of one entity in time order; `timeproperty` decides by which time. */
export type AttributeSeries = {
  readonly name: string;
  readonly instances: readonly PastInstance[];
  /** Of one whose instances were all cut away. */
  readonly type?: AttributeKind;
};
export type EntityHistory = {
  readonly id: string;
  readonly type: readonly string[];
  /** The last time the entity was deleted within the query's interval. */
  readonly deletedAt?: string;
  /** With `truncated`, an attribute of which everything was cut away has no instances. */
  readonly attrs: readonly AttributeSeries[];
};

/** Of one bucket; instants in milliseconds. The value is a text where texts, dates or times were compared (4.5.19.1). */
export type AggregateValue = readonly [value: number | string, start: number, end: number];
/** Buckets by method; a method that cannot be applied to any of the values is absent. */
export type AggregateSeries = {
  readonly name: string;
  readonly datasetId?: string;
  readonly relationship?: true;
  readonly methods: Readonly<Partial<Record<AggregateMethod, readonly AggregateValue[]>>>;
};
export type EntityAggregates = {
  readonly id: string;
  readonly type: readonly string[];
  readonly attrs: readonly AggregateSeries[];
};

/** How long values of a type are kept, by the source's declaration. `days: null` = for good. */
export type RetentionRule = { readonly tenant: Tenant; readonly type: string; readonly days: number | null };

export type PastEntities = { readonly entities: readonly Pick<Entity, 'id' | 'type'>[]; readonly count?: number };

/**
 * Which entities, by what they were: some instance of an attribute asked for stands within the interval, and so does one of
 * each attribute that q and geo speak of; `scope` is one that they had then.
 */
export type PastQuery = EntityQuery & {
  /** Absent: any time. */
  readonly within?: Pick<TemporalQuery, 'time' | 'timeproperty' | 'datasetIds'>;
};

/** An instance as whoever saw it names it. */
export type Observation = { readonly name: string; readonly datasetId?: string; readonly observedAt: string };

export type HistoryStore = {
  /** Highest seq whose instances are durable here. */
  appliedSeq(): Promise<number>;
  /** Adds the instances and moves appliedSeq to `seq`, both or neither. Repeating a seq already applied does nothing. */
  append(batch: readonly HistoryInstance[], seq: number): Promise<void>;
  /** Entities of which history has instances that match (5.7.4.4). An order is one of ids. @throws Problem too-complex */
  entities(tenant: Tenant, query: PastQuery, page: PageRequest): Promise<PastEntities>;
  /**
   * Instances of these entities, about `limit` in all: oldest first, with lastN newest first. `truncated` says that there are
   * more; what is there then ends with a whole instant, the second one at the least.
   */
  instances(
    tenant: Tenant,
    ids: readonly string[],
    query: TemporalQuery,
    options?: { limit?: number },
  ): Promise<{ entities: readonly EntityHistory[]; truncated: boolean }>;
  /** What stands at each of these observations, undefined where nothing does; of several instances the one taken last. */
  observed(
    tenant: Tenant,
    id: string,
    observations: readonly Observation[],
  ): Promise<readonly (PastInstance | undefined)[]>;
  /** One instance of an attribute. */
  instance(tenant: Tenant, id: string, name: string, place: InstancePlace): Promise<PastInstance | undefined>;
  /** Cut as instances are, `limit` being about buckets. */
  aggregate(
    tenant: Tenant,
    ids: readonly string[],
    query: TemporalQuery,
    aggregation: Aggregation,
    options?: { limit?: number },
  ): Promise<{ entities: readonly EntityAggregates[]; truncated: boolean }>;
  /** Deletes instances whose observedAt (else modifiedAt) is older than the type's rule. Returns how many went. */
  retain(rules: readonly RetentionRule[], now: number): Promise<{ deleted: number }>;
  /**
   * Deletes these instances from tables, sealed files and rollups; an entity of which nothing is left leaves the list of
   * entities. Repeating it does nothing. Returns how many went.
   */
  forget(list: readonly HistoryForget[]): Promise<{ deleted: number }>;
  /** Deletes everything of an entity from tables, sealed files and rollups, its name too. Returns how many instances went. */
  erase(tenant: Tenant, entity: string): Promise<{ deleted: number }>;
  /**
   * Seals closed days: sorted, compressed, immutable files. In small steps, between which records and questions have their
   * turn; the signal ends it after one.
   */
  seal(now: number, signal?: AbortSignal): Promise<{ sealedDays: number; rows: number; bytes: number }>;
  stats(): Promise<{ rows: number; bytes: number; oldest?: number; newest?: number }>;
  /**
   * What history holds of the records `fromSeq` to `toSeq` (both included, default all): how many instances, of how many
   * records, and a hash that does not depend on the order or on what is sealed. Equal digests, equal history.
   */
  digest(range?: {
    fromSeq?: number;
    toSeq?: number;
  }): Promise<{ seq: number; instances: number; records: number; hash: string }>;
  /** A consistent copy of everything into an empty directory. Returns the applied seq that it holds. */
  copyTo(directory: string): Promise<{ seq: number }>;
  close(): Promise<void>;
};

/** Content-addressed bytes: the key is the SHA-256 in hex. Whoever keeps some says which it names. */
export type Files = {
  get(hash: string): Promise<Uint8Array | undefined>;
  /**
   * Bytes are put through a keeper alone, so that none are kept of which the sweep does not know who names them.
   * @param named every key that the keeper's rows and entities name; asked at each sweep
   */
  keeper(named: () => Promise<readonly string[]>): FileKeeper;
  /**
   * Deletes bytes that no keeper names and that were not put in the last hour; nothing at all when one cannot say what it
   * names.
   */
  sweep(): Promise<{ readonly files: number; readonly bytes: number }>;
};

export type FileKeeper = Pick<Files, 'get'> & {
  /** Durable when resolved. The keeper names them within an hour, or they are swept. */
  put(bytes: Uint8Array): Promise<string>;
};

export type { Attributes, Entity, EntityDelta, EntityShape, Forgotten, Instance, InstancePlace, TimeProperty };
