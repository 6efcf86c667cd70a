/** Columns whose length is known only at the end of the file. They double, so that each value is copied once on average. */
export type Growing<A> = {
  push(value: number): void;
  readonly length: number;
  /** What was pushed; the rest of the room is given back. */
  done(): A;
};

type TypedArray = Int32Array | Uint32Array | Uint8Array | Float64Array;

/** @param make of the wanted length */
export function growing<A extends TypedArray>(make: (length: number) => A): Growing<A> {
  let values = make(1024);
  let length = 0;
  return {
    push(value) {
      if (length === values.length) {
        const larger = make(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    get length() {
      return length;
    },
    done() {
      const all = make(length);
      all.set(values.subarray(0, length));
      values = make(0);
      return all;
    },
  };
}

/** Texts that many rows share, each kept once. */
export type Interned = { place(text: string): number; readonly texts: readonly string[] };

export function interned(): Interned {
  const texts: string[] = [];
  const places = new Map<string, number>();
  return {
    texts,
    place(text) {
      let at = places.get(text);
      if (at === undefined) {
        places.set(text, (at = texts.length));
        texts.push(text);
      }
      return at;
    },
  };
}
