/** The words of `/api/sources` and of source declarations. No I/O; shared with the browser. */
import type { Words } from '../city/profile.ts';

export const sourceKinds = ['mqtt', 'lorawan', 'csv', 'simulator', 'http', 'feed'] as const;
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
  readonly rejected: number;
  readonly rejectedBy: Readonly<Record<string, number>>;
  /** Seconds from observation to arrival of the newest reading. */
  readonly lagS: number | null;
  readonly lastRejects: readonly Reject[];
  /** Only of sources with a live feed; of several the one that is worst off. */
  readonly connection?: Connection;
};

/** One element of `/api/sources`. */
export type SourceReport = { readonly source: Source; readonly health: SourceHealth };
