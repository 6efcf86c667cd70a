/** Reads a rule from JSON. Each problem names the field; what is not known is refused, since it would be lost in silence. */
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { parseDuration } from '../../base/time.ts';
import { coreContext, isUri, parseQ, parseScopeQ } from '../../ngsild/index.ts';
import { priorities } from '../alarms/schema.ts';
import { idPattern, name, number, oneOf, text, words } from '../members.ts';
import {
  ruleKinds,
  usualHolidays,
  usualSides,
  type Balance,
  type Change,
  type Rule,
  type Selects,
  type Silence,
  type Term,
  type Threshold,
  type Usual,
  type When,
} from './schema.ts';
import { defaultWeeks } from './usual.ts';

const idsMax = 1_000;
const longestMs = 366 * 86_400_000;

/** What somebody writes: a rule without what the platform counts. */
export type RuleText = Omit<Rule, 'version' | 'enabled'>;

/**
 * A rule as a file or a form has it. `version` and `enabled` may stand there, as an export has them; they are not read.
 * @throws Problem bad-data with the field
 */
export function parseRule(value: unknown): RuleText {
  const given = object(value, '', ['id', 'title', 'advice', 'priority', 'selects', 'when', 'version', 'enabled']);
  const { title, advice, selects, when } = given;
  const id = text(given['id'], 'id');
  // Pages below `/console/rules/` have these names.
  if (!idPattern.test(id) || id === 'new' || id === 'import')
    throw new Problem('bad-data', 'an id has 1 to 64 lower case letters, digits and hyphens', 'id');
  const priority = priorities.find((one) => one === given['priority']);
  if (priority === undefined) throw new Problem('bad-data', 'a priority is 1, 2, 3 or 4', 'priority');
  return {
    id,
    title: words(title, 'title'),
    ...(advice !== undefined && { advice: words(advice, 'advice') }),
    priority,
    selects: parseSelects(selects),
    when: parseWhen(when),
  };
}

function parseSelects(value: unknown): Selects {
  const { type, q, scope, districts, ids } = object(value, 'selects', ['type', 'q', 'scope', 'districts', 'ids']);
  if (q !== undefined) parseQ(text(q, 'selects.q'), coreContext, { parameter: 'selects.q' });
  if (scope !== undefined) parseScopeQ(text(scope, 'selects.scope'), 'selects.scope');
  const uris = ids === undefined ? undefined : texts(ids, 'selects.ids');
  uris?.forEach((id, n) => {
    if (!isUri(id)) throw new Problem('bad-data', 'expected a URI', `selects.ids[${n}]`);
  });
  return {
    type: name(type, 'selects.type'),
    ...(typeof q === 'string' && { q }),
    ...(typeof scope === 'string' && { scope }),
    ...(districts !== undefined && { districts: texts(districts, 'selects.districts') }),
    ...(uris && { ids: uris }),
  };
}

function parseWhen(value: unknown): When {
  if (!isObject(value)) throw new Problem('bad-data', 'expected an object', 'when');
  const kind = ruleKinds.find((one) => one === value['kind']);
  switch (kind) {
    case 'threshold':
      return parseThreshold(object(value, 'when', ['kind', 'attribute', 'above', 'below', 'clear', 'for']));
    case 'change':
      return parseChange(object(value, 'when', ['kind', 'attribute', 'rises', 'falls', 'clear', 'within']));
    case 'silence': {
      const given = object(value, 'when', ['kind', 'attribute', 'for']);
      const silence: Silence = {
        kind,
        attribute: name(given['attribute'], 'when.attribute'),
        for: duration(given['for'], 'when.for'),
      };
      return silence;
    }
    case 'usual':
      return parseUsual(object(value, 'when', usualMembers));
    case 'balance':
      return parseBalance(object(value, 'when', balanceMembers));
    default:
      throw new Problem('bad-data', `expected one of ${ruleKinds.join(', ')}`, 'when.kind');
  }
}

function parseThreshold(given: Record<string, unknown>): Threshold {
  const attribute = name(given['attribute'], 'when.attribute');
  const { side, limit } = oneLimit(given, 'above', 'below');
  const clear = optional(given['clear'], 'when.clear', number);
  if (clear !== undefined && (side === 'above' ? clear > limit : clear < limit))
    throw new Problem('bad-data', 'it must be over on the other side of the limit, or at it', 'when.clear');
  const held = optional(given['for'], 'when.for', duration);
  return {
    kind: 'threshold',
    attribute,
    [side]: limit,
    ...(clear !== undefined && { clear }),
    ...(held !== undefined && { for: held }),
  };
}

function parseChange(given: Record<string, unknown>): Change {
  const attribute = name(given['attribute'], 'when.attribute');
  const { side, limit } = oneLimit(given, 'rises', 'falls');
  positive(limit, `when.${side}`);
  const clear = optional(given['clear'], 'when.clear', number);
  if (clear !== undefined && clear > limit)
    throw new Problem('bad-data', 'it must be over at a slower rate', 'when.clear');
  const within = duration(given['within'], 'when.within');
  return { kind: 'change', attribute, [side]: limit, ...(clear !== undefined && { clear }), within };
}

const usualMembers = ['kind', 'attribute', 'side', 'mads', 'least', 'clear', 'for', 'weeks', 'atLeast', 'holidays'];
const weeksMax = 26;

function parseUsual(given: Record<string, unknown>): Usual {
  const attribute = name(given['attribute'], 'when.attribute');
  const side = optional(given['side'], 'when.side', oneOf(usualSides));
  const mads = positive(given['mads'], 'when.mads');
  const least = positive(given['least'], 'when.least');
  const clear = optional(given['clear'], 'when.clear', number);
  if (clear !== undefined && (clear < 0 || clear > mads))
    throw new Problem('bad-data', 'expected a number from 0 to that of mads', 'when.clear');
  const held = optional(given['for'], 'when.for', duration);
  const weeks = optional(given['weeks'], 'when.weeks', whole(2, weeksMax));
  const atLeast = optional(given['atLeast'], 'when.atLeast', whole(2, weeks ?? defaultWeeks));
  const holidays = optional(given['holidays'], 'when.holidays', oneOf(usualHolidays));
  return {
    kind: 'usual',
    attribute,
    ...(side !== undefined && { side }),
    mads,
    least,
    ...(clear !== undefined && { clear }),
    ...(held !== undefined && { for: held }),
    ...(weeks !== undefined && { weeks }),
    ...(atLeast !== undefined && { atLeast }),
    ...(holidays !== undefined && { holidays }),
  };
}

const balanceMembers = ['kind', 'inflow', 'outflow', 'window', 'between', 'least', 'share', 'clear', 'for', 'wait'];
const termsMax = 100;
const dayMs = 86_400_000;

function parseBalance(given: Record<string, unknown>): Balance {
  const [inflow, outflow] = [parseTerms(given['inflow'], 'when.inflow'), parseTerms(given['outflow'], 'when.outflow')];
  const window = optional(given['window'], 'when.window', duration);
  const between = optional(given['between'], 'when.between', clocks);
  if ((window === undefined) === (between === undefined))
    throw new Problem('bad-data', 'expected one of window, between', 'when.window');
  if (window !== undefined && dayMs % (parseDuration(window)?.ms ?? 0) !== 0)
    throw new Problem('bad-data', 'expected a duration that divides a day, such as PT15M or PT1H', 'when.window');
  const least = optional(given['least'], 'when.least', positive);
  const share = optional(given['share'], 'when.share', positive);
  if (least === undefined && share === undefined)
    throw new Problem('bad-data', 'expected least, share, or both', 'when.least');
  if (share !== undefined && share >= 1) throw new Problem('bad-data', 'expected a share below 1', 'when.share');
  const clear = optional(given['clear'], 'when.clear', number);
  if (clear !== undefined && (clear < 0 || clear > 1))
    throw new Problem('bad-data', 'expected a number from 0 to 1', 'when.clear');
  const held = optional(given['for'], 'when.for', duration);
  const wait = optional(given['wait'], 'when.wait', duration);
  if (wait !== undefined && (parseDuration(wait)?.ms ?? 0) > dayMs)
    throw new Problem('bad-data', 'expected at most a day', 'when.wait');
  return {
    kind: 'balance',
    inflow,
    outflow,
    ...(window !== undefined && { window }),
    ...(between !== undefined && { between }),
    ...(least !== undefined && { least }),
    ...(share !== undefined && { share }),
    ...(clear !== undefined && { clear }),
    ...(held !== undefined && { for: held }),
    ...(wait !== undefined && { wait }),
  };
}

function parseTerms(value: unknown, at: string): readonly Term[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > termsMax)
    throw new Problem('bad-data', `expected a list of 1 to ${termsMax} of { attribute, entity }`, at);
  return value.map((item, n) => {
    const { attribute, entity } = object(item, `${at}[${n}]`, ['attribute', 'entity']);
    if (entity !== undefined && (typeof entity !== 'string' || !isUri(entity)))
      throw new Problem('bad-data', 'expected a URI', `${at}[${n}].entity`);
    return { attribute: name(attribute, `${at}[${n}].attribute`), ...(entity !== undefined && { entity }) };
  });
}

function clocks(value: unknown, at: string): readonly [string, string] {
  const [from, to] = Array.isArray(value) && value.length === 2 ? (value as readonly unknown[]) : [];
  const isClock = (one: unknown): one is string => typeof one === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(one);
  if (!isClock(from) || !isClock(to) || from === to)
    throw new Problem('bad-data', 'expected two times of day, such as ["02:00", "04:00"]', at);
  return [from, to];
}

/** Exactly one of the two. */
function oneLimit<const S extends string>(
  given: Record<string, unknown>,
  first: S,
  second: S,
): { side: S; limit: number } {
  const sides = [first, second].filter((side) => given[side] !== undefined);
  const [side] = sides;
  if (side === undefined || sides.length > 1)
    throw new Problem('bad-data', `expected one of ${first}, ${second}`, `when.${side ?? first}`);
  return { side, limit: number(given[side], `when.${side}`) };
}

// --- parts ------------------------------------------------------------------------------------------------------------
function object(value: unknown, at: string, known: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) throw new Problem('bad-data', 'expected an object', at === '' ? 'rule' : at);
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const field = at === '' ? key : `${at}.${key}`;
    throw new Problem('bad-data', `unknown member; expected one of ${known.join(', ')}`, field);
  }
  return value;
}

function optional<T>(value: unknown, at: string, read: (value: unknown, at: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, at);
}

function texts(value: unknown, at: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > idsMax)
    throw new Problem('bad-data', `expected a list of 1 to ${idsMax} texts`, at);
  return value.map((item, n) => text(item, `${at}[${n}]`));
}

function positive(value: unknown, at: string): number {
  const given = number(value, at);
  if (given <= 0) throw new Problem('bad-data', 'expected a positive number', at);
  return given;
}

const whole =
  (min: number, max: number) =>
  (value: unknown, at: string): number => {
    const given = number(value, at);
    if (!Number.isInteger(given) || given < min || given > max)
      throw new Problem('bad-data', `expected a whole number from ${min} to ${max}`, at);
    return given;
  };

function duration(value: unknown, at: string): string {
  const given = text(value, at);
  const parsed = parseDuration(given);
  if (!parsed || parsed.months > 0 || parsed.ms <= 0 || parsed.ms > longestMs)
    throw new Problem('bad-data', 'expected an ISO 8601 duration of at most 366 days, such as PT15M', at);
  return given;
}
