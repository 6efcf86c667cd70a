/**
 * Values of entities in memory, one column for each path that queries ask for, by the entity's key. A scan that has to
 * look into bodies leaves here what it saw; the next one looks only at bodies that have changed, or that hold what no
 * column can (lists, objects, several instances).
 */
import { parseInstant } from '../../base/time.ts';
import type { Entity, Json, Target } from '../../ngsild/index.ts';

/** What a column knows of one entity. */
export const unknown = 0;
export const nothing = 1;
export const number = 2;
/** 0 or 1. */
export const boolean = 3;
/** A place in `texts`. */
export const text = 4;
/** The same, of a relationship. */
export const reference = 5;
/** Milliseconds; the text itself is not kept. */
export const instant = 6;
/** The hash of a text that there was no room for. */
export const hashed = 7;
/** Something else: the body knows. */
export const other = 8;

/** How much memory columns take: all together, and the texts of each. */
export type ColumnLimits = { readonly bytes: number; readonly texts: number; readonly textLength: number };
const standard: ColumnLimits = { bytes: 128 * 1024 * 1024, texts: 200_000, textLength: 8_000_000 };

/** What a column is about; the same name, the same meaning. */
export type ColumnSource = { readonly name: string; readonly read: (entity: Entity) => readonly Target[] };

export type Column = {
  readonly source: ColumnSource;
  tags: Uint8Array;
  values: Float64Array;
  readonly texts: string[];
  readonly places: Map<string, number>;
  textLength: number;
};

export type Columns = {
  /** With room for all keys up to `maxKey`. */
  of(source: ColumnSource, maxKey: number): Column;
  /** Every column that does not know the entity with this key notes what it has to say. */
  learn(key: number, entity: Entity): void;
  /** The entity is not what it was. */
  forget(key: number): void;
  clear(): void;
};

export function createColumns(limits: ColumnLimits = standard): Columns {
  // In order of last use.
  const columns = new Map<string, Column>();
  const make = (source: ColumnSource): Column => ({
    source,
    tags: new Uint8Array(0),
    values: new Float64Array(0),
    texts: [],
    places: new Map(),
    textLength: 0,
  });
  const bytes = (): number =>
    [...columns.values()].reduce((sum, { tags, textLength }) => sum + tags.length * 9 + textLength * 2, 0);

  return {
    of(source, maxKey) {
      const { name } = source;
      const column = columns.get(name) ?? make(source);
      columns.delete(name);
      columns.set(name, column);
      if (column.tags.length <= maxKey) {
        const size = Math.max(1024, Math.ceil((maxKey + 1) * 1.5));
        const { tags, values } = column;
        column.tags = new Uint8Array(size);
        column.tags.set(tags);
        column.values = new Float64Array(size);
        column.values.set(values);
      }
      for (const oldest of columns.keys()) {
        if (oldest === name || bytes() <= limits.bytes) break;
        columns.delete(oldest);
      }
      return column;
    },
    learn(key, entity) {
      for (const column of columns.values()) {
        if (key < column.tags.length && column.tags[key] === unknown) learn(column, key, entity, limits);
      }
    },
    forget(key) {
      for (const { tags } of columns.values()) if (key < tags.length) tags[key] = unknown;
    },
    clear: () => columns.clear(),
  };
}

function learn(column: Column, key: number, entity: Entity, limits: ColumnLimits): void {
  const [found, ...more] = column.source.read(entity);
  if (!found) column.tags[key] = nothing;
  else if (more.length > 0) column.tags[key] = other;
  else {
    const { value, language, ordered } = found;
    const single = language && Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : value;
    learnValue(column, key, single, ordered, limits);
  }
}

function learnValue(column: Column, key: number, value: Json, ordered: boolean, limits: ColumnLimits): void {
  const { tags, values } = column;
  const note = (tag: number, noted: number): void => {
    tags[key] = tag;
    values[key] = noted;
  };
  switch (typeof value) {
    case 'number':
      return note(ordered ? number : other, value);
    case 'boolean':
      return note(ordered ? boolean : other, Number(value));
    case 'string': {
      const ms = parseInstant(value);
      if (ms !== undefined && ordered) return note(instant, ms);
      const place = placeOf(column, value, limits);
      if (place !== undefined) return note(ordered ? text : reference, place);
      // A hash stands for what is compared letter by letter; an instant never is.
      return ms === undefined ? note(hashed, hashOf(value)) : note(other, 0);
    }
    default:
      return note(other, 0);
  }
}

function placeOf(column: Column, value: string, limits: ColumnLimits): number | undefined {
  const { texts, places } = column;
  const known = places.get(value);
  if (known !== undefined) return known;
  if (texts.length >= limits.texts || column.textLength + value.length > limits.textLength) return undefined;
  column.textLength += value.length;
  places.set(value, texts.length);
  return texts.push(value) - 1;
}

/** FNV-1a, 32 bits. */
export function hashOf(value: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
