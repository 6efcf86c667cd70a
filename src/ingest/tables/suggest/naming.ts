import { slug } from '../../../city/index.ts';
import { languages, type Language } from '../../../city/profile.ts';
import { attributeNames, entityTypes, firstOf, unitCodes } from './words.ts';

/** Words that every entity has of its own. */
const reserved = new Set(['id', 'type', 'location', 'source', 'scope', 'observedAt', 'createdAt', 'modifiedAt']);

/**
 * What an attribute is called that comes from this column or property: a word of Smart Data Models where one is known, else the name of
 * the column in Latin letters, `otdelOsveshcheniya`, `addrCity`.
 * @param taken  names that are given already; the new one is added
 * @param isDate it holds days or instants
 */
export function attributeName(column: string, taken: Set<string>, isDate = true): string {
  const known = firstOf(attributeNames, withoutUnit(column));
  const usable = known !== undefined && !taken.has(known) && (isDate || !known.startsWith('date'));
  const words = slug(withoutUnit(column))
    .split('-')
    .filter((word) => word !== '');
  const own = words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
  const base = usable ? known : /^[a-z]/i.test(own) ? own.slice(0, 40) : `column${own.slice(0, 34)}`;
  const free = reserved.has(base) ? `${base}Text` : base;
  let name = free;
  for (let count = 2; taken.has(name); count++) name = `${free}${count}`;
  taken.add(name);
  return name;
}

/** `Мощность, Вт`, `Level (cm)`, `Расход [л/с]`, `energy_kwh`: the unit behind the name. */
const unitBehind = /^(.+?)(?:,\s*|\s*[([]\s*|_)([^,()[\]_]{1,15}?)\s*[)\]]?$/u;

export function unitCodeOf(column: string): string | undefined {
  const unit = unitBehind.exec(column)?.[2]?.trim();
  return unit === undefined ? undefined : firstOf(unitCodes, unit);
}

const withoutUnit = (column: string): string =>
  unitCodeOf(column) === undefined ? column : (unitBehind.exec(column)?.[1] ?? column);

const languageEndings: Readonly<Record<string, Language>> = {
  ...(Object.fromEntries(languages.map((tag) => [tag.toLowerCase(), tag])) as Record<string, Language>),
  kz: 'kk',
  kg: 'ky',
  tj: 'tg',
  тадж: 'tg',
  тоҷ: 'tg',
  рус: 'ru',
  узб: 'uz',
  ўзб: 'uz',
  каз: 'kk',
  қаз: 'kk',
  кырг: 'ky',
  англ: 'en',
};

/** `name_tg`, `Название (рус.)`: what is named, in which language, and what it is about in any of them. */
export function inLanguageOf(column: string): { what: string; about: string; language: Language } | undefined {
  const [, what = '', ending = ''] = /^(.+?)[\s_:(-]+\(?([\p{L}]{2,4})\.?\)?$/u.exec(column) ?? [];
  const language = languageEndings[ending.toLowerCase()];
  return language === undefined
    ? undefined
    : { what: what.trim(), about: firstOf(attributeNames, what) ?? what.trim(), language };
}

/** The type that the names of file, sheet or columns tell of. */
export function entityType(names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = firstOf(entityTypes, name.replaceAll(/[_-]/g, ' '));
    if (found !== undefined) return found;
  }
  return undefined;
}
