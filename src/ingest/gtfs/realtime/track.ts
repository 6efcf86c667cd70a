import type { Position } from '../../../city/profile.ts';

/** What was last taken of a vehicle; kept in memory, so that a poll that tells everything again costs little. */
export type LastSeen = {
  atMs: number;
  /** The last one that was not doubtful. */
  position: Position | undefined;
  positionMs: number;
  /** Words and relations by attribute as last told: what has not changed is not told again. */
  readonly told: Map<string, string>;
};

/** The vehicles of one source, by the id of their entity. */
export type Track = {
  find(id: string): LastSeen | undefined;
  note(id: string, last: LastSeen): void;
  /** What was noted could not be stored: it is new again when it comes the next time. */
  forget(id: string): void;
  /** Ids of vehicles that have said nothing at or after an instant. */
  heardBefore(atMs: number): readonly string[];
};

/** More vehicles than any feed holds; beyond it those that were silent longest are forgotten. */
const keptMax = 200_000;

export function vehicleTrack(): Track {
  const seen = new Map<string, LastSeen>();
  return {
    find: (id) => seen.get(id),
    note(id, last) {
      seen.delete(id);
      seen.set(id, last);
      if (seen.size > keptMax) seen.delete(seen.keys().next().value ?? '');
    },
    forget: (id) => void seen.delete(id),
    heardBefore: (atMs) => [...seen].flatMap(([id, last]) => (last.atMs < atMs ? [id] : [])),
  };
}
