import { Problem } from './problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Parses a JSON document strictly: UTF-8 must be valid, depth is bounded, duplicate keys and `__proto__` are refused
 * (they would be lost in silence otherwise).
 * @param bytes   the whole document
 * @param options maxDepth: nesting of objects and arrays allowed, default 64
 * @returns the value JSON.parse gives
 * @throws Problem invalid-request; `field` is the position of a syntax error or the path of the key
 */
export function parseJson(bytes: Uint8Array, options: { maxDepth?: number } = {}): unknown {
  const { maxDepth = 64 } = options;
  const colons = scan(bytes, maxDepth);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new Problem('invalid-request', 'the body is not valid UTF-8', `byte ${firstInvalidUtf8(bytes)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const where = position ?? (message.includes('end of JSON') ? String(text.length) : undefined);
    // V8 quotes a part of the input after the reason; the position says the same without repeating it.
    throw new Problem(
      'invalid-request',
      `the body is not JSON: ${message.split(/,? (?:in JSON|\.\.\.|")/)[0] ?? 'syntax error'}`,
      where === undefined ? undefined : `character ${where}`,
    );
  }
  const keys = countKeys(value);
  if (keys.proto) throw new Problem('invalid-request', 'the key "__proto__" is not allowed');
  // Every key has one colon outside strings; fewer keys than colons means that two keys were equal.
  if (keys.count !== colons) throw new Problem('invalid-request', 'an object has the same key twice');
  return value;
}

/** Counts the colons outside strings and bounds the depth, before anything is built. */
function scan(bytes: Uint8Array, maxDepth: number): number {
  let depth = 0;
  let colons = 0;
  const length = bytes.length;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i];
    if (byte === 0x22) {
      for (i++; i < length; i++) {
        const inner = bytes[i];
        if (inner === 0x5c) i++;
        else if (inner === 0x22) break;
      }
    } else if (byte === 0x3a) colons++;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) {
        throw new Problem('invalid-request', `the body is nested deeper than ${maxDepth} levels`, `byte ${i}`);
      }
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return colons;
}

function countKeys(value: unknown): { count: number; proto: boolean } {
  let count = 0;
  let proto = false;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    for (const key in node) {
      count++;
      if (key === '__proto__') proto = true;
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(value);
  return { count, proto };
}

function firstInvalidUtf8(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  const valid = (length: number): boolean => {
    try {
      // `stream` tolerates a sequence that the cut has split.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (valid(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A JSON object, not an array and not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values of JSON are the same; the order of an object's members does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (Array.isArray(b)) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameJson(one[name], other[name]))
  );
}
