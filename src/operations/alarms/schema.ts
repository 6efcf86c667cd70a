/** The words of alarms. What is an alarm, its states and what can be done to it. */

/** What a rule found of one entity. The same readings give the same findings, live and in a dry-run. */
export type Finding = {
  readonly kind: 'raise' | 'clear';
  /** Id of the rule, and which version of it. */
  readonly rule: string;
  readonly version: number;
  /** What it is about: an IRI. */
  readonly entity: string;
  /** ms: since when by the readings, or by the silence. */
  readonly at: number;
  readonly priority: Priority;
  /** In the words of each language; `{name}`, `{district}`, `{value}`, `{limit}` stand for what is known when it is raised. */
  readonly title: Readonly<Record<string, string>>;
  /** What to do first. */
  readonly advice?: Readonly<Record<string, string>>;
  /** Short name of the attribute that was looked at, what it was, in which unit (UN/CEFACT code), and the limit. */
  readonly attribute?: string;
  readonly value?: number;
  readonly unitCode?: string;
  readonly limit?: number;
  readonly simulated: boolean;
};

/** 1: act now; 2: soon, within the hour; 3: in the shift; 4: to be known. */
export const priorities = [1, 2, 3, 4] as const;
export type Priority = (typeof priorities)[number];

/** `raised`: nobody has taken it; `cleared`: its condition is over. */
export const states = ['raised', 'acknowledged', 'assigned', 'shelved', 'cleared', 'closed'] as const;
export type State = (typeof states)[number];

/** Rules raise and clear; `return` is the end of a shelving; the others are done by people. */
export const steps = ['raise', 'clear', 'acknowledge', 'assign', 'shelve', 'return', 'close', 'note'] as const;
export type Step = (typeof steps)[number];
export const personSteps = ['acknowledge', 'assign', 'shelve', 'return', 'close', 'note'] as const;
export type PersonStep = (typeof personSteps)[number];

/**
 * Where a step leads from where; what is not here cannot be done. After ISA-18.2 (IEC 62682), figure 3. A cleared alarm that
 * nobody had taken only has to be seen; one that somebody worked on is closed with a reason.
 */
export const transitions: Readonly<Record<State, Readonly<Partial<Record<Step, State>>>>> = {
  raised: {
    raise: 'raised',
    clear: 'cleared',
    acknowledge: 'acknowledged',
    assign: 'assigned',
    shelve: 'shelved',
    note: 'raised',
  },
  acknowledged: {
    raise: 'raised',
    clear: 'cleared',
    assign: 'assigned',
    shelve: 'shelved',
    close: 'closed',
    note: 'acknowledged',
  },
  assigned: {
    raise: 'raised',
    clear: 'cleared',
    assign: 'assigned',
    shelve: 'shelved',
    close: 'closed',
    note: 'assigned',
  },
  shelved: { raise: 'shelved', clear: 'cleared', return: 'raised', close: 'closed', note: 'shelved' },
  cleared: { raise: 'raised', acknowledge: 'closed', close: 'closed', note: 'cleared' },
  closed: { note: 'closed' },
};

/** Why an alarm is closed. `over` is given by acknowledging one whose condition is over. */
export const reasons = ['fixed', 'over', 'falseAlarm', 'plannedWork', 'duplicate', 'test', 'other'] as const;
export type Reason = (typeof reasons)[number];

/** The longest that an alarm is put aside: a shift. */
export const shelvedMsMax = 12 * 3_600_000;
/** Of a text that a person writes, in characters. */
export const textMax = 1000;

/** What an alarm is; the Alert entity says the same, and the row of the list is made of it. */
export type Alarm = {
  /** `urn:ngsi-ld:Alert:0123456789`. */
  readonly id: string;
  readonly state: State;
  /** Its condition holds. */
  readonly active: boolean;
  /** Somebody has taken notice since it was last raised. */
  readonly acknowledged: boolean;
  readonly priority: Priority;
  /** Id of the rule, or `manual`. */
  readonly rule: string;
  readonly version: number;
  /** What it is about: an IRI; absent for one raised by hand for a place. */
  readonly subject?: string;
  readonly subjectName?: Texts;
  readonly title: Texts;
  readonly advice?: Texts;
  readonly category: string;
  readonly subCategory?: string;
  /** ms: when it was raised for the first and for the last time, since when its condition is over, when it was closed. */
  readonly issuedAt: number;
  readonly raisedAt: number;
  readonly clearedAt?: number;
  readonly closedAt?: number;
  readonly raisedCount: number;
  readonly attribute?: string;
  readonly value?: number;
  readonly unitCode?: string;
  readonly limit?: number;
  /** [long, lat]. */
  readonly location?: readonly [number, number];
  readonly district?: string;
  readonly department?: string;
  readonly assignedTo?: string;
  /** ms: put aside until then. */
  readonly shelvedUntil?: number;
  readonly reason?: Reason;
  /** The last work note: seen by those who may see such. */
  readonly note?: string;
  /** How many steps it has gone, and which of them was the last that a person did other than a note (0: none). */
  readonly stepCount: number;
  readonly handledStep: number;
  readonly simulated: boolean;
};

/** By language. */
export type Texts = Readonly<Record<string, string>>;

/** Raised by hand. */
export const manualRule = 'manual';
/** Raised by a command that was not obeyed. */
export const controlRule = 'control';

/** What a person does to an alarm. */
export type Act =
  | { readonly step: 'acknowledge' | 'return'; readonly note?: string }
  | { readonly step: 'assign'; readonly to: string; readonly department?: string; readonly note?: string }
  | { readonly step: 'shelve'; readonly until: number; readonly note: string }
  | { readonly step: 'close'; readonly reason: Reason; readonly note?: string }
  | { readonly step: 'note'; readonly note: string };

/** Parts of the list. `waiting`: nobody has taken notice; `work`: somebody is at it. */
export const views = ['open', 'waiting', 'work', 'shelved', 'cleared', 'closed'] as const;
export type View = (typeof views)[number];

export type AlarmFilter = {
  readonly show: View;
  readonly priority?: Priority;
  readonly district?: string;
  /** A rule's id. */
  readonly cause?: string;
  /** Id of an alarm: those of its cause and area that came with it. */
  readonly group?: string;
};

/** Of one cause and area, each within so many ms of the one before: one flood. */
export const floodMs = 10 * 60_000;

/** What a person raises by hand, such as after a call. */
export type Manual = {
  readonly title: Texts;
  readonly priority: Priority;
  readonly subject?: string;
  readonly district?: string;
  readonly location?: readonly [number, number];
  readonly note?: string;
};
