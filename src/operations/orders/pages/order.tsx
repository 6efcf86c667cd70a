/** `/console/orders/{id}`: what is to be done, what can be done from here, the proof, the story. */
import type { ComponentChildren, JSX } from 'preact';
import {
  Breadcrumb,
  type City,
  CityMap,
  Facts,
  formatDateTime,
  inLanguage,
  Links,
  type PageContent,
  type Reader,
  Section,
  Simulated,
  Status,
  TimedRows,
  uiWords,
} from '../../../ui/index.ts';
import { alertPrefix } from '../../alarms/index.ts';
import { hasProof } from '../schema.ts';
import { shortId } from '../tables.ts';
import type { Opened } from '../service.ts';
import { CrewActs, ManagerActs, Words } from './acts.tsx';
import { districtText, givenText, placeText } from './list.tsx';
import { orderWords } from './messages/index.ts';
import { Outbox } from './outbox.tsx';
import { Checks, Parts, Proof, Times } from './work.tsx';
import {
  dayText,
  isOverdue,
  lookOf,
  priorityText,
  reasonText,
  shapeOf,
  stateText,
  stepText,
  whoText,
  type Told,
} from './words.ts';

export type OrderContent = {
  readonly city: City;
  readonly opened: Opened;
  readonly nameOf: (id: string) => string;
  /** Accounts that it may be given to. */
  readonly crews: readonly { readonly id: string; readonly name: string }[];
};

function factsOf({ opened, city, nameOf }: OrderContent, told: Told) {
  const { order, assignee } = opened;
  const { reader } = told;
  const { language, to } = reader;
  const t = orderWords(language);
  const entity = (id: string | undefined, text: string) =>
    id === undefined ? undefined : <a href={to(`/entities/${encodeURIComponent(id)}`)}>{text}</a>;
  const due = order.dueAt === undefined ? undefined : dayText(order.dueAt, told);
  const given = givenText({ crew: order.crew, assignee }, nameOf);
  const items: [string, ComponentChildren | undefined][] = [
    [
      t('stateHead'),
      [stateText(order.state, language), order.reason && reasonText(order.reason, language)].filter(Boolean).join(': '),
    ],
    [t('priority'), priorityText(order.priority, language)],
    [t('given'), given === '' ? t('nobody') : given],
    [t('due'), due && isOverdue(order, reader.now) ? `${due} · ${t('overdue')}` : due],
    [t('place'), [order.place, districtText(order.district, city, language)].filter(Boolean).join(' · ') || undefined],
    [
      t('asset'),
      entity(order.asset, order.assetName ? inLanguage(order.assetName, language).text : (order.asset ?? '')),
    ],
    [
      t('alarm'),
      order.alarm === undefined ? undefined : (
        <a href={to(`/console/alarms?alarm=${order.alarm.slice(alertPrefix.length)}`)}>
          {order.alarm.slice(alertPrefix.length)}
        </a>
      ),
    ],
    [t('request'), entity(order.request, order.request?.split(':').at(-1) ?? '')],
    [t('department'), order.department],
    [t('madeAt'), dayText(order.madeAt, told)],
    [t('entity'), entity(order.id, shortId(order.id))],
  ];
  return items.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function Story({ opened: { order, steps }, told }: { opened: Opened; told: Told }): JSX.Element {
  const t = orderWords(told.reader.language);
  return (
    <Section id="story" title={t('story')}>
      <TimedRows
        items={steps.toReversed().map((line) => ({
          at: line.at,
          time: dayText(line.at, told),
          text: (
            <>
              {stepText(line, order, told)}
              {line.note !== undefined && <q class="said">{line.note}</q>}
            </>
          ),
          proof: [
            whoText(line.who, told),
            line.doneAt !== undefined && t('doneAt', { time: dayText(line.doneAt, told) }),
          ]
            .filter(Boolean)
            .join(' · '),
        }))}
      />
    </Section>
  );
}

function Where({ content, told }: { content: OrderContent; told: Told }): JSX.Element | null {
  const { order } = content.opened;
  const { reader, timeZone } = told;
  const { language } = reader;
  const t = orderWords(language);
  if (!order.location) return null;
  const [long, lat] = order.location;
  const label = inLanguage(order.title, language).text;
  return (
    <Section id="where" title={t('where')}>
      <CityMap
        city={content.city}
        language={language}
        time={formatDateTime(reader.now, language, timeZone)}
        pins={[{ number: 1, shape: shapeOf(order), at: order.location, label: `1. ${label}` }]}
        legend={[{ shape: shapeOf(order), text: label }]}
      />
      <p class="proof">
        <a href={`geo:${lat},${long}`}>
          {lat.toFixed(5)}, {long.toFixed(5)}
        </a>
      </p>
    </Section>
  );
}

export function orderPage(content: OrderContent, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = orderWords(language);
  const { city, opened, nameOf } = content;
  const { order, mayManage } = opened;
  const told = { reader, timeZone: city.timeZone, nameOf };
  const title = inLanguage(order.title, language);
  const description = order.description && inLanguage(order.description, language);
  const place = placeText({ assetName: undefined, district: undefined, ...order, place: order.place }, city, language);
  const id = shortId(order.id);
  return {
    title: title.text,
    section: '/console/orders',
    kind: 'console',
    islands: ['orders'],
    headers: { 'cache-control': 'no-store' },
    main: (
      <div
        class="order"
        data-order={id}
        data-seen={order.handledStep}
        data-state={order.state}
        data-proof={String(hasProof(order))}
      >
        <Breadcrumb
          label={t('path')}
          items={[{ text: t('title'), href: to('/console/orders') }, { text: title.text }]}
        />
        <Outbox reader={reader} timeZone={city.timeZone} />
        <h1 id="p1" lang={title.language === language ? undefined : title.language}>
          {title.text}
        </h1>
        <p>
          <Status state={lookOf(order, reader.now)}>
            {[priorityText(order.priority, language), stateText(order.state, language)].join(' · ')}
          </Status>{' '}
          <Simulated word={uiWords(language)('simulated')} when={order.simulated} />
        </p>
        {place !== '' && (
          <p>
            <b>{place}</b>
          </p>
        )}
        {description && (
          <p class="lede said" lang={description.language === language ? undefined : description.language}>
            {description.text}
          </p>
        )}
        <div class="duo">
          <div data-crew>
            {opened.mayWork && <CrewActs opened={opened} reader={reader} />}
            <Checks opened={opened} reader={reader} />
            <Proof opened={opened} told={told} />
            <Parts opened={opened} reader={reader} />
            <Times opened={opened} told={told} />
            <Words opened={opened} told={told} city={city} />
          </div>
          <div>
            <Section id="facts" title={t('facts')}>
              <Facts items={factsOf(content, told)} />
            </Section>
            {mayManage && <ManagerActs content={content} told={told} />}
            <Where content={content} told={told} />
            <Story opened={opened} told={told} />
          </div>
        </div>
        <Links
          items={[
            { href: to('/console/orders'), text: t('backToList') },
            mayManage && {
              href: to(`/console/notices/new?about=${encodeURIComponent(order.alarm ?? order.id)}`),
              text: t('writeNotice'),
            },
            { href: `/api/operations/orders/${id}`, text: 'JSON' },
          ]}
        />
      </div>
    ),
  };
}

export function overtakenPage(
  {
    line,
    by,
    order,
    id,
    city,
  }: { line: Opened['steps'][number]; by: string; order: Opened['order'] | undefined; id: string; city: City },
  reader: Reader,
): PageContent {
  const { language } = reader;
  const t = orderWords(language);
  const told = { reader, timeZone: city.timeZone, nameOf: () => by };
  const step = stepText(line, order ?? { checklist: { template: '', version: 0, items: [] } }, told);
  return {
    title: t('overtaken'),
    section: '/console/orders',
    kind: 'console',
    status: 409,
    main: (
      <>
        <h1>{t('overtaken')}</h1>
        <p class="lede">
          {t('overtakenText', {
            time: formatDateTime(line.at, language, city.timeZone),
            step,
            name: whoText(line.who, told),
          })}
        </p>
        <Links items={[{ href: reader.to(`/console/orders/${id}`), text: t('backToOrder') }]} />
      </>
    ),
  };
}
