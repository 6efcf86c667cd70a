/** `/console/orders`: who does what, and until when. */
import type { JSX } from 'preact';
import {
  Choices,
  type City,
  CityMap,
  Empty,
  formatDateTime,
  formatDay,
  formatNumber,
  inLanguage,
  Links,
  type PageContent,
  PageLinks,
  type Reader,
  Section,
  Simulated,
  Status,
  uiWords,
} from '../../../ui/index.ts';
import { districtsFor } from '../../districts.ts';
import { over, priorities, states, views, type OrderFilter } from '../schema.ts';
import type { Counts } from '../store.ts';
import type { OrderRow } from '../tables.ts';
import { orderWords } from './messages/index.ts';
import { Outbox } from './outbox.tsx';
import { dayText, isOverdue, listPath, lookOf, priorityText, shapeOf, stateText, type Told } from './words.ts';

/** Orders of a page; those with a pin on the map. */
export const pageSize = 50;
const pinsMax = 20;

export type ListContent = {
  readonly city: City;
  readonly filter: OrderFilter;
  readonly counts: Counts;
  readonly orders: readonly OrderRow[];
  readonly total: number;
  readonly page: number;
  readonly mayMake: boolean;
  readonly nameOf: (id: string) => string;
};

export const districtText = (id: string | undefined, city: City, language: string): string | undefined => {
  const found = city.districts.find((one) => one.id === id);
  return found && inLanguage(found.name, language).text;
};

/** What it is about and where: a name often says where a thing is. */
export function placeText(
  order: Pick<OrderRow, 'assetName' | 'place' | 'district'>,
  city: City,
  language: string,
): string {
  const asset = order.assetName && inLanguage(order.assetName, language).text;
  const area = districtText(order.district, city, language);
  return [asset, order.place, area !== undefined && asset?.includes(area) !== true && area].filter(Boolean).join(' · ');
}

/** To whom it was given. */
export const givenText = (
  { crew, assignee }: Pick<OrderRow, 'crew' | 'assignee'>,
  nameOf: (id: string) => string,
): string => [crew, assignee !== undefined && nameOf(assignee)].filter(Boolean).join(' · ');

function Sums({ content, reader }: { content: ListContent; reader: Reader }): JSX.Element {
  const t = orderWords(reader.language);
  const { filter, counts } = content;
  return (
    <ul class="sums" aria-label={t('filters')}>
      {views.map((show) => (
        <li>
          <a href={reader.to(listPath({ ...filter, show }))} aria-current={show === filter.show ? 'true' : undefined}>
            <b>{formatNumber(counts[show], reader.language)}</b> {t(`show.${show}`)}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Narrow({ content, reader }: { content: ListContent; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = orderWords(language);
  const { city, filter } = content;
  const { priority, ...noPriority } = filter;
  const { state, ...noState } = filter;
  const { district, ...noDistrict } = filter;
  const districts = districtsFor(city, reader.who);
  return (
    <div class="narrow">
      <Choices
        label={t('priority')}
        items={[
          { href: reader.to(listPath(noPriority)), text: t('allPriorities'), current: priority === undefined },
          ...priorities.map((one) => ({
            href: reader.to(listPath({ ...filter, priority: one })),
            text: priorityText(one, language),
            current: one === priority,
          })),
        ]}
      />
      {(filter.show === 'open' || state !== undefined) && (
        <Choices
          label={t('stateHead')}
          items={[
            { href: reader.to(listPath(noState)), text: t('allStates'), current: state === undefined },
            ...states
              .filter((one) => !over.includes(one))
              .map((one) => ({
                href: reader.to(listPath({ ...filter, state: one })),
                text: stateText(one, language),
                current: one === state,
              })),
          ]}
        />
      )}
      {districts.length > 1 && (
        <Choices
          label={t('district')}
          items={[
            {
              href: reader.to(listPath(noDistrict)),
              text: t(reader.who.areas ? 'ownDistricts' : 'allDistricts'),
              current: district === undefined,
            },
            ...districts.map(({ id, name }) => ({
              href: reader.to(listPath({ ...filter, district: id })),
              text: inLanguage(name, language).text,
              current: id === district,
            })),
          ]}
        />
      )}
    </div>
  );
}

function Line({
  order,
  n,
  content,
  told,
}: {
  order: OrderRow;
  n: number;
  content: ListContent;
  told: Told;
}): JSX.Element {
  const { reader } = told;
  const { language, now } = reader;
  const t = orderWords(language);
  const title = inLanguage(order.title, language);
  const given = givenText(order, content.nameOf);
  return (
    <tr id={n <= pinsMax ? `p${n}` : undefined}>
      <td>
        <span class="number">{n}</span>
        <Status state={lookOf(order, now)}>{priorityText(order.priority, language)}</Status>
      </td>
      <th scope="row">
        <a
          class="row"
          href={reader.to(`/console/orders/${order.id}`)}
          lang={title.language === language ? undefined : title.language}
        >
          {title.text}
        </a>
        <small>
          {placeText(order, content.city, language)}{' '}
          {order.simulated && !content.city.simulated && <Simulated word={uiWords(language)('simulated')} />}
        </small>
      </th>
      <td>{given === '' ? <span class="by">{t('nobody')}</span> : given}</td>
      <td class="nw">
        {order.dueAt === undefined ? '–' : dayText(order.dueAt, told)}
        {isOverdue(order, now) && <small class="by">{t('overdue')}</small>}
      </td>
      <td>{order.state === 'done' ? <b>{stateText(order.state, language)}</b> : stateText(order.state, language)}</td>
    </tr>
  );
}

function OrderTable({ content, told }: { content: ListContent; told: Told }): JSX.Element {
  const { reader, timeZone } = told;
  const { language, now } = reader;
  const t = orderWords(language);
  const first = (content.page - 1) * pageSize;
  return (
    <table class="alarms orders">
      <caption class="hide">{t('listCaption', { time: formatDay(now, now, language, timeZone) })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('priority')}</th>
          <th scope="col">{t('what')}</th>
          <th scope="col">{t('given')}</th>
          <th scope="col">{t('due')}</th>
          <th scope="col">{t('stateHead')}</th>
        </tr>
      </thead>
      <tbody>
        {content.orders.map((order, i) => (
          <Line order={order} n={first + i + 1} content={content} told={told} />
        ))}
      </tbody>
    </table>
  );
}

function Where({ content, told }: { content: ListContent; told: Told }): JSX.Element {
  const { reader, timeZone } = told;
  const { language, now } = reader;
  const t = orderWords(language);
  const first = (content.page - 1) * pageSize;
  const pins = content.orders.flatMap((order, i) => {
    const number = first + i + 1;
    if (!order.location || number > pinsMax) return [];
    return [
      {
        number,
        shape: shapeOf(order),
        at: order.location,
        label: `${number}. ${inLanguage(order.title, language).text}`,
      },
    ];
  });
  return (
    <Section id="where" title={t('where')}>
      <CityMap
        city={content.city}
        language={language}
        time={formatDay(now, now, language, timeZone)}
        pins={pins}
        legend={[
          { shape: 'trouble', text: t('priority.1') },
          { shape: 'work', text: t('legendWork') },
        ]}
      />
    </Section>
  );
}

export function listPage(content: ListContent, reader: Reader): PageContent {
  const { language, now } = reader;
  const t = orderWords(language);
  const { city, filter, counts, orders, total, page, mayMake, nameOf } = content;
  const { timeZone } = city;
  const told = { reader, timeZone, nameOf };
  const data = listPath(filter).replace('/console/orders', '/api/operations/orders');
  const csv = data.replace('/orders', '/orders.csv');
  return {
    title: t('title'),
    section: '/console/orders',
    kind: 'console',
    islands: ['orders'],
    headers: { 'cache-control': 'no-store' },
    main: (
      <>
        <Outbox reader={reader} timeZone={timeZone} />
        <div class="desk">
          <div id="orders" class="list">
            <h1>{counts.open === 0 ? t('headNone') : t('headOpen', { n: counts.open })}</h1>
            <Sums content={content} reader={reader} />
            <Narrow content={content} reader={reader} />
            {orders.length === 0 ? (
              <Empty title={t('nothing')}>{t('nothingText')}</Empty>
            ) : (
              <OrderTable content={content} told={told} />
            )}
            <PageLinks
              language={language}
              page={page}
              pages={Math.ceil(total / pageSize)}
              href={(n) => reader.to(listPath(filter, { page: String(n) }))}
            />
            <p class="note">
              {t('asOf', { time: formatDateTime(now, language, timeZone) })}{' '}
              <Simulated word={uiWords(language)('simulated')} when={city.simulated} />
            </p>
          </div>
          <div class="noprint">
            <Where content={content} told={told} />
          </div>
        </div>
        <Links
          items={[
            mayMake && { href: reader.to('/console/orders/new'), text: t('new') },
            { href: `${csv}${csv.includes('?') ? '&' : '?'}lang=${language}`, text: 'CSV' },
            { href: data, text: 'JSON' },
          ]}
        />
      </>
    ),
  };
}
