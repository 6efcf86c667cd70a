/** What notices are written from: whole sentences in five languages with blanks. Data; native review: none. */
import { Problem } from '../../base/problem.ts';
import type { Words } from '../../city/profile.ts';
import type { Certainty, Kind, Nature, Severity } from './schema.ts';
import file from './templates.json' with { type: 'json' };

export type Template = {
  readonly id: string;
  readonly kind: Kind;
  readonly nature: Nature;
  /** CAP 1.2, 3.2.2: category, severity, certainty and responseType. */
  readonly category: string;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly response: string;
  /** How long it mostly holds. */
  readonly hours: number;
  readonly reasons: readonly string[];
  readonly advice: readonly string[];
  /** What places are for, where it asks for some. */
  readonly places?: 'tankers' | 'streets';
  readonly event: Words;
  readonly headline: Words;
  readonly text: Words;
};

const known: Readonly<Record<string, Template>> = Object.fromEntries(
  (file.templates as readonly Template[]).map((template) => [template.id, template]),
);

export const templates: readonly Template[] = Object.values(known);
export const sentences: Readonly<Record<'city' | Nature | 'reason' | 'tankers' | 'streets', Words>> = file.sentences;
export const reasons: Readonly<Record<string, Words>> = file.reasons;
export const advice: Readonly<Record<string, Words>> = file.advice;
/** Why notices are withdrawn. */
export const withdrawals: Readonly<Record<string, Words>> = file.withdrawals;

/** @throws Problem bad-data (template) */
export function templateOf(id: string): Template {
  const template = Object.hasOwn(known, id) ? known[id] : undefined;
  if (!template) throw new Problem('bad-data', 'there is no such template', 'template');
  return template;
}
