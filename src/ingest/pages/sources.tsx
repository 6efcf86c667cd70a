import type { ComponentChildren, JSX } from 'preact';
import { inLanguage, type Words } from '../../city/profile.ts';
import {
  Facts,
  formatDateTime,
  formatNumber,
  formatRelative,
  Links,
  type PageContent,
  Quoted,
  type Reader,
  Rows,
  Section,
  Simulated,
  type State,
  Status,
  Table,
  uiWords,
} from '../../ui/index.ts';
import type { OmissionKind } from '../mapping/index.ts';
import type { Connection, Reject, SourceReport, SourceState } from '../schema.ts';
import { acceptanceWords } from './acceptance/messages/index.ts';
import { importsWords } from './imports/messages/index.ts';
import { ingestWords, reasonWord, type IngestKey } from './messages/index.ts';
import { RealtimePart } from './realtime.tsx';

const states: Record<SourceState, State> = { fresh: 'good', late: 'warn', silent: 'trouble', never: 'none' };
const personal: Record<SourceReport['source']['personal'], IngestKey> = {
  none: 'personalNone',
  aggregated: 'personalAggregated',
  household: 'personalHousehold',
};
const kinds: Record<SourceReport['source']['kind'], IngestKey> = {
  mqtt: 'kindMqtt',
  lorawan: 'kindLorawan',
  csv: 'kindCsv',
  geojson: 'kindGeojson',
  simulator: 'kindSimulator',
  http: 'kindHttp',
  gtfs: 'kindGtfs',
  feed: 'kindFeed',
};

export type SourcesData = {
  readonly reports: readonly SourceReport[];
  readonly unmapped: readonly { readonly prefix: string; readonly count: number }[];
  readonly timeZone: string;
};

/** `/sources`: where the data come from, what for, who answers, and whether they arrive. */
export function sourcesPage(data: SourcesData, reader: Reader): PageContent {
  const t = ingestWords(reader.language);
  const { reports, unmapped } = data;
  const waiting = reports.filter(({ health }) => health.state === 'late' || health.state === 'silent').length;
  const headline =
    reports.length === 0
      ? t('none')
      : waiting > 0
        ? t('someWait', { n: waiting, all: reports.length })
        : reports.some(({ health }) => health.state === 'never')
          ? t('title')
          : t('allFresh', { n: reports.length });
  return {
    title: t('title'),
    section: '/sources',
    description: t('lede'),
    main: (
      <>
        <h1>{headline}</h1>
        <p class="lede">{reports.length === 0 ? t('noneText') : t('lede')}</p>
        {reports.length === 0 ? (
          <p>
            <a class="btn main" href={reader.to('/sources/connect')}>
              {t('connectFirst')}
            </a>
          </p>
        ) : (
          <Overview data={data} reader={reader} />
        )}
        {reports.map((report) => (
          <SourceSection report={report} data={data} reader={reader} />
        ))}
        {unmapped.length > 0 && (
          <Section id="unmapped" title={t('unmapped')}>
            <Table
              label={t('unmapped')}
              columns={[
                { head: t('topic'), cell: ({ prefix }) => <code>{prefix}</code> },
                { head: t('messages'), cell: ({ count }) => formatNumber(count, reader.language), numeric: true },
              ]}
              rows={unmapped.slice(0, 20)}
            />
          </Section>
        )}
        <Links
          items={[
            reports.length > 0 && { href: reader.to('/sources/connect'), text: t('connectMore') },
            { href: reader.to('/imports'), text: importsWords(reader.language)('title') },
            { href: '/api/sources', text: t('asJson') },
          ]}
        />
      </>
    ),
  };
}

function Overview({ data, reader }: { data: SourcesData; reader: Reader }): JSX.Element {
  const t = ingestWords(reader.language);
  const number = (n: number): string => formatNumber(n, reader.language);
  return (
    <Section id="health" title={t('health')} note={t('sinceStart')}>
      <Table
        label={t('health')}
        columns={[
          {
            head: t('source'),
            cell: ({ source }: SourceReport) => (
              <>
                <a href={`#${source.id}`}>{wordsIn(source.name, reader)}</a>{' '}
                <Simulated word={t('simulated')} when={source.simulated} />
              </>
            ),
          },
          { head: t('state'), cell: (report) => <Health report={report} reader={reader} /> },
          { head: t('perMinute'), cell: ({ health }) => number(health.perMinute), numeric: true },
          { head: t('accepted'), cell: ({ health }) => number(health.accepted), numeric: true },
          { head: t('rejected'), cell: ({ health }) => number(health.rejected), numeric: true },
          {
            head: t('lag'),
            cell: ({ health }) => (health.lagS === null ? '–' : t('seconds', { n: Math.round(health.lagS) })),
            numeric: true,
          },
        ]}
        rows={data.reports}
      />
    </Section>
  );
}

function Health({ report: { health }, reader }: { report: SourceReport; reader: Reader }): JSX.Element {
  const ui = uiWords(reader.language);
  const last = health.lastAcceptedAt ?? health.lastSeenAt;
  const relative = (at: string): string => formatRelative(Date.parse(at), reader.now, reader.language);
  const ago = last === null ? '' : relative(last);
  const t = ingestWords(reader.language);
  const text =
    health.connection?.state === 'unreachable' && last !== null
      ? `${t('connectionLost', { ago: relative(health.connection.since) })} ${t('needsText', { ago })}`
      : health.state === 'fresh'
        ? `${ui('fresh')}, ${t('seen', { ago })}`
        : health.state === 'silent' && health.lastAcceptedAt === null
          ? t('onlyRefused')
          : ui(health.state, { ago });
  return <Status state={states[health.state]}>{text}</Status>;
}

function SourceSection({
  report,
  data,
  reader,
}: {
  report: SourceReport;
  data: SourcesData;
  reader: Reader;
}): JSX.Element {
  const { source, health } = report;
  const t = ingestWords(reader.language);
  const leftOut = Object.entries(health.leftOut);
  const reasons = Object.entries(health.rejectedBy).sort(([, a], [, b]) => b - a);
  return (
    <Section
      id={source.id}
      title={wordsIn(source.name, reader)}
      note={<Simulated word={t('simulated')} when={source.simulated} />}
    >
      <Facts
        items={[
          { name: t('purpose'), value: wordsIn(source.purpose, reader) },
          { name: t('owner'), value: wordsIn(source.owner, reader) },
          { name: t('legalBasis'), value: wordsIn(source.legalBasis, reader) },
          {
            name: t('retention'),
            value: source.retentionDays === null ? t('forGood') : t('days', { n: source.retentionDays }),
          },
          { name: t('personal'), value: t(personal[source.personal]) },
          { name: t('granularity'), value: source.granularity },
          { name: t('kind'), value: t(kinds[source.kind]) },
          {
            name: t('rhythm'),
            value: source.expectedEveryS === null ? t('noRhythm') : t('seconds', { n: source.expectedEveryS }),
          },
          ...(source.estimated === true ? [{ name: t('values'), value: t('estimated') }] : []),
          ...(source.credit === undefined ? [] : [{ name: t('credit'), value: source.credit }]),
          ...(health.connection === undefined
            ? []
            : [
                {
                  name: t('connection'),
                  value: <ConnectionLine connection={health.connection} data={data} reader={reader} />,
                },
              ]),
        ]}
      />
      {(report.realtime ?? []).map((one) => (
        <RealtimePart report={one} timeZone={data.timeZone} reader={reader} />
      ))}
      <Links
        items={[
          { href: reader.to(`/sources/${source.id}/acceptance`), text: acceptanceWords(reader.language)('link') },
        ]}
      />
      {(health.flagged > 0 || health.late > 0) && (
        <p class="proof">{t('flaggedLate', { flagged: health.flagged, late: health.late })}</p>
      )}
      {leftOut.length > 0 && (
        <p class="proof">
          {t('leftOut')}:{' '}
          {leftOut
            .map(([kind, n]) => `${t(`left_${kind as OmissionKind}`)} ${formatNumber(n, reader.language)}`)
            .join(', ')}
        </p>
      )}
      {reasons.length > 0 && (
        <p class="proof">
          {t('rejectedBy')}:{' '}
          {reasons
            .map(([reason, n]) => `${reasonWord(reason, reader.language)} ${formatNumber(n, reader.language)}`)
            .join(', ')}
        </p>
      )}
      {health.lastRejects.length > 0 && (
        <details>
          <summary>{t('lastRejects')}</summary>
          <Rejects rejects={health.lastRejects} data={data} reader={reader} />
        </details>
      )}
    </Section>
  );
}

const connectionStates: Record<Connection['state'], State> = {
  connecting: 'none',
  reachable: 'good',
  unreachable: 'trouble',
};

function ConnectionLine({
  connection: { state, since, detail, nextTryAt },
  data,
  reader,
}: {
  connection: Connection;
  data: SourcesData;
  reader: Reader;
}): JSX.Element {
  const t = ingestWords(reader.language);
  const time = formatDateTime(Date.parse(since), reader.language, data.timeZone);
  const unusable = state === 'reachable' && detail !== undefined;
  const word = unusable
    ? t('unusable')
    : state === 'reachable'
      ? t('connected', { time })
      : state === 'unreachable'
        ? t('unreachable', { time })
        : t('connecting');
  return (
    <>
      <Status state={unusable ? 'warn' : connectionStates[state]}>{word}</Status>
      {detail !== undefined && (
        <p class="proof">
          <Quoted text={detail} />
          {nextTryAt !== undefined &&
            `; ${t('nextTry', { when: formatRelative(Date.parse(nextTryAt), reader.now, reader.language) })}`}
        </p>
      )}
    </>
  );
}

function Rejects({
  rejects,
  data,
  reader,
}: {
  rejects: readonly Reject[];
  data: SourcesData;
  reader: Reader;
}): JSX.Element {
  return (
    <Rows
      items={rejects.map(({ at, reason, detail, from }) => (
        <>
          <b>{reasonWord(reason, reader.language)}</b> <Quoted text={detail} />
          <p class="proof">
            {formatDateTime(Date.parse(at), reader.language, data.timeZone)} · <code>{from}</code>
          </p>
        </>
      ))}
    />
  );
}

/** Words of the source, marked with their language where it is not the reader's. */
function wordsIn(words: Words, reader: Reader): ComponentChildren {
  const { text, language } = inLanguage(words, reader.language);
  return language === reader.language ? text : <span lang={language}>{text}</span>;
}
