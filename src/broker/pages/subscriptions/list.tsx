/** `/subscriptions`: who is told of changes, and whether it arrives. */
import type { JSX } from 'preact';
import {
  Empty,
  formatNumber,
  formatRelative,
  Links,
  type PageContent,
  type Reader,
  type State,
  Status,
  Table,
} from '../../../ui/index.ts';
import type { Overview } from '../../subscriptions/index.ts';
import { subscriptionsWords } from './messages/index.ts';

export type Listed = Overview & { readonly tenantName: string | undefined };

export function subscriptionsPage(listed: readonly Listed[], reader: Reader): PageContent {
  const { language, to } = reader;
  const t = subscriptionsWords(language);
  const failing = listed.filter(({ progress }) => progress.failures > 0).length;
  const headline =
    listed.length === 0
      ? t('none')
      : failing > 0
        ? t('someFail', { n: failing, all: listed.length })
        : t('allWell', { n: listed.length });
  const manyTenants = listed.some(({ tenantName }) => tenantName !== undefined);
  return {
    title: t('title'),
    section: '/subscriptions',
    description: t('lede'),
    main: (
      <>
        <h1>{headline}</h1>
        <p class="lede">{listed.length === 0 ? t('noneText') : t('lede')}</p>
        {listed.length === 0 ? (
          <Empty title={t('none')} />
        ) : (
          <Table
            label={t('title')}
            kind="vals"
            columns={[
              {
                head: t('name'),
                class: 'line',
                cell: (one: Listed) => <a href={to(pathOf(one))}>{nameOf(one)}</a>,
              },
              { head: t('state'), cell: (one) => <Fares one={one} reader={reader} />, class: 'line' },
              {
                head: t('waiting'),
                cell: ({ waiting }) => formatNumber(waiting, language),
                numeric: true,
                headed: true,
              },
              {
                head: t('refusedMany'),
                cell: ({ letters }) => formatNumber(letters, language),
                numeric: true,
                headed: true,
              },
              ...(manyTenants
                ? [
                    {
                      head: t('tenant'),
                      cell: ({ tenantName }: Listed) => tenantName ?? '–',
                      class: 'line',
                      headed: true,
                    },
                  ]
                : []),
              { head: t('endpoint'), cell: (one) => hostOf(one), class: 'line', headed: true },
            ]}
            rows={listed}
          />
        )}
        <Links items={[{ href: '/api/subscriptions', text: t('json') }]} />
      </>
    ),
  };
}

export const pathOf = ({ stored, tenantName }: Listed): string => {
  const path = `/subscriptions/${encodeURIComponent(stored.subscription.id)}`;
  return tenantName === undefined ? path : `${path}?${new URLSearchParams({ tenant: tenantName }).toString()}`;
};

export const nameOf = ({ stored: { subscription } }: Pick<Overview, 'stored'>): string =>
  subscription.subscriptionName ?? subscription.description?.slice(0, 80) ?? subscription.id;

const hostOf = ({ stored }: Overview): string => new URL(stored.subscription.notification.endpoint.uri).host;

/** Whether it is told, in a word with its sign. */
export function Fares({ one, reader }: { one: Overview; reader: Reader }): JSX.Element {
  const { status, progress } = one;
  const t = subscriptionsWords(reader.language);
  const [state, text] = ((): [State, string] => {
    if (status !== 'active') return ['quiet', t(status === 'paused' ? 'state_paused' : 'state_expired')];
    if (progress.failures > 0) return ['trouble', t('failing', { n: progress.failures })];
    if (progress.lastSuccess === null) return ['none', t('nothingYet')];
    return ['good', t('delivered', { ago: formatRelative(progress.lastSuccess, reader.now, reader.language) })];
  })();
  return <Status state={state}>{text}</Status>;
}
