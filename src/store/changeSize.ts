/** One walk over a change before it is taken: refuses numbers that JSON does not have, and tells how big it is. */
import { Problem } from '../base/problem.ts';
import type { Attributes } from '../ngsild/entity.ts';
import type { Change, DerivedWrite } from './ports.ts';

/** @returns rough size in memory, bytes @throws Problem bad-data; `field` is the attribute or column */
export function changeSize({ entities, rows }: Change): number {
  let size = 200;
  for (const delta of entities) {
    size += 300;
    if (delta.op === 'delete') continue;
    if (delta.op === 'forget') {
      if (Array.isArray(delta.past)) size += 50 * delta.past.length;
      if (delta.becomes) size += attributesSize(delta.becomes.attrs);
    } else size += attributesSize(delta.op === 'put' ? delta.entity.attrs : delta.attrs);
  }
  for (const { key, row } of rows) {
    size += 200;
    for (const columns of [key, row ?? {}]) {
      for (const name in columns) {
        const value = columns[name];
        if (value instanceof Uint8Array) size += value.length;
        else size += valueSize(value, name);
      }
    }
  }
  return size;
}

/** Rough size of what follows from a change, bytes. */
export function derivedSize(writes: readonly DerivedWrite[]): number {
  let size = 0;
  for (const write of writes) {
    size += 400;
    if (!('key' in write)) continue;
    for (const column in write.row) size += valueSize(write.row[column], column);
  }
  return size;
}

function attributesSize(attrs: Attributes): number {
  let size = 0;
  for (const name in attrs) {
    for (const instance of attrs[name] ?? []) {
      size += 200 + valueSize(instance.value, name);
      if (instance.sub) size += attributesSize(instance.sub);
      if (instance.ngsildproof !== undefined) size += valueSize(instance.ngsildproof, name);
    }
  }
  return size;
}

function valueSize(value: unknown, field: string): number {
  switch (typeof value) {
    case 'string':
      return value.length + 16;
    case 'number':
      if (!Number.isFinite(value)) throw new Problem('bad-data', 'a number must be finite', field);
      return 8;
    case 'object': {
      if (value === null) return 8;
      let size = 32;
      if (Array.isArray(value)) for (const item of value) size += valueSize(item, field);
      else for (const key in value) size += 32 + key.length + valueSize((value as Record<string, unknown>)[key], field);
      return size;
    }
    default:
      return 8;
  }
}
