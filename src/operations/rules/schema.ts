/** The words of rules: what raises an alarm, as data. */
import type { Words } from '../../city/index.ts';
import type { Priority } from '../alarms/schema.ts';

export type Rule = {
  /** Lower case letters, digits and hyphens; stays for good. */
  readonly id: string;
  /** May hold `{name}`, `{district}`, `{value}`, `{limit}`. */
  readonly title: Words;
  /** What to do first. */
  readonly advice?: Words;
  readonly priority: Priority;
  readonly selects: Selects;
  readonly when: When;
  /** Counts from 1; every change makes the next. */
  readonly version: number;
  readonly enabled: boolean;
};

/** Which entities a rule looks at; all that is given must hold. */
export type Selects = {
  /** A short name of the core context, or an IRI. */
  readonly type: string;
  /** CIM 009 v1.9.1, 4.9; asked of the entity as it stands. */
  readonly q?: string;
  /** CIM 009 v1.9.1, 4.19. */
  readonly scope?: string;
  /** Ids of the city's districts. */
  readonly districts?: readonly string[];
  readonly ids?: readonly string[];
};

/** Durations are ISO 8601 without months and years (`PT15M`, `P1D`); attributes short names of the core context, or IRIs. */
export type When = Threshold | Change | Silence;

/** A value above or below a limit, for some time. */
export type Threshold = {
  readonly kind: 'threshold';
  readonly attribute: string;
  /** One of the two. */
  readonly above?: number;
  readonly below?: number;
  /** It is over when the value is back at this (default: at the limit): hysteresis. */
  readonly clear?: number;
  /** Default: at once. */
  readonly for?: string;
};

/** A value that rises or falls faster than so much per hour, measured over the readings of the window. */
export type Change = {
  readonly kind: 'change';
  readonly attribute: string;
  /** One of the two; positive, in the attribute's unit per hour. */
  readonly rises?: number;
  readonly falls?: number;
  /** It is over when the rate is back at this; default: at the limit. */
  readonly clear?: number;
  readonly within: string;
};

/** No reading for so long. What never had a reading is not silent. */
export type Silence = { readonly kind: 'silence'; readonly attribute: string; readonly for: string };

export const ruleKinds = ['threshold', 'change', 'silence'] as const satisfies readonly When['kind'][];

/** A version of a rule as it was set. */
export type RuleVersion = {
  readonly rule: Rule;
  /** ms; absent: as it came with the program. */
  readonly at?: number;
  /** Opaque id of the account. */
  readonly by?: string;
  readonly why: string;
  /** ms: when somebody looked at what it would have raised. */
  readonly triedAt?: number;
};
