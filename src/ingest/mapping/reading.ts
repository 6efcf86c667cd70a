import type { Reading } from '../../broker/index.ts';
import type { Attributes } from '../../ngsild/entity.ts';

/** Why something was not taken; a closed set, so that it can be counted under a label. */
export const refusals = [
  'payload', // not JSON, not UTF-8, too deep, not a number
  'unmapped', // no mapping for it
  'entity', // no usable id
  'time', // no instant, or none that a calendar has
  'future', // the clock is ahead by more than maxFuture
  'type', // a value of another kind than the mapping says
  'unit', // a unit that the mapping does not allow
  'range', // outside the range, where the mapping says so
  'status', // the source's own quality control says that it is no measurement
  'missing', // nothing but missing values
  'duplicate', // the same entity and instant twice in one file
  'geometry', // no place on earth: swapped, crossing itself, several at once
  'row', // a row that is no row: wrong number of columns, encoding
  'simulated', // a simulated value for a measured entity, or the reverse
  'personal', // names, finds or traces a person; the schema gate (trust/gate)
  'refused', // the broker refused it
] as const;
export type Refusal = (typeof refusals)[number];

/** What was left out of a reading that was taken all the same; a closed set, as the refusals are. */
export const omissions = [
  'halfPlace', // a place of which one of two numbers is missing
  'birth', // a name or place at birth that cannot be read
] as const;
export type OmissionKind = (typeof omissions)[number];
export type Omission = { readonly kind: OmissionKind; readonly detail: string };

export type Refused = { readonly reason: Refusal; readonly detail: string };

/** One reading as the mapping made it. */
export type Taken = {
  readonly reading: Reading;
  /** When it was observed; when it was read, for one without a time. */
  readonly observedMs: number;
  /** Says what is, not what was observed when: its attributes have no observedAt. */
  readonly timeless?: true;
  /** Kept with a status that says: doubtful or out of range. */
  readonly flagged: boolean;
  /** What the payload has and the reading has not. */
  readonly leftOut?: readonly Omission[];
  readonly reason?: undefined;
};

export const refused = (reason: Refusal, detail: string): Refused => ({ reason, detail });

/** What a payload is read with; `flagged` is set by whoever finds something doubtful. */
export type Input = {
  readonly captured: Readonly<Record<string, string>>;
  readonly payload: unknown;
  readonly observedAt: string;
  /** From the source's own quality control; goes on every attribute. */
  status: string | undefined;
  flagged: boolean;
  /** Filled by whoever leaves something out. */
  leftOut: Omission[] | undefined;
};

/** For `leftOut`: most readings are whole and need no list. */
export function leaveOut(input: Input, kind: OmissionKind, detail: string): void {
  (input.leftOut ??= []).push({ kind, detail });
}

/** What follows from the topic alone; worked out once per topic. */
export type Target = {
  readonly captured: Readonly<Record<string, string>>;
  readonly id: string | undefined;
  readonly type: readonly string[] | undefined;
  readonly atBirth: Attributes | undefined;
};
