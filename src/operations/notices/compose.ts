/** Fills a template: what a dispatcher chose becomes whole sentences in every language that the templates speak. Pure. */
import { type City, inLanguage, type Language, languages, type Position, type Words } from '../../city/profile.ts';
import { centroid, formatDate, formatDateTime, formatTime, fullLanguages } from '../../ui/index.ts';
import { type Draft, type Said, type Version, wholeCity } from './schema.ts';
import { advice, reasons, sentences, templateOf } from './templates.ts';

/**
 * What is said by language. Free text is never translated: a notice with a headline of its own is said in the languages
 * that it was written in and in no other.
 */
export function compose(draft: Draft, city: City): Version['said'] {
  const written = draft.template === 'other' ? languages.filter((language) => draft.title[language]) : fullLanguages;
  return Object.fromEntries(written.map((language) => [language, sayIn(language, draft, city)]));
}

function sayIn(language: Language, draft: Draft, city: City): Said {
  const template = templateOf(draft.template);
  const { timeZone } = city;
  const blanks: Readonly<Record<string, string>> = {
    districts: areaText(draft, city, language),
    from: formatDateTime(draft.from, language, timeZone),
    until: formatDateTime(draft.until, language, timeZone),
    time: rangeText(draft, language, timeZone),
    reason: word(reasons[draft.reason ?? ''] ?? {}, language),
    places: draft.places.map((place) => placeText(place, city, language)).join('; '),
    title: draft.title[language] ?? '',
  };
  const fill = (words: Words): string =>
    word(words, language).replaceAll(/\{(\w+)\}/g, (_, blank: string) => blanks[blank] ?? '');
  const parts = [
    template.text,
    template.places && draft.places.length > 0 ? sentences[template.places] : {},
    sentences[template.nature],
    draft.reason === undefined ? {} : sentences.reason,
  ];
  return {
    event: fill(template.event),
    headline: fill(template.headline),
    description: parts
      .map(fill)
      .filter((part) => part !== '')
      .join(' '),
    instruction: draft.advice.map((id) => word(advice[id] ?? {}, language)).join(' '),
  };
}

const word = (words: Words, language: string): string => inLanguage(words, language).text;

/** Names of the districts, or the words for all of them. */
export function areaText({ districts }: Pick<Draft, 'districts'>, city: City, language: string): string {
  if (districts.includes(wholeCity)) return word(sentences.city, language);
  return districts
    .map((id) => word(city.districts.find((district) => district.id === id)?.name ?? {}, language) || id)
    .join(', ');
}

/** The districts that it is about, of the profile; all of them where it is the whole city. */
export const districtsOf = ({ districts }: Pick<Draft, 'districts'>, city: City): City['districts'] =>
  districts.includes(wholeCity) ? city.districts : city.districts.filter(({ id }) => districts.includes(id));

/** Where a district's mark stands. */
export function middleOf({ geometry }: City['districts'][number]): Position {
  const [largest = []] = outerRings(geometry).toSorted((a, b) => b.length - a.length);
  return centroid(largest);
}

/** Borders of an area without its holes. */
export const outerRings = (geometry: City['districts'][number]['geometry']): readonly (readonly Position[])[] =>
  geometry.type === 'Polygon' ? [geometry.coordinates[0] ?? []] : geometry.coordinates.map(([outer = []]) => outer);

/** `22.11.2026 18:00–22:00`; both days where they differ. */
export function rangeText({ from, until }: Pick<Draft, 'from' | 'until'>, language: string, timeZone: string): string {
  const begin = formatDateTime(from, language, timeZone);
  return formatDate(from, language, timeZone) === formatDate(until, language, timeZone)
    ? `${begin}–${formatTime(until, language, timeZone)}`
    : `${begin} – ${formatDateTime(until, language, timeZone)}`;
}

/** `Бозор, 41`: what stands before the comma has the city's own names in every language, where it knows it. */
export function placeText(place: string, city: City, language: string): string {
  const [, name = place, rest = ''] = /^([^,]*[^,\s])(\s*,.*)$/.exec(place) ?? [];
  const found = nameIn(city, name);
  return found ? word(found, language) + rest : place;
}

function nameIn(city: City, name: string): Words | undefined {
  const wanted = name.toLowerCase();
  return [...city.streets, ...city.places]
    .flatMap(({ name: words }) => words ?? [])
    .find((words) => Object.values(words).some((own) => own.toLowerCase() === wanted));
}

/** Free text as a reader of a language gets it; in another language where that is all that there is. */
export function ownWords({ more }: Draft, language: string): { text: string; language: Language } | undefined {
  return Object.keys(more).length === 0 ? undefined : inLanguage(more, language);
}

/** What is said, in the reader's language or in the first that there is. */
export function saidIn({ said }: Version, language: string): Said & { readonly language: Language } {
  const tag = [language as Language, ...languages].find((own) => said[own] !== undefined) ?? 'en';
  return { ...(said[tag] ?? { event: '', headline: '', description: '', instruction: '' }), language: tag };
}
