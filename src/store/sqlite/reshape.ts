/** Brings `state.db` from formats 1 and 2: every entity gets the shape that it has now. */
import type { DatabaseSync } from 'node:sqlite';
import type { Entity } from '../../ngsild/entity.ts';
import { shapeKeys } from './shapeKeys.ts';
import { shapeOf } from './shapeText.ts';

const perStep = 500;

/** Inside the transaction of the caller. */
export function reshapeAll(db: DatabaseSync): void {
  const shapes = shapeKeys(db);
  const step = db.prepare('SELECT key, body FROM chorsu_entity WHERE key > ? ORDER BY key LIMIT ?');
  const update = db.prepare('UPDATE chorsu_entity SET shape = ? WHERE key = ?');
  for (let after = 0; ;) {
    const rows = step.all(after, perStep) as { key: number; body: string }[];
    for (const { key, body } of rows) update.run(shapes(shapeOf(JSON.parse(body) as Entity)), key);
    if (rows.length < perStep) return;
    after = rows.at(-1)?.key ?? after;
  }
}
