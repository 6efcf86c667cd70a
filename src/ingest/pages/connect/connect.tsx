/** `/sources/connect`: the ways in, each with what a person copies, and what arrives while they try. */
import type { JSX } from 'preact';
import { inLanguage } from '../../../city/profile.ts';
import {
  Code,
  Empty,
  formatNumber,
  formatTime,
  Links,
  type PageContent,
  Quoted,
  type Reader,
  Rows,
  Section,
  Table,
} from '../../../ui/index.ts';
import type { SourceReport } from '../../schema.ts';
import { reasonWord } from '../messages/index.ts';
import type { Copied, Door, Here, SourceTexts } from './door.ts';
import { doors } from './doors/index.ts';
import { connectWords } from './messages/index.ts';

export type ConnectData = {
  readonly here: Here;
  readonly reports: readonly SourceReport[];
  /** Newest first. */
  readonly unmapped: readonly { readonly topic: string; readonly atMs: number; readonly count: number }[];
  readonly timeZone: string;
};

const rejectsShown = 8;

export function connectPage(data: ConnectData, reader: Reader): PageContent {
  const t = connectWords(reader.language);
  return {
    title: t('title'),
    section: '/sources',
    description: t('lede'),
    islands: ['renew'],
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        <Links items={doors.map((door) => ({ href: `#${door.id}`, text: door.words(reader.language)('title') }))} />
        <Section id="arrivals" title={t('arrivals')} note={t('renews')}>
          <div id="arrived" data-renew="2000">
            <Arrivals data={data} reader={reader} />
          </div>
          <Links items={[{ href: reader.to('/sources/connect#arrivals'), text: t('lookAgain') }]} />
        </Section>
        <Section id="mapping" title={t('mapping')}>
          <p>{t('mappingText')}</p>
          <p>{t('guide')}</p>
        </Section>
        {doors.map((door) => (
          <Way door={door} here={data.here} reader={reader} />
        ))}
        <Links items={[{ href: reader.to('/sources'), text: t('seeSources') }]} />
      </>
    ),
  };
}

/** The texts of a mapping's source that only the city can know. */
export function sourceTexts(language: string): SourceTexts {
  const t = connectWords(language);
  return { purpose: t('texts_purpose'), owner: t('texts_owner'), legalBasis: t('texts_legalBasis') };
}

/** The mapping file of a door as it is downloaded; undefined when there is no such door or it needs none. */
export function mappingFile(id: string, language: string): string | undefined {
  const mapping = doors.find((door) => door.id === id)?.mapping?.(sourceTexts(language));
  return mapping && `${JSON.stringify(mapping, undefined, 2)}\n`;
}

function Way({ door, here, reader }: { door: Door; here: Here; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = connectWords(language);
  const own = door.words(language);
  const copied = door.copied(here);
  const file = `${door.id}.json`;
  const mapping = mappingFile(door.id, language);
  return (
    <Section id={door.id} title={own('title')}>
      <p>
        <b>{t('who')}:</b> {own('who')}
      </p>
      <p>
        <b>{t('needs')}:</b> {own('needs')}
      </p>
      {copied === undefined ? (
        <Empty title={t('closed')} />
      ) : (
        <>
          {mapping !== undefined && (
            <>
              <details>
                <summary>
                  {t('mapping')}: {file}
                </summary>
                <Code label={file} text={mapping} />
              </details>
              <Links
                items={[
                  {
                    href: `/api/connect/${file}?lang=${language}`,
                    text: t('download', { file }),
                    download: file,
                  },
                ]}
              />
            </>
          )}
          {door.served && <Step title={t('serve')} label={t('serve')} text={`--mapping ${file}`} />}
          {copied.map((item) => (
            <CopiedStep item={item} reader={reader} />
          ))}
          {door.served && copied.length > 0 && <p class="proof">{t('local')}</p>}
          <p>
            <b>{t('after')}:</b> {own('after')}
          </p>
        </>
      )}
    </Section>
  );
}

function CopiedStep({ item, reader }: { item: Copied; reader: Reader }): JSX.Element {
  const t = connectWords(reader.language);
  if (item.step === 'page') return <Links items={[{ href: reader.to(item.href), text: t('page') }]} />;
  return <Step title={t(item.step)} label={t(item.step)} text={item.text} />;
}

function Step({ title, label, text }: { title: string; label: string; text: string }): JSX.Element {
  return (
    <>
      <p>{title}:</p>
      <Code label={label} text={text} />
    </>
  );
}

function Arrivals({ data, reader }: { data: ConnectData; reader: Reader }): JSX.Element {
  const { language } = reader;
  const t = connectWords(language);
  const { unmapped, timeZone } = data;
  const clock = (ms: number): string => formatTime(ms, language, timeZone);
  const taken = data.reports.filter(({ health, source }) => health.accepted > 0 && source.kind !== 'simulator');
  const rejects = data.reports
    .flatMap(({ source, health }) => health.lastRejects.map((reject) => ({ source, reject })))
    .sort((a, b) => (a.reject.at < b.reject.at ? 1 : -1))
    .slice(0, rejectsShown);
  if (taken.length + unmapped.length + rejects.length === 0) {
    return <Empty title={t('arrivalsNone')}>{t('arrivalsNoneText')}</Empty>;
  }
  return (
    <>
      {unmapped.length > 0 && (
        <>
          <h3>{t('unmapped')}</h3>
          <Table
            label={t('unmapped')}
            columns={[
              { head: t('topic'), cell: ({ topic }) => <code>{topic}</code> },
              { head: t('when'), cell: ({ atMs }) => clock(atMs), class: 'nw' },
            ]}
            rows={unmapped}
          />
        </>
      )}
      {rejects.length > 0 && (
        <>
          <h3>{t('refused')}</h3>
          <Rows
            items={rejects.map(({ source, reject }) => (
              <>
                <b>{reasonWord(reject.reason, language)}</b> <Quoted text={reject.detail} />
                <p class="proof">
                  {inLanguage(source.name, language).text} · {clock(Date.parse(reject.at))} · <code>{reject.from}</code>
                </p>
              </>
            ))}
          />
        </>
      )}
      {taken.length > 0 && (
        <>
          <h3>{t('accepted')}</h3>
          <Table
            label={t('accepted')}
            columns={[
              {
                head: t('source'),
                cell: ({ source }) => (
                  <a href={reader.to(`/sources#${source.id}`)}>{inLanguage(source.name, language).text}</a>
                ),
              },
              { head: t('values'), numeric: true, cell: ({ health }) => formatNumber(health.accepted, language) },
              {
                head: t('when'),
                class: 'nw',
                cell: ({ health }) => (health.lastAcceptedAt === null ? '–' : clock(Date.parse(health.lastAcceptedAt))),
              },
            ]}
            rows={taken}
          />
        </>
      )}
    </>
  );
}
