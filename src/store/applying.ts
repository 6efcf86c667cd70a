/**
 * Brings durable changes to the state store, behind the acknowledgements. Between two batches only the last version of
 * each entity and row is remembered, so an entity that changes a hundred times is written once.
 */
import type { Slot } from './overlay.ts';
import type { RowSlot } from './rowOverlay.ts';
import type { DerivedWrite } from './ports.ts';
import type { EntityWrite, RowWrite, StateBatch } from './sqlite/apply.ts';
import { entityWrite } from './sqlite/shape.ts';
import { waitingFor } from './waiting.ts';
import type { Timers } from '../base/timers.ts';

export type Applied = {
  /** How many of each slot's changes are now applied. */
  readonly entities: ReadonlyMap<Slot, number>;
  readonly rows: ReadonlyMap<RowSlot, number>;
  readonly changes: number;
  readonly bytes: number;
};

export type Applying = {
  /** A change of this entity is durable. */
  entity(slot: Slot): void;
  row(slot: RowSlot): void;
  /** What follows from a durable change. */
  derived(writes: readonly DerivedWrite[]): void;
  /** A whole change is durable; `bytes`: its size. */
  change(bytes: number): void;
  /** Everything up to `seq` has been noted. */
  durable(seq: number, at: number): void;
  /** Does not wait for more to gather. */
  hurry(): void;
  until(seq: number): Promise<void>;
  fail(error: Error): void;
};

export function backgroundApply(options: {
  readonly state: { appliedSeq(): number; apply(batch: StateBatch): Promise<void> };
  readonly timers: Timers;
  readonly delayMs: number;
  readonly onApplied: (applied: Applied) => void;
  readonly onFatal: (error: Error) => void;
}): Applying {
  const { state, timers, delayMs, onApplied, onFatal } = options;
  let entities = new Map<Slot, number>();
  let rows = new Map<RowSlot, number>();
  let derived: DerivedWrite[] = [];
  let changes = 0;
  let bytes = 0;
  let seq = state.appliedSeq();
  let at = 0;
  let running = false;
  let hurried = false;
  let cancel: (() => void) | undefined;
  let failure: Error | undefined;
  const waiting = waitingFor();

  const run = async (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    if (running || failure || seq <= state.appliedSeq()) return;
    running = true;
    hurried = false;
    const applied: Applied = { entities, rows, changes, bytes };
    const batch: StateBatch = {
      seq,
      at,
      // Versions are fixed now: later ones belong to the next batch.
      entities: entityWrites([...entities.keys()].map((slot) => [slot, slot.durable, slot.durableSeq] as const)),
      rows: [...rows.keys()].map(({ durable }) => durable as RowWrite),
      derived,
    };
    entities = new Map();
    rows = new Map();
    derived = [];
    changes = 0;
    bytes = 0;
    try {
      await state.apply(batch);
    } catch (error) {
      onFatal(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    running = false;
    onApplied(applied);
    waiting.reached(state.appliedSeq());
    plan();
  };

  const plan = (): void => {
    if (running || failure || seq <= state.appliedSeq()) return;
    if (hurried) void run();
    else cancel ??= timers.after(delayMs, () => void run());
  };

  const hurry = (): void => {
    hurried = true;
    plan();
  };

  return {
    entity: (slot) => void entities.set(slot, (entities.get(slot) ?? 0) + 1),
    row: (slot) => void rows.set(slot, (rows.get(slot) ?? 0) + 1),
    derived(writes) {
      for (const write of writes) derived.push(write);
    },
    change(size) {
      changes++;
      bytes += size;
    },
    durable(lastSeq, lastAt) {
      seq = lastSeq;
      at = lastAt;
      plan();
    },
    hurry,
    until(target) {
      if (failure) return Promise.reject(failure);
      if (target > state.appliedSeq()) hurry();
      return waiting.until(target, state.appliedSeq());
    },
    fail(error) {
      failure = error;
      cancel?.();
      waiting.fail(error);
    },
  };
}

function* entityWrites(
  versions: readonly (readonly [slot: Slot, stored: Slot['durable'], seq: number])[],
): Generator<EntityWrite> {
  for (const [{ tenant, id }, stored, seq] of versions)
    yield entityWrite(tenant, id, stored?.seq ?? seq, stored?.entity);
}
