/** `/console/control/groups/ID` and `/console/control/batches/ID`: what a group is told, and the exact list before it is. */
import type { JSX } from 'preact';
import {
  Act,
  Breadcrumb,
  Facts,
  Form,
  formatDateTime,
  formatTime,
  inLanguage,
  type City,
  type PageContent,
  type Reader,
  Rows,
  Section,
  Status,
  TextField,
  ErrorSummary,
} from '../../../ui/index.ts';
import type { Batch, Command, ControlGroup, Texts } from '../schema.ts';
import type { PointView } from '../views.ts';
import { controlWords } from './messages/index.ts';
import { ValueField } from './value.tsx';
import { nameOfPoint, pointPath, stateOf, valueText, whoText } from './words.ts';

export const nameOf = ({ id, name }: { readonly id: string; readonly name?: Texts }, language: string): string =>
  name ? inLanguage(name, language).text : id;

export function groupPage(
  { group, members, key, wrong }: { group: ControlGroup; members: readonly PointView[]; key: string; wrong?: string },
  reader: Reader,
): PageContent {
  const { language, to } = reader;
  const t = controlWords(language);
  const title = nameOf(group, language);
  const [first] = members;
  return {
    title,
    section: '/console/control',
    kind: 'console',
    ...(wrong !== undefined && { status: 400 as const }),
    main: (
      <>
        <Breadcrumb label={t('title')} items={[{ text: t('title'), href: to('/console/control') }, { text: title }]} />
        <h1>{title}</h1>
        <p class="lede">{t('group.lede')}</p>
        {wrong !== undefined && (
          <ErrorSummary title={t('wrong.title')} items={[{ id: 'value', text: t('wrong.value') }]} />
        )}
        <p class="note">{t('safety')}</p>
        {first && (
          <Section id="command" title={t('command')}>
            <Form reader={reader} action={to(`/console/control/groups/${group.id}/commands`)}>
              <input type="hidden" name="key" value={key} />
              <ValueField point={first.point} value="" language={language} wrong={wrong === 'value'} />
              <TextField
                id="note"
                name="note"
                label={t('note')}
                help={t('noteHelp')}
                optionalWord={t('optional')}
                value=""
              />
              <p>
                <button class="btn main" type="submit">
                  {t('group.ask', { n: members.length })}
                </button>
              </p>
            </Form>
          </Section>
        )}
        <Section id="points" title={t('group.points', { n: members.length })}>
          <Rows
            items={members.map((view) => (
              <>
                <a href={to(pointPath(view.point.id))}>{nameOfPoint(view, language)}</a>
                <p class="proof">
                  {view.reported === undefined
                    ? t('notReported')
                    : valueText(view.point, view.reported.value, language)}
                  {view.last && ` · ${t(`state.${view.last.state}`)}`}
                </p>
              </>
            ))}
          />
        </Section>
      </>
    ),
  };
}

export type BatchContent = {
  readonly batch: Batch;
  readonly group: ControlGroup;
  readonly views: readonly PointView[];
  readonly commands: readonly Command[];
  readonly city: City;
  readonly nameOfAccount: (id: string) => string;
  /** Another person has to confirm, and this is the one who asked. */
  readonly own: boolean;
};

export function batchPage(content: BatchContent, reader: Reader): PageContent {
  const { batch, group, views, commands, city, nameOfAccount, own } = content;
  const { language, to } = reader;
  const t = controlWords(language);
  const [first] = views;
  const value = first ? valueText(first.point, batch.value, language) : String(batch.value);
  const title = `${nameOf(group, language)}: ${value}`;
  const waits = batch.state === 'confirming' && reader.now < batch.expiresAt;
  const commandOf = (point: string): Command | undefined => commands.find((one) => one.point === point);
  const line = (view: PointView): JSX.Element => {
    const command = commandOf(view.point.id);
    return (
      <>
        <a href={to(pointPath(view.point.id))}>{nameOfPoint(view, language)}</a>{' '}
        {command && <Status state={stateOf(command)}>{t(`state.${command.state}`)}</Status>}
      </>
    );
  };
  return {
    title,
    section: '/console/control',
    kind: 'console',
    ...(batch.state === 'confirmed' && commands.some(({ endedAt }) => endedAt === undefined) && { refreshS: 3 }),
    main: (
      <>
        <Breadcrumb
          label={t('title')}
          items={[
            { text: t('title'), href: to('/console/control') },
            { text: nameOf(group, language), href: to(`/console/control/groups/${group.id}`) },
            { text: value },
          ]}
        />
        <h1>{title}</h1>
        <Facts
          items={[
            { name: t('state'), value: t(`batch.${waits || batch.state !== 'confirming' ? batch.state : 'expired'}`) },
            {
              name: t('who'),
              value: t('by', {
                name: whoText(batch.by, nameOfAccount, language),
                time: formatDateTime(batch.requestedAt, language, city.timeZone),
              }),
            },
            ...(batch.note === undefined ? [] : [{ name: t('note'), value: batch.note }]),
            ...(batch.decidedBy === undefined
              ? [{ name: t('expires'), value: formatTime(batch.expiresAt, language, city.timeZone) }]
              : [
                  {
                    name: t('batch.decided'),
                    value: t('by', {
                      name: whoText(batch.decidedBy, nameOfAccount, language),
                      time: formatDateTime(batch.decidedAt ?? 0, language, city.timeZone),
                    }),
                  },
                ]),
          ]}
        />
        {waits && (
          <Section id="confirm" title={t('batch.title', { n: batch.points.length, value })} note={t('safety')}>
            {own ? (
              <p>{t('batch.other')}</p>
            ) : (
              <Act
                reader={reader}
                action={to(`/console/control/batches/${batch.id}/confirm`)}
                text={t('batch.confirm', { n: batch.points.length })}
              />
            )}
            <Act reader={reader} action={to(`/console/control/batches/${batch.id}/cancel`)} text={t('cancel')} />
          </Section>
        )}
        <Section id="points" title={t('group.points', { n: batch.points.length })}>
          <Rows items={views.map(line)} />
        </Section>
      </>
    ),
  };
}
