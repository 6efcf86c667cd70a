import { memberPath } from './lines.ts';

/** One thing that is wrong in a configuration file: where, what stands there, what should. */
export type Fault = { readonly path: string; readonly found: string; readonly wanted: string };

/**
 * A place in a parsed configuration. Every reading method notes a fault and returns its fallback when the value is not
 * what it should be, so that one pass finds all faults, not only the first.
 */
export type Cursor = {
  readonly value: unknown;
  readonly path: string;
  /** There is something here. */
  readonly given: boolean;
  at(key: string): Cursor;
  items(): readonly Cursor[];
  entries(): readonly (readonly [string, Cursor])[];
  /** True for an object; each member that is not known is a fault. */
  object(known: readonly string[]): boolean;
  text(fallback?: string): string;
  number(fallback?: number): number;
  boolean(fallback: boolean): boolean;
  oneOf<T extends string>(words: readonly T[], fallback: T): T;
  fault(wanted: string, found?: string): void;
};

export function cursor(value: unknown, path: string, faults: Fault[]): Cursor {
  const fault = (wanted: string, found: string = show(value)): void => {
    faults.push({ path: path === '' ? '(the whole file)' : path, found, wanted });
  };
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const record = isObject ? (value as Record<string, unknown>) : {};
  const given = value !== undefined;
  return {
    value,
    path,
    given,
    fault,
    at: (key) => cursor(Object.hasOwn(record, key) ? record[key] : undefined, memberPath(path, key), faults),
    items() {
      if (Array.isArray(value)) return value.map((item, index) => cursor(item, `${path}[${index}]`, faults));
      if (given) fault('a list');
      return [];
    },
    entries() {
      if (given && !isObject) fault('an object');
      return Object.keys(record).map((key) => [key, cursor(record[key], memberPath(path, key), faults)] as const);
    },
    object(known) {
      if (!isObject) {
        fault(`an object with ${known.join(', ')}`);
        return false;
      }
      for (const key of Object.keys(record)) {
        if (!known.includes(key)) {
          faults.push({ path: memberPath(path, key), found: 'an unknown field', wanted: `one of ${known.join(', ')}` });
        }
      }
      return true;
    },
    text(fallback) {
      if (typeof value === 'string' && value !== '') return value;
      if (given || fallback === undefined) fault('a text');
      return fallback ?? '';
    },
    number(fallback) {
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      if (given || fallback === undefined) fault('a number');
      return fallback ?? 0;
    },
    boolean(fallback) {
      if (typeof value === 'boolean') return value;
      if (given) fault('true or false');
      return fallback;
    },
    oneOf(words, fallback) {
      const word = words.find((candidate) => candidate === value);
      if (word !== undefined) return word;
      if (given) fault(`one of ${words.join(', ')}`);
      return fallback;
    },
  };
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
