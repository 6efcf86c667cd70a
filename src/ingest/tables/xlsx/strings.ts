import { Problem } from '../../../base/problem.ts';
import type { Zip } from '../../zip.ts';
import { readPart } from './workbook.ts';

/** The texts that cells name by number. */
export type SharedStrings = {
  readonly count: number;
  /** undefined: there is no such text */
  at(index: number): string | undefined;
};

/** Of all texts in UTF-8 with their places; a register with a million different addresses has 70 MB. */
const stringsMaxBytes = 128_000_000;
/** Where a text begins and ends; an empty one takes that too. */
const placeBytes = 8;
/** A cell holds 32,767 characters; a text may be in many runs. */
const textMaxLength = 1_000_000;
const blockBytes = 1 << 20;
const cacheSize = 4096;

/**
 * Reads the table of shared texts and keeps it as bytes in blocks: a million texts of 40 characters take about 50 MB
 * and nothing of the heap.
 * @throws Problem too-large
 */
export async function readStrings(
  zip: Zip,
  name: string,
  part: string | undefined,
  maxBytes = stringsMaxBytes,
): Promise<SharedStrings> {
  const blocks: Buffer[] = [];
  let block = Buffer.alloc(0);
  let used = 0;
  let bytes = 0;
  let ends = new Uint32Array(1024);
  let starts = new Uint32Array(1024);
  let count = 0;
  const add = (text: string): void => {
    const size = Buffer.byteLength(text);
    bytes += size + placeBytes;
    if (bytes > maxBytes || size > blockBytes) {
      throw new Problem(
        'too-large',
        `${name}: its texts take more than ${maxBytes / 1_000_000} MB; save the table as CSV`,
        part,
      );
    }
    if (blocks.length === 0 || used + size > block.length) {
      block = Buffer.allocUnsafe(blockBytes);
      blocks.push(block);
      used = 0;
    }
    if (count === starts.length) {
      starts = grown(starts);
      ends = grown(ends);
    }
    starts[count] = (blocks.length - 1) * blockBytes + used;
    used += block.write(text, used);
    ends[count++] = (blocks.length - 1) * blockBytes + used;
  };
  if (part !== undefined) {
    const text = richText(add, 'si', `${name}: ${part}`);
    await readPart(zip, name, part, text);
  }

  const cached: string[] = [];
  const cachedIndex = new Int32Array(cacheSize).fill(-1);
  return {
    count,
    at(index) {
      if (!(index >= 0 && index < count)) return undefined;
      const slot = index & (cacheSize - 1);
      const known = cached[slot];
      if (known !== undefined && cachedIndex[slot] === index) return known;
      const start = starts[index] ?? 0;
      const from = start % blockBytes;
      const to = from + (ends[index] ?? 0) - start;
      const found = blocks[Math.floor(start / blockBytes)]?.toString('utf8', from, to) ?? '';
      cached[slot] = found;
      cachedIndex[slot] = index;
      return found;
    },
  };
}

function grown(of: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(of.length * 2);
  larger.set(of);
  return larger;
}

/**
 * Collects the text of each `container` (`si`, `is`): its own `t`, or those of its runs (`r`), without how it is read
 * aloud (`rPh`).
 * @param from what is read, for messages
 */
export function richText(
  found: (text: string) => void,
  container: string,
  from: string,
): { open(element: string): void; text(piece: string): void; close(element: string): void } {
  let text = '';
  let inText = false;
  let aloud = false;
  return {
    open(element) {
      if (element === container) text = '';
      else if (element === 'rPh') aloud = true;
      else if (element === 't') inText = !aloud;
    },
    text(piece) {
      if (inText) text = joined(text, piece, from);
    },
    close(element) {
      if (element === 't') inText = false;
      else if (element === 'rPh') aloud = false;
      else if (element === container) found(unescaped(text));
    },
  };
}

/** @throws Problem too-large: pieces that are small each may be endless together */
export function joined(text: string, piece: string, from: string): string {
  if (text.length + piece.length <= textMaxLength) return text + piece;
  throw new Problem('too-large', `${from} holds a text of more than ${textMaxLength} characters`);
}

/** Characters that XML cannot hold are written `_x000D_` (ECMA-376, part 1, 22.9.2.19). */
export function unescaped(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
}
