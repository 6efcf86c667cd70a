/** What people, programs and phones send: orders, steps, filters. Nothing here reads or writes. */
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { isUri, parseDateTime } from '../../ngsild/index.ts';
import { languages, type City } from '../../ui/index.ts';
import { locationIn, oneOf, textIn, type Fields } from '../fields.ts';
import { parseLocalTime } from '../localInstant.ts';
import {
  cancels,
  partUnits,
  pauses,
  personSteps,
  priorities,
  readingUnits,
  states,
  textMax,
  views,
  type Act,
  type AskedReading,
  type Draft,
  type OrderFilter,
  type Texts,
} from './schema.ts';
import type { Sent } from './service.ts';

/** Of a crew, a part, a reading, in characters. */
const nameMax = 120;
const minutesMax = 24 * 60;
/** How far a phone's clock may stand ahead, and how long an act may have waited there. */
const clockMs = 10 * 60_000;
const waitedMsMax = 14 * 86_400_000;

/** What a form or a program says of a new order, in a city, in the language of whoever writes. */
export function parseDraft(fields: Fields, language: string, city: Pick<City, 'districts' | 'timeZone'>): Draft {
  const said = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });
  const district = textIn(fields, 'district', nameMax);
  const priority = wholeIn(fields, 'priority');
  const ofDistricts = city.districts.map(({ id }) => id);
  return {
    ...said('title', wordsIn(fields, 'title', 200, language)),
    ...said('description', wordsIn(fields, 'description', textMax, language)),
    ...(priority !== undefined && { priority: oneOf(priority, priorities, 'priority') }),
    ...said('alarm', iriIn(fields, 'alarm')),
    ...said('request', iriIn(fields, 'request')),
    ...said('asset', iriIn(fields, 'entity')),
    ...said('location', locationIn(fields)),
    ...(district !== undefined && { district: oneOf(district, ofDistricts, 'district') }),
    ...said('place', textIn(fields, 'place', 200)),
    ...said('crew', textIn(fields, 'crew', nameMax)),
    ...said('assignee', textIn(fields, 'assignee', nameMax)),
    ...said('department', textIn(fields, 'department', nameMax)),
    ...said('dueAt', dueIn(fields, city.timeZone)),
    ...said('checklist', textIn(fields, 'checklist', nameMax)),
    ...said('note', textIn(fields, 'note', textMax)),
  };
}

/**
 * `{ step, ... }` as JSON or as a form sends it; what each step takes, `api.ts` says.
 * @throws Problem bad-data, with the field
 */
export function parseAct(
  fields: Fields,
  language: string,
  city: Pick<City, 'timeZone'>,
  now: number,
): Act | AskedReading {
  const step = oneOf(fields['step'], personSteps, 'step');
  const note = textIn(fields, 'note', textMax);
  const noted = note === undefined ? {} : { note };
  switch (step) {
    case 'assign': {
      const crew = textIn(fields, 'crew', nameMax);
      const assignee = textIn(fields, 'assignee', nameMax);
      const department = textIn(fields, 'department', nameMax);
      if (crew === undefined && assignee === undefined)
        throw new Problem('bad-data', 'to whom: the name of a crew, or an account', 'crew');
      return {
        step,
        ...(crew !== undefined && { crew }),
        ...(assignee !== undefined && { assignee }),
        ...(department !== undefined && { department }),
        ...noted,
      };
    }
    case 'change': {
      const dueAt = fields['dueAt'] === null ? null : dueIn(fields, city.timeZone);
      const description = wordsIn(fields, 'description', textMax, language);
      const priority = fields['priority'];
      return {
        step,
        ...(priority !== undefined && priority !== '' && { priority: oneOf(priority, priorities, 'priority') }),
        ...(dueAt !== undefined && { dueAt }),
        ...(description && { description }),
        ...noted,
      };
    }
    case 'decline':
    case 'return':
      return { step, reason: demanded(textIn(fields, 'reason', textMax), 'why', 'reason') };
    case 'pause':
    case 'cancel': {
      const act =
        step === 'pause'
          ? ({ step, reason: oneOf(fields['reason'], pauses, 'reason'), ...noted } as const)
          : ({ step, reason: oneOf(fields['reason'], cancels, 'reason'), ...noted } as const);
      if (act.reason === 'other') demanded(note, 'another reason than those of the list is told in the note', 'note');
      return act;
    }
    case 'check':
      return {
        step,
        item: demanded(textIn(fields, 'item', nameMax), 'which item', 'item'),
        done: truth(fields['done']),
      };
    case 'part': {
      const name = demanded(textIn(fields, 'name', nameMax), 'which part', 'name');
      const unit = oneOf(fields['unit'] ?? 'C62', partUnits, 'unit');
      return { step, part: { name, number: numberIn(fields, 'number', 0, 1_000_000), unit } };
    }
    case 'time':
      return { step, minutes: Math.round(numberIn(fields, 'minutes', 1, minutesMax)), ...noted };
    case 'reading':
      return readingIn(fields, now);
    case 'photo':
      throw new Problem('bad-data', 'a photo is sent to …/photos', 'step');
    case 'dropPhoto':
      return {
        step,
        n: numberIn(fields, 'n', 1, 1_000_000),
        reason: demanded(textIn(fields, 'reason', nameMax), 'why', 'reason'),
      };
    case 'tell':
      return { step, text: demanded(wordsIn(fields, 'text', textMax, language), 'the words for residents', 'text') };
    case 'note':
      return { step, note: demanded(note, 'the words of the note', 'note') };
    default:
      return { step, ...noted };
  }
}

/** Either `attribute` (and `entity`), or `name`, `value` and `unit`. */
function readingIn(fields: Fields, now: number): Act | AskedReading {
  const attribute = textIn(fields, 'attribute', nameMax);
  if (attribute !== undefined) {
    const entity = iriIn(fields, 'entity');
    return { step: 'reading', attribute, ...(entity !== undefined && { entity }) };
  }
  const name = demanded(textIn(fields, 'name', nameMax), 'what was read', 'name');
  const unit = textIn(fields, 'unit', 3);
  const value = numberIn(fields, 'value', -1e9, 1e9);
  const unitCode = unit === undefined || unit === 'C62' ? undefined : oneOf(unit, readingUnits, 'unit');
  return { step: 'reading', reading: { at: now, name, value, ...(unitCode !== undefined && { unitCode }) } };
}

/**
 * `act`: an id of the phone's, `seen`: the last handling step it knew, `doneAt`: when by its clock.
 * @param now ms
 */
export function parseSent(fields: Fields, now: number): Sent {
  const act = textIn(fields, 'act', 64);
  if (act !== undefined && !/^[\w-]{8,64}$/.test(act))
    throw new Problem('bad-data', '8 to 64 letters, digits, - or _ are expected', 'act');
  const seen = wholeIn(fields, 'seen');
  const done = textIn(fields, 'doneAt', 40);
  const doneAt = done === undefined ? undefined : Date.parse(parseDateTime(done, 'doneAt'));
  // A clock that stands wrong is no reason to lose what was done: then the time of arrival counts.
  const isPlausible = doneAt !== undefined && doneAt <= now + clockMs && doneAt >= now - waitedMsMax;
  return {
    ...(act !== undefined && { act }),
    ...(seen !== undefined && { seen }),
    ...(isPlausible && { doneAt }),
  };
}

/** @throws Problem bad-data, with the parameter */
export function parseFilter(query: URLSearchParams, usual: OrderFilter['show']): OrderFilter {
  const get = (name: string): string | undefined => query.get(name) || undefined;
  const [state, priority, district, alarm] = [get('state'), get('priority'), get('district'), get('alarm')];
  return {
    show: oneOf(get('show') ?? usual, views, 'show'),
    ...(state !== undefined && { state: oneOf(state, states, 'state') }),
    ...(priority !== undefined && { priority: oneOf(priority, priorities, 'priority') }),
    ...(district !== undefined && { district }),
    ...(alarm !== undefined && { alarm }),
  };
}

function demanded<T>(value: T | undefined, what: string, field: string): T {
  if (value === undefined) throw new Problem('bad-data', what, field);
  return value;
}

const truth = (value: unknown): boolean => value === true || value === 'true' || value === 'on' || value === 'yes';

function numberIn(fields: Fields, name: string, least: number, most: number): number {
  const given = fields[name];
  const value = typeof given === 'string' ? Number(given.trim().replace(',', '.') || Number.NaN) : given;
  if (typeof value !== 'number' || !(value >= least && value <= most))
    throw new Problem('bad-data', `a number from ${least} to ${most} is expected`, name);
  return value;
}

/** As a number, or as a form has it. */
function wholeIn(fields: Fields, name: string): number | undefined {
  const given = fields[name];
  const value = typeof given === 'number' ? given : Number(textIn(fields, name, 9) ?? Number.NaN);
  if (given === undefined || given === null || given === '') return undefined;
  if (!Number.isSafeInteger(value) || value < 0) throw new Problem('bad-data', 'a whole number is expected', name);
  return value;
}

function iriIn(fields: Fields, name: string): string | undefined {
  const iri = textIn(fields, name, 500);
  if (iri !== undefined && !isUri(iri)) throw new Problem('bad-data', 'the id of an entity is expected', name);
  return iri;
}

/** `{ru: …}`, a text in one language, or fields `name.ru`. */
function wordsIn(fields: Fields, name: string, most: number, language: string): Texts | undefined {
  const given = fields[name];
  const byLanguage: Fields = isObject(given)
    ? given
    : Object.fromEntries(languages.map((one) => [one, fields[`${name}.${one}`]]));
  const words: Record<string, string> = {};
  for (const one of languages) {
    const text = textIn(byLanguage, one, most);
    if (text !== undefined) words[one] = text;
  }
  const plain = typeof given === 'string' ? textIn(fields, name, most) : undefined;
  if (plain !== undefined) words[language] = plain;
  return Object.keys(words).length > 0 ? words : undefined;
}

/** `dueAt` in ISO 8601, or `due` as a form has it: 22.11.2026 18:00, by the city's clocks. */
function dueIn(fields: Fields, timeZone: string): number | undefined {
  const instant = textIn(fields, 'dueAt', 40);
  if (instant !== undefined) return Date.parse(parseDateTime(instant, 'dueAt'));
  const local = textIn(fields, 'due', 40);
  return local === undefined ? undefined : parseLocalTime(local, timeZone, 'due');
}
