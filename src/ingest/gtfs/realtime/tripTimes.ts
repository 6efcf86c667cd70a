import type { StopTime } from '../words.ts';
import type { StopTimeEvent, StopTimeUpdate, TripUpdate } from './message.ts';

/** What is expected at one stop of a run; both instants absent: nothing is known of it. Milliseconds since 1970. */
export type StopPrediction = { readonly arrivalMs?: number; readonly departureMs?: number; readonly skipped?: boolean };

export type TripTimes = {
  /** By `stop_sequence` of the timetable. */
  readonly at: ReadonlyMap<number, StopPrediction>;
  /** Stops that the update names and the trip does not have. */
  readonly unknownStops: readonly string[];
  /** Times that no delay explains: more than a day from the timetable. */
  readonly implausible: number;
};

const dayMs = 86_400_000;

/**
 * Expected times of a run by the rules of the GTFS Realtime reference (StopTimeUpdate): what is said of a stop holds for
 * the stops after it until something else is said; SKIPPED is not handed on, the delay before it is; NO_DATA and an update without
 * times are handed on as "unknown"; of stops before the first update nothing is known, unless the trip as a whole has a delay.
 * A time that is given decides over a delay.
 * @param baseMs when second 0 of the stop times is
 */
export function tripTimes(
  { stops, delayS }: Pick<TripUpdate, 'stops' | 'delayS'>,
  stopTimes: readonly StopTime[],
  baseMs: number,
): TripTimes {
  const { byPlace, unknownStops } = placed(stops, stopTimes);
  const at = new Map<number, StopPrediction>();
  let implausible = 0;
  let delayMs = delayS === undefined ? undefined : delayS * 1000;
  const delayOf = (event: StopTimeEvent | undefined, scheduledMs: number): number | undefined => {
    if (!event) return undefined;
    // Zero is what a sender writes who has no time.
    const said = event.timeS
      ? event.timeS * 1000 - scheduledMs
      : event.delayS === undefined
        ? undefined
        : event.delayS * 1000;
    if (said === undefined || Math.abs(said) <= dayMs) return said;
    implausible++;
    return undefined;
  };
  for (const [place, { sequence, arrivalS, departureS }] of stopTimes.entries()) {
    const [arrivalMs, departureMs] = [baseMs + arrivalS * 1000, baseMs + departureS * 1000];
    const update = byPlace.get(place);
    let arrivalDelay = delayMs;
    if (update?.relationship === 'SKIPPED') {
      at.set(sequence, { skipped: true });
      continue;
    }
    if (update?.relationship === 'NO_DATA') arrivalDelay = delayMs = undefined;
    else if (update) {
      const [arrives, leaves] = [delayOf(update.arrival, arrivalMs), delayOf(update.departure, departureMs)];
      arrivalDelay = arrives ?? (leaves === undefined ? undefined : (delayMs ?? leaves));
      delayMs = leaves ?? arrives;
    }
    if (arrivalDelay === undefined || delayMs === undefined) continue;
    at.set(sequence, { arrivalMs: arrivalMs + arrivalDelay, departureMs: departureMs + delayMs });
  }
  return { at, unknownStops, implausible };
}

/** Which stop of the trip each update speaks of: by its sequence, else the next one with its id. */
function placed(
  updates: readonly StopTimeUpdate[],
  stopTimes: readonly StopTime[],
): { byPlace: ReadonlyMap<number, StopTimeUpdate>; unknownStops: readonly string[] } {
  const byPlace = new Map<number, StopTimeUpdate>();
  const unknownStops: string[] = [];
  const bySequence = new Map(stopTimes.map(({ sequence }, place) => [sequence, place]));
  let next = 0;
  for (const update of updates) {
    const { stopSequence, stopId } = update;
    let place = stopSequence === undefined ? undefined : bySequence.get(stopSequence);
    // A sequence that lies at another stop is of another version of the timetable: then the id decides.
    if (place !== undefined && stopId !== undefined && stopTimes[place]?.stopId !== stopId) place = undefined;
    if (place === undefined && stopId !== undefined) {
      place = stopTimes.findIndex((stop, at) => at >= next && stop.stopId === stopId);
      if (place < 0) place = undefined;
    }
    if (place === undefined) unknownStops.push(stopId ?? `sequence ${stopSequence ?? '?'}`);
    else {
      byPlace.set(place, update);
      next = place + 1;
    }
  }
  return { byPlace, unknownStops };
}
