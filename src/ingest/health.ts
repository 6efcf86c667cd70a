import type { Clock } from '../base/clock.ts';
import type { Counter, Metrics } from '../base/metrics.ts';
import type { OmissionKind, Refusal, Refused } from './mapping/index.ts';
import type { Connection, RealtimeReport, Reject, Source, SourceHealth, SourceReport, SourceState } from './schema.ts';
import type { Sources } from './source.ts';

const rejectsKept = 10;
const prefixesKept = 100;
const topicsKept = 8;
/** How often the rhythm may be missed: late beyond the first, silent beyond the second. */
const lateFactor = 2.5;
const silentFactor = 10;
/** A reading older than this when it arrives counts as late, unless the source's own rhythm is slower. */
const lateFloorMs = 600_000;

/** What happened to the messages of each source, and what could not be laid at any source's door. */
export type Health = {
  /** One message, request or file arrived. */
  seen(source: string, atMs: number): void;
  accepted(source: string, counts: { readings: number; flagged: number }, observedMs: readonly number[]): void;
  rejected(source: string, why: Refused, from: string, count?: number): void;
  /** Readings that were taken without something that their message has. */
  leftOut(source: string, kind: OmissionKind, count?: number): void;
  /** A message on a topic that no mapping takes. */
  unmapped(topic: string): void;
  /** How one of the source's feeds stands with its other side. */
  connection(source: string, feed: string, now: Connection): void;
  /** What was known before the process started. */
  restore(source: string, lastAcceptedMs: number): void;
  report(source: Source): SourceHealth;
  reports(): readonly SourceReport[];
  /** Topics without mapping, by their first two segments, most frequent first. */
  unmappedTopics(): readonly { readonly prefix: string; readonly count: number }[];
  /** The topics without mapping that came last, newest first: for a person with a device in hand. */
  lastUnmapped(): readonly UnmappedTopic[];
};

export type UnmappedTopic = { readonly topic: string; readonly atMs: number; readonly count: number };

type Tally = {
  lastSeenMs: number | undefined;
  lastAcceptedMs: number | undefined;
  lagMs: number | undefined;
  accepted: number;
  flagged: number;
  late: number;
  leftOut: Partial<Record<OmissionKind, number>>;
  rejected: number;
  rejectedBy: Partial<Record<Refusal, number>>;
  lastRejects: Reject[];
  /** Readings per second of the last minute; the slot of a second is `second % 60`. */
  seconds: Uint32Array;
  lastSecond: number;
  connections: Map<string, Connection>;
};

export function sourceHealth({
  sources,
  clock,
  metrics,
  realtimeOf = () => [],
}: {
  sources: Sources;
  clock: Clock;
  metrics: Metrics;
  /** What the GTFS Realtime feeds of a source last said. */
  realtimeOf?: (source: string) => readonly RealtimeReport[];
}): Health {
  const tallies = new Map<string, Tally>();
  const prefixes = new Map<string, number>();
  /** In the order in which they came; the oldest is first. */
  const lastTopics = new Map<string, { atMs: number; count: number }>();
  const acceptedTotal = metrics.counter('chorsu_ingest_readings_total', 'Readings accepted, by source');
  const flaggedTotal = metrics.counter('chorsu_ingest_flagged_total', 'Accepted readings with a doubtful status');
  const lateTotal = metrics.counter('chorsu_ingest_late_total', 'Accepted readings observed long before they arrived');
  const leftOutTotal = metrics.counter(
    'chorsu_ingest_left_out_total',
    'Accepted readings without something that their message has, by source and what it is',
  );
  const rejectedTotal = metrics.counter('chorsu_ingest_rejected_total', 'Readings refused, by source and reason');
  const unmappedTotal: Counter = metrics.counter('chorsu_ingest_unmapped_total', 'Messages that no mapping takes');
  metrics.gauge('chorsu_ingest_lag_seconds', 'From observation to arrival of the newest reading, by source', () =>
    [...tallies].flatMap(([source, tally]) =>
      tally.lagMs === undefined ? [] : [{ labels: { source }, value: tally.lagMs / 1000 }],
    ),
  );
  metrics.gauge('chorsu_ingest_last_seen_seconds', 'Seconds since the last message, by source', () =>
    [...tallies].flatMap(([source, tally]) =>
      tally.lastSeenMs === undefined ? [] : [{ labels: { source }, value: (clock.now() - tally.lastSeenMs) / 1000 }],
    ),
  );

  metrics.gauge('chorsu_feed_reachable', '1 when the other side of the feed answers, by source and feed', () =>
    [...tallies].flatMap(([source, { connections }]) =>
      [...connections].map(([feed, { state }]) => ({
        labels: { source, feed },
        value: state === 'reachable' ? 1 : 0,
      })),
    ),
  );

  const tallyOf = (source: string): Tally => {
    const known = tallies.get(source);
    if (known) return known;
    const tally: Tally = {
      lastSeenMs: undefined,
      lastAcceptedMs: undefined,
      lagMs: undefined,
      accepted: 0,
      flagged: 0,
      late: 0,
      leftOut: {},
      rejected: 0,
      rejectedBy: {},
      lastRejects: [],
      seconds: new Uint32Array(60),
      lastSecond: 0,
      connections: new Map(),
    };
    tallies.set(source, tally);
    return tally;
  };

  /** Empties the slots between the last second that was counted and now. */
  const turn = (tally: Tally): number => {
    const second = Math.floor(clock.now() / 1000);
    const passed = Math.min(60, second - tally.lastSecond);
    for (let i = 0; i < passed; i++) tally.seconds[(second - i) % 60] = 0;
    tally.lastSecond = Math.max(tally.lastSecond, second);
    return second % 60;
  };

  const stateOf = (source: Source, tally: Tally, connection: Connection | undefined): SourceState => {
    const state = rhythmOf(source, tally);
    // What cannot be reached, or answers rubbish, does not send as it should, however new its last values still are.
    const fails = connection?.state === 'unreachable' || connection?.detail !== undefined;
    return state === 'fresh' && fails ? 'late' : state;
  };

  const rhythmOf = (source: Source, { lastAcceptedMs, lastSeenMs, rejected }: Tally): SourceState => {
    if (lastAcceptedMs === undefined) return lastSeenMs === undefined ? 'never' : rejected > 0 ? 'silent' : 'fresh';
    if (source.expectedEveryS === null) return 'fresh';
    const missed = (clock.now() - lastAcceptedMs) / 1000 / source.expectedEveryS;
    return missed <= lateFactor ? 'fresh' : missed <= silentFactor ? 'late' : 'silent';
  };

  const report = (source: Source): SourceHealth => {
    const tally = tallyOf(source.id);
    turn(tally);
    const connection = worst(tally.connections);
    return {
      state: stateOf(source, tally, connection),
      lastSeenAt: isoOrNull(tally.lastSeenMs),
      lastAcceptedAt: isoOrNull(tally.lastAcceptedMs),
      perMinute: tally.seconds.reduce((sum, count) => sum + count, 0),
      accepted: tally.accepted,
      flagged: tally.flagged,
      late: tally.late,
      leftOut: { ...tally.leftOut },
      rejected: tally.rejected,
      rejectedBy: { ...tally.rejectedBy },
      lagS: tally.lagMs === undefined ? null : tally.lagMs / 1000,
      lastRejects: [...tally.lastRejects],
      ...(connection !== undefined && { connection }),
    };
  };

  return {
    seen(source, atMs) {
      const tally = tallyOf(source);
      tally.lastSeenMs = Math.max(tally.lastSeenMs ?? 0, atMs);
    },
    accepted(source, { readings, flagged }, observedMs) {
      const tally = tallyOf(source);
      const now = clock.now();
      const labels = { source };
      tally.lastAcceptedMs = now;
      tally.accepted += readings;
      tally.flagged += flagged;
      const slot = turn(tally);
      tally.seconds[slot] = (tally.seconds[slot] ?? 0) + readings;
      acceptedTotal.add(readings, labels);
      if (flagged > 0) flaggedTotal.add(flagged, labels);
      const declared = sources.find(source);
      if (declared?.kind === 'csv' || declared?.kind === 'geojson' || observedMs.length === 0) return;
      const tooOld = now - Math.max(lateFloorMs, (declared?.expectedEveryS ?? 0) * 2000);
      let newest = -Infinity;
      let late = 0;
      for (const at of observedMs) {
        if (at < tooOld) late++;
        if (at > newest) newest = at;
      }
      tally.lagMs = now - newest;
      tally.late += late;
      if (late > 0) lateTotal.add(late, labels);
    },
    rejected(source, { reason, detail }, from, count = 1) {
      const tally = tallyOf(source);
      tally.rejected += count;
      tally.rejectedBy[reason] = (tally.rejectedBy[reason] ?? 0) + count;
      tally.lastRejects.unshift({
        at: new Date(clock.now()).toISOString(),
        reason,
        detail: detail.slice(0, 200),
        from: from.slice(0, 120),
      });
      if (tally.lastRejects.length > rejectsKept) tally.lastRejects.pop();
      rejectedTotal.add(count, { source, reason });
    },
    leftOut(source, kind, count = 1) {
      const { leftOut } = tallyOf(source);
      leftOut[kind] = (leftOut[kind] ?? 0) + count;
      leftOutTotal.add(count, { source, kind });
    },
    unmapped(topic) {
      unmappedTotal.add();
      const prefix = topic.split('/', 2).join('/').slice(0, 60);
      const key = prefixes.has(prefix) || prefixes.size < prefixesKept ? prefix : '(others)';
      prefixes.set(key, (prefixes.get(key) ?? 0) + 1);
      const shown = topic.slice(0, 120);
      const count = (lastTopics.get(shown)?.count ?? 0) + 1;
      lastTopics.delete(shown);
      lastTopics.set(shown, { atMs: clock.now(), count });
      if (lastTopics.size > topicsKept) lastTopics.delete(lastTopics.keys().next().value ?? '');
    },
    connection(source, feed, now) {
      tallyOf(source).connections.set(feed, now);
    },
    restore(source, lastAcceptedMs) {
      const tally = tallyOf(source);
      tally.lastSeenMs = Math.max(tally.lastSeenMs ?? 0, lastAcceptedMs);
      tally.lastAcceptedMs = Math.max(tally.lastAcceptedMs ?? 0, lastAcceptedMs);
    },
    report,
    reports: () =>
      sources.list().map((source) => {
        const realtime = realtimeOf(source.id);
        return { source, health: report(source), ...(realtime.length > 0 && { realtime }) };
      }),
    unmappedTopics: () => [...prefixes].map(([prefix, count]) => ({ prefix, count })).sort((a, b) => b.count - a.count),
    lastUnmapped: () => [...lastTopics].map(([topic, last]) => ({ topic, ...last })).reverse(),
  };
}

/** The connection that is worst off: what does not answer comes before what answers rubbish, then the longest. */
function worst(connections: ReadonlyMap<string, Connection>): Connection | undefined {
  const badness = ({ state, detail }: Connection): number =>
    state === 'unreachable' ? 3 : state === 'connecting' ? 2 : detail === undefined ? 0 : 1;
  let found: Connection | undefined;
  for (const connection of connections.values()) {
    const worse = found === undefined ? 1 : badness(connection) - badness(found);
    if (worse > 0 || (worse === 0 && found !== undefined && connection.since < found.since)) found = connection;
  }
  return found;
}

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
