/** The words of `/api/sources` and of source declarations. No I/O; shared with the browser. */
import type { Words } from '../city/profile.ts';

export const sourceKinds = ['mqtt', 'lorawan', 'csv', 'geojson', 'simulator', 'http', 'feed', 'gtfs'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** Whether the data of a source concern persons: not at all, only as sums of many, or each single household. */
export const personalKinds = ['none', 'aggregated', 'household'] as const;
export type PersonalKind = (typeof personalKinds)[number];

/**
 * What a source declares before a single value of it is taken; published on `/sources`.
 */
export type Source = {
  /** Lower case ASCII, digits and hyphens. */
  readonly id: string;
  readonly name: Words;
  /** What the data are used for. */
  readonly purpose: Words;
  /** Organisation that answers for the data. */
  readonly owner: Words;
  /** Law, contract or decision that the taking rests on, by name. */
  readonly legalBasis: Words;
  /** Days; null = for good. */
  readonly retentionDays: number | null;
  readonly personal: PersonalKind;
  /** What one value stands for: `station`, `district`, `vehicle`, `detector`. */
  readonly granularity: string;
  readonly kind: SourceKind;
  readonly simulated: boolean;
  /** Seconds between two messages when all is well; null = no rhythm (files). Decides late and silent. */
  readonly expectedEveryS: number | null;
  /** How the provider wants to be named, as its licence asks. */
  readonly credit?: string;
  /** True when the values were computed by a model; each then carries `status` = `estimated`. */
  readonly estimated?: boolean;
};

export const sourceStates = ['fresh', 'late', 'silent', 'never'] as const;
export type SourceState = (typeof sourceStates)[number];

/** Something that was not taken: why, and enough of it to find the cause. */
export type Reject = {
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
  readonly detail: string;
  /** Topic, file and row, or path of the request. */
  readonly from: string;
};

export const connectionStates = ['connecting', 'reachable', 'unreachable'] as const;

/** Whether the other side of a live feed answers. */
export type Connection = {
  readonly state: (typeof connectionStates)[number];
  /** ISO 8601: since when it is so. */
  readonly since: string;
  /** What went wrong last, in English; with `reachable`: it answers, but not with anything usable. */
  readonly detail?: string;
  /** ISO 8601: when it is tried again. */
  readonly nextTryAt?: string;
};

export type SourceHealth = {
  readonly state: SourceState;
  /** ISO 8601; when the last message arrived. */
  readonly lastSeenAt: string | null;
  /** ISO 8601; when the last reading was accepted. Decides the state: a source that sends only rubbish is not fresh. */
  readonly lastAcceptedAt: string | null;
  /** Readings accepted in the last minute. */
  readonly perMinute: number;
  readonly accepted: number;
  /** Of the accepted: kept, but marked as out of range or doubtful. */
  readonly flagged: number;
  /** Of the accepted: observed long before they arrived. */
  readonly late: number;
  /** Of the accepted: without something that the message has, by what it is (`halfPlace`, `birth`). */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly rejected: number;
  readonly rejectedBy: Readonly<Record<string, number>>;
  /** Seconds from observation to arrival of the newest reading. */
  readonly lagS: number | null;
  readonly lastRejects: readonly Reject[];
  /** Only of sources with a live feed; of several the one that is worst off. */
  readonly connection?: Connection;
};

/** Ids that a live feed names and the timetable does not know: how many different ones, and the first of them. */
export type UnknownIds = { readonly count: number; readonly first: readonly string[] };

/** What one GTFS Realtime feed of a source last said, and what of it could be used. */
export type RealtimeReport = {
  /** As in the mapping file: `gtfs-rt 1`. */
  readonly feed: string;
  /** The source whose timetable it is about. */
  readonly timetable: string;
  /** False: that source has no timetable here, so trips, routes and stops were not looked up. */
  readonly timetableKnown: boolean;
  /** ISO 8601; when the feed says that it was made. */
  readonly saidAt: string | null;
  /** ISO 8601. */
  readonly takenAt: string;
  /** Seconds that the feed's clock was ahead of ours when it was taken; negative: behind, or the feed was old. */
  readonly aheadS: number | null;
  /** False: too old to be used; departures are what the timetable says. */
  readonly current: boolean;
  readonly vehicles: number;
  readonly tripUpdates: number;
  readonly alerts: number;
  /** Of the trip updates: those that the timetable holds; those among them that do not run; trips besides it. */
  readonly matched: number;
  readonly cancelled: number;
  readonly added: number;
  /** Times more than a day from the timetable; not used. */
  readonly implausible: number;
  readonly unknown: { readonly trips: UnknownIds; readonly routes: UnknownIds; readonly stops: UnknownIds };
  /** What was in the bytes and is not read: entities of other kinds, fields, texts that are not UTF-8. */
  readonly skipped: { readonly entities: number; readonly fields: number; readonly badTexts: number };
};

/** One element of `/api/sources`. */
export type SourceReport = {
  readonly source: Source;
  readonly health: SourceHealth;
  /** Only of sources with GTFS Realtime feeds. */
  readonly realtime?: readonly RealtimeReport[];
};
