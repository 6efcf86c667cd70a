/** The words of notices to residents. What can be said, when it holds, and the parsers of what a dispatcher fills in; no I/O. */
import { Problem } from '../../base/problem.ts';
import { type City, type Language, languages, type Words } from '../../city/profile.ts';
import { parseLocalTime } from '../localInstant.ts';
import { templateOf, withdrawals } from './templates.ts';

export const kinds = ['water', 'heat', 'power', 'air', 'road', 'other'] as const;
export type Kind = (typeof kinds)[number];
export const natures = ['planned', 'unplanned', 'danger'] as const;
export type Nature = (typeof natures)[number];

/** CAP 1.2, 3.2.2: `info.severity` and `info.certainty`, worst first. */
export const severities = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'] as const;
export type Severity = (typeof severities)[number];
export type Certainty = 'Observed' | 'Likely' | 'Possible' | 'Unlikely' | 'Unknown';

export const states = ['planned', 'inForce', 'over', 'withdrawn'] as const;
export type State = (typeof states)[number];
export const steps = ['issued', 'updated', 'prolonged', 'withdrawn'] as const;
export type Step = (typeof steps)[number];

/** In place of districts: all of them, and what lies between. */
export const wholeCity = '*';

/** What is filled in, in any one language. */
export type Draft = {
  readonly template: string;
  /** Ids of the profile, at least one; or `wholeCity` alone. */
  readonly districts: readonly string[];
  /** ms */
  readonly from: number;
  /** ms; after `from`. */
  readonly until: number;
  readonly severity: Severity;
  /** One of the template's. */
  readonly reason?: string;
  /** Some of the template's. */
  readonly advice: readonly string[];
  /** Names of streets or places, as written. */
  readonly places: readonly string[];
  /** Own headline, where the template has none. */
  readonly title: Words;
  /** Own words after those of the template. */
  readonly more: Words;
  /** IRI of the alarm or the work order that it is about. */
  readonly about?: string;
  /** It is withdrawn by itself when what it is about is cleared or closed. */
  readonly withdraws: boolean;
};

/** What is said in one language. */
export type Said = {
  readonly event: string;
  readonly headline: string;
  readonly description: string;
  readonly instruction: string;
};

/** What was said at one time. Versions are added, never changed. */
export type Version = {
  readonly number: number;
  /** ms */
  readonly at: number;
  /** Opaque id of whoever wrote it. */
  readonly by: string;
  readonly step: Step;
  readonly draft: Draft;
  /** By language: whole sentences, made of the template when it was written. */
  readonly said: Readonly<Partial<Record<Language, Said>>>;
  /** One of `withdrawals`, of the last step of one that was withdrawn. */
  readonly withdrawal?: string;
};

export type Notice = {
  /** 10 Crockford base32 characters. */
  readonly id: string;
  /** ms */
  readonly issuedAt: number;
  readonly simulated: boolean;
  readonly withdrawnAt?: number;
  /** The newest. */
  readonly version: Version;
};

/** Derived from time at each look: nobody has to end a notice. */
export function stateOf({ withdrawnAt, version: { draft } }: Notice, now: number): State {
  if (withdrawnAt !== undefined) return 'withdrawn';
  if (now < draft.from) return 'planned';
  return now < draft.until ? 'inForce' : 'over';
}

/** ms: when the state or what is said last changed. */
export function changedAt(notice: Notice, now: number): number {
  const { version, withdrawnAt } = notice;
  if (withdrawnAt !== undefined) return version.at;
  return Math.max(version.at, ...[version.draft.from, version.draft.until].filter((at) => at <= now));
}

/** A form's fields; several values of one name in order. */
export type Fields = ReadonlyMap<string, readonly string[]>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const longestMs = 90 * dayMs;
const lengths = { title: 120, more: 2_000, place: 100, places: 10 } as const;

/**
 * Reads what a dispatcher filled in.
 * @param now ms; a notice ends after it
 * @throws Problem bad-data; `field` is the name of the form's field
 */
export function parseDraft(fields: Fields, city: City, now: number): Draft {
  const one = (name: string): string => fields.get(name)?.[0]?.trim() ?? '';
  const several = (name: string): readonly string[] => [...new Set(fields.get(name) ?? [])];
  const template = templateOf(one('template'));
  const districts = several('districts');
  const known = new Set([wholeCity, ...city.districts.map(({ id }) => id)]);
  if (districts.length === 0) throw wrong('choose at least one district, or the whole city', 'districts');
  if (districts.some((id) => !known.has(id))) throw wrong('this city has no such district', 'districts');
  const from = parseLocalTime(one('from'), city.timeZone, 'from');
  const until = parseUntil(one('until'), from, city.timeZone, now);
  const severity = severities.find((own) => own === (one('severity') || template.severity));
  if (!severity) throw wrong(`wanted one of ${severities.join(', ')}`, 'severity');
  const reason = one('reason');
  if (reason !== '' && !template.reasons.includes(reason)) throw wrong('not a reason of this template', 'reason');
  const advice = several('advice');
  if (advice.some((id) => !template.advice.includes(id))) throw wrong('not an advice of this template', 'advice');
  const title = wordsOf(fields, 'title', lengths.title);
  if (template.id === 'other' && Object.keys(title).length === 0)
    throw wrong('a headline in at least one language is wanted', 'title');
  const about = one('about');
  if (about !== '' && !/^urn:ngsi-ld:[\w.~:-]{1,200}$/.test(about))
    throw wrong('an IRI such as urn:ngsi-ld:Alert:8Z3K is wanted', 'about');
  return {
    template: template.id,
    districts: districts.includes(wholeCity) ? [wholeCity] : districts,
    from,
    until,
    severity,
    ...(reason !== '' && { reason }),
    advice: template.advice.filter((id) => advice.includes(id)),
    places: template.places === undefined ? [] : placesOf(one('places')),
    title: template.id === 'other' ? title : {},
    more: wordsOf(fields, 'more', lengths.more),
    ...(about !== '' && { about }),
    withdraws: about !== '' && one('withdraws') === 'yes',
  };
}

/** The end of a notice. @throws Problem bad-data (until) */
export function parseUntil(text: string, from: number, timeZone: string, now: number): number {
  const until = parseLocalTime(text, timeZone, 'until');
  if (until <= Math.max(from, now)) throw wrong('a time to come is wanted, after the beginning', 'until');
  if (until - from > longestMs) throw wrong('a notice holds for 90 days at most; prolong it then', 'until');
  return until;
}

/** @throws Problem bad-data (reason) */
export function parseWithdrawal(id: string): string {
  if (!Object.hasOwn(withdrawals, id)) throw wrong(`wanted one of ${Object.keys(withdrawals).join(', ')}`, 'reason');
  return id;
}

const wrong = (detail: string, field: string): Problem => new Problem('bad-data', detail, field);

function placesOf(text: string): readonly string[] {
  const lines = text
    .split('\n')
    .map((line) => plain(line, 'places'))
    .filter((line) => line !== '');
  if (lines.length > lengths.places || lines.some((line) => line.length > lengths.place))
    throw wrong(`at most ${lengths.places} places of ${lengths.place} characters are wanted`, 'places');
  return lines;
}

function wordsOf(fields: Fields, name: string, longest: number): Words {
  const words: Partial<Record<Language, string>> = {};
  for (const language of languages) {
    const field = `${name}.${language}`;
    const text = plain(fields.get(field)?.[0] ?? '', field);
    if (text.length > longest) throw wrong(`at most ${longest} characters are wanted`, field);
    if (text !== '') words[language] = text;
  }
  return words;
}

/** Text that XML can carry (XML 1.0, 2.2). @throws Problem bad-data */
function plain(text: string, field: string): string {
  const clean = text.replaceAll(/\r\n?/g, '\n').normalize('NFC').trim();
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (!clean.isWellFormed() || /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/.test(clean))
    throw wrong('a text without control characters is wanted', field);
  return clean;
}
