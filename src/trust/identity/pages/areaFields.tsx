import type { JSX } from 'preact';
import { Problem } from '../../../base/problem.ts';
import { Checks, type City, inLanguage, Picks, type Reader } from '../../../ui/index.ts';
import type { Areas } from '../columns.ts';
import { first, type Fields } from './desk.ts';
import { identityWords } from './messages/index.ts';

/** Names of districts; one that the profile has no more is said to be gone. */
export function areaNames(areas: readonly string[], { districts }: Pick<City, 'districts'>, language: string) {
  const t = identityWords(language);
  return areas.map((id) => {
    const district = districts.find((one) => one.id === id);
    return { value: id, text: district ? inLanguage(district.name, language).text : t('areaGone', { id }) };
  });
}

export const areasText = (areas: Areas, city: Pick<City, 'districts'>, language: string): string =>
  areas === 'all'
    ? identityWords(language)('wholeCity')
    : areaNames(areas, city, language)
        .map(({ text }) => text)
        .join(', ');

/**
 * The whole city, or some of its districts. Nothing where the city has none.
 * @param among what a key can be limited to: the areas of its account
 */
export function AreaFields({
  reader,
  city,
  areas,
  among = 'all',
}: {
  reader: Reader;
  city: Pick<City, 'districts'>;
  areas: Areas;
  among?: Areas;
}): JSX.Element | null {
  const { language } = reader;
  const t = identityWords(language);
  const chosen = areas === 'all' ? [] : areas;
  const known = among === 'all' ? city.districts.map(({ id }) => id) : among;
  const shown = [...new Set([...known, ...chosen])];
  if (shown.length === 0) return null;
  return (
    <>
      <Picks
        legend={t('areas')}
        name="within"
        value={areas === 'all' ? 'city' : 'areas'}
        options={[
          { value: 'city', text: areasText(among, city, language) },
          { value: 'areas', text: t('someAreas'), help: t('someAreasHelp') },
        ]}
      />
      <Checks legend={t('someAreasWhich')} name="areas" values={chosen} options={areaNames(shown, city, language)} />
    </>
  );
}

/**
 * Nothing where the form did not ask. What is no district is refused by `Accounts`.
 * @throws Problem bad-data: the whole city and some districts
 */
export function areasIn(fields: Fields): { areas?: Areas } {
  const areas = fields['areas'] ?? [];
  const within = first(fields, 'within');
  if (within === 'areas') return { areas };
  if (areas.length > 0) throw new Problem('bad-data', 'either the whole city, or some of its districts', 'areas');
  return within === 'city' ? { areas: 'all' } : {};
}
