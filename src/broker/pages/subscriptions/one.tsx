/** `/subscriptions/{id}`: one subscription, what waits for it, what it refused, and how to send that again. */
import type { JSX } from 'preact';
import { coreContext, printQ, printTypeSelection } from '../../../ngsild/index.ts';
import {
  Breadcrumb,
  Empty,
  Facts,
  formatDateTime,
  formatNumber,
  Form,
  Links,
  type PageContent,
  type Reader,
  Section,
  StateBanner,
  Table,
  TextField,
} from '../../../ui/index.ts';
import { shownEndpoint, type DeadLetter } from '../../subscriptions/index.ts';
import { Fares, nameOf, type Listed } from './list.tsx';
import { subscriptionsWords } from './messages/index.ts';

export type OneSubscription = {
  readonly one: Listed;
  readonly letters: readonly DeadLetter[];
  readonly timeZone: string;
  /** What a form has just done. */
  readonly done?:
    | { readonly delivered: number; readonly refused: number; readonly left: number }
    | { readonly hits: number };
};

export function subscriptionPage({ one, letters, timeZone, done }: OneSubscription, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = subscriptionsWords(language);
  const { id } = one.stored.subscription;
  const at = `/subscriptions/${encodeURIComponent(id)}`;
  const api = `/api/subscriptions/${encodeURIComponent(id)}`;
  const tenant = one.tenantName === undefined ? '' : `?${new URLSearchParams({ tenant: one.tenantName }).toString()}`;
  return {
    title: nameOf(one),
    section: '/subscriptions',
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[{ text: t('title'), href: to('/subscriptions') }, { text: nameOf(one) }]}
        />
        <h1>{nameOf(one)}</h1>
        <p class="lede">
          <Fares one={one} reader={reader} />
        </p>
        {done && (
          <StateBanner good>{'hits' in done ? t('backDone', { n: done.hits }) : t('againDone', done)}</StateBanner>
        )}
        <Section id="fares" title={t('howIt')} note={t('keptNote')}>
          <Facts items={fares(one, reader, timeZone)} />
        </Section>
        <Section id="letters" title={t('letters')} note={t('lettersNote')}>
          {letters.length === 0 ? (
            <Empty title={t('noLetters')} />
          ) : (
            <>
              <Letters letters={letters} all={one.letters} reader={reader} timeZone={timeZone} />
              <Form reader={reader} action={to(`${at}/again`) + tenant}>
                <p>
                  <button class="btn main" type="submit">
                    {t('again')}
                  </button>
                </p>
              </Form>
            </>
          )}
        </Section>
        {one.stored.subscription.timeInterval === undefined && (
          <Section id="back" title={t('back')} note={t('backText')}>
            <Form reader={reader} action={to(`${at}/back`) + tenant}>
              <TextField
                id="from"
                name="from"
                label={t('backFrom')}
                inputMode="decimal"
                value={String(Math.max(one.progress.keptFrom, 1))}
              />
              <p>
                <button class="btn" type="submit">
                  {t('backDo')}
                </button>
              </p>
            </Form>
          </Section>
        )}
        <Links
          items={[
            { href: api, text: t('json') },
            { href: `${api}/events${tenant}`, text: t('stream') },
          ]}
        />
      </>
    ),
  };
}

function fares(one: Listed, { language }: Reader, timeZone: string): { name: string; value: string }[] {
  const t = subscriptionsWords(language);
  const { stored, progress, waiting, oldestAt, kept } = one;
  const { subscription } = stored;
  const number = (n: number): string => formatNumber(n, language);
  const instant = (ms: number | null): string => (ms === null ? t('never') : formatDateTime(ms, language, timeZone));
  const since = oldestAt === null ? '' : `, ${t('oldest', { time: formatDateTime(oldestAt, language, timeZone) })}`;
  const rhythm = [
    subscription.timeInterval !== undefined && t('every', { s: subscription.timeInterval }),
    subscription.throttling !== undefined && t('atMost', { s: subscription.throttling }),
  ].filter((part) => part !== false);
  return [
    { name: t('waiting'), value: waiting === 0 ? t('noneWaiting') : t('hits', { n: waiting }) + since },
    { name: t('place'), value: number(progress.seq) },
    { name: t('kept'), value: t('hits', { n: kept }) },
    { name: t('missed'), value: number(progress.missed) },
    { name: t('sent'), value: t('sentOf', { sent: progress.timesSent, failed: progress.timesFailed }) },
    { name: t('lastSuccess'), value: instant(progress.lastSuccess) },
    { name: t('lastFailure'), value: instant(progress.lastFailure) },
    ...(progress.lastError === null ? [] : [{ name: t('lastError'), value: progress.lastError }]),
    { name: t('endpoint'), value: shownEndpoint(stored) },
    { name: t('what'), value: [asked(one), ...rhythm].filter((part) => part !== '').join(' · ') || '*' },
    { name: t('made'), value: instant(stored.createdAt) },
    { name: 'id', value: subscription.id },
  ];
}

/** Types, ids, attributes and q, as a client would write them. */
function asked({ stored: { subscription } }: Listed): string {
  const { entities = [], watchedAttributes = [], q } = subscription;
  const selectors = entities.map(({ ids = [], idPattern, type }) =>
    [type ? printTypeSelection(type, coreContext) : '*', ...ids, idPattern ?? '']
      .filter((part) => part !== '')
      .join(' '),
  );
  const watched = watchedAttributes.map((name) => coreContext.compact(name)).join(', ');
  return [selectors.join(' | '), watched, q ? printQ(q, coreContext) : ''].filter((part) => part !== '').join(' · ');
}

function Letters({
  letters,
  all,
  reader: { language },
  timeZone,
}: {
  letters: readonly DeadLetter[];
  all: number;
  reader: Reader;
  timeZone: string;
}): JSX.Element {
  const t = subscriptionsWords(language);
  return (
    <Table
      caption={all > letters.length && t('lettersOf', { shown: letters.length, all })}
      label={t('letters')}
      kind="vals"
      columns={[
        { head: t('change'), cell: ({ seq }: DeadLetter) => formatNumber(seq, language), class: 'line' },
        { head: t('entity'), cell: ({ notice }) => notice.entity.id, class: 'line', headed: true },
        { head: t('reason'), cell: ({ reason }) => reason, class: 'line', headed: true },
        { head: t('attempts'), cell: ({ attempts }) => formatNumber(attempts, language), numeric: true, headed: true },
        {
          head: t('refusedAt'),
          cell: ({ refusedAt }) => formatDateTime(refusedAt, language, timeZone),
          class: 'line',
          headed: true,
        },
      ]}
      rows={letters}
    />
  );
}
