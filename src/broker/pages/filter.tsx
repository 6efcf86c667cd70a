/** The choice of type and district: one form, answered by the server, kept in the address. */
import type { JSX } from 'preact';
import { coreContext } from '../../ngsild/index.ts';
import { type City, compareIn, formatNumber, inLanguage, SelectField } from '../../ui/index.ts';
import { pageWords } from './messages/index.ts';
import { typeWord } from './vocabulary/index.ts';

export type Filter = {
  /** IRI. */
  readonly type?: string;
  /** Id of a district of the city. */
  readonly district?: string;
};

/** Reads `type` (short name or IRI) and `district` from the address; what the city does not have is no filter. */
export function filterOf(query: URLSearchParams, city: City): Filter {
  const type = query.get('type') ?? '';
  const district = query.get('district') ?? '';
  return {
    ...(/^[\p{L}][\w:/.#-]{0,200}$/u.test(type) && { type: coreContext.expand(type) }),
    ...(city.districts.some(({ id }) => id === district) && { district }),
  };
}

/** The same as part of an address: `?type=Vehicle&district=navrud`, or nothing. */
export function filterQuery({ type, district }: Filter, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(more);
  if (type !== undefined) query.set('type', coreContext.compact(type));
  if (district !== undefined) query.set('district', district);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function FilterForm({
  action,
  city,
  language,
  filter,
  types,
}: {
  action: string;
  city: City;
  language: string;
  filter: Filter;
  types: readonly { type: string; count: number }[];
}): JSX.Element {
  const t = pageWords(language);
  const compare = compareIn(language);
  const kinds = types
    .map(({ type, count }) => ({
      value: coreContext.compact(type),
      text: `${typeWord(type, language, true)} (${formatNumber(count, language)})`,
    }))
    .sort((a, b) => compare(a.text, b.text));
  const districts = city.districts
    .map(({ id, name }) => ({ value: id, text: inLanguage(name, language).text }))
    .sort((a, b) => compare(a.text, b.text));
  return (
    <form class="filter noprint" method="get" action={action}>
      <SelectField
        id="type"
        name="type"
        label={t('type')}
        value={filter.type === undefined ? '' : coreContext.compact(filter.type)}
        options={[{ value: '', text: t('allTypes') }, ...kinds]}
      />
      {districts.length > 0 && (
        <SelectField
          id="district"
          name="district"
          label={t('filterDistrict')}
          value={filter.district ?? ''}
          options={[{ value: '', text: t('allDistricts') }, ...districts]}
        />
      )}
      <button class="btn">{t('show')}</button>
    </form>
  );
}
