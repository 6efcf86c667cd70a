/** What GTFS Realtime says of a departure of the timetable. */
import type { Departure } from './words.ts';

export type Prediction = {
  /** When it is expected to leave; absent where only something else is known. */
  readonly departureMs?: number;
  readonly arrivalMs?: number;
  /** The trip does not run. */
  readonly cancelled?: boolean;
  /** It runs, but does not stop here. */
  readonly skipped?: boolean;
  /** Id of the vehicle's entity. */
  readonly vehicle?: string;
  /** When the other side said so. */
  readonly saidMs: number;
};

/** Given to whoever shows departures; without it they are what the timetable says. */
export type Realtime = {
  /**
   * @param source whose timetable the departure is of
   * @returns undefined when nothing is known of it, or what was known is too old
   */
  prediction(source: string, departure: Departure): Prediction | undefined;
};
