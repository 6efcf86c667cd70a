import type { JSX } from 'preact';
import { Form, formatDay, inLanguage, type Reader, Simulated, Status, uiWords } from '../../../ui/index.ts';
import { canDo } from '../lifecycle.ts';
import type { AlarmGroup } from '../store.ts';
import type { AlarmRow } from '../tables.ts';
import type { ConsoleContent } from './content.ts';
import { alarmWords } from './messages/index.ts';
import { durationText, listPath, lookOf, priorityText, stateText, type Told } from './words.ts';

/** Rows with a number and a pin on the map beside them. */
export const pinsMax = 20;

const placeText = (alarm: AlarmRow, { city }: ConsoleContent, language: string): string => {
  const district = city.districts.find(({ id }) => id === alarm.district);
  const subject = alarm.subjectName && inLanguage(alarm.subjectName, language).text;
  const area = district && inLanguage(district.name, language).text;
  // The name of a thing often ends with where it is.
  return [subject, area !== undefined && subject?.includes(area) !== true && area].filter(Boolean).join(' · ');
};

/** The one step that a row offers. */
function RowAct({ alarm, reader, back }: { alarm: AlarmRow; reader: Reader; back: string }): JSX.Element | null {
  const t = alarmWords(reader.language);
  if (alarm.acknowledged || !canDo(alarm, 'acknowledge')) return null;
  const { text } = inLanguage(alarm.title, reader.language);
  return (
    <Form reader={reader} action={reader.to(`/console/alarms/${alarm.id}/steps`)}>
      <input type="hidden" name="step" value="acknowledge" />
      <input type="hidden" name="back" value={back} />
      <button class="btn" type="submit" aria-label={t('actOn', { act: t('act.acknowledge'), title: text })}>
        {t('act.acknowledge')}
      </button>
    </Form>
  );
}

/** A flood: how many there are, by a link, and one act for all. */
function GroupRow({ group, content, told }: { group: AlarmGroup; content: ConsoleContent; told: Told }): JSX.Element {
  const { reader } = told;
  const t = alarmWords(reader.language);
  const { first, count, waiting } = group;
  const { filter, mayWork } = content;
  return (
    <tr class={isChosen(first, content) ? 'chosen child' : 'child'}>
      <td />
      <td colSpan={4}>
        <a href={reader.to(listPath(filter, { group: first.id }))}>{t('group', { n: count })}</a>
        {waiting > 0 && <small> · {t('groupWaiting', { n: waiting })}</small>}
      </td>
      <td class="act">
        {mayWork(first.district) && waiting > 1 && (
          <Form reader={reader} action={reader.to(`/console/alarms/${first.id}/group`)}>
            <input type="hidden" name="back" value={listPath(filter)} />
            <button class="btn" type="submit">
              {t('groupAct', { n: waiting })}
            </button>
          </Form>
        )}
      </td>
    </tr>
  );
}

const isChosen = ({ id }: AlarmRow, { opened }: ConsoleContent): boolean => opened?.alarm.id.endsWith(id) === true;

function AlarmLine({
  group,
  number,
  content,
  told,
}: {
  group: AlarmGroup;
  number: number;
  content: ConsoleContent;
  told: Told;
}): JSX.Element {
  const { reader, timeZone } = told;
  const { language, now } = reader;
  const t = alarmWords(language);
  const { first } = group;
  const { filter, page, mayWork, acts } = content;
  const chosen = isChosen(first, content);
  const { text, more } = stateText(first, acts.get(first.id), told);
  const here = listPath(filter, { ...(page > 1 && { page: String(page) }), alarm: first.id });
  const since = group.count > 1 ? group.from : first.raisedAt;
  const end = first.clearedAt ?? first.closedAt ?? now;
  const title = inLanguage(first.title, language);
  const place = placeText(first, content, language);
  return (
    <>
      <tr
        class={[chosen && 'chosen', lookOf(first) === 'quiet' && 'rest'].filter(Boolean).join(' ') || undefined}
        id={number <= pinsMax ? `p${number}` : undefined}
      >
        <td>
          <span class="number">{number}</span>
          <Status state={lookOf(first)}>{priorityText(first.priority, language)}</Status>
        </td>
        <th scope="row">
          <a
            id={`r-${first.id}`}
            class="row"
            href={`${reader.to(here)}#detail`}
            lang={title.language === language ? undefined : title.language}
            aria-current={chosen ? 'true' : undefined}
          >
            {title.text}
          </a>
          <small>
            {[place, first.raisedCount > 1 && t('again', { n: first.raisedCount })].filter(Boolean).join(' · ')}{' '}
            {first.simulated && !content.city.simulated && <Simulated word={uiWords(language)('simulated')} />}
          </small>
        </th>
        <td class="num nw">{formatDay(since, now, language, timeZone)}</td>
        <td class="num nw">{durationText(end - since, language)}</td>
        <td>
          {first.acknowledged ? text : <b>{text}</b>}
          {more !== undefined && <small class="by">{more}</small>}
        </td>
        <td class="act">{mayWork(first.district) && <RowAct alarm={first} reader={reader} back={here} />}</td>
      </tr>
      {group.count > 1 && <GroupRow group={group} content={content} told={told} />}
    </>
  );
}

/** The list itself: a real table; on a phone its rows become blocks. */
export function AlarmTable({ content, told }: { content: ConsoleContent; told: Told }): JSX.Element {
  const { reader, timeZone } = told;
  const { language, now } = reader;
  const t = alarmWords(language);
  const { groups, page, size } = content;
  return (
    <table class="alarms">
      <caption class="hide">{t('listCaption', { time: formatDay(now, now, language, timeZone) })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('priority')}</th>
          <th scope="col">{t('what')}</th>
          <th scope="col" class="num">
            {t('since')}
          </th>
          <th scope="col" class="num">
            {t('lasts')}
          </th>
          <th scope="col">{t('state')}</th>
          <th scope="col">
            <span class="hide">{t('action')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group, i) => (
          <AlarmLine group={group} number={(page - 1) * size + i + 1} content={content} told={told} />
        ))}
      </tbody>
    </table>
  );
}
