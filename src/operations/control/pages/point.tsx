/** `/console/control/ID`: how it stands, the command, what was asked of it before, who set its limits. */
import type { JSX } from 'preact';
import {
  Act,
  Breadcrumb,
  Code,
  Empty,
  ErrorSummary,
  Facts,
  Form,
  formatDateTime,
  formatDay,
  formatRelative,
  formatTime,
  inLanguage,
  Links,
  type City,
  type PageContent,
  type Reader,
  Rows,
  Section,
  Simulated,
  StateBanner,
  Status,
  TextField,
  uiWords,
} from '../../../ui/index.ts';
import type { Overtaken } from '../commands.ts';
import { durationMs } from '../lifecycle.ts';
import { isOpen, isUnderWay, type Command, type PointVersion, type StepLine } from '../schema.ts';
import type { PointView } from '../views.ts';
import { controlWords } from './messages/index.ts';
import { ValueField } from './value.tsx';
import { entityPath, nameOfPoint, pointPath, stateOf, valueText, whoText } from './words.ts';

export type PointContent = {
  readonly view: PointView;
  readonly history: readonly { readonly command: Command; readonly steps: readonly StepLine[] }[];
  readonly versions: readonly PointVersion[];
  readonly city: City;
  readonly nameOf: (id: string) => string;
  /** Sent with the form: the same form twice is one command. */
  readonly key: string;
  readonly given?: Readonly<Record<string, string>>;
  readonly wrong?: string;
  readonly overtaken?: Overtaken;
  readonly mayManage: boolean;
};

const wrongFields = ['value', 'sure', 'note', 'point'] as const;
/** The browser looks again while something is under way. */
const refreshS = 3;

export function pointPage(content: PointContent, reader: Reader): PageContent {
  const { view, versions, city, nameOf, overtaken, wrong, mayManage } = content;
  const { point, last, reported, desired } = view;
  const { language, to, now } = reader;
  const t = controlWords(language);
  const { timeZone } = city;
  const name = nameOfPoint(view, language);
  const open = last && isOpen(last) ? last : undefined;
  const field = wrongFields.find((one) => one === wrong);
  const district = city.districts.find(({ id }) => id === point.district);
  return {
    title: name,
    section: '/console/control',
    kind: 'console',
    ...(overtaken ? { status: 409 as const } : wrong !== undefined && { status: 400 as const }),
    ...(open && wrong === undefined && !overtaken && { refreshS }),
    main: (
      <>
        <Breadcrumb label={t('title')} items={[{ text: t('title'), href: to('/console/control') }, { text: name }]} />
        <h1>
          {name} <Simulated word={uiWords(language)('simulated')} when={view.simulated} />
        </h1>
        {wrong !== undefined && (
          <ErrorSummary
            title={t('wrong.title')}
            items={[{ id: field ?? 'value', text: t(`wrong.${field ?? 'other'}`) }]}
          />
        )}
        {overtaken && (
          <StateBanner>
            {t('overtaken', {
              name: overtaken.by,
              value: valueText(point, overtaken.command.value, language),
              time: formatDay(overtaken.command.requestedAt, now, language, timeZone),
            })}
          </StateBanner>
        )}
        <Facts
          items={[
            {
              name: t('reported'),
              value:
                reported === undefined ? (
                  t('notReported')
                ) : (
                  <>
                    <b>{valueText(point, reported.value, language)}</b>
                    {reported.observedAt !== undefined &&
                      ` · ${formatTime(reported.observedAt, language, timeZone)} · ${formatRelative(reported.observedAt, now, language)}`}
                    {view.differs && (
                      <>
                        {' '}
                        <Status state="warn">{t('differs')}</Status>
                      </>
                    )}
                  </>
                ),
            },
            { name: t('desired'), value: desired === undefined ? '–' : valueText(point, desired, language) },
            {
              name: t('last'),
              value:
                last === undefined ? (
                  t('never')
                ) : (
                  <>
                    <Status state={stateOf(last)}>{t(`state.${last.state}`)}</Status>{' '}
                    {t('by', {
                      name: whoText(last.by, nameOf, language),
                      time: formatDay(last.requestedAt, now, language, timeZone),
                    })}
                  </>
                ),
            },
            {
              name: t('entity'),
              value: <a href={to(entityPath(point.entity))}>{point.entity.split(':').at(-1)}</a>,
            },
            ...(district ? [{ name: t('district'), value: inLanguage(district.name, language).text }] : []),
            {
              name: t('readBack'),
              value: [
                t('readBackText', {
                  attribute: point.readBack.attribute ?? point.attribute,
                  seconds: durationMs(point.readBack.within) / 1_000,
                }),
                ...(point.readBack.tolerance > 0 ? [t('tolerance', { tolerance: point.readBack.tolerance })] : []),
              ].join(', '),
            },
            { name: t('expires'), value: t('expiresText', { minutes: durationMs(point.expires) / 60_000 }) },
            ...(mayManage
              ? [
                  {
                    name: t('channel'),
                    value: (
                      <code>
                        {point.channel.kind === 'mqtt'
                          ? `MQTT ${point.channel.topic}`
                          : `HTTP ${hostOf(point.channel.url)}`}
                      </code>
                    ),
                  },
                ]
              : []),
          ]}
        />
        <Section id="command" title={t('command')} note={t('safety')}>
          {point.note && <p>{inLanguage(point.note, language).text}</p>}
          {open && !isUnderWay(open) && view.mayControl && (
            <Act reader={reader} action={to(`/console/control/commands/${open.id}/cancel`)} text={t('cancel')} />
          )}
          {view.mayControl ? <CommandForm content={content} reader={reader} /> : <p>{t('wrong.point')}</p>}
        </Section>
        <History content={content} reader={reader} />
        <Links
          items={[
            { href: to(entityPath(point.entity)), text: t('entity') },
            mayManage && { href: to(`${pointPath(point.id)}/edit`), text: t('edit.change') },
            { href: `/api/operations/control/points/${point.id}/commands.csv`, text: 'CSV' },
            { href: `/api/operations/control/points/${point.id}`, text: 'JSON' },
          ]}
        />
        <Section id="versions" title={t('versions')} note={t('versionsNote')}>
          <Rows
            items={versions.map((version) => (
              <>
                <b>{t('version', { n: version.version })}</b>
                {version.removed && ` · ${t('removed')}`}
                <p class="proof">
                  {formatDateTime(version.at, language, timeZone)} · {whoText(version.by, nameOf, language)}
                  {version.why !== '' && ` · ${version.why}`}
                </p>
                {mayManage && (
                  <details>
                    <summary>JSON</summary>
                    <Code
                      label={t('version', { n: version.version })}
                      text={JSON.stringify(version.point, undefined, 2)}
                    />
                  </details>
                )}
              </>
            ))}
          />
        </Section>
      </>
    ),
  };
}

const hostOf = (url: string): string => new URL(url).host;

function CommandForm({ content, reader }: { content: PointContent; reader: Reader }): JSX.Element {
  const { view, key, given = {}, wrong } = content;
  const { point, last, reported } = view;
  const { language, to } = reader;
  const t = controlWords(language);
  const value = given['value'] ?? (reported === undefined ? '' : String(reported.value));
  return (
    <Form reader={reader} action={to(`${pointPath(point.id)}/commands`)}>
      <input type="hidden" name="key" value={key} />
      <input type="hidden" name="seen" value={last?.id ?? ''} />
      <ValueField point={point} value={value} language={language} wrong={wrong === 'value'} />
      <TextField
        id="note"
        name="note"
        label={t('note')}
        help={t('noteHelp')}
        optionalWord={t('optional')}
        value={given['note'] ?? ''}
        {...(wrong === 'note' && { wrong: t('wrong.note') })}
      />
      {point.dangerous && (
        <label class="pick" id="sure">
          <input type="checkbox" name="sure" value="yes" aria-invalid={wrong === 'sure' ? true : undefined} />
          <span>{t('sure')}</span>
        </label>
      )}
      <p>
        <button class="btn main" type="submit">
          {t('act')}
        </button>
      </p>
    </Form>
  );
}

function History({ content, reader }: { content: PointContent; reader: Reader }): JSX.Element {
  const { view, history, city, nameOf } = content;
  const { point } = view;
  const { language } = reader;
  const t = controlWords(language);
  const at = (ms: number): string => formatDateTime(ms, language, city.timeZone);
  return (
    <Section id="history" title={t('history')}>
      {history.length === 0 ? (
        <Empty title={t('historyNone')} />
      ) : (
        <Rows
          items={history.map(({ command, steps }) => (
            <>
              <b>{valueText(point, command.value, language)}</b>{' '}
              <Status state={stateOf(command)}>{t(`state.${command.state}`)}</Status>
              <p class="proof">
                {at(command.requestedAt)} · {whoText(command.by, nameOf, language)}
                {command.note !== undefined && ` · ${command.note}`}
                {command.lateAt !== undefined && ` · ${t('late', { time: at(command.lateAt) })}`}
                {command.answers > 1 && ` · ${t('twice', { n: command.answers })}`}
              </p>
              <details>
                <summary>{t('story')}</summary>
                <ol>
                  {steps.map((step) => (
                    <li>
                      {at(step.at)} · {t(`step.${step.step}`)} · {whoText(step.who, nameOf, language)}
                      {step.value !== undefined && ` · ${valueText(point, step.value, language)}`}
                      {step.observedAt !== undefined && ` (${formatTime(step.observedAt, language, city.timeZone)})`}
                      {step.detail !== undefined && (
                        <>
                          {' '}
                          <small class="detail" lang="en">
                            {step.detail}
                          </small>
                        </>
                      )}
                    </li>
                  ))}
                </ol>
              </details>
            </>
          ))}
        />
      )}
    </Section>
  );
}
