/**
 * What the apply worker has written, told to the query worker through shared memory, so that it can keep things of
 * entities in mind without asking the database what changed. A ring: whoever falls behind by more than it holds is told
 * that something was lost.
 *
 * An entry is the key of an entity that changed or went, or, negative, the key of a shape that an entity has got or lost.
 * Of an entity that came nobody has anything in mind.
 */
export type Changes = SharedArrayBuffer;

const capacity = 1 << 18;
const headerBytes = 16;
const reserved = 0;
const published = 1;

export const makeChanges = (entries = capacity): Changes => new SharedArrayBuffer(headerBytes + entries * 8);

const countersOf = (changes: Changes): BigInt64Array => new BigInt64Array(changes, 0, 2);
const entriesOf = (changes: Changes): Float64Array => new Float64Array(changes, headerBytes);

export type ChangeWriter = {
  entity(key: number): void;
  /** Told once for each transaction. */
  shape(key: number): void;
  /** Before the transaction ends: from now on a reader may see what was written. */
  reserve(): void;
  /** After it: everything reserved is there. */
  publish(): void;
};

export function changeWriter(changes: Changes): ChangeWriter {
  const counters = countersOf(changes);
  const entries = entriesOf(changes);
  let at = Number(Atomics.load(counters, reserved));
  const pending: number[] = [];
  const shapes = new Set<number>();
  return {
    entity: (key) => void pending.push(key),
    shape: (key) => void shapes.add(key),
    reserve() {
      for (const shape of shapes) pending.push(-shape);
      shapes.clear();
      // First the room, then the entries: a reader who finds the room taken knows that its copy may be spoilt.
      Atomics.store(counters, reserved, BigInt(at + pending.length));
      for (const entry of pending) entries[at++ % entries.length] = entry;
      pending.length = 0;
    },
    publish: () => void Atomics.store(counters, published, BigInt(at)),
  };
}

export type ChangeReader = {
  /**
   * Hands over what was published since the last call. A transaction begun afterwards sees all of it.
   * @param lost what was kept is to be forgotten altogether
   */
  settled(take: (entry: number) => void, lost: () => void): void;
  /** Hands over what a transaction begun before may see besides; it will be handed over again as settled. */
  unsettled(take: (entry: number) => void, lost: () => void): void;
};

export function changeReader(changes: Changes): ChangeReader {
  const counters = countersOf(changes);
  const entries = entriesOf(changes);
  let at = Number(Atomics.load(counters, published));
  const read = (to: number, take: (entry: number) => void, lost: () => void): void => {
    for (let i = at; i < to; i++) take(entries[i % entries.length] ?? 0);
    if (Number(Atomics.load(counters, reserved)) - at > entries.length) lost();
  };
  return {
    settled(take, lost) {
      const to = Number(Atomics.load(counters, published));
      read(Math.min(to, at + entries.length), take, lost);
      at = to;
    },
    unsettled: (take, lost) =>
      read(Math.min(Number(Atomics.load(counters, reserved)), at + entries.length), take, lost),
  };
}
