import {
  Act,
  Empty,
  ErrorSummary,
  Form,
  formatDate,
  formatNumber,
  Links,
  type PageContent,
  type Reader,
  Rows,
  Section,
  SelectField,
  Table,
  TextField,
} from '../../../ui/index.ts';
import type { Due, Hold } from '../retention.ts';
import { retentionWords } from './messages/index.ts';
import { kindText } from './words.ts';

type Given = { readonly kind: string; readonly target: string; readonly reference: string; readonly until: string };

/** `/retention/manage`: what would go now, the button that lets it go, and what is held. */
export function managePage(
  {
    due,
    holds,
    timeZone,
    nameOf,
    given,
    wrong,
  }: {
    due: readonly Due[];
    holds: readonly Hold[];
    timeZone: string;
    nameOf: (kind: string, language: string) => string | undefined;
    given?: Given;
    wrong?: keyof Given;
  },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = retentionWords(language);
  const name = (kind: string): string => kindText(kind, t, nameOf(kind, language));
  const wrongOf = (field: keyof Given): { wrong?: string } => (wrong === field ? { wrong: t(`${field}Wrong`) } : {});
  return {
    title: t('manage'),
    section: '/retention',
    headers: { 'cache-control': 'no-store' },
    ...(wrong && { status: 400 as const }),
    main: (
      <>
        <h1>{t('manage')}</h1>
        <p class="lede">{t('manageLede')}</p>
        {wrong && <ErrorSummary title={t('notHeld')} items={[{ id: wrong, text: t(`${wrong}Wrong`) }]} />}
        <Section id="preview" title={t('preview')} note={t('previewNote')}>
          <Table
            label={t('preview')}
            columns={[
              { head: t('what'), cell: ({ rule }: Due) => name(rule.kind) },
              { head: t('wouldGo'), numeric: true, cell: ({ count }) => formatNumber(count, language) },
              {
                head: t('held'),
                numeric: true,
                cell: ({ held }) => (held === 'all' ? t('heldAll') : formatNumber(held, language)),
              },
            ]}
            rows={due}
          />
          <Act reader={reader} action={to('/retention/run')} text={t('run')} />
        </Section>
        <Section id="holds" title={t('holds')} note={t('holdsNote')}>
          {holds.length === 0 ? (
            <Empty title={t('holdsNone')} />
          ) : (
            <Rows
              items={holds.map(({ id, kind, target, reference, until }) => (
                <>
                  <b>{name(kind)}</b> {target ?? t('wholeKind')}
                  <p>
                    {reference} · {t('until', { day: formatDate(until - 1, language, timeZone) })}
                  </p>
                  <Act reader={reader} action={to(`/retention/holds/${id}/lift`)} text={t('lift')} />
                </>
              ))}
            />
          )}
          <Form reader={reader} action={to('/retention/holds')}>
            <SelectField
              id="kind"
              name="kind"
              label={t('what')}
              value={given?.kind ?? ''}
              options={due.map(({ rule }) => ({ value: rule.kind, text: name(rule.kind) }))}
              {...wrongOf('kind')}
            />
            <TextField
              id="target"
              name="target"
              label={t('target')}
              help={t('targetHelp')}
              value={given?.target ?? ''}
              {...wrongOf('target')}
            />
            <TextField
              id="reference"
              name="reference"
              label={t('reference')}
              help={t('referenceHelp')}
              value={given?.reference ?? ''}
              {...wrongOf('reference')}
            />
            <TextField
              id="until"
              name="until"
              label={t('untilLabel')}
              help="2027-01-31"
              value={given?.until ?? ''}
              {...wrongOf('until')}
            />
            <p>
              <button class="btn" type="submit">
                {t('hold')}
              </button>
            </p>
          </Form>
          <Links items={[{ href: to('/retention'), text: t('title') }]} />
        </Section>
      </>
    ),
  };
}
