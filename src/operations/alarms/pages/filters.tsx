import type { JSX } from 'preact';
import { Choices, formatNumber, inLanguage, type Reader } from '../../../ui/index.ts';
import { priorities, views } from '../schema.ts';
import type { ConsoleContent } from './content.ts';
import { alarmWords } from './messages/index.ts';
import { listPath } from './words.ts';

/** Parts of the list with their numbers. */
export function Sums({ content, reader }: { content: ConsoleContent; reader: Reader }): JSX.Element {
  const t = alarmWords(reader.language);
  const { filter, counts } = content;
  const { group: _group, ...rest } = filter;
  return (
    <ul class="sums" aria-label={t('filters')}>
      {views.map((show) => (
        <li>
          <a
            href={reader.to(listPath({ ...rest, show }))}
            aria-current={show === filter.show && filter.group === undefined ? 'true' : undefined}
          >
            <b>{formatNumber(counts[show], reader.language)}</b> {t(`show.${show}`)}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** By priority and by district. */
export function Narrow({ content, reader }: { content: ConsoleContent; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = alarmWords(language);
  const { filter, districts } = content;
  const { group: _group, ...base } = filter;
  const { priority, ...noPriority } = base;
  const { district, ...noDistrict } = base;
  const byPriority = [
    { href: reader.to(listPath(noPriority)), text: t('allPriorities'), current: priority === undefined },
    ...priorities.map((one) => ({
      href: reader.to(listPath({ ...noPriority, priority: one })),
      text: t(`priority.${one}`),
      current: priority === one,
    })),
  ];
  const byDistrict = [
    {
      href: reader.to(listPath(noDistrict)),
      text: t(reader.who.areas ? 'ownDistricts' : 'allDistricts'),
      current: district === undefined,
    },
    ...districts.map(({ id, name }) => ({
      href: reader.to(listPath({ ...noDistrict, district: id })),
      text: inLanguage(name, language).text,
      current: district === id,
    })),
  ];
  return (
    <div class="narrow">
      <Choices label={t('priority')} items={byPriority} />
      {districts.length > 1 && <Choices label={t('district')} items={byDistrict} />}
    </div>
  );
}
