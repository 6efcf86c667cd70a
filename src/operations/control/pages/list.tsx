/** `/console/control`: what may be commanded, what it reports and what is wanted. */
import type { JSX } from 'preact';
import {
  Choices,
  Empty,
  formatDay,
  formatRelative,
  inLanguage,
  Links,
  type City,
  type PageContent,
  PageLinks,
  type Reader,
  Section,
  Simulated,
  Status,
  Table,
  uiWords,
} from '../../../ui/index.ts';
import { districtsFor } from '../../districts.ts';
import { pointKinds, type ControlGroup } from '../schema.ts';
import type { Setting } from '../settings.ts';
import { shows, type PointFilter, type PointView } from '../views.ts';
import { nameOf as nameOfGroup } from './group.tsx';
import { controlWords } from './messages/index.ts';
import { nameOfPoint, pointPath, stateOf, valueText, whoText } from './words.ts';

export type ListContent = {
  /** Of the page. */
  readonly points: readonly PointView[];
  readonly page: number;
  readonly pages: number;
  readonly filter: PointFilter;
  readonly city: City;
  readonly nameOf: (id: string) => string;
  /** Nothing is on the list at all. */
  readonly empty: boolean;
  readonly mayManage: boolean;
  readonly groups: readonly Setting<ControlGroup>[];
};

export function listPath({ show, kind, district, entity }: PointFilter, page?: number): string {
  const query = new URLSearchParams({
    ...(show !== 'all' && { show }),
    ...(kind !== undefined && { kind }),
    ...(district !== undefined && { district }),
    ...(entity !== undefined && { entity }),
    ...(page !== undefined && page > 1 && { page: String(page) }),
  }).toString();
  return query === '' ? '/console/control' : `/console/control?${query}`;
}

export function listPage(content: ListContent, reader: Reader): PageContent {
  const { points, page, pages, filter, city, nameOf, empty, mayManage, groups } = content;
  const { language, to, now } = reader;
  const t = controlWords(language);
  const { timeZone } = city;
  const districtName = (id: string | undefined): string => {
    const district = city.districts.find((one) => one.id === id);
    return district ? inLanguage(district.name, language).text : '–';
  };
  return {
    title: t('title'),
    section: '/console/control',
    kind: 'console',
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        <p class="note">{t('safety')}</p>
        {empty ? (
          <Empty title={t('none')}>{t('noneHow')}</Empty>
        ) : (
          <>
            <Narrow content={content} reader={reader} />
            {points.length === 0 ? (
              <Empty title={t('noneFound')} />
            ) : (
              <Table
                kind="vals"
                label={t('title')}
                columns={[
                  {
                    head: t('point'),
                    class: 'line',
                    cell: (view: PointView) => (
                      <>
                        <a href={to(pointPath(view.point.id))}>{nameOfPoint(view, language)}</a>{' '}
                        <Simulated word={uiWords(language)('simulated')} when={view.simulated} />
                      </>
                    ),
                  },
                  {
                    head: t('reported'),
                    headed: true,
                    cell: ({ point, reported, differs }) =>
                      reported === undefined ? (
                        t('notReported')
                      ) : (
                        <>
                          {differs ? (
                            <Status state="warn">{valueText(point, reported.value, language)}</Status>
                          ) : (
                            valueText(point, reported.value, language)
                          )}
                          {reported.observedAt !== undefined && (
                            <small> {formatRelative(reported.observedAt, now, language)}</small>
                          )}
                        </>
                      ),
                  },
                  {
                    head: t('desired'),
                    headed: true,
                    cell: ({ point, desired }) => (desired === undefined ? '–' : valueText(point, desired, language)),
                  },
                  {
                    head: t('last'),
                    class: 'status',
                    cell: ({ last }) =>
                      last === undefined ? (
                        <Status state="none">{t('never')}</Status>
                      ) : (
                        <>
                          <Status state={stateOf(last)}>{t(`state.${last.state}`)}</Status>{' '}
                          <small>
                            {t('by', {
                              name: whoText(last.by, nameOf, language),
                              time: formatDay(last.requestedAt, now, language, timeZone),
                            })}
                          </small>
                        </>
                      ),
                  },
                  { head: t('district'), headed: true, cell: ({ point }) => districtName(point.district) },
                ]}
                rows={points}
              />
            )}
            <PageLinks language={language} page={page} pages={pages} href={(n) => to(listPath(filter, n))} />
          </>
        )}
        {groups.length > 0 && (
          <Section id="groups" title={t('groups')} note={t('group.lede')}>
            <Links
              items={groups.map(({ value }) => ({
                href: to(`/console/control/groups/${value.id}`),
                text: `${nameOfGroup(value, language)} (${value.points.length})`,
              }))}
            />
          </Section>
        )}
        <Links
          items={[
            { href: to('/console/control/schedules'), text: t('schedules') },
            mayManage && { href: to('/console/control/new'), text: t('edit.new') },
            mayManage && { href: to('/console/control/import'), text: t('edit.import') },
            { href: '/api/operations/control/points', text: 'JSON' },
          ]}
        />
      </>
    ),
  };
}

function Narrow({ content, reader }: { content: ListContent; reader: Reader }): JSX.Element {
  const { filter, city } = content;
  const { language, to } = reader;
  const t = controlWords(language);
  const { kind, ...noKind } = filter;
  const { district, ...noDistrict } = filter;
  const districts = districtsFor(city, reader.who);
  return (
    <div class="narrow">
      <Choices
        label={t('show')}
        items={shows.map((show) => ({
          href: to(listPath({ ...filter, show })),
          text: t(`show.${show}`),
          current: show === filter.show,
        }))}
      />
      <Choices
        label={t('kinds')}
        items={[
          { href: to(listPath(noKind)), text: t('allKinds'), current: kind === undefined },
          ...pointKinds.map((one) => ({
            href: to(listPath({ ...filter, kind: one })),
            text: t(`kind.${one}`),
            current: one === kind,
          })),
        ]}
      />
      {districts.length > 1 && (
        <Choices
          label={t('district')}
          items={[
            {
              href: to(listPath(noDistrict)),
              text: t(reader.who.areas ? 'ownDistricts' : 'allDistricts'),
              current: district === undefined,
            },
            ...districts.map(({ id, name }) => ({
              href: to(listPath({ ...filter, district: id })),
              text: inLanguage(name, language).text,
              current: id === district,
            })),
          ]}
        />
      )}
    </div>
  );
}
