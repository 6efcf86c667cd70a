/** The part of ingestion that knows timetables: the door for feeds, the timetables that hold, departures of stops. */
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import type { Module } from '../../http/module.ts';
import type { Files, Rows } from '../../store/ports.ts';
import type { Site } from '../../ui/index.ts';
import { sourceAttribute } from '../mapping/index.ts';
import { boards, type Boards } from './board.ts';
import type { TimetableDoor } from './door.ts';
import { inTimetableAttribute, routeType, stationType, stopType } from './entity.ts';
import { transitRoutes } from './http.ts';
import { stopPages, stopsEntry } from './pages/index.ts';
import { feedStore } from './store.ts';
import { heldTimetables, type HeldTimetables } from './timetables.ts';
import type { Realtime } from './words.ts';

export type Transit = Required<Pick<Module, 'routes' | 'navigation' | 'start' | 'stop'>> & {
  readonly timetables: HeldTimetables;
  readonly boards: Boards;
  /** What the import of a feed needs. */
  readonly door: TimetableDoor;
  /** Forgets timetables that no undo can bring back. @returns how many */
  prune(): Promise<number>;
};

export type TransitSettings = {
  readonly broker: Broker;
  readonly rows: Rows;
  readonly files: Files;
  readonly site: Site | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the city. */
  readonly timeZone: string;
  /** Whether a source gives values that were not measured. */
  readonly isSimulated: (source: string) => boolean;
  /** Live predictions; absent: departures are what the timetable says. */
  readonly realtime?: Realtime;
};

const pageSize = 1000;

export function transit({
  broker,
  rows,
  files,
  site,
  clock,
  log,
  timeZone,
  isSimulated,
  realtime,
}: TransitSettings): Transit {
  const feeds = feedStore({ rows, files });
  const timetables = heldTimetables({ feeds, broker, clock, log });
  const board = boards({ timetables, realtime });
  return {
    timetables,
    boards: board,
    door: {
      feeds,
      timeZone,
      async inTimetable(source) {
        const found: { id: string; type: readonly string[] }[] = [];
        for (const iri of [stopType, stationType, routeType]) {
          for (let offset = 0; ; offset += pageSize) {
            const { entities } = await broker.query(
              systemPrincipal,
              0,
              { type: { node: 'type', iri } },
              { limit: pageSize, offset },
            );
            for (const { id, type, attrs } of entities) {
              const own = attrs[sourceAttribute]?.[0]?.value === source;
              if (own && attrs[inTimetableAttribute]?.[0]?.value === true) found.push({ id, type });
            }
            if (entities.length < pageSize) break;
          }
        }
        return found;
      },
    },
    routes: (app) => {
      transitRoutes(app, { timetables, boards: board, clock, isSimulated, unknown: () => realtime?.unknown() ?? [] });
      if (site) stopPages(app, { site, timetables, boards: board, isSimulated });
    },
    async prune() {
      const past = await feeds.past(clock.now());
      if (past.length > 0) await broker.record(systemPrincipal, 0, [], { by: 'sweep' }, past);
      return past.length;
    },
    navigation: (language) => stopsEntry(timetables, language),
    start: () => timetables.start(),
    stop: () => timetables.stop(),
  };
}
