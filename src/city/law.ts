/** Law packs and public holidays of the five countries: names only, not advice. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import kg from './law/KG.json' with { type: 'json' };
import kz from './law/KZ.json' with { type: 'json' };
import tj from './law/TJ.json' with { type: 'json' };
import tm from './law/TM.json' with { type: 'json' };
import uz from './law/UZ.json' with { type: 'json' };
import type { Holiday, LawPack } from './profile.ts';
import { keysOnly, text, words } from './words.ts';

const packs = { TJ: tj, KZ: kz, KG: kg, UZ: uz, TM: tm };

type Pack = Required<Pick<LawPack, 'householdReadings' | 'laws' | 'note'>> &
  Pick<LawPack, 'retention'> & { readonly holidays: unknown };

/** ISO 3166 codes of the countries with a pack. */
export const countries = Object.keys(packs);

/** The pack of a country; undefined where there is none. Holidays are the ones with a certain, fixed date. */
export function lawPackOf(country: string): { lawPack: LawPack; holidays: readonly Holiday[] } | undefined {
  if (!Object.hasOwn(packs, country)) return undefined;
  const { householdReadings, laws, note, holidays, retention }: Pack = packs[country as keyof typeof packs];
  return {
    lawPack: { country, householdReadings, laws, note, ...(retention && { retention }) },
    holidays: parseHolidays(holidays, `law/${country}.json: holidays`),
  };
}

export function parseHolidays(value: unknown, at: string): Holiday[] {
  if (!Array.isArray(value)) throw new Problem('bad-data', 'expected a list of holidays', at);
  return value.map((item, i) => {
    if (!isObject(item)) throw new Problem('bad-data', 'expected { date, name }', `${at}[${i}]`);
    keysOnly(item, ['date', 'name'], `${at}[${i}].`);
    const date = text(item['date'], `${at}[${i}].date`);
    // 2024 is a leap year: 02-29 is a date that returns, though not every year.
    const day = new Date(`${date.length === 5 ? '2024-' : ''}${date}T00:00:00Z`);
    if (!/^(\d{4}-)?\d\d-\d\d$/.test(date) || Number.isNaN(day.getTime()) || !day.toISOString().includes(date)) {
      throw new Problem('bad-data', `expected MM-DD or YYYY-MM-DD, found "${date}"`, `${at}[${i}].date`);
    }
    return { date, name: words(item['name'], `${at}[${i}].name`) };
  });
}
