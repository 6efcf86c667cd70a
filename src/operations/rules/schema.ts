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
export type When = Threshold | Change | Silence | Usual | Balance;

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

/** A value that is not what it is at this hour of the week. */
export type Usual = {
  readonly kind: 'usual';
  readonly attribute: string;
  /** Where it has to lie to be unusual; default: both. */
  readonly side?: (typeof usualSides)[number];
  /** It is unusual when it is further from the median than this times the MAD, and further than `least`. */
  readonly mads: number;
  /** Positive, in the attribute's unit. Where every week was the same the MAD is 0, and this alone decides. */
  readonly least: number;
  /** It is over when it is back within so many MADs, `least` being made smaller alike; default: `mads`. */
  readonly clear?: number;
  /** Default: at once. */
  readonly for?: string;
  /** How many earlier weeks; default: 8. */
  readonly weeks?: number;
  /** In so many of them the hour must have a reading; default: 4, or `weeks` where that is less. */
  readonly atLeast?: number;
  /** Holidays of the city are compared with Sundays (default), or nothing is said of them. */
  readonly holidays?: (typeof usualHolidays)[number];
};
export const usualSides = ['both', 'above', 'below'] as const;
export const usualHolidays = ['sundays', 'skip'] as const;

/** More flows into an area than flows out of it and is drawn in it. The area is the entity that the rule selects. */
export type Balance = {
  readonly kind: 'balance';
  readonly inflow: readonly Term[];
  readonly outflow: readonly Term[];
  /** One of the two. A duration that divides a day, from midnight on by the clock of the city... */
  readonly window?: string;
  /** ...or the same hours of each day, such as a night's: `["02:00", "04:00"]`. */
  readonly between?: readonly [from: string, to: string];
  /** What may be missing, in the unit of the inputs, and as a share of the inflow; at least one of the two, the larger holds. */
  readonly least?: number;
  readonly share?: number;
  /** It is over at this share of what may be missing; default: 1. */
  readonly clear?: number;
  /** From the beginning of the first window to the end of the last; default: one window. */
  readonly for?: string;
  /** How long after its end a window waits for late readings; default: PT10M. */
  readonly wait?: string;
};
/** A flow (not a counter): its mean over the window is taken. Without an entity it is one of the area itself. */
export type Term = { readonly attribute: string; readonly entity?: string };

/** What is told of. */
export const attributeOf = (when: When): string =>
  when.kind === 'balance' ? (when.inflow[0]?.attribute ?? '') : when.attribute;

export const ruleKinds = [
  'threshold',
  'change',
  'silence',
  'usual',
  'balance',
] as const satisfies readonly When['kind'][];

/** Whether it may have nothing to compare a reading with. */
export const judges = ({ kind }: When): boolean => kind === 'usual' || kind === 'balance';

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
