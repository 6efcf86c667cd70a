/** How what confirms points stands: remembered from readings, so that a question about thousands of points loads nothing. */
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import type { Points } from './points.ts';
import { readBacks, readEntityOf, standing } from './readback.ts';
import type { ControlPoint, Value } from './schema.ts';

export type Standings = {
  /** Loaded when it is asked for the first time. */
  of(point: ControlPoint): Promise<Value | undefined>;
  start(): void;
  stop(): Promise<void>;
};

export function openStandings({
  broker,
  points,
}: {
  broker: Pick<Broker, 'find' | 'follow'>;
  points: Points;
}): Standings {
  /** By point. */
  const known = new Map<string, Value | undefined>();
  let watched = readBacks([]);
  let unfollow: (() => Promise<void>) | undefined;
  const watch = (): void => {
    watched = readBacks(points.list().map(({ point }) => point));
  };
  const follows = (): boolean => unfollow !== undefined;
  return {
    async of(point) {
      if (!known.has(point.id)) {
        const stored = await broker.find(systemPrincipal, 0, readEntityOf(point));
        const value = stored && standing(point, stored.entity)?.value;
        if (!follows()) return value;
        // A reading that came meanwhile is newer.
        if (!known.has(point.id)) known.set(point.id, value);
      }
      return known.get(point.id);
    },
    start() {
      watch();
      points.onChange(({ point }) => {
        watch();
        known.delete(point.id);
      });
      unfollow = broker.follow('control-standings', (records, gap) => {
        if (gap) known.clear();
        for (const record of records)
          for (const { point, reading } of watched.of(record)) known.set(point.id, reading.value);
      });
    },
    async stop() {
      await unfollow?.();
    },
  };
}
