/** Which hits go out together as one notification. */
import { coalesce, type Subscription } from '../../ngsild/index.ts';
import type { Cursor, Hit } from './rows.ts';

export type Batch = {
  /** One for each entity; of several hits of an entity the newest, with what was before the first. */
  readonly hits: readonly Hit[];
  readonly first: Cursor;
  readonly last: Cursor;
  /** How many hits it tells of. */
  readonly count: number;
};

const entitiesMax = 100;
const bytesMax = 1024 * 1024;
/** From so many waiting hits on, changes of different records are sent together: whoever is late catches up. */
const crowd = 20;

export const isAfter = (a: Cursor, b: Cursor): boolean => a.seq > b.seq || (a.seq === b.seq && a.place > b.place);

/**
 * The first of these hits, with those that may go with it: those of the same change (5.8.6, "all the subscribed Entities
 * that changed"), and more when many wait. No entity twice, so that each of its states is told.
 */
export function nextBatch(hits: readonly Hit[]): Batch | undefined {
  const [first] = hits;
  if (!first) return undefined;
  const together: Hit[] = [];
  const entities = new Set<string>();
  let bytes = 0;
  for (const hit of hits) {
    const { id } = hit.notice.entity;
    if (hit.seq !== first.seq && hits.length < crowd) break;
    if (entities.has(id) || together.length === entitiesMax || (bytes > 0 && bytes + hit.bytes > bytesMax)) break;
    together.push(hit);
    entities.add(id);
    bytes += hit.bytes;
  }
  return { hits: together, first, last: together.at(-1) ?? first, count: together.length };
}

/** Everything that waits, as fewer: of each entity the newest state (5.2.12, throttling). */
export function addToBatch(
  batch: Batch | undefined,
  hits: readonly Hit[],
  { notification }: Subscription,
): Batch | undefined {
  const [first] = hits;
  if (!first) return batch;
  return {
    hits: coalesce([...(batch?.hits ?? []), ...hits], notification.showChanges),
    first: batch?.first ?? first,
    last: hits.at(-1) ?? first,
    count: (batch?.count ?? 0) + hits.length,
  };
}
