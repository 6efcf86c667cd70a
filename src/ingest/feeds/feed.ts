/**
 * What a live feed is: something that this city fetches or subscribes to, by an element of `feeds` in the mapping file.
 * A feed that cannot be reached says since when, tries again with growing pauses, and never holds up another one.
 */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Problem } from '../../base/problem.ts';
import type { Random } from '../../base/random.ts';
import type { Timers } from '../../base/timers.ts';
import type { City } from '../../city/profile.ts';
import type { Outbound } from '../../http/index.ts';
import type { Entity } from '../../ngsild/entity.ts';
import type { RealtimeBoard } from '../gtfs/realtime/board.ts';
import type { Timetable } from '../gtfs/timetable.ts';
import type { Connection } from '../schema.ts';
import type { Cursor } from '../mapping/cursor.ts';
import type { Expand } from '../mapping/names.ts';
import type { Mapping, Refused, Taken } from '../mapping/index.ts';

export type Transit = {
  readonly board: RealtimeBoard;
  /** The timetable that holds now. */
  readonly timetableOf: (source: string) => Timetable | undefined;
};

/** What a feed is given; the platform makes it once per feed. */
export type FeedTools = {
  /** `gtfs-rt 1`: its kind and its place in the file. */
  readonly name: string;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Seeded by the feed's place in its file, so that feeds of one pace do not all ask in the same second. */
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly outbound: Outbound;
  readonly city: Pick<City, 'id' | 'center' | 'timeZone' | 'bbox' | 'name'>;
  /** What live feeds of public transport say, and the timetables that it is about. */
  readonly transit: Transit;
  /** Something arrived, usable or not. */
  seen(): void;
  /** It was usable, although it may have given no reading: the source is not silent. */
  usable(): void;
  /** Durable when resolved; what the broker refuses is counted at the source and told. */
  submit(taken: readonly Taken[], from: string): Promise<{ refused?: Problem }>;
  /** Entities of a type (IRI) that this source has made. */
  stored(type: string): Promise<readonly Entity[]>;
  /** Those that history does not hold: a feed that tells everything again is recorded once. */
  unknown(taken: readonly Taken[]): Promise<readonly Taken[]>;
  /** The same, one answer for each: what is left of it that history does not hold. */
  judge(taken: readonly Taken[]): Promise<readonly (Taken | undefined)[]>;
  /** ms; the newest instant stored of the entity's attribute (IRI): where to go on after a restart. */
  newest(id: string, attribute: string): Promise<number | undefined>;
  /** Counts and keeps what could not be read. */
  refuse(why: Refused, from: string, count?: number): void;
  /** Whether the other side answers; shown with the source. */
  connection(now: Connection): void;
};

/** `stop` resolves within a second, whatever the other side does. */
export type Feed = { start(): void; stop(): Promise<void> };

/** A feed as the mapping file says it: checked, not started. */
export type FeedDefinition = {
  readonly kind: string;
  readonly source: string;
  /** IRIs of the types that it gives values of, where known. */
  readonly types: readonly string[];
  /** How the provider wants to be named, unless the source says it otherwise. */
  readonly credit?: string;
  /** Of public transport: the source whose timetable it is about. */
  readonly timetable?: string;
  /** True when the values come from a model. */
  readonly estimated?: boolean;
  open(tools: FeedTools): Feed;
};

/** How elements of `feeds` with this `kind` are checked: every fault is noted at the cursor. */
export type FeedKind = {
  readonly kind: string;
  compile(at: Cursor, context: FeedContext): FeedDefinition | undefined;
};

export type FeedContext = {
  readonly expand: Expand;
  readonly sources: ReadonlyMap<string, { readonly simulated: boolean }>;
  /** Mappings of the same file: for feeds whose payloads a mapping reads. */
  readonly mappings: readonly Mapping[];
};
