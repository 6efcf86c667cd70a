import type { JSX } from 'preact';
import {
  Act,
  Breadcrumb,
  Facts,
  formatDateTime,
  formatNumber,
  Links,
  type PageContent,
  Quoted,
  type Reader,
  Rows,
  Section,
  Status,
} from '../../../ui/index.ts';
import type { ImportView } from '../../importing/views.ts';
import { reasonWord } from '../messages/index.ts';
import { importStatus } from './list.tsx';
import { importsWords } from './messages/index.ts';
import { Notes } from './prepare.tsx';

export type ImportData = {
  readonly record: ImportView;
  readonly sourceName: string;
  readonly timeZone: string;
  /** The file still lies here, so the import can go on. */
  readonly canGoOn: boolean;
  readonly rejects: boolean;
};

/** Seconds between two looks at an import that is under way, without a script. */
const refreshS = 3;

/** `/imports/{id}`: what one import took and refused, while it runs and after; the way to undo it. */
export function importPage(data: ImportData, reader: Reader): PageContent {
  const { record, timeZone } = data;
  const { counts, state } = record;
  const { language } = reader;
  const t = importsWords(language);
  const number = (n: number): string => formatNumber(n, language);
  const { progress } = record;
  const moving = progress !== undefined;
  const share = progress === undefined ? 0 : Math.floor((progress.done / Math.max(1, progress.total)) * 100);
  const at = (ms: number): string => formatDateTime(ms, language, timeZone);
  return {
    title: record.name,
    section: '/sources',
    ...(moving && { refreshS }),
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[{ text: t('title'), href: reader.to('/imports') }, { text: record.name }]}
        />
        <h1>{record.name}</h1>
        <p>
          <Status state={importStatus[state]}>{t(`state_${state}`)}</Status>
        </p>
        {moving && (
          <>
            <p>
              <progress max={100} value={share} aria-label={t('progress', { share, n: counts.items })} />{' '}
              {t('progress', { share, n: counts.items })}
            </p>
            <p class="proof">{t('progressNote')}</p>
          </>
        )}
        {record.error !== null && (
          <p class="proof">
            <Quoted text={record.error} />
          </p>
        )}
        <Facts
          items={[
            { name: t('source'), value: <a href={`${reader.to('/sources')}#${record.source}`}>{data.sourceName}</a> },
            {
              name: t('when'),
              value: record.finishedAt === null ? at(record.startedAt) : at(record.finishedAt),
            },
            { name: t('items'), value: number(counts.items) },
            { name: t('kept'), value: number(counts.kept) },
            { name: t('flagged'), value: number(counts.flagged) },
            { name: t('rejected'), value: number(counts.rejected) },
            { name: t('alreadyThere'), value: number(counts.alreadyThere) },
          ]}
        />
        <Refused record={record} reader={reader} />
        <Notes notes={record.notes} reader={reader} />
        <Links
          items={[
            data.rejects && {
              href: `/api/imports/${record.id}/rejects.csv`,
              text: t('rejectsFile'),
              download: `${record.name}.rejects.csv`,
            },
            { href: `/api/imports/${record.id}`, text: 'JSON' },
          ]}
        />
        {moving && state === 'running' && (
          <Act reader={reader} action={reader.to(`/imports/${record.id}/stop`)} text={t('stop')} />
        )}
        {data.canGoOn && <Act reader={reader} action={reader.to(`/imports/${record.id}/go-on`)} text={t('goOn')} />}
        <Undo data={data} reader={reader} />
      </>
    ),
  };
}

function Refused({ record, reader }: { record: ImportView; reader: Reader }): JSX.Element | null {
  const reasons = Object.entries(record.rejectedBy).sort(([, one], [, other]) => other - one);
  if (reasons.length === 0) return null;
  const t = importsWords(reader.language);
  return (
    <p class="proof">
      {t('rejectedBy')}:{' '}
      {reasons.map(([why, n]) => `${reasonWord(why, reader.language)} ${formatNumber(n, reader.language)}`).join(', ')}
    </p>
  );
}

function Undo({ data: { record, timeZone }, reader }: { data: ImportData; reader: Reader }): JSX.Element | null {
  const { language } = reader;
  const t = importsWords(language);
  const { undo, undoneAt, state, undoable, prunedAt } = record;
  if (undoneAt !== null) {
    return (
      <Section id="undone" title={t(`state_${state}`)} note={formatDateTime(undoneAt, language, timeZone)}>
        {undo !== null && undo.stays > 0 && (
          <>
            <p>{t('stayed', { n: undo.stays })}</p>
            <Rows
              items={undo.staying.map((id) => (
                <a href={reader.to(`/entities/${encodeURIComponent(id)}`)}>{id}</a>
              ))}
            />
          </>
        )}
      </Section>
    );
  }
  if (!undoable && prunedAt === null) return null;
  if (prunedAt !== null) return <p class="proof">{t('undoTooOld')}</p>;
  return (
    <details>
      <summary>{t('undo')}</summary>
      <p>{t('undoText')}</p>
      <Act reader={reader} action={reader.to(`/imports/${record.id}/undo`)} text={t('undoYes')} />
    </details>
  );
}
