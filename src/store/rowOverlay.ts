/** Rows with changes that the state store has not applied yet: their last version taken and their last durable one. */
import type { RowWrite } from './sqlite/apply.ts';

export type RowSlot = { readonly name: string; tail: RowWrite; durable: RowWrite | undefined; pending: number };

export type RowOverlay = {
  find(name: string): RowSlot | undefined;
  /** Notes the version that a change taken gives the row. */
  take(name: string, write: RowWrite): RowSlot;
  release(slot: RowSlot, n: number): void;
};

export function createRowOverlay(): RowOverlay {
  const slots = new Map<string, RowSlot>();
  return {
    find: (name) => slots.get(name),
    take(name, write) {
      const known = slots.get(name);
      if (known) {
        known.tail = write;
        known.pending++;
        return known;
      }
      const slot: RowSlot = { name, tail: write, durable: undefined, pending: 1 };
      slots.set(name, slot);
      return slot;
    },
    release(slot, n) {
      slot.pending -= n;
      if (slot.pending === 0) slots.delete(slot.name);
    },
  };
}
