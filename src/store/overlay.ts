/**
 * Entities in memory: those with changes that the state store has not applied yet, and the clean ones used last.
 * Every entity has at most one slot, so what is taken, what is durable and what is applied never disagree.
 */
import type { Entity } from '../ngsild/entity.ts';
import type { StoredEntity, Tenant } from './ports.ts';

export type Slot = {
  readonly tenant: Tenant;
  readonly id: string;
  /** After the last change taken; undefined: there is no such entity. */
  tail: StoredEntity | undefined;
  /** After the last durable change. */
  durable: StoredEntity | undefined;
  /** Seq of the last durable change, a deletion's too. */
  durableSeq: number;
  /** Changes taken and not applied yet; the slot stays as long as there are any. */
  pending: number;
  /** Changes that it has met; all that came before it was loaded are one. */
  changes: number;
};

export type Overlay = {
  /** The slot in memory, if there is one. */
  find(tenant: Tenant, id: string): Slot | undefined;
  /** The slot, loaded when it is not in memory; also for an entity that does not exist. */
  load(tenant: Tenant, id: string): Slot;
  /** One more change taken for it. */
  hold(slot: Slot): void;
  /** `n` of its changes are applied. */
  release(slot: Slot, n: number): void;
  stats(): { slots: number; clean: number };
};

/**
 * @param options read: point read of the state store; cleanMax: clean entities kept, default 50,000;
 * cleanBytesMax: by a rough estimate, default 64 MiB
 */
export function createOverlay(options: {
  readonly read: (tenant: Tenant, id: string) => StoredEntity | undefined;
  cleanMax?: number;
  cleanBytesMax?: number;
}): Overlay {
  const { read, cleanMax = 50_000, cleanBytesMax = 64 * 1024 * 1024 } = options;
  const tenants = new Map<Tenant, Map<string, Slot>>();
  // In order of last use: a Map remembers insertion. The value is the size when it became clean.
  const clean = new Map<Slot, number>();
  let cleanBytes = 0;
  let slots = 0;

  const unclean = (slot: Slot): void => {
    const size = clean.get(slot);
    if (size === undefined) return;
    clean.delete(slot);
    cleanBytes -= size;
  };
  const drop = ({ tenant, id }: Slot): void => {
    tenants.get(tenant)?.delete(id);
    slots--;
  };
  const addClean = (slot: Slot): void => {
    const size = roughSize(slot.durable?.entity);
    clean.set(slot, size);
    cleanBytes += size;
    while (clean.size > cleanMax || cleanBytes > cleanBytesMax) {
      const [oldest] = clean.keys();
      if (!oldest) return;
      unclean(oldest);
      drop(oldest);
    }
  };
  const find = (tenant: Tenant, id: string): Slot | undefined => {
    const slot = tenants.get(tenant)?.get(id);
    const size = slot && clean.get(slot);
    if (slot && size !== undefined) {
      clean.delete(slot);
      clean.set(slot, size);
    }
    return slot;
  };

  return {
    find,
    load(tenant, id) {
      const known = find(tenant, id);
      if (known) return known;
      let entities = tenants.get(tenant);
      if (!entities) tenants.set(tenant, (entities = new Map()));
      const stored = read(tenant, id);
      const slot: Slot = {
        tenant,
        id,
        tail: stored,
        durable: stored,
        durableSeq: stored?.seq ?? 0,
        pending: 0,
        changes: stored ? 1 : 0,
      };
      entities.set(id, slot);
      slots++;
      addClean(slot);
      return slot;
    },
    hold(slot) {
      slot.changes++;
      if (slot.pending++ > 0) return;
      unclean(slot);
      // It may have been pushed out by its own change's other entities: put it back.
      const entities = tenants.get(slot.tenant);
      if (entities?.get(slot.id) !== slot) {
        entities?.set(slot.id, slot);
        slots++;
      }
    },
    release(slot, n) {
      slot.pending -= n;
      if (slot.pending > 0) return;
      // A register brings a million births that nobody asks for again; they would push out what devices change.
      if (slot.changes > 1) addClean(slot);
      else drop(slot);
    },
    stats: () => ({ slots, clean: clean.size }),
  };
}

/** Bytes in memory, by experience: long texts and large values count, the rest goes by the attribute. */
function roughSize(entity: Entity | undefined): number {
  if (!entity) return 200;
  let size = 400;
  for (const name in entity.attrs) {
    for (const { value } of entity.attrs[name] ?? []) {
      size += 400;
      if (typeof value === 'string') size += value.length;
      else if (typeof value === 'object' && value !== null) size += 400;
    }
  }
  return size;
}
