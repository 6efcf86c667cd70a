import type { Clock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import { createMetrics, type Metrics } from '../base/metrics.ts';
import { Problem } from '../base/problem.ts';
import { applyDelta, deltaId, touchesState, withRemovals, type Entity } from '../ngsild/entity.ts';
import { backgroundApply } from './applying.ts';
import { changeSize, derivedSize } from './changeSize.ts';
import { createOverlay, type Slot } from './overlay.ts';
import type {
  Change,
  Derivation,
  DerivedWrite,
  Journal,
  JournalRecord,
  RowDelta,
  StoredEntity,
  TableDefinition,
  Tenant,
} from './ports.ts';
import { createRowOverlay, type RowSlot } from './rowOverlay.ts';
import type { RowWrite, StateBatch } from './sqlite/apply.ts';
import { checkRow, rowName } from './sqlite/tables.ts';
import { systemTimers, type Timers } from '../base/timers.ts';
import { waitingFor, waitingLine } from './waiting.ts';

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
  /** As `now`, but an instant that no other call has given or will give: what it stamps can be told from all else. */
  ownInstant(): number;
  /** Last durable sequence number. */
  lastSeq(): number;
  /**
   * Calls back after each group is durable, in order; must not throw and must be quick (it wakes followers). `derived`:
   * what followed from the group.
   */
  onDurable(listener: (lastSeq: number, derived: readonly DerivedWrite[]) => void): () => void;
  /** Stops taking, syncs, applies. */
  close(): Promise<void>;
};

export type WriterOptions = {
  readonly journal: Journal;
  readonly state: WriterState;
  /** Has seen all that the state store holds. */
  readonly derivation?: Derivation;
  readonly clock: Clock;
  /** ms of the last record of the past; `now` never goes before it. */
  readonly lastAt?: number;
  readonly log?: Log;
  readonly metrics?: Metrics;
  /**
   * Called once when the journal could not be written: what is durable is then unknown, so the process must stop.
   * Default: throws outside of every promise, which ends the process.
   */
  readonly onFatal?: (error: Error) => void;
  /** Changes taken and not applied at which `commit` begins to wait; default 200,000. */
  readonly pendingMax?: number;
  /** The same by their rough size in memory; default 256 MiB. */
  readonly pendingBytesMax?: number;
  /** How long `commit` waits for room before Problem overloaded; default 10 s. */
  readonly roomMs?: number;
  /** How long durable changes gather before they are applied, unless somebody waits for them; default 500 ms. */
  readonly applyMs?: number;
  readonly cleanMax?: number;
  /** Passed in by the simulation. */
  readonly timers?: Timers;
};

/** What the writer asks of the state store. */
export type WriterState = {
  readonly tables: ReadonlyMap<string, TableDefinition>;
  appliedSeq(): number;
  readonly read: (tenant: Tenant, id: string) => StoredEntity | undefined;
  rowSeq(table: string, key: RowDelta['key']): number | undefined;
  apply(batch: StateBatch): Promise<void>;
};

/** One change on its way: from being taken until it is durable. */
type Taken = {
  readonly record: JournalRecord;
  readonly size: number;
  readonly entities: readonly { readonly slot: Slot; readonly after: StoredEntity | undefined }[];
  readonly rows: readonly { readonly slot: RowSlot; readonly after: RowWrite }[];
  readonly derived: readonly DerivedWrite[];
  readonly resolve: (place: { seq: number; at: number }) => void;
  readonly reject: (error: Error) => void;
};

/** A group of one synced write ends at this rough size; the rest waits for the next. */
const groupBytesMax = 16 * 1024 * 1024;

/**
 * Makes the writer over a journal and a state store that has applied all of it.
 * While one group is being synced the next one gathers; applying to the state store runs behind and never delays an
 * acknowledgement, except that `commit` waits when too much is unapplied.
 */
export function createWriter(options: WriterOptions): Writer {
  const {
    journal,
    state,
    derivation,
    clock,
    log = silentLog,
    metrics = createMetrics(),
    timers = systemTimers,
  } = options;
  const { pendingMax = 200_000, pendingBytesMax = 256 * 1024 * 1024, roomMs = 10_000 } = options;
  const {
    onFatal = (error) => {
      setImmediate(() => {
        throw error;
      });
    },
  } = options;
  const overlay = createOverlay({ read: state.read, ...(options.cleanMax && { cleanMax: options.cleanMax }) });
  const rowOverlay = createRowOverlay();
  const listeners = new Set<(lastSeq: number, derived: readonly DerivedWrite[]) => void>();
  const commits = metrics.counter('chorsu_commits_total', 'Changes acknowledged.');
  const groups = metrics.counter('chorsu_commit_groups_total', 'Synced writes of the journal.');
  const conflicts = metrics.counter('chorsu_commit_conflicts_total', 'Changes refused because an expectation failed.');
  const refused = metrics.counter('chorsu_commits_overloaded_total', 'Changes refused because the writer was full.');

  let lastAt = options.lastAt ?? 0;
  let takenSeq = journal.lastSeq();
  let durableSeq = takenSeq;
  let durableAt = lastAt;
  let gathering: Taken[] = [];
  let inFlight = false;
  let planned = false;
  let closing = false;
  let fatal: Error | undefined;
  let pending = 0;
  let pendingBytes = 0;
  const room = waitingLine();
  const settling = waitingFor();

  const applying = backgroundApply({
    state,
    timers,
    delayMs: options.applyMs ?? 500,
    onApplied({ entities, rows, changes, bytes }) {
      for (const [slot, n] of entities) overlay.release(slot, n);
      for (const [slot, n] of rows) rowOverlay.release(slot, n);
      pending -= changes;
      pendingBytes -= bytes;
      while (!full() && room.letOne());
    },
    onFatal: (error) => die(error),
  });
  metrics.gauge(
    'chorsu_unapplied_changes',
    'Changes durable or on their way that the state store lacks.',
    () => pending,
  );
  metrics.gauge('chorsu_unapplied_bytes', 'Their rough size in memory.', () => pendingBytes);

  const full = (): boolean => pending >= pendingMax || pendingBytes >= pendingBytesMax;

  const die = (error: Error): void => {
    if (fatal) return;
    fatal = error;
    log.error('the writer cannot go on', { error: error.stack ?? error.message });
    for (const { reject } of gathering) reject(error);
    gathering = [];
    room.refuseAll(error);
    settling.fail(error);
    applying.fail(error);
    onFatal(error);
  };

  const latestEntity = (tenant: Tenant, id: string): Entity | undefined => overlay.load(tenant, id).tail?.entity;

  const now = (): number => {
    lastAt = Math.max(lastAt, clock.now());
    return lastAt;
  };

  const ownInstant = (): number => {
    const instant = Math.max(lastAt + 1, clock.now());
    lastAt = instant + 1;
    return instant;
  };

  /** What a failed expectation says; undefined when all hold. */
  const failedExpectation = (change: Change): string | undefined => {
    for (const expected of change.expect ?? []) {
      let found: number | null;
      let thing: string;
      if ('entity' in expected) {
        found = overlay.load(change.tenant, expected.entity).tail?.seq ?? null;
        thing = expected.entity;
      } else {
        const { table, key } = expected.row;
        const definition = state.tables.get(table);
        if (!definition) throw new Problem('bad-data', `there is no table ${table}`);
        const slot = rowOverlay.find(rowName(definition, key));
        found = slot ? (slot.tail.row === null ? null : slot.tail.seq) : (state.rowSeq(table, key) ?? null);
        thing = `the row ${JSON.stringify(key)} of ${table}`;
      }
      if (found === expected.seq) continue;
      const place = (seq: number | null) => (seq === null ? 'absent' : `at change ${seq}`);
      return `${thing} is ${place(found)}, expected ${place(expected.seq)}`;
    }
    return undefined;
  };

  const take = (change: Change): Promise<{ seq: number; at: number }> => {
    let size = changeSize(change);
    for (const row of change.rows) checkRow(state.tables, row);
    const failed = failedExpectation(change);
    if (failed !== undefined) {
      conflicts.add();
      // What made it fail may not be durable yet, and must not be told before it is.
      return settled().then(() => {
        throw new Problem('conflict', failed);
      });
    }
    const { tenant, cause, rows } = change;
    const seq = ++takenSeq;
    const changed: { slot: Slot; after: StoredEntity | undefined }[] = [];
    const derived: DerivedWrite[] = [];
    const at = now();
    const entities = change.entities.map((given, place) => {
      if (!touchesState(given)) return given;
      const slot = overlay.load(tenant, deltaId(given));
      overlay.hold(slot);
      const before = slot.tail?.entity;
      const delta = withRemovals(given, before);
      const entity = applyDelta(before, delta);
      slot.tail = entity && (entity === before ? slot.tail : { entity, seq });
      changed.push({ slot, after: slot.tail });
      if (derivation) derived.push(...derivation.entity(before, entity, { tenant, seq, at, place }, latestEntity));
      return delta;
    });
    const record: JournalRecord = { seq, at, tenant, cause, entities, rows };
    const changedRows = rows.map((delta, place) => {
      const { table, key, row } = delta;
      if (derivation) derived.push(...derivation.row(delta, { tenant, seq, at, place }));
      const after: RowWrite = { table, key, row, seq };
      return { slot: rowOverlay.take(rowName(state.tables.get(table) as TableDefinition, key), after), after };
    });
    size += derivedSize(derived);
    pending++;
    pendingBytes += size;
    return new Promise((resolve, reject) => {
      gathering.push({ record, size, entities: changed, rows: changedRows, derived, resolve, reject });
      plan();
    });
  };

  const plan = (): void => {
    if (planned || inFlight || gathering.length === 0 || fatal) return;
    planned = true;
    timers.soon(() => {
      planned = false;
      void writeGroup();
    });
  };

  const writeGroup = async (): Promise<void> => {
    if (inFlight || gathering.length === 0 || fatal) return;
    let bytes = 0;
    let count = 0;
    while (count < gathering.length && bytes < groupBytesMax) bytes += (gathering[count++] as Taken).size;
    const group = count === gathering.length ? gathering : gathering.slice(0, count);
    gathering = count === gathering.length ? [] : gathering.slice(count);
    inFlight = true;
    try {
      await journal.append(group.map(({ record }) => record));
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of group) reject(failure);
      die(failure);
      return;
    }
    inFlight = false;
    const last = (group.at(-1) as Taken).record;
    durableSeq = last.seq;
    durableAt = last.at;
    const followed: DerivedWrite[] = [];
    for (const { record, size, entities, rows, derived, resolve } of group) {
      for (const { slot, after } of entities) {
        slot.durable = after;
        slot.durableSeq = record.seq;
        applying.entity(slot);
      }
      for (const { slot, after } of rows) {
        slot.durable = after;
        applying.row(slot);
      }
      for (const write of derived) followed.push(write);
      applying.change(size);
      resolve({ seq: record.seq, at: record.at });
    }
    commits.add(group.length);
    groups.add();
    applying.derived(followed);
    applying.durable(durableSeq, durableAt);
    settling.reached(durableSeq);
    // The next group goes to the disk before anybody reacts to this one.
    plan();
    for (const listener of listeners) listener(durableSeq, followed);
  };

  const settled = (): Promise<void> => (fatal ? Promise.reject(fatal) : settling.until(takenSeq, durableSeq));

  return {
    async commit(change) {
      if (fatal) throw fatal;
      if (closing) throw new Problem('overloaded', 'the writer is closing');
      if (full() || room.waiting() > 0) {
        applying.hurry();
        const waited = await room.wait((refuse) => timers.after(roomMs, refuse));
        if (!waited) {
          refused.add();
          throw new Problem('overloaded', 'too many changes are waiting to be applied');
        }
        if (closing) throw new Problem('overloaded', 'the writer is closing');
      }
      return take(change);
    },
    latest: (tenant, id) => overlay.load(tenant, id).tail,
    get: (tenant, id) => overlay.load(tenant, id).durable,
    settled,
    async applied() {
      if (fatal) throw fatal;
      await applying.until(durableSeq);
    },
    now,
    ownInstant,
    lastSeq: () => durableSeq,
    onDurable(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closing = true;
      room.refuseAll(new Problem('overloaded', 'the writer is closing'));
      await settled();
      await applying.until(durableSeq);
    },
  };
}
