import type { JSX } from 'preact';
import {
  Act,
  Empty,
  ErrorSummary,
  Facts,
  Form,
  formatDateTime,
  formatNumber,
  Links,
  type PageContent,
  Picks,
  type Reader,
  Rows,
  Section,
  type State,
  StateBanner,
  Status,
  TextField,
} from '../../../ui/index.ts';
import { readContact } from '../contact.ts';
import type { Opening, OpeningState } from '../openings.ts';
import { purposes } from '../purposes.ts';
import type { VaultRecord } from '../records.ts';
import { Limits } from './limits.tsx';
import { vaultWords } from './messages/index.ts';
import { noStore } from './noStore.ts';

type Names = { readonly timeZone: string; readonly nameOf: (id: string) => string };

export type AskedFor = { readonly subject: string; readonly purpose: string; readonly reason: string };

const looks: Readonly<Record<OpeningState, State>> = {
  asked: 'warn',
  approved: 'good',
  refused: 'trouble',
  ended: 'quiet',
};

/** `/vault`: ask, and read what was agreed to. @param given what was typed and is wrong */
export function vaultPage(
  {
    openings,
    timeZone,
    nameOf,
    given,
    wrong,
  }: Names & { openings: readonly Opening[]; given?: AskedFor; wrong?: 'subject' | 'purpose' | 'reason' },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = vaultWords(language);
  const wrongOf = (field: 'subject' | 'reason'): { wrong?: string } =>
    wrong === field ? { wrong: t(`${field}Wrong`) } : {};
  return {
    title: t('title'),
    section: '/vault',
    headers: noStore,
    ...(wrong && { status: 400 as const }),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        {wrong && (
          <ErrorSummary
            title={t('notAsked')}
            items={[{ id: wrong, text: wrong === 'purpose' ? t('purposeWrong') : t(`${wrong}Wrong`) }]}
          />
        )}
        <Form reader={reader} action={to('/vault/openings')}>
          <TextField
            id="subject"
            name="subject"
            label={t('subject')}
            help={t('subjectHelp')}
            value={given?.subject ?? reader.query.get('subject') ?? ''}
            {...wrongOf('subject')}
          />
          <div id="purpose">
            <Picks
              legend={t('purpose')}
              name="purpose"
              {...(given && { value: given.purpose })}
              options={purposes.map(({ id, second, noticeDays }) => ({
                value: id,
                text: t(`purpose_${id}`),
                help: [
                  t(second ? 'needsSecond' : 'needsNobody'),
                  noticeDays === 0 ? t('toldAtOnce') : t('toldAfter', { n: noticeDays }),
                ].join(' '),
              }))}
            />
          </div>
          <TextField
            id="reason"
            name="reason"
            lines={3}
            label={t('reason')}
            help={t('reasonHelp')}
            value={given?.reason ?? ''}
            {...wrongOf('reason')}
          />
          <p>
            <button class="btn main" type="submit">
              {t('ask')}
            </button>
          </p>
        </Form>
        <Section id="own" title={t('own')}>
          {openings.length === 0 ? (
            <Empty title={t('ownNone')} />
          ) : (
            <Rows
              items={openings.map((opening) => (
                <>
                  <About opening={opening} t={t} timeZone={timeZone} nameOf={nameOf} language={language} />
                  {opening.state === 'approved' && (
                    <Act reader={reader} action={to(`/vault/openings/${opening.id}`)} text={t('show')} />
                  )}
                </>
              ))}
            />
          )}
          <Links
            items={[
              { href: to('/vault/approvals'), text: t('approvalsTitle') },
              { href: to('/vault/log'), text: t('logTitle') },
            ]}
          />
        </Section>
        <Limits t={t} to={to} />
      </>
    ),
  };
}

/** `/vault/approvals`: what somebody else asked for. */
export function approvalsPage(
  { openings, timeZone, nameOf }: Names & { openings: readonly Opening[] },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = vaultWords(language);
  return {
    title: t('approvalsTitle'),
    section: '/vault',
    headers: noStore,
    main: (
      <>
        <h1>{t('approvalsTitle')}</h1>
        <p class="lede">{t('approvalsLede')}</p>
        {openings.length === 0 ? (
          <Empty title={t('approvalsNone')} />
        ) : (
          <Rows
            items={openings.map((opening) => (
              <>
                <About opening={opening} t={t} timeZone={timeZone} nameOf={nameOf} language={language} />
                <Act reader={reader} action={to(`/vault/approvals/${opening.id}/approve`)} text={t('approve')} />
                <Act reader={reader} action={to(`/vault/approvals/${opening.id}/refuse`)} text={t('refuse')} />
              </>
            ))}
          />
        )}
        <Limits t={t} to={to} />
      </>
    ),
  };
}

/** What lies in the vault, shown once to who asked. */
export function contentPage(
  { opening, records, timeZone, nameOf }: Names & { opening: Opening; records: readonly VaultRecord[] },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = vaultWords(language);
  return {
    title: t('contentTitle'),
    section: '/vault',
    headers: noStore,
    main: (
      <>
        <h1>{t('contentTitle')}</h1>
        <StateBanner>
          <b>{t('contentNote')}</b> {t('until', { at: formatDateTime(opening.until ?? 0, language, timeZone) })}
        </StateBanner>
        <About opening={opening} t={t} timeZone={timeZone} nameOf={nameOf} language={language} />
        {records.length === 0 && <Empty title={t('contentNone')} />}
        {records.map((record) => (
          <RecordBody record={record} opening={opening} reader={reader} />
        ))}
        <Links items={[{ href: to('/vault'), text: t('title') }]} />
      </>
    ),
  };
}

function RecordBody({
  record,
  opening,
  reader,
}: {
  record: VaultRecord;
  opening: Opening;
  reader: Reader;
}): JSX.Element {
  const t = vaultWords(reader.language);
  if (record.kind === 'contact') {
    const { email, phone } = readContact(record.bytes);
    return (
      <Facts
        items={[
          ...(email === undefined ? [] : [{ name: t('email'), value: email }]),
          ...(phone === undefined ? [] : [{ name: t('phone'), value: phone }]),
        ]}
      />
    );
  }
  if (record.kind === 'text') return <p>{Buffer.from(record.bytes).toString()}</p>;
  return (
    <Act
      reader={reader}
      action={reader.to(`/vault/openings/${opening.id}/records/${record.id}`)}
      text={t('original', { n: formatNumber(Math.ceil(record.bytes.length / 1024), reader.language) })}
    />
  );
}

function About({
  opening,
  t,
  timeZone,
  nameOf,
  language,
}: Names & { opening: Opening; t: ReturnType<typeof vaultWords>; language: string }): JSX.Element {
  const { purpose, state, subject, reason, askedBy, askedAt, decidedBy } = opening;
  return (
    <>
      <b>{t(`purpose_${purpose.id}`)}</b> <Status state={looks[state]}>{t(`state_${state}`)}</Status>
      <p>{reason ?? t('reasonGone')}</p>
      <p>
        <small>
          {t('about', { subject, at: formatDateTime(askedAt, language, timeZone) })}{' '}
          {t('lookedBy', { name: nameOf(askedBy) })}
          {decidedBy !== undefined && ` ${t('decidedBy', { name: nameOf(decidedBy) })}`}
        </small>
      </p>
    </>
  );
}
