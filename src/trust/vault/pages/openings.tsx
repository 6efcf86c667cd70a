import type { JSX } from 'preact';
import type { Principal } from '../../../http/index.ts';
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
import type { AskedFor, Opening, OpeningState } from '../openings.ts';
import { purposes } from '../purposes.ts';
import type { VaultRecord } from '../records.ts';
import { Limits } from './limits.tsx';
import { vaultWords } from './messages/index.ts';
import { noStore } from './noStore.ts';

export type Door = { readonly href: string; readonly text: string };

type Names = { readonly timeZone: string; readonly nameOf: (id: string) => string };
/** `doorsOf`: pages of the vault that somebody may open, the first of which stands in the navigation. */
type Shown = Names & { readonly doorsOf: (language: string, who: Principal) => readonly Door[] };

export const askedFields = ['subject', 'purpose', 'reason'] as const;

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
    doorsOf,
    given,
    wrong = [],
  }: Shown & { openings: readonly Opening[]; given?: AskedFor; wrong?: readonly (typeof askedFields)[number][] },
  reader: Reader,
): PageContent {
  const { language, to, who, query } = reader;
  const t = vaultWords(language);
  const wrongOf = (field: 'subject' | 'reason'): { wrong?: string } =>
    wrong.includes(field) ? { wrong: t(`${field}Wrong`) } : {};
  const isOpen = ({ state }: Opening): boolean => state === 'asked' || state === 'approved';
  const rows = (own: readonly Opening[]) => (
    <Rows
      items={own.map((opening) => (
        <>
          <About opening={opening} t={t} timeZone={timeZone} nameOf={nameOf} language={language} />
          {opening.state === 'approved' && (
            <Act reader={reader} action={to(`/vault/openings/${opening.id}`)} text={t('show')} />
          )}
        </>
      ))}
    />
  );
  const [open, earlier] = [openings.filter(isOpen), openings.filter((opening) => !isOpen(opening))];
  return {
    title: t('title'),
    section: '/vault',
    headers: noStore,
    ...(wrong.length > 0 && { status: 400 as const }),
    main: (
      <>
        <h1>{t('title')}</h1>
        <p class="lede">{t('lede')}</p>
        {query.has('sent') && (
          <StateBanner good>
            <b>{t('sent')}</b> {open.some(({ state }) => state === 'asked') && t('sentWaits')}
          </StateBanner>
        )}
        <ErrorSummary title={t('notAsked')} items={wrong.map((field) => ({ id: field, text: t(`${field}Wrong`) }))} />
        {open.length > 0 && (
          <Section id="own" title={t('own')}>
            {rows(open)}
          </Section>
        )}
        <Section id="new" title={t('ask')}>
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
        </Section>
        {openings.length === 0 && <Empty title={t('ownNone')} />}
        {earlier.length > 0 && (
          <Section id="earlier" title={t('earlier')}>
            {rows(earlier)}
          </Section>
        )}
        <OtherDoors doors={doorsOf(language, who)} own="/vault" to={to} />
        <Limits t={t} to={to} />
      </>
    ),
  };
}

/** `/vault/approvals`: what somebody else asked for. */
export function approvalsPage(
  { openings, timeZone, nameOf, doorsOf }: Shown & { openings: readonly Opening[] },
  reader: Reader,
): PageContent {
  const { language, to, who, query } = reader;
  const t = vaultWords(language);
  const doors = doorsOf(language, who);
  const done = (['approve', 'refuse'] as const).find((one) => query.get('done') === one);
  return {
    title: t('approvalsTitle'),
    section: doors[0]?.href ?? '',
    headers: noStore,
    main: (
      <>
        <h1>{t('approvalsTitle')}</h1>
        <p class="lede">{t('approvalsLede')}</p>
        {done && <StateBanner good>{t(`done_${done}`)}</StateBanner>}
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
        <OtherDoors doors={doors} own="/vault/approvals" to={to} />
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

/** What else of the vault somebody may look at. */
export const OtherDoors = ({
  doors,
  own,
  to,
}: {
  doors: readonly Door[];
  own: string;
  to: Reader['to'];
}): JSX.Element => (
  <Links items={doors.filter(({ href }) => href !== own).map(({ href, text }) => ({ href: to(href), text }))} />
);

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
  const { purpose, state, subject, reason, askedBy, askedAt, decidedBy, until } = opening;
  const at = (ms: number): string => formatDateTime(ms, language, timeZone);
  return (
    <>
      <b>{t(`purpose_${purpose.id}`)}</b> <Status state={looks[state]}>{t(`state_${state}`)}</Status>
      <p>{reason ?? t('reasonGone')}</p>
      <p>
        <small>
          {[
            `${t('subject')}: ${subject}`,
            at(askedAt),
            t('lookedBy', { name: nameOf(askedBy) }),
            decidedBy !== undefined && t('decidedBy', { name: nameOf(decidedBy) }),
            state === 'approved' && until !== undefined && t('until', { at: at(until) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </p>
    </>
  );
}
