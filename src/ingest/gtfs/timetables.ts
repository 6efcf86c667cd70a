/**
 * The timetables that hold now, in memory. They are read from their files in the background: the city is ready before
 * them, and a new feed takes the place of the old one when it is read whole.
 */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker } from '../../broker/index.ts';
import { openZip } from '../zip.ts';
import { readFeed } from './reading/feed.ts';
import { gtfsFeedTable, type FeedRow, type FeedStore } from './store.ts';
import type { Timetable, Timetables } from './timetable.ts';

export type Held = {
  readonly source: string;
  readonly feed: FeedRow;
  /** Absent while it is read the first time. */
  readonly timetable?: Timetable;
  /** Why it cannot be read. */
  readonly fault?: string;
};

export type HeldTimetables = Timetables & {
  /** Known from the rows, read or not. */
  held(): readonly Held[];
  /**
   * The timetable of a source.
   * @throws Problem not-found (the source has none), overloaded (it is being read, or cannot be read)
   */
  get(source: string): Timetable;
  /** @throws Problem overloaded when a timetable is still being read */
  all(): readonly { readonly source: string; readonly timetable: Timetable }[];
  /** Knows which feeds hold, and begins to read them; resolves before they are read. */
  start(): Promise<void>;
  /** Resolves when everything that was to be read is read. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

export function heldTimetables({
  feeds,
  broker,
  clock,
  log,
}: {
  feeds: FeedStore;
  broker: Pick<Broker, 'follow'>;
  clock: Clock;
  log: Log;
}): HeldTimetables {
  let held = new Map<string, Held>();
  let reading: Promise<void> = Promise.resolve();
  let stopped = false;
  let unfollow: (() => Promise<void>) | undefined;

  const read = async (feed: FeedRow): Promise<void> => {
    const { source, sha256 } = feed;
    // Another feed may have taken its place while this one waited.
    if (stopped || held.get(source)?.feed.sha256 !== sha256) return;
    const began = clock.now();
    let result: Pick<Held, 'timetable' | 'fault'>;
    try {
      result = { timetable: await timetableOf(feeds, feed, clock) };
      log.info('a timetable is read', { source, stopTimes: feed.stopTimes, ms: clock.now() - began });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      result = { fault };
      log.error('a timetable cannot be read', { source, sha256, error: fault });
    }
    if (held.get(source)?.feed.sha256 === sha256) held.set(source, { source, feed, ...result });
  };

  const refresh = async (): Promise<void> => {
    const now = new Map<string, Held>();
    const wanted: FeedRow[] = [];
    for (const feed of await feeds.current()) {
      const known = held.get(feed.source);
      if (known?.feed.sha256 === feed.sha256) now.set(feed.source, { ...known, feed });
      else {
        // Until the new one is read the old one answers.
        now.set(feed.source, { source: feed.source, feed, ...(known?.timetable && { timetable: known.timetable }) });
        wanted.push(feed);
      }
    }
    held = now;
    for (const feed of wanted) reading = reading.then(() => read(feed));
  };

  return {
    of: (source) => held.get(source)?.timetable,
    list: () => [...held.values()].flatMap(({ source, timetable }) => (timetable ? [{ source, timetable }] : [])),
    held: () => [...held.values()],
    get(source) {
      const found = held.get(source);
      if (!found) throw new Problem('not-found', `there is no timetable of source ${source.slice(0, 80)}`, 'source');
      return ready(found);
    },
    all: () => [...held.values()].map((one) => ({ source: one.source, timetable: ready(one) })),
    async start() {
      unfollow = broker.follow('timetables', async (records) => {
        if (records.some(({ rows }) => rows.some(({ table }) => table === gtfsFeedTable.name))) await refresh();
      });
      await refresh();
    },
    settled: () => reading,
    async stop() {
      stopped = true;
      await unfollow?.();
      await reading;
    },
  };
}

function ready({ source, timetable, fault }: Held): Timetable {
  if (timetable) return timetable;
  throw new Problem(
    'overloaded',
    fault === undefined
      ? `the timetable of source ${source} is being read; try again in some seconds`
      : `the timetable of source ${source} cannot be read: ${fault}`,
    'source',
  );
}

async function timetableOf(feeds: FeedStore, { source, sha256 }: FeedRow, clock: Clock): Promise<Timetable> {
  const bytes = await feeds.bytes(sha256);
  if (!bytes) throw new Error(`its file ${sha256} is missing`);
  const zip = await openZip(bytes, { name: source });
  try {
    return (await readFeed(zip, { name: source, today: Math.floor(clock.now() / 86_400_000) })).timetable;
  } finally {
    await zip.close();
  }
}
