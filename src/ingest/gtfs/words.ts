/**
 * The things of a timetable, in the words of GTFS Schedule (https://gtfs.org/schedule/reference/). Plain values: what
 * is absent in the feed is absent here. Instants in milliseconds since 1970; `S` are seconds since the service day
 * began, which is noon minus twelve hours in the agency's zone, so they may pass 24 hours.
 */

/** Texts by language tag (BCP 47, as the feed writes it). The feed's own language is among them when the feed names it. */
export type Names = Readonly<Record<string, string>>;

/** `20190415`: how GTFS and GTFS Realtime write a service day. */
export type ServiceDate = string;

export type Agency = {
  /** Empty when the feed has one agency and gives it no id. */
  readonly id: string;
  readonly name: string;
  readonly names: Names;
  readonly url?: string;
  readonly phone?: string;
};

/** 0 a stop or platform, 1 a station, 2 an entrance, 3 a node, 4 a boarding area. */
export type LocationType = 0 | 1 | 2 | 3 | 4;
/** Also of trips: 0 nothing is known, 1 possible, 2 not possible. */
export type Accessible = 0 | 1 | 2;

export type Stop = {
  readonly id: string;
  /** What stands on the pole. */
  readonly code?: string;
  readonly name: string;
  readonly names: Names;
  readonly description?: string;
  /** [long, lat]; nodes and boarding areas may have none. */
  readonly position?: readonly [number, number];
  readonly locationType: LocationType;
  /** Id of the station that it belongs to. */
  readonly parent?: string;
  readonly platformCode?: string;
  readonly wheelchairBoarding: Accessible;
};

export type Route = {
  readonly id: string;
  readonly agencyId: string;
  /** One of the two names may be empty. */
  readonly shortName: string;
  readonly longName: string;
  readonly longNames: Names;
  readonly description?: string;
  /** 0 tram, 1 metro, 2 rail, 3 bus, 4 ferry, ... or an extended route type. */
  readonly type: number;
  /** Six hexadecimal digits. */
  readonly color?: string;
  readonly textColor?: string;
};

/** A trip that runs again and again. */
export type Frequency = {
  /** First run. */
  readonly startS: number;
  /** No run starts at or after it. */
  readonly endS: number;
  readonly headwayS: number;
  /** False: the runs keep the headway, not a timetable. */
  readonly exact: boolean;
};

export type Trip = {
  readonly id: string;
  readonly routeId: string;
  readonly serviceId: string;
  readonly headsign?: string;
  readonly shortName?: string;
  readonly directionId?: 0 | 1;
  readonly blockId?: string;
  readonly shapeId?: string;
  readonly wheelchairAccessible: Accessible;
  /** Empty: it runs once, as its stop times say. */
  readonly frequencies: readonly Frequency[];
};

/**
 * Why a time is not to be relied on to the minute: `interpolated` blank in the feed and worked out between its
 * neighbours, `stated` the feed itself says so (timepoint 0), `frequency` a trip that keeps a headway.
 */
export type Approximate = 'interpolated' | 'stated' | 'frequency';

export type StopTime = {
  readonly stopId: string;
  readonly sequence: number;
  readonly arrivalS: number;
  readonly departureS: number;
  readonly approximate?: Approximate;
  /** Where it differs from the trip's. */
  readonly headsign?: string;
  /** 0 regular, 1 none, 2 phone the agency, 3 ask the driver. */
  readonly pickupType: 0 | 1 | 2 | 3;
  readonly dropOffType: 0 | 1 | 2 | 3;
};

/** A vehicle leaves a stop. */
export type Departure = {
  readonly stopId: string;
  readonly stopSequence: number;
  readonly tripId: string;
  readonly routeId: string;
  /** The day that the trip belongs to; after midnight mostly the day before. */
  readonly serviceDate: ServiceDate;
  /** When this run of the trip begins; tells runs of a trip with frequencies apart (`start_time` of GTFS Realtime). */
  readonly startS: number;
  readonly arrivalMs: number;
  readonly departureMs: number;
  readonly headsign?: string;
  readonly approximate?: Approximate;
  /** Of a trip that keeps a headway. */
  readonly headwayS?: number;
};

/** What GTFS Realtime says of a departure. */
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

/** A departure of a trip that the timetable does not hold, and what is expected of it. */
export type AddedDeparture = { readonly departure: Departure; readonly prediction: Prediction };

/** A notice for those who travel. Texts by language tag; the empty tag is a text without one. */
export type TransitAlert = {
  /** Of its entity. */
  readonly id: string;
  readonly header: Names;
  readonly description: Names;
  readonly url: Names;
  /** Words of GTFS Realtime: `CONSTRUCTION`, `DETOUR`, `WARNING`. */
  readonly cause: string;
  readonly effect: string;
  readonly severity: string;
  /** The period that holds now; a side that is absent is open. */
  readonly fromMs?: number;
  readonly toMs?: number;
};

/** How things stand with what a source is told about its trips. */
export type RealtimeState = {
  /** False: departures are what the timetable says. */
  readonly current: boolean;
  /** When the other side last said anything of its trips; absent: never yet. */
  readonly saidMs?: number;
};

/** Given to whoever shows departures; without it they are what the timetable says. */
export type Realtime = {
  /**
   * @param source whose timetable the departure is of
   * @returns undefined when nothing is known of it, or what was known is too old
   */
  prediction(source: string, departure: Departure): Prediction | undefined;
  /**
   * What leaves besides the timetable, by expected time.
   * @param stopIds of a stop, or of all platforms of a station
   */
  added(source: string, stopIds: readonly string[], fromMs: number, toMs: number): readonly AddedDeparture[];
  /** Notices that hold at an instant for these stops, these routes or everybody. */
  alerts(
    source: string,
    about: { readonly stopIds: readonly string[]; readonly routeIds: readonly string[] },
    atMs: number,
  ): readonly TransitAlert[];
  /** @returns undefined when no feed tells anything of this source's trips */
  state(source: string): RealtimeState | undefined;
  /** Everything that the feeds named last and their timetables do not know. */
  unknown(): readonly UnknownId[];
};

export type UnknownId = {
  readonly feed: string;
  /** Whose values the feed gives, and whose timetable it names. */
  readonly source: string;
  readonly timetable: string;
  readonly kind: 'trip' | 'route' | 'stop';
  readonly id: string;
};
