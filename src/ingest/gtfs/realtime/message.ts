/**
 * A feed as it was decoded: the messages of gtfs-realtime.proto 2.0, names in camelCase with units. What the feed does
 * not say is absent, except where the specification gives a default. Enumerations are words of `words.ts`. Nothing here
 * is checked against a timetable or a map.
 */

export type FeedMessage = {
  readonly header: FeedHeader;
  /** Ids of entities that a differential feed takes back. */
  readonly deleted: readonly string[];
  readonly tripUpdates: readonly TripUpdate[];
  readonly vehicles: readonly VehiclePosition[];
  readonly alerts: readonly Alert[];
  readonly skipped: Skipped;
};

/** What was in the bytes and is not in the message. */
export type Skipped = {
  /** Entities of kinds that are not read: shapes, stops, trip modifications, kinds unknown, empty ones. */
  readonly entities: number;
  readonly fields: number;
  /** Of the fields: those of extensions. */
  readonly extensions: number;
  /** Texts with bytes that are not UTF-8. */
  readonly badTexts: number;
};

export type FeedHeader = {
  /** As written: `1.0`, `2.0`. */
  readonly version: string;
  /** FULL_DATASET unless it says otherwise. */
  readonly incrementality: string;
  /** Seconds since 1970, as written. */
  readonly timestampS?: number;
};

export type TripDescriptor = {
  readonly tripId?: string;
  readonly routeId?: string;
  readonly directionId?: number;
  /** `HH:MM:SS`, may pass 24:00:00. */
  readonly startTime?: string;
  /** Service date, `YYYYMMDD`. */
  readonly startDate?: string;
  readonly relationship?: string;
};

export type VehicleDescriptor = {
  readonly id?: string;
  /** What stands on the vehicle. */
  readonly label?: string;
  readonly licensePlate?: string;
  readonly wheelchair?: string;
};

/** An arrival or departure: the delay, the instant, or both (then the instant decides). */
export type StopTimeEvent = {
  /** Positive = late. */
  readonly delayS?: number;
  /** Seconds since 1970. */
  readonly timeS?: number;
  readonly uncertaintyS?: number;
  /** Seconds since 1970; for trips that no timetable holds. */
  readonly scheduledTimeS?: number;
};

export type StopTimeUpdate = {
  readonly stopSequence?: number;
  readonly stopId?: string;
  readonly arrival?: StopTimeEvent;
  readonly departure?: StopTimeEvent;
  /** SCHEDULED unless it says otherwise. */
  readonly relationship: string;
  /** On departure. */
  readonly occupancy?: string;
  /** The stop that takes the place of the one in the timetable. */
  readonly assignedStopId?: string;
};

export type TripUpdate = {
  /** Of the entity, unique in the feed. */
  readonly id: string;
  readonly trip: TripDescriptor;
  readonly vehicle?: VehicleDescriptor;
  readonly stops: readonly StopTimeUpdate[];
  readonly timestampS?: number;
  readonly delayS?: number;
  /** Of a DUPLICATED trip: what the copy is called and when it runs. */
  readonly properties?: TripProperties;
};

export type TripProperties = {
  readonly tripId?: string;
  readonly startDate?: string;
  readonly startTime?: string;
  readonly headsign?: string;
  readonly shortName?: string;
};

export type Position = {
  /** Degrees, of single precision. */
  readonly latitude: number;
  readonly longitude: number;
  /** Degrees clockwise from north. */
  readonly bearing?: number;
  readonly odometerM?: number;
  readonly speedMPerS?: number;
};

export type Carriage = {
  readonly id?: string;
  readonly label?: string;
  readonly occupancy?: string;
  readonly occupancyPercent?: number;
  /** From the front, 1 = first. */
  readonly sequence?: number;
};

export type VehiclePosition = {
  readonly id: string;
  readonly trip?: TripDescriptor;
  readonly vehicle?: VehicleDescriptor;
  readonly position?: Position;
  readonly stopSequence?: number;
  readonly stopId?: string;
  /** IN_TRANSIT_TO unless it says otherwise. */
  readonly status: string;
  readonly timestampS?: number;
  readonly congestion?: string;
  readonly occupancy?: string;
  readonly occupancyPercent?: number;
  readonly carriages: readonly Carriage[];
};

/** Seconds since 1970; a side that is absent is open. */
export type TimeRange = { readonly startS?: number; readonly endS?: number };

/** Texts by language; the empty tag is a text without one. */
export type TranslatedText = Readonly<Record<string, string>>;

/** Every field that is there narrows: a route and a stop = that route at that stop. */
export type EntitySelector = {
  readonly agencyId?: string;
  readonly routeId?: string;
  readonly routeType?: number;
  readonly directionId?: number;
  readonly trip?: TripDescriptor;
  readonly stopId?: string;
};

export type Alert = {
  readonly id: string;
  /** None: for as long as the feed has it. */
  readonly periods: readonly TimeRange[];
  readonly informed: readonly EntitySelector[];
  readonly cause: string;
  readonly effect: string;
  readonly severity: string;
  readonly url?: TranslatedText;
  readonly header?: TranslatedText;
  readonly description?: TranslatedText;
  readonly causeDetail?: TranslatedText;
  readonly effectDetail?: TranslatedText;
};
