/** Many numbers in little memory: typed arrays that grow, and sets of ids as sorted arrays. */

type Row = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export type Growing<T extends Row> = {
  push(value: number): void;
  length(): number;
  /** The numbers so far, without a copy. */
  taken(): T;
};

export function growing<T extends Row>(kind: new (length: number) => T): Growing<T> {
  let row = new kind(1024);
  let length = 0;
  return {
    push: (value) => {
      if (length === row.length) {
        const larger = new kind(length * 2);
        larger.set(row);
        row = larger;
      }
      row[length++] = value;
    },
    length: () => length,
    taken: () => row.subarray(0, length) as T,
  };
}

export type SortedIds = {
  readonly ids: Float64Array;
  /** Below 0 when it is not there. */
  indexOf(id: number): number;
  /** Whether an id lies from `least` to `most`. */
  any(least: number, most: number): boolean;
};

/** Takes the array over: sorts it in place and drops what stands twice. */
export function sortedIds(ids: Float64Array): SortedIds {
  ids.sort();
  let count = 0;
  for (let i = 0; i < ids.length; i++) {
    if (i === 0 || ids[i] !== ids[count - 1]) ids[count++] = ids[i] as number;
  }
  const own = ids.subarray(0, count);
  /** Index of the first id that is not below. */
  const place = (id: number): number => {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((own[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    ids: own,
    indexOf: (id) => {
      const index = place(id);
      return own[index] === id ? index : -1;
    },
    any: (least, most) => (own[place(least)] ?? Infinity) <= most,
  };
}
