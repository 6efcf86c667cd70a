import type { JSX } from 'preact';
import {
  Code,
  Empty,
  Facts,
  formatDateTime,
  formatNumber,
  Links,
  type PageContent,
  type Reader,
  Section,
  StateBanner,
  Table,
} from '../../../ui/index.ts';
import { toBase64 } from '../encoding.ts';
import type { Logged, Transparency } from '../transparency.ts';
import { logWords, type LogKey } from './messages/index.ts';

/** Entries on one page. */
export const logPageSize = 50;

export type LogContent = {
  readonly transparency: Pick<Transparency, 'log' | 'key'>;
  readonly entries: readonly Logged[];
  readonly timeZone: string;
};

/** `/log`: what the city cannot take back, who outside watches it, and how to check it oneself. */
export function logPage({ transparency, entries, timeZone }: LogContent, reader: Reader): PageContent {
  const { language, to } = reader;
  const t = logWords(language);
  const { log, key } = transparency;
  const { checkpoint } = log.head();
  const witnessed = log.witnessed();
  const when = (at: number): string => formatDateTime(at, language, timeZone);
  const older = entries.at(-1)?.index ?? 0;
  return {
    title: t('title'),
    section: '/log',
    description: t('lede'),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        {!witnessed && (
          <StateBanner>
            <b>{t('notWitnessed')}</b> {t('notWitnessedText')}
          </StateBanner>
        )}
        <Facts
          items={[
            { name: t('size'), value: formatNumber(checkpoint.size, language) },
            { name: t('root'), value: <code>{toBase64(checkpoint.root)}</code> },
            { name: t('key'), value: <code>{key}</code> },
            ...(witnessed?.cosigned ?? []).map(({ verifier, timestamp }) => ({
              name: t('witness'),
              value: t('witnessedAt', {
                name: verifier.name,
                at: when(timestamp * 1000),
                n: witnessed?.checkpoint.size ?? 0,
              }),
            })),
          ]}
        />
        <Section id="entries" title={t('entries')} note={t('entriesNote')}>
          <Entries entries={entries} t={t} when={when} language={language} />
          <Links items={[older > 0 && { href: to(`/log?before=${older}`), text: t('older') }]} />
        </Section>
        <Section id="check" title={t('check')} note={t('checkNote')}>
          <Code
            label={t('check')}
            text={`chorsu verify log URL --log-key '${key}'\nchorsu verify records DIR --log-key '${key}'\nchorsu verify receipt FILE.tlog-proof --log-key '${key}'\nchorsu witness URL --name NAME`}
          />
          <p>{t('recordsNote')}</p>
          <Links
            items={[
              { href: to('/log/check'), text: t('checkReceipt') },
              { href: '/tlog/checkpoint', text: t('checkpoint') },
              { href: '/api/log', text: 'JSON' },
            ]}
          />
        </Section>
      </>
    ),
  };
}

function Entries({
  entries,
  t,
  when,
  language,
}: {
  entries: readonly Logged[];
  t: ReturnType<typeof logWords>;
  when: (at: number) => string;
  language: string;
}): JSX.Element {
  if (entries.length === 0) return <Empty title={t('entriesNone')} />;
  return (
    <Table
      kind="vals"
      label={t('entries')}
      columns={[
        {
          head: t('what'),
          cell: ({ type, id, version }: Logged) => (
            <>
              {typeText(type, t)}
              <small>
                {id} · {t('version', { n: formatNumber(version, language) })}
              </small>
            </>
          ),
        },
        { head: t('at'), class: 'nw when', cell: ({ at }) => when(Date.parse(at)) },
        { head: t('number'), numeric: true, cell: ({ index }) => formatNumber(index, language) },
        {
          head: t('proof'),
          cell: ({ index }) => <a href={`/api/log/${index}/receipt`}>{t('receipt')}</a>,
        },
      ]}
      rows={entries}
    />
  );
}

const types: Readonly<Record<string, LogKey>> = {
  'log-key': 'typeLogKey',
  release: 'typeRelease',
  'law-pack': 'typeLawPack',
  calendar: 'typeCalendar',
  policy: 'typePolicy',
  account: 'typeAccount',
  'api-key': 'typeApiKey',
  device: 'typeDevice',
  'vault-access': 'typeVault',
  'retention-run': 'typeRetentionRun',
  'legal-hold': 'typeHold',
};

const typeText = (type: string, t: ReturnType<typeof logWords>): string => {
  const key = types[type];
  return key ? t(key) : type;
};
