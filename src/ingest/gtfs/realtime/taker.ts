import { silentAfterMs } from '../../../broker/index.ts';
import type { Entity } from '../../../ngsild/entity.ts';
import type { FeedTools } from '../../feeds/feed.ts';
import type { Refused, Taken } from '../../mapping/index.ts';
import { alertReading, alertType, endedReading, isOpen } from './alertReadings.ts';
import { property, iri } from './instances.ts';
import type { FeedMessage } from './message.ts';
import { vehicleTrack } from './track.ts';
import { vehicleReading, vehicleType } from './vehicleReadings.ts';

/**
 * Readings in one record. Live pages are sent at most 500 changes in a quarter of a second: a fleet of thousands that is
 * recorded at once would move only in part, so it is spread over some beats.
 */
const groupSize = 240;
const restMs = 260;
/** Of all rests in one message. */
const restMsMax = 8_000;
const statusIri = iri('serviceStatus');
const locationIri = iri('location');
export const silent = 'silent';

export type Taker = {
  /** Vehicles and notices of a message to the store. Durable when resolved. */
  take(message: FeedMessage): Promise<void>;
  /** Says of vehicles that were not heard for a quarter of an hour that they are silent. */
  markSilent(): Promise<void>;
};

export type TakerOptions = {
  readonly source: string;
  readonly timetable: string;
  readonly simulated: boolean;
  /** As shown at the source with refusals. */
  readonly from: string;
};

/**
 * Takes what a feed says of vehicles and notices, poll after poll. What the store holds of this source is looked up before
 * the first one, so that a restart tells nothing twice and forgets no notice that has ended meanwhile.
 */
export function taker({ source, timetable, simulated, from }: TakerOptions, tools: FeedTools): Taker {
  const track = vehicleTrack();
  const toldAlerts = new Map<string, string>();
  const openAlerts = new Map<string, Entity>();
  /** Vehicles that are said to be silent, and since when (ms). */
  const silentNow = new Map<string, number>();
  /** What was refused in the last message: a bus that stands at 0, 0 is counted once for each time that it says so. */
  let refusedBefore = new Set<string>();
  let remembering: Promise<void> | undefined;
  const remembered = (): Promise<void> =>
    (remembering ??= remember().catch((error: unknown) => {
      remembering = undefined;
      throw error;
    }));
  const timetableNow = () => tools.transit.timetableOf(timetable);

  const remember = async (): Promise<void> => {
    for (const { id, attrs } of await tools.stored(vehicleType)) {
      // That it is silent was found out here; it is nothing that the vehicle said.
      const instants = Object.entries(attrs).flatMap(([name, instances]) =>
        name === statusIri ? [] : instances.map(({ observedAt }) => Date.parse(observedAt ?? '')),
      );
      const atMs = Math.max(...instants.filter(Number.isFinite));
      const status = attrs[statusIri]?.[0];
      if (status?.value === silent) silentNow.set(id, Date.parse(status.observedAt ?? ''));
      if (!Number.isFinite(atMs)) continue;
      const location = attrs[locationIri]?.[0];
      const point = location?.value as { readonly coordinates?: readonly [number, number] } | undefined;
      const positionMs = Date.parse(location?.observedAt ?? '');
      const position = Number.isFinite(positionMs) ? point?.coordinates : undefined;
      track.note(id, { atMs, position, positionMs, told: new Map() });
    }
    for (const entity of await tools.stored(alertType)) if (isOpen(entity)) openAlerts.set(entity.id, entity);
  };

  const submit = async (taken: readonly Taken[]): Promise<void> => {
    const rest = Math.min(restMs, restMsMax / (taken.length / groupSize));
    for (let i = 0; i < taken.length; i += groupSize) {
      if (i > 0) await new Promise<void>((rested) => tools.timers.after(rest, rested));
      const group = taken.slice(i, i + groupSize);
      try {
        await tools.submit(group, from);
      } catch (error) {
        // They were not stored: the next poll is to bring them again.
        for (const { reading } of taken.slice(i)) {
          track.forget(reading.id);
          toldAlerts.delete(reading.id);
        }
        throw error;
      }
    }
  };

  const vehiclesOf = async ({ vehicles, header }: FeedMessage): Promise<readonly Taken[]> => {
    const context = {
      source,
      timetable,
      routeType: (id: string) => timetableNow()?.route(id)?.type,
      box: tools.city.bbox,
      simulated,
      nowMs: tools.clock.now(),
      track,
    };
    const taken: Taken[] = [];
    const late: Taken[] = [];
    const refusals = new Map<string, Refused>();
    for (const vehicle of vehicles) {
      const result = vehicleReading(vehicle, header, context);
      if (result === undefined) continue;
      if (result.reason !== undefined) {
        refusals.set(`${vehicle.vehicle?.id ?? vehicle.id} ${vehicle.timestampS ?? ''} ${result.reason}`, result);
      } else if ((track.find(result.reading.id)?.atMs ?? 0) > result.observedMs) late.push(result);
      else taken.push(result);
    }
    for (const [key, why] of refusals) if (!refusedBefore.has(key)) tools.refuse(why, from);
    refusedBefore = new Set(refusals.keys());
    for (const { reading, observedMs } of taken) {
      const sinceMs = silentNow.get(reading.id);
      if (sinceMs === undefined) continue;
      // What was said before it fell silent is no sign of life; the next one is to tell its service again.
      if (observedMs <= sinceMs) track.find(reading.id)?.told.delete('serviceStatus');
      else silentNow.delete(reading.id);
    }
    // What is older than the last one may stand in history already.
    return [...taken, ...(late.length > 0 ? await tools.unknown(late) : [])];
  };

  const alertsOf = ({ alerts, header }: FeedMessage): readonly Taken[] => {
    const nowMs = tools.clock.now();
    const stop = (id: string) => timetableNow()?.stop(id);
    const taken: Taken[] = [];
    const there = new Set<string>();
    for (const alert of alerts) {
      const result = alertReading(alert, header, {
        source,
        timetable,
        stop,
        simulated,
        nowMs,
        told: toldAlerts,
        there,
      });
      if (result?.reason !== undefined) tools.refuse(result, from);
      else if (result) taken.push(result);
    }
    for (const [id, entity] of openAlerts) {
      if (there.has(id)) continue;
      taken.push(endedReading(entity, simulated, nowMs));
      openAlerts.delete(id);
      toldAlerts.delete(id);
    }
    for (const { reading } of taken) {
      if (there.has(reading.id)) openAlerts.set(reading.id, { ...reading, createdAt: '', modifiedAt: '' });
    }
    return taken;
  };

  return {
    async take(message) {
      await remembered();
      await submit(await vehiclesOf(message));
      await submit(alertsOf(message));
    },
    async markSilent() {
      await remembered();
      const taken: Taken[] = [];
      for (const id of track.heardBefore(tools.clock.now() - silentAfterMs)) {
        const last = track.find(id);
        if (!last || silentNow.has(id)) continue;
        const sinceMs = last.atMs + silentAfterMs;
        silentNow.set(id, sinceMs);
        last.told.delete('serviceStatus');
        const attrs = { [statusIri]: [property(silent, new Date(sinceMs).toISOString())] };
        taken.push({ reading: { id, type: [vehicleType], attrs, simulated }, observedMs: sinceMs, flagged: false });
      }
      await submit(taken);
    },
  };
}
