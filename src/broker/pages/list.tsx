/** All entities of a type and district, page by page; every page is an address, every list a file. */
import type { JSX } from 'preact';
import type { Entity } from '../../ngsild/index.ts';
import {
  Empty,
  formatDay,
  formatRelative,
  Links,
  PageLinks,
  type Reader,
  Simulated,
  type Site,
  Table,
  uiWords,
} from '../../ui/index.ts';
import { type Filter, FilterForm, filterQuery } from './filter.tsx';
import { heardAt, isSilent } from './heard.ts';
import { pageWords } from './messages/index.ts';
import {
  districtIdOf,
  districtName,
  entityPath,
  isSimulated,
  lastAt,
  listedValue,
  nameOf,
  placeOf,
  withUnit,
} from './view.ts';
import { typeWord } from './vocabulary/index.ts';

export const pageSize = 50;

export type ListContent = {
  readonly filter: Filter;
  readonly types: readonly { type: string; count: number }[];
  readonly entities: readonly Entity[];
  readonly count: number;
  /** From 1. */
  readonly page: number;
};

export function listTitle({ filter, types, count }: ListContent, site: Site, language: string): string {
  const t = pageWords(language);
  const district = districtName(filter.district, site.city, language);
  if (types.length === 0) return t('listNone');
  const what = filter.type === undefined ? t('things') : typeWord(filter.type, language, true);
  if (district !== undefined) return t('listHeadDistrict', { what, district, n: count });
  return filter.type === undefined ? t('listHead', { n: count }) : t('listHeadType', { what, n: count });
}

export function List({ site, reader, content }: { site: Site; reader: Reader; content: ListContent }): JSX.Element {
  const { language, now, to } = reader;
  const { city } = site;
  const { filter, types, entities, count, page } = content;
  const t = pageWords(language);
  const ui = uiWords(language);
  const pages = Math.max(1, Math.ceil(count / pageSize));
  const query = filterQuery(filter, { lang: language });
  const pageLink = (number: number): string => to(`/entities${filterQuery(filter, { page: String(number) })}`);
  return (
    <>
      <p class="kicker">{t('things')}</p>
      <h1>{listTitle(content, site, language)}</h1>
      {types.length > 0 && (
        <FilterForm action={to('/entities')} city={city} language={language} filter={filter} types={types} />
      )}
      {types.length === 0 ? (
        <>
          <p class="lede">{t('listNoneText')}</p>
          <p>
            <a class="btn main" href={to('/sources/connect')}>
              {t('connectFirst')}
            </a>
          </p>
        </>
      ) : entities.length === 0 ? (
        <Empty title={t('listEmpty')}>{t('listEmptyText')}</Empty>
      ) : (
        <Table
          kind="vals"
          label={t('things')}
          caption={<Simulated word={ui('simulated')} when={entities.some(isSimulated)} />}
          columns={[
            {
              head: t('name'),
              cell: (entity: Entity) => (
                <>
                  <a href={to(entityPath(entity.id))}>{nameOf(entity, language).text}</a>
                  <small>
                    {[
                      filter.type === undefined && typeWord(entity.type[0] ?? '', language),
                      districtName(districtIdOf(entity, city), city, language),
                      placeOf(entity, language),
                      isSilent(entity, now) &&
                        t('lastHeard', { ago: formatRelative(heardAt(entity) ?? now, now, language) }),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </small>
                </>
              ),
            },
            {
              head: t('main'),
              numeric: true,
              cell: (entity) => {
                const listed = listedValue(entity, language);
                return listed ? withUnit(listed) : '–';
              },
            },
            { head: t('what'), class: 'hidephone', cell: (entity) => listedValue(entity, language)?.label ?? '' },
            {
              head: t('latest'),
              class: 'nw when',
              cell: (entity) => {
                const last = heardAt(entity) ?? lastAt(entity);
                if (last !== undefined) return formatDay(last, now, language, city.timeZone);
                return listedValue(entity, language) ? '' : ui('never');
              },
            },
          ]}
          rows={entities}
        />
      )}
      <PageLinks language={language} page={page} pages={pages} href={pageLink} />
      <Links
        items={[
          types.length > 0 && { href: `/api/entities.csv${query}`, text: t('listCsv') },
          types.length > 0 && { href: `/api/entities.geojson${query}`, text: 'GeoJSON' },
        ]}
      />
    </>
  );
}
