import type { JSX } from 'preact';
import {
  Empty,
  formatDateTime,
  formatNumber,
  Form,
  Links,
  type PageContent,
  type Reader,
  Rows,
  Section,
  type State,
  Status,
  Table,
} from '../../../ui/index.ts';
import type { ImportView } from '../../importing/views.ts';
import type { ImportState } from '../../importing/tables.ts';
import { uploadMaxBytes, type Upload } from '../../importing/uploads.ts';
import { importsWords } from './messages/index.ts';

export const importStatus: Readonly<Record<ImportState, State>> = {
  running: 'none',
  stopped: 'warn',
  failed: 'trouble',
  done: 'good',
  undoing: 'none',
  undone: 'none',
};

export type ImportsData = {
  readonly imports: readonly ImportView[];
  readonly uploads: readonly Upload[];
  readonly sourceName: (id: string, reader: Reader) => string;
  readonly timeZone: string;
};

/** `/imports`: send a file, see what was taken, what waits. */
export function importsPage(data: ImportsData, reader: Reader): PageContent {
  const t = importsWords(reader.language);
  const { imports, uploads } = data;
  return {
    title: t('title'),
    section: '/sources',
    description: t('lede'),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        <Form reader={reader} action={reader.to('/imports')} sendsFile>
          <div class="field">
            <label for="file">{t('choose')}</label>
            <p class="help" id="file-help">
              {t('fileHelp', { mb: uploadMaxBytes / 1_000_000 })}
            </p>
            <input
              id="file"
              name="file"
              type="file"
              required
              accept=".csv,.tsv,.txt,.xlsx,.geojson,.json,.geojsonl,.zip"
              aria-describedby="file-help"
            />
          </div>
          <p>
            <button class="btn main" type="submit">
              {t('send')}
            </button>
          </p>
        </Form>
        {uploads.length > 0 && (
          <Section id="waiting" title={t('waiting')} note={t('waitingText')}>
            <Rows
              items={uploads.map(({ id, name, bytes, receivedAt }) => (
                <>
                  <a href={reader.to(`/imports/new/${id}`)}>{name}</a>
                  <p class="proof">
                    {t('bytes', { n: Math.ceil(bytes / 1000) })} ·{' '}
                    {formatDateTime(Date.parse(receivedAt), reader.language, data.timeZone)}
                  </p>
                </>
              ))}
            />
          </Section>
        )}
        <Section id="taken" title={t('taken')}>
          {imports.length === 0 ? (
            <Empty title={t('none')}>{t('noneText')}</Empty>
          ) : (
            <Taken data={data} reader={reader} />
          )}
        </Section>
        <Links items={[{ href: '/api/imports', text: 'JSON' }]} />
      </>
    ),
  };
}

function Taken({ data, reader }: { data: ImportsData; reader: Reader }): JSX.Element {
  const t = importsWords(reader.language);
  const number = (n: number): string => formatNumber(n, reader.language);
  return (
    <Table
      label={t('taken')}
      columns={[
        {
          head: t('file'),
          cell: ({ id, name, source }: ImportView) => (
            <>
              <a href={reader.to(`/imports/${id}`)}>{name}</a>
              <br />
              <small>{data.sourceName(source, reader)}</small>
            </>
          ),
        },
        {
          head: t('state'),
          cell: ({ state }) => <Status state={importStatus[state]}>{t(`state_${state}`)}</Status>,
        },
        { head: t('kept'), cell: ({ counts }) => number(counts.kept + counts.flagged), numeric: true },
        { head: t('rejected'), cell: ({ counts }) => number(counts.rejected), numeric: true },
        {
          head: t('when'),
          cell: ({ startedAt }) => formatDateTime(startedAt, reader.language, data.timeZone),
        },
      ]}
      rows={data.imports}
    />
  );
}
