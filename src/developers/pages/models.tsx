/** `/developers/models`: which types are checked, by what, and what did not fit. */
import type { JSX } from 'preact';
import type { ModelView } from '../../broker/index.ts';
import {
  Empty,
  formatNumber,
  formatTime,
  Links,
  Section,
  Table,
  type PageContent,
  type Reader,
} from '../../ui/index.ts';
import { developerWords, type DeveloperKey } from './messages/index.ts';

export function modelsPage(
  { models, timeZone }: { models: readonly ModelView[]; timeZone: string },
  reader: Reader,
): PageContent {
  const { language } = reader;
  const t = developerWords(language);
  return {
    title: t('models'),
    description: t('modelsLede'),
    main: (
      <>
        <h1>{t('models')}</h1>
        <p class="lede">{t('modelsLede')}</p>
        {models.length === 0 ? (
          <Empty title={t('modelsNone')}>{t('modelsNoneText')}</Empty>
        ) : (
          <>
            <Table
              label={t('models')}
              columns={[
                { head: t('type'), cell: ({ name, type }) => <code title={type}>{name}</code> },
                { head: t('mode'), cell: ({ mode }) => t(`mode_${mode}` as DeveloperKey) },
                {
                  head: t('source'),
                  cell: ({ source, title }) => (title === undefined ? source : `${title} (${source})`),
                },
                { head: t('checked'), numeric: true, cell: ({ checked }) => formatNumber(checked, language) },
                { head: t('warned'), numeric: true, cell: ({ warned }) => formatNumber(warned, language) },
                { head: t('refused'), numeric: true, cell: ({ refused }) => formatNumber(refused, language) },
              ]}
              rows={models}
            />
            <p class="proof">{t('since')}</p>
            {models
              .filter(({ last }) => last.length > 0)
              .map((model) => (
                <Last model={model} timeZone={timeZone} reader={reader} />
              ))}
          </>
        )}
        <Links items={[{ href: reader.to('/developers'), text: t('back') }]} />
      </>
    ),
  };
}

function Last({ model, timeZone, reader }: { model: ModelView; timeZone: string; reader: Reader }): JSX.Element {
  const { language, to } = reader;
  const t = developerWords(language);
  const title = t('last', { type: model.name });
  return (
    <Section id={`last-${model.name}`} title={title}>
      <Table
        label={title}
        columns={[
          {
            head: t('entity'),
            cell: ({ entity }) => <a href={to(`/entities/${encodeURIComponent(entity)}`)}>{entity}</a>,
          },
          { head: t('where'), cell: ({ path }) => (path === '' ? t('whole') : <code>{path}</code>) },
          { head: t('why'), cell: ({ why }) => <span lang="en">{why}</span> },
          { head: t('when'), cell: ({ at }) => formatTime(at, language, timeZone), class: 'nw' },
        ]}
        rows={model.last}
      />
    </Section>
  );
}
