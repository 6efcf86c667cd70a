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
