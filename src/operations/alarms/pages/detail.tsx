import type { ComponentChildren, JSX } from 'preact';
import {
  Facts,
  Form,
  formatDay,
  formatNumber,
  inLanguage,
  type Reader,
  Section,
  SelectField,
  TextField,
  TimedRows,
  unitSymbol,
} from '../../../ui/index.ts';
import { alertPrefix } from '../entity.ts';
import { canDo } from '../lifecycle.ts';
import { controlRule, manualRule, reasons, type Alarm, type PersonStep } from '../schema.ts';
import type { Opened } from '../service.ts';
import type { ConsoleContent } from './content.ts';
import { alarmWords } from './messages/index.ts';
import { listPath, priorityText, reasonText, stepText, whoText, type Told } from './words.ts';

const minutes = [30, 60, 120, 240, 480, 720] as const;

const controlPath = (subject: string): string => `/console/control?entity=${encodeURIComponent(subject)}`;

/** Its page, its chart and what can be done to it from here are one step away. */
function SubjectLinks({ alarm, reader }: { alarm: Alarm; reader: Reader }): JSX.Element | null {
  const t = alarmWords(reader.language);
  const { subject, attribute } = alarm;
  if (subject === undefined) return null;
  const page = reader.to(`/entities/${encodeURIComponent(subject)}`);
  const name = alarm.subjectName ? inLanguage(alarm.subjectName, reader.language).text : subject;
  return (
    <>
      <a href={page}>{name}</a>
      {attribute !== undefined && (
        <>
          {' · '}
          <a href={`${page}?range=day&attr=${encodeURIComponent(attribute)}`}>{t('chart')}</a>
        </>
      )}
    </>
  );
}

/** What mostly follows: each is one step away, and begins with what is known of the alarm. */
function Nexts({
  alarm,
  content,
  reader,
}: {
  alarm: Alarm;
  content: ConsoleContent;
  reader: Reader;
}): JSX.Element | null {
  const t = alarmWords(reader.language);
  const { orders, controlled = false, mayTell } = content;
  const { subject } = alarm;
  const id = alarm.id.slice(alertPrefix.length);
  const items: readonly (readonly [string, string] | false | undefined)[] = [
    orders?.mayMake && [`/console/orders/new?alarm=${id}`, t('makeOrder')],
    controlled && subject !== undefined && [controlPath(subject), t('control')],
    mayTell(alarm.district) && [`/console/notices/new?about=${encodeURIComponent(alarm.id)}`, t('tell')],
  ];
  const links = items.filter((item) => item !== undefined && item !== false);
  if (alarm.state === 'closed' || links.length === 0) return null;
  return (
    <p class="nexts noprint">
      {links.map(([href, text]) => (
        <a class="btn" href={reader.to(href)}>
          {text}
        </a>
      ))}
    </p>
  );
}

function factsOf({ alarm }: Opened, { filter, city, orders }: ConsoleContent, { reader }: Told) {
  const { language } = reader;
  const t = alarmWords(language);
  const unit = alarm.unitCode === undefined ? '' : `\u00a0${unitSymbol(alarm.unitCode, language)}`;
  const district = city.districts.find(({ id }) => id === alarm.district);
  const limit = alarm.limit === undefined ? undefined : `${formatNumber(alarm.limit, language)}${unit}`;
  const items: [string, ComponentChildren | undefined][] = [
    [t('priority'), priorityText(alarm.priority, language)],
    [t('subject'), alarm.subject === undefined ? undefined : <SubjectLinks alarm={alarm} reader={reader} />],
    [t('district'), district && inLanguage(district.name, language).text],
    [
      t('measured'),
      alarm.value === undefined
        ? undefined
        : `${formatNumber(alarm.value, language)}${unit}${limit === undefined ? '' : ` · ${t('limit', { limit })}`}`,
    ],
    [t('advice'), alarm.advice && inLanguage(alarm.advice, language).text],
    [
      t('rule'),
      alarm.rule === manualRule ? (
        t('byHand')
      ) : alarm.rule === controlRule ? (
        t('control')
      ) : (
        <>
          <a href={reader.to(`/console/rules/${encodeURIComponent(alarm.rule)}`)}>
            {t('ruleVersion', { rule: alarm.rule, version: alarm.version })}
          </a>
          {' · '}
          <a href={reader.to(listPath({ show: filter.show, cause: alarm.rule }))}>{t('sameCause')}</a>
        </>
      ),
    ],
    [t('assigned'), alarm.assignedTo],
    [
      t('orders'),
      orders && orders.links.length > 0
        ? orders.links.map(({ href, text }) => (
            <>
              <a href={reader.to(href)}>{text}</a>
              <br />
            </>
          ))
        : undefined,
    ],
    [t('reason'), reasonText(alarm.reason, language)],
    [
      t('alert'),
      <a href={reader.to(`/entities/${encodeURIComponent(alarm.id)}`)}>{alarm.id.slice(alertPrefix.length)}</a>,
    ],
  ];
  return items.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function Step({
  alarm,
  step,
  reader,
  back,
  main = false,
  children,
}: {
  alarm: Alarm;
  step: PersonStep;
  reader: Reader;
  back: string;
  main?: boolean;
  children?: ComponentChildren;
}): JSX.Element | null {
  if (!canDo(alarm, step)) return null;
  const t = alarmWords(reader.language);
  const id = alarm.id.slice(alertPrefix.length);
  return (
    <Form reader={reader} action={reader.to(`/console/alarms/${id}/steps`)}>
      <input type="hidden" name="step" value={step} />
      <input type="hidden" name="seen" value={alarm.handledStep} />
      <input type="hidden" name="back" value={back} />
      {children}
      <p>
        <button class={main ? 'btn main' : 'btn'} type="submit">
          {t(`act.${step}`)}
        </button>
      </p>
    </Form>
  );
}

/** What can be done from here; the forms with fields are folded, and a key opens them. */
function Acts({
  alarm,
  reader,
  back,
  children,
}: {
  alarm: Alarm;
  reader: Reader;
  back: string;
  children: ComponentChildren;
}): JSX.Element {
  const t = alarmWords(reader.language);
  const common = { alarm, reader, back };
  const takes = !alarm.acknowledged && canDo(alarm, 'acknowledge');
  return (
    <div class="acts">
      {takes && <Step {...common} step="acknowledge" main />}
      {children}
      <Step {...common} step="return" />
      <details id="more" open={!takes && alarm.state !== 'closed'}>
        <summary>{t('more')}</summary>
        <Step {...common} step="assign">
          <TextField id="to" name="to" label={t('to')} help={t('toHelp')} value={alarm.assignedTo ?? ''} />
          <TextField id="department" name="department" label={t('department')} value={alarm.department ?? ''} />
        </Step>
        <Step {...common} step="shelve">
          <SelectField
            id="minutes"
            name="minutes"
            label={t('until')}
            options={minutes.map((n) => ({ value: String(n), text: t(`minutes.${n}`) }))}
          />
          <TextField id="why" name="note" label={t('why')} />
        </Step>
        {alarm.state !== 'closed' && <p class="note">{t('noShelve')}</p>}
        <Step {...common} step="close">
          <SelectField
            id="reason"
            name="reason"
            label={t('reason')}
            options={reasons.map((reason) => ({ value: reason, text: t(`reason.${reason}`) }))}
          />
          <TextField id="closing" name="note" label={t('note')} />
        </Step>
        <Step {...common} step="note">
          <TextField id="note" name="note" label={t('note')} help={t('noteHelp')} lines={2} />
        </Step>
      </details>
    </div>
  );
}

function Story({ opened: { steps }, told }: { opened: Opened; told: Told }): JSX.Element {
  const { reader, timeZone } = told;
  const t = alarmWords(reader.language);
  return (
    <Section id="story" title={t('story')}>
      <TimedRows
        items={steps.toReversed().map((line) => ({
          at: line.at,
          time: formatDay(line.at, reader.now, reader.language, timeZone),
          text: (
            <>
              {stepText(line, told)}
              {line.note !== undefined && <q class="said">{line.note}</q>}
            </>
          ),
          proof: [
            whoText(line.who, line.step, told),
            line.observedAt !== undefined &&
              t('byReadings', { time: formatDay(line.observedAt, reader.now, reader.language, timeZone) }),
          ]
            .filter(Boolean)
            .join(' · '),
        }))}
      />
    </Section>
  );
}

/** The chosen alarm: what is known, what can be done, what was done. */
export function Detail({ content, told }: { content: ConsoleContent; told: Told }): JSX.Element | null {
  const { reader } = told;
  const { opened, filter, mayWork, page } = content;
  if (!opened) return <p class="note">{alarmWords(reader.language)('chosenNone')}</p>;
  const { alarm } = opened;
  const { text, language } = inLanguage(alarm.title, reader.language);
  const id = alarm.id.slice(alertPrefix.length);
  const back = listPath(filter, { ...(page > 1 && { page: String(page) }), alarm: id });
  return (
    <>
      <section aria-labelledby="detail" class="first">
        <h2 id="detail" tabIndex={-1} lang={language === reader.language ? undefined : language}>
          {text}
        </h2>
        <Facts items={factsOf(opened, content, told)} />
        {mayWork(alarm.district) ? (
          <Acts alarm={alarm} reader={reader} back={back}>
            <Nexts alarm={alarm} content={content} reader={reader} />
          </Acts>
        ) : (
          <Nexts alarm={alarm} content={content} reader={reader} />
        )}
      </section>
      <Story opened={opened} told={told} />
    </>
  );
}
