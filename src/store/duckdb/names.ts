/**
 * The entities that history knows, number by number, in bytes beside the heap: some 65 bytes each instead of 150, and
 * nothing that a collection has to walk through. A register of a million things stays that small.
 */
import { assert } from '../../base/problem.ts';
import type { Tenant } from '../ports.ts';

export type NamedEntity = { readonly tenant: Tenant; readonly name: string; readonly kind: number };

export type EntityNames = {
  find(tenant: Tenant, name: string): number | undefined;
  /** Of an entity that is not there. @returns its number, the next one */
  add(tenant: Tenant, name: string, kind: number): number;
  /** As it was saved, in order of the numbers; numbers may be missing. */
  load(id: number, entity: NamedEntity): void;
  /** Of a forgotten one: no name. */
  get(id: number): NamedEntity | undefined;
  kindOf(id: number): number;
  setKind(id: number, kind: number): void;
  /** The number stays taken, the name goes. */
  forget(id: number): void;
};

/** Of an entity: where its name begins, how long it is, what it is. */
const fields = { start: 0, length: 1, hash: 2, tenant: 3, kind: 4 } as const;
const width = 5;
/** Lengths of what has no name: a number that was never given, and one whose name went. */
const absent = 0;
const gone = -1;
/** Added to the length of a name in UTF-16, which has characters beyond Latin-1. */
const wide = 1 << 24;
const lengthMax = wide - 1;

const none = 0;
const removed = -1;

export function entityNames(): EntityNames {
  let bytes = Buffer.alloc(1 << 16);
  let used = 0;
  let entities = new Int32Array(1024 * width);
  let count = 0;
  /** Number + 1, at the place of its hash or after it. */
  let table = new Int32Array(2048);
  let taken = 0;
  // Instances of one entity come one after the other.
  let last: { readonly tenant: Tenant; readonly name: string; readonly id: number } | undefined;

  const field = (id: number, which: keyof typeof fields): number => entities[id * width + fields[which]] ?? 0;
  const put = (id: number): void => {
    const mask = table.length - 1;
    let at = field(id, 'hash') & mask;
    while (table[at] !== none) at = (at + 1) & mask;
    table[at] = id + 1;
    taken++;
  };
  const makeRoom = (id: number, length: number): void => {
    if ((id + 1) * width > entities.length) entities = grown(entities, new Int32Array(sizeFor((id + 1) * width)));
    if (used + length > bytes.length) {
      assert(used + length <= 2 ** 31, 'the names of all entities take less than 2 GiB');
      bytes = grown(bytes, Buffer.alloc(sizeFor(used + length)));
    }
    if ((taken + 1) * 3 <= table.length * 2) return;
    // Less when much of what is taken was removed.
    table = new Int32Array(sizeFor(count + 2) * 2);
    taken = 0;
    for (let other = 0; other < count; other++) if (hasName(other)) put(other);
  };
  const hasName = (id: number): boolean => field(id, 'length') > absent;
  const same = (id: number, name: string): boolean => {
    const start = field(id, 'start');
    const length = field(id, 'length');
    if ((length & lengthMax) !== name.length) return false;
    if (length < wide) {
      for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false;
      return true;
    }
    for (let i = 0; i < name.length; i++) if (bytes.readUInt16LE(start + 2 * i) !== name.charCodeAt(i)) return false;
    return true;
  };
  /** Where in the table it stands. */
  const placeOf = (tenant: Tenant, name: string): number | undefined => {
    const hash = hashOf(tenant, name);
    const mask = table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = table[at] ?? none;
      if (entry === none) return undefined;
      const id = entry - 1;
      if (entry === removed || field(id, 'hash') !== hash || field(id, 'tenant') !== tenant) continue;
      if (same(id, name)) return at;
    }
  };
  const set = (id: number, { tenant, name, kind }: NamedEntity): void => {
    assert(name.length > 0 && name.length <= lengthMax, 'an entity has a name of less than 16 M characters');
    const isWide = beyondLatin.test(name);
    const length = isWide ? name.length * 2 : name.length;
    makeRoom(id, length);
    bytes.write(name, used, isWide ? 'utf16le' : 'latin1');
    entities.set([used, isWide ? name.length + wide : name.length, hashOf(tenant, name), tenant, kind], id * width);
    used += length;
    count = Math.max(count, id + 1);
    put(id);
    last = { tenant, name, id };
  };

  return {
    find(tenant, name) {
      if (last?.name === name && last.tenant === tenant) return last.id;
      const place = placeOf(tenant, name);
      if (place === undefined) return undefined;
      const id = (table[place] ?? 0) - 1;
      last = { tenant, name, id };
      return id;
    },
    add(tenant, name, kind) {
      const id = count;
      set(id, { tenant, name, kind });
      return id;
    },
    load: set,
    get(id) {
      if (id >= count || field(id, 'length') === absent) return undefined;
      const tenant = field(id, 'tenant');
      const kind = field(id, 'kind');
      if (!hasName(id)) return { tenant, name: '', kind };
      const start = field(id, 'start');
      const length = field(id, 'length');
      const name =
        length < wide
          ? bytes.toString('latin1', start, start + length)
          : bytes.toString('utf16le', start, start + 2 * (length & lengthMax));
      return { tenant, name, kind };
    },
    kindOf: (id) => field(id, 'kind'),
    setKind(id, kind) {
      entities[id * width + fields.kind] = kind;
    },
    forget(id) {
      const { tenant, name } = this.get(id) ?? { tenant: 0, name: '' };
      const place = name === '' ? undefined : placeOf(tenant, name);
      if (place === undefined) return;
      table[place] = removed;
      entities[id * width + fields.length] = gone;
      entities[id * width + fields.kind] = 0;
      // What somebody wanted forgotten does not stay in memory either.
      const start = field(id, 'start');
      bytes.fill(0, start, start + (beyondLatin.test(name) ? 2 : 1) * name.length);
      last = undefined;
    },
  };
}

const beyondLatin = /[\u0100-\uffff]/;

const sizeFor = (wanted: number): number => 2 ** Math.ceil(Math.log2(wanted));

function grown<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** FNV-1a over UTF-16, 32 bits, its upper half mixed into the lower one, which finds the place. */
function hashOf(tenant: Tenant, name: string): number {
  let hash = 0x811c9dc5 ^ tenant;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
