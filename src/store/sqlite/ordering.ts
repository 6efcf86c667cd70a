/** The order of entities from columns; bodies are looked at where a column does not know. */
import {
  type Entity,
  type EntityOrder,
  type OrderKey,
  orderKeyOf,
  orderKeysOf,
  orderValueOf,
} from '../../ngsild/index.ts';
import { boolean, instant, nothing, number, text } from './columns.ts';
import type { Column, ColumnSource } from './columns.ts';
import { formatInstant } from '../../base/time.ts';

/** One key per term for the entity with this key. */
export type KeysOf = (key: number) => readonly OrderKey[];

/** @param look reads the entity, and lets the columns learn it */
export function orderKeys(
  order: EntityOrder,
  columnOf: (source: ColumnSource) => Column,
  idOf: (key: number) => string,
  look: (key: number) => Entity,
): KeysOf {
  const terms = order.terms.map(({ path, from }) => {
    if (path.names[0] === 'id') return (key: number) => orderKeyOf(idOf(key));
    // A distance is to one place only: not worth a column.
    if (from) return () => undefined;
    return columnKey(
      columnOf({
        name: JSON.stringify(['order', path.names, path.inner]),
        read: (entity) => {
          const value = orderValueOf(entity, path);
          return value === undefined ? [] : [{ value, ordered: true, language: false }];
        },
      }),
    );
  });
  return (key) => {
    const keys: OrderKey[] = [];
    for (const term of terms) {
      const known = term(key);
      if (!known) return orderKeysOf(look(key), order);
      keys.push(known);
    }
    return keys;
  };
}

const missing = orderKeyOf(undefined);

function columnKey({ tags, values, texts }: Column): (key: number) => OrderKey | undefined {
  const known: OrderKey[] = [];
  return (key) => {
    const value = values[key] ?? 0;
    switch (tags[key]) {
      case nothing:
        return missing;
      case number:
        return orderKeyOf(value);
      case boolean:
        return orderKeyOf(value === 1);
      case text:
        return (known[value] ??= orderKeyOf(texts[value]));
      case instant:
        return orderKeyOf(formatInstant(value));
      default:
        return undefined;
    }
  };
}
