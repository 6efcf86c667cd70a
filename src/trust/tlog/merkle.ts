/**
 * The Merkle tree of RFC 6962, section 2.1, over SHA-256, as C2SP tlog-tiles uses it. Pure: hashes come from a reader, so the
 * same code serves the log on disk, a copy that is checked, and the browser.
 */

export type Hash = Uint8Array;
/** SHA-256; given, since a browser without TLS has none of its own. */
export type Sha256 = (bytes: Uint8Array) => Hash;

/** The hash over the complete subtree of 2^level leaves that begins at leaf `index * 2^level`. */
export type ReadHash = (level: number, index: number) => Promise<Hash>;

export const hashBytes = 32;

export type Merkle = {
  leaf(entry: Uint8Array): Hash;
  node(left: Hash, right: Hash): Hash;
  /** Root of a tree of this size. */
  root(size: number, read: ReadHash): Promise<Hash>;
  /** From the leaf's sibling up to the root's child (2.1.1). @throws RangeError when the tree has no such leaf */
  inclusion(index: number, size: number, read: ReadHash): Promise<Hash[]>;
  /** That the first `from` leaves of a tree of `to` are those of the tree of `from` (2.1.2). @throws RangeError */
  consistency(from: number, to: number, read: ReadHash): Promise<Hash[]>;
  /** Whether the leaf stands at that index in the tree that has this root. */
  includes(proof: readonly Hash[], leaf: Hash, index: number, size: number, root: Hash): boolean;
  /** Whether the tree `to` only adds to the tree `from`. */
  isConsistent(proof: readonly Hash[], from: TreeHead, to: TreeHead): boolean;
};

export type TreeHead = { readonly size: number; readonly root: Hash };

export function merkle(sha256: Sha256): Merkle {
  const leaf = (entry: Uint8Array): Hash => {
    const bytes = new Uint8Array(entry.length + 1);
    bytes.set(entry, 1);
    return sha256(bytes);
  };
  const node = (left: Hash, right: Hash): Hash => {
    const bytes = new Uint8Array(1 + 2 * hashBytes);
    bytes[0] = 1;
    bytes.set(left, 1);
    bytes.set(right, 1 + hashBytes);
    return sha256(bytes);
  };

  /** Hash over the leaves from `start`, a multiple of the largest power of two below `count`. */
  const range = async (start: number, count: number, read: ReadHash): Promise<Hash> => {
    if (count === 1) return read(0, start);
    const left = splitOf(count);
    if (left * 2 === count) return read(Math.round(Math.log2(count)), start / count);
    return node(await range(start, left, read), await range(start + left, count - left, read));
  };

  const pathTo = async (index: number, start: number, count: number, read: ReadHash): Promise<Hash[]> => {
    if (count === 1) return [];
    const left = splitOf(count);
    return index < start + left
      ? [...(await pathTo(index, start, left, read)), await range(start + left, count - left, read)]
      : [...(await pathTo(index, start + left, count - left, read)), await range(start, left, read)];
  };

  /** SUBPROOF of 2.1.2; `known`: the verifier holds the hash over these leaves as the old root. */
  const subproof = async (
    from: number,
    start: number,
    count: number,
    known: boolean,
    read: ReadHash,
  ): Promise<Hash[]> => {
    if (from === count) return known ? [] : [await range(start, count, read)];
    const left = splitOf(count);
    return from <= left
      ? [...(await subproof(from, start, left, known, read)), await range(start + left, count - left, read)]
      : [...(await subproof(from - left, start + left, count - left, false, read)), await range(start, left, read)];
  };

  return {
    leaf,
    node,
    root: async (size, read) => (size === 0 ? sha256(new Uint8Array()) : range(0, size, read)),
    async inclusion(index, size, read) {
      if (index < 0 || index >= size) throw new RangeError(`a tree of ${size} has no leaf ${index}`);
      return pathTo(index, 0, size, read);
    },
    async consistency(from, to, read) {
      if (from < 0 || from > to) throw new RangeError(`a tree of ${to} does not contain one of ${from}`);
      return from === 0 ? [] : subproof(from, 0, to, true, read);
    },
    includes(proof, leafHash, index, size, root) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
      let hash = leafHash;
      // Where the node stands in its row, and which is the last node of that row.
      let at = index;
      let last = size - 1;
      for (const sibling of proof) {
        if (last === 0) return false;
        if (isOdd(at) || at === last) {
          hash = node(sibling, hash);
          for (; !isOdd(at) && at > 0; at = half(at)) last = half(last);
        } else {
          hash = node(hash, sibling);
        }
        at = half(at);
        last = half(last);
      }
      return last === 0 && equal(hash, root);
    },
    isConsistent(proof, from, to) {
      if (from.size > to.size) return false;
      if (from.size === to.size) return proof.length === 0 && equal(from.root, to.root);
      if (from.size === 0) return proof.length === 0 && equal(from.root, sha256(new Uint8Array()));
      let at = from.size - 1;
      let last = to.size - 1;
      for (; isOdd(at); at = half(at)) last = half(last);
      // A whole subtree: its hash is the old root itself, and the proof leaves it out.
      const [first, ...rest] = at === 0 ? [from.root, ...proof] : proof;
      if (!first) return false;
      let old = first;
      let whole = first;
      for (const hash of rest) {
        if (last === 0) return false;
        if (isOdd(at) || at === last) {
          old = node(hash, old);
          whole = node(hash, whole);
          for (; !isOdd(at) && at > 0; at = half(at)) last = half(last);
        } else {
          whole = node(whole, hash);
        }
        at = half(at);
        last = half(last);
      }
      return last === 0 && equal(old, from.root) && equal(whole, to.root);
    },
  };
}

/** The largest power of two smaller than the count. */
function splitOf(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
const isOdd = (at: number): boolean => at % 2 === 1;
const half = (at: number): number => Math.floor(at / 2);

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
