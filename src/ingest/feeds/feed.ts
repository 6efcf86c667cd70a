/**
 * What a live feed is: something that this city fetches or subscribes to, by an element of `feeds` in the mapping file.
 * A feed that cannot be reached says since when, tries again with growing pauses, and never holds up another one.
 */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Problem } from '../../base/problem.ts';
import type { Cursor } from '../mapping/cursor.ts';
import type { Expand } from '../mapping/names.ts';
import type { Mapping, Refused, Taken } from '../mapping/index.ts';

export const connectionStates = ['connecting', 'reachable', 'unreachable'] as const;

/** Whether the other side answers; a part of the source's health. */
export type Connection = {
  readonly state: (typeof connectionStates)[number];
  /** ISO 8601: since when it is so. */
  readonly since: string;
  /** What went wrong last, in English. */
  readonly detail?: string;
  /** ISO 8601: when it is tried again. */
  readonly nextTryAt?: string;
};

/** What a feed is given; the platform makes it once per feed. */
export type FeedTools = {
  readonly clock: Clock;
  readonly log: Log;
  /** Something arrived, usable or not. */
  seen(): void;
  /** Durable when resolved; what the broker refuses is counted at the source and told. */
  submit(taken: readonly Taken[], from: string): Promise<{ refused?: Problem }>;
  /** Counts and keeps what could not be read. */
  refuse(why: Refused, from: string, count?: number): void;
  connection(now: Connection): void;
};

export type Feed = { start(): void; stop(): Promise<void> };

/** A feed as the mapping file says it: checked, not started. */
export type FeedDefinition = {
  readonly kind: string;
  readonly source: string;
  /** IRIs of the types that it gives values of, where known. */
  readonly types: readonly string[];
  open(tools: FeedTools): Feed;
};

/** How elements of `feeds` with this `kind` are checked: every fault is noted at the cursor. */
export type FeedKind = {
  readonly kind: string;
  compile(
    at: Cursor,
    context: {
      readonly expand: Expand;
      readonly sources: ReadonlyMap<string, { readonly simulated: boolean }>;
      /** Mappings of the same file, by source: for feeds whose payloads a mapping reads. */
      readonly mappings: readonly Mapping[];
    },
  ): FeedDefinition | undefined;
};
