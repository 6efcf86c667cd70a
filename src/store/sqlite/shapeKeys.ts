import type { DatabaseSync } from 'node:sqlite';
import { parseShape } from './shapeText.ts';

/** Interned shapes. Unused ones stay: they are few and count nothing. */
export function shapeKeys(db: DatabaseSync): (text: string) => number {
  const known = new Map<string, number>();
  for (const { key, text } of db.prepare('SELECT key, text FROM chorsu_shape').all() as { key: number; text: string }[])
    known.set(text, key);
  const insert = db.prepare('INSERT INTO chorsu_shape (text) VALUES (?)');
  const insertType = db.prepare('INSERT OR IGNORE INTO chorsu_shape_type (type, shape) VALUES (?, ?)');
  const insertAttr = db.prepare('INSERT OR IGNORE INTO chorsu_shape_attr (attr, shape) VALUES (?, ?)');
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const key = Number(insert.run(text).lastInsertRowid);
    const { types, attrs } = parseShape(text);
    for (const type of types) insertType.run(type, key);
    for (const { name } of attrs) insertAttr.run(name, key);
    known.set(text, key);
    return key;
  };
}
