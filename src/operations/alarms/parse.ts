/** What people and programs send: steps, alarms raised by hand, filters. Nothing here reads or writes. */
import { Problem } from '../../base/problem.ts';
import { parseDateTime } from '../../ngsild/index.ts';
import { locationIn, oneOf, textIn, type Fields } from '../fields.ts';
import {
  personSteps,
  priorities,
  reasons,
  textMax,
  views,
  type Act,
  type AlarmFilter,
  type Manual,
  type PersonStep,
  type Priority,
  type Reason,
} from './schema.ts';

/** Instant as ISO 8601, or in so many minutes from now. */
function untilIn(fields: Fields, now: number): number {
  const instant = textIn(fields, 'until', 40);
  if (instant !== undefined) return Date.parse(parseDateTime(instant, 'until'));
  const minutes = Number(fields['minutes']);
  if (!Number.isFinite(minutes)) throw new Problem('bad-data', 'until when', 'until');
  return now + minutes * 60_000;
}

/**
 * `{ step, note?, to?, department?, until? | minutes?, reason? }`, as JSON or as a form sends it.
 * @param now ms
 * @throws Problem bad-data, with the field
 */
export function parseAct(fields: Fields, now: number): Act {
  const step: PersonStep = oneOf(fields['step'], personSteps, 'step');
  const note = textIn(fields, 'note', textMax);
  const noted = note === undefined ? {} : { note };
  switch (step) {
    case 'assign': {
      const department = textIn(fields, 'department', 120);
      const to = textIn(fields, 'to', 120) ?? '';
      return { step, to, ...(department !== undefined && { department }), ...noted };
    }
    case 'shelve':
      return { step, until: untilIn(fields, now), note: note ?? '' };
    case 'close':
      return { step, reason: oneOf<Reason>(fields['reason'], reasons, 'reason'), ...noted };
    case 'note':
      if (note === undefined) throw new Problem('bad-data', 'the words of the note', 'note');
      return { step, note };
    default:
      return { step, ...noted };
  }
}

/** Which step of the alarm whoever acts has seen last: nobody acts on what has changed since. */
export function parseSeen(fields: Fields): number | undefined {
  const seen = fields['seen'];
  if (seen === undefined || seen === '') return undefined;
  if ((typeof seen !== 'string' && typeof seen !== 'number') || !/^\d{1,9}$/.test(String(seen)))
    throw new Problem('bad-data', 'a whole number is expected', 'seen');
  return Number(seen);
}

/**
 * `{ title, priority, subject? | location?: [long, lat], district?, note? }`; a form sends `long` and `lat`.
 * @throws Problem bad-data, with the field
 */
export function parseManual(fields: Fields, language: string, districts: readonly string[]): Manual {
  const title = textIn(fields, 'title', 200);
  if (title === undefined) throw new Problem('bad-data', 'what is wrong, in a few words', 'title');
  const priority: Priority = oneOf(fields['priority'], priorities, 'priority');
  const subject = textIn(fields, 'subject', 500);
  const district = textIn(fields, 'district', 120);
  if (district !== undefined) oneOf(district, districts, 'district');
  const location = locationIn(fields);
  if (subject === undefined && district === undefined && location === undefined)
    throw new Problem('bad-data', 'where: an entity, a district or a position', 'subject');
  const note = textIn(fields, 'note', textMax);
  return {
    title: { [language]: title },
    priority,
    ...(subject !== undefined && { subject }),
    ...(district !== undefined && { district }),
    ...(location && { location }),
    ...(note !== undefined && { note }),
  };
}

/** @throws Problem bad-data, with the parameter */
export function parseFilter(query: URLSearchParams): AlarmFilter {
  const get = (name: string): string | undefined => query.get(name) || undefined;
  const [priority, district, cause, group] = [get('priority'), get('district'), get('cause'), get('group')];
  return {
    show: oneOf(get('show') ?? 'open', views, 'show'),
    ...(priority !== undefined && { priority: oneOf(priority, priorities, 'priority') }),
    ...(district !== undefined && { district }),
    ...(cause !== undefined && { cause }),
    ...(group !== undefined && { group }),
  };
}
