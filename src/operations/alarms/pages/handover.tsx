/** `/console/handover`: what is open, a note for the next shift, and the notes of earlier ones. To be printed as it is. */
import {
  Empty,
  ErrorSummary,
  Form,
  formatDateTime,
  formatDay,
  Links,
  type PageContent,
  type Reader,
  Rows,
  Section,
  Status,
  TextField,
  type City,
} from '../../../ui/index.ts';
import type { AlarmGroup, Counts } from '../store.ts';
import type { Handover } from '../tables.ts';
import { headline } from './alarms.tsx';
import { alarmWords } from './messages/index.ts';
import { Title } from './title.tsx';
import { lookOf, priorityText, stateText, whoText } from './words.ts';

export function handoverPage(
  {
    counts,
    groups,
    notes,
    nameOf,
    city,
    mayWork,
    given,
  }: {
    counts: Counts;
    groups: readonly AlarmGroup[];
    notes: readonly Handover[];
    nameOf: (id: string) => string;
    city: City;
    mayWork: boolean;
    /** A note that could not be taken. */
    given?: string;
  },
  reader: Reader,
): PageContent {
  const { language, now } = reader;
  const t = alarmWords(language);
  const { timeZone } = city;
  const told = { reader, timeZone, nameOf };
  return {
    title: t('handover'),
    section: '/console/alarms',
    kind: 'console',
    headers: { 'cache-control': 'no-store' },
    ...(given !== undefined && { status: 400 as const }),
    main: (
      <>
        <h1>{t('handover')}</h1>
        <p class="lede">{t('handoverLede')}</p>
        {given !== undefined && (
          <ErrorSummary title={t('handoverWrong')} items={[{ id: 'text', text: t('handoverWrong') }]} />
        )}
        <div class="duo even">
          <Section id="open" title={t('handoverOpen')} note={headline({ counts }, language)}>
            {groups.length === 0 ? (
              <Empty title={t('nothing')} />
            ) : (
              <Rows
                items={groups.map(({ first, count, from }) => (
                  <>
                    <Status state={lookOf(first)}>{priorityText(first.priority, language)}</Status>{' '}
                    <a href={reader.to(`/console/alarms?alarm=${first.id}`)}>
                      <Title words={first.title} language={language} />
                    </a>
                    <p class="proof">
                      {[
                        formatDay(from, now, language, timeZone),
                        count > 1 && t('group', { n: count }),
                        stateText(first, undefined, told).text,
                        first.assignedTo,
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </p>
                  </>
                ))}
              />
            )}
            {mayWork && (
              <Form reader={reader} action={reader.to('/console/handover')}>
                <TextField
                  id="text"
                  name="text"
                  label={t('handoverText')}
                  help={t('noteHelp')}
                  lines={6}
                  value={given ?? ''}
                  {...(given !== undefined && { wrong: t('handoverWrong') })}
                />
                <p>
                  <button class="btn main" type="submit">
                    {t('handoverSave')}
                  </button>
                </p>
              </Form>
            )}
          </Section>
          <Section id="notes" title={t('handoverNotes')}>
            {notes.length === 0 ? (
              <Empty title={t('handoverNone')} />
            ) : (
              <Rows
                items={notes.map(({ at, who, text, open, waiting }) => (
                  <>
                    <b>{formatDateTime(at, language, timeZone)}</b> {whoText(who, 'note', told)}
                    {text !== '' && <p class="said">{text}</p>}
                    <p class="proof">{t('handoverCounts', { open, waiting })}</p>
                  </>
                ))}
              />
            )}
          </Section>
        </div>
        <Links items={[{ href: reader.to('/console/alarms'), text: t('backToList') }]} />
      </>
    ),
  };
}
