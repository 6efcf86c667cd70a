import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import { seededRandom } from '../../base/random.ts';
import { systemTimers, type Timers } from '../../base/timers.ts';
import type { Broker } from '../../broker/index.ts';
import type { Outbound } from '../../http/index.ts';
import { knownReadings } from '../importing/known.ts';
import type { Health } from '../health.ts';
import type { Intake } from '../intake.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Entity } from '../../ngsild/entity.ts';
import { sourceAttribute } from '../mapping/index.ts';
import type { Feed, FeedDefinition, FeedTools, Transit } from './feed.ts';

/** The feeds of this city, running. */
export type LiveFeeds = {
  /** Nothing is asked for before. */
  start(): void;
  /** Resolves within a second or so; what was taken goes on to the store. */
  stop(): Promise<void>;
};

export type LiveFeedsDeps = {
  readonly definitions: readonly FeedDefinition[];
  readonly broker: Pick<Broker, 'find' | 'history' | 'query'>;
  readonly intake: Intake;
  readonly health: Health;
  readonly city: FeedTools['city'];
  readonly transit: Transit;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly timers?: Timers;
  readonly metrics: Metrics;
  readonly log: Log;
};

export function liveFeeds(deps: LiveFeedsDeps): LiveFeeds {
  const opened: Feed[] = [];
  return {
    start() {
      for (const [index, definition] of deps.definitions.entries()) {
        const feed = definition.open(toolsOf(definition, index, deps));
        opened.push(feed);
        feed.start();
      }
    },
    async stop() {
      await Promise.all(opened.splice(0).map((feed) => feed.stop()));
    },
  };
}

function toolsOf(definition: FeedDefinition, index: number, deps: LiveFeedsDeps): FeedTools {
  const { kind, source } = definition;
  const { broker, intake, health, city, transit, outbound, clock, timers = systemTimers, metrics, log } = deps;
  const name = `${kind} ${index + 1}`;
  const judge: FeedTools['judge'] = async (taken) => {
    const verdicts = await knownReadings(broker).judge(taken);
    return verdicts.map((verdict) => ('fresh' in verdict ? verdict.fresh : undefined));
  };
  return {
    name,
    clock,
    timers,
    random: seededRandom(index + 1),
    log: log.with({ feed: name, source }),
    metrics,
    outbound,
    city,
    transit,
    stored: (type) => storedBy(source, type, broker),
    seen: () => health.seen(source, clock.now()),
    usable: () => health.accepted(source, { readings: 0, flagged: 0 }, []),
    submit: (taken, from) => (taken.length === 0 ? Promise.resolve({}) : intake.submit(source, kind, from, taken)),
    judge,
    unknown: async (taken) => (await judge(taken)).filter((left) => left !== undefined),
    async newest(id, attribute) {
      const stored = await broker.find(systemPrincipal, 0, id);
      const ms = (stored?.entity.attrs[attribute] ?? []).map(({ observedAt = '' }) => Date.parse(observedAt));
      const known = ms.filter((at) => !Number.isNaN(at));
      return known.length === 0 ? undefined : Math.max(...known);
    },
    refuse: (why, from, count) => health.rejected(source, why, from, count),
    connection: (now) => health.connection(source, name, now),
  };
}

const pageSize = 1_000;

async function storedBy(source: string, type: string, broker: Pick<Broker, 'query'>): Promise<readonly Entity[]> {
  const found: Entity[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const query = { type: { node: 'type', iri: type } } as const;
    const { entities } = await broker.query(systemPrincipal, 0, query, { limit: pageSize, offset });
    found.push(...entities.filter(({ attrs }) => attrs[sourceAttribute]?.[0]?.value === source));
    if (entities.length < pageSize) return found;
  }
}
