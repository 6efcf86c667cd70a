/** `/console` and `/console/alarms`: the list, and beside it the chosen alarm. */
import type { JSX } from 'preact';
import {
  CityMap,
  Empty,
  formatDay,
  formatTime,
  inLanguage,
  Links,
  type PageContent,
  type Reader,
  Section,
  Simulated,
  StateBanner,
  uiWords,
} from '../../../ui/index.ts';
import { alertPrefix } from '../entity.ts';
import type { ConsoleContent } from './content.ts';
import { Detail } from './detail.tsx';
import { Narrow, Sums } from './filters.tsx';
import { AlarmTable, pinsMax } from './list.tsx';
import { alarmWords } from './messages/index.ts';
import { listPath, shapeOf, type Told } from './words.ts';

/** Rows of a page: floods folded, and one by one. */
export const groupSize = 40;
export const pageSize = 100;

export function headline({ counts }: Pick<ConsoleContent, 'counts'>, language: string): string {
  const t = alarmWords(language);
  if (counts.waiting > 0) return t('headWaiting', { n: counts.waiting });
  return counts.open > 0 ? t('headTaken', { n: counts.open }) : t('headNone');
}

/** What the sound island listens to: the newest alarm that waits. */
export function Newest({ content, reader }: { content: ConsoleContent; reader: Reader }): JSX.Element {
  const { newest } = content.counts;
  return (
    <span
      id="newest"
      hidden
      data-key={newest ? `${newest.at} ${newest.id}` : ''}
      data-title={newest ? inLanguage(newest.title, reader.language).text : ''}
    />
  );
}

/** The list is renewed when an alarm changes, and in any case now and then: durations go on. */
export const renewed = (language: string) => ({
  'data-renew': '30000',
  'data-renew-live': `/api/live?lang=${language}`,
  'data-renew-of': alertPrefix,
});

/** Switched on by hand; without a script there is none, and nothing says that there were. */
export function Sound({ reader, isOn }: { reader: Reader; isOn: boolean }): JSX.Element {
  const t = alarmWords(reader.language);
  return (
    <p
      id="sound"
      class="sound"
      hidden
      data-state={isOn ? 'on' : 'off'}
      data-on={t('soundOn')}
      data-off={t('soundOff')}
      data-new={t('newAlarm', { title: '{title}' }).replace('{title}', '%')}
    >
      <button class="btn" type="button" aria-pressed="false">
        {t('soundOn')}
      </button>{' '}
      <span role="status" />
    </p>
  );
}

function Pages({ content, reader }: { content: ConsoleContent; reader: Reader }): JSX.Element | null {
  const t = alarmWords(reader.language);
  const { filter, page, size, total } = content;
  if (total <= size) return null;
  const to = (n: number): string => reader.to(listPath(filter, n > 1 ? { page: String(n) } : {}));
  const last = Math.ceil(total / size);
  return (
    <>
      <p class="note">{t('shownOf', { from: (page - 1) * size + 1, to: Math.min(total, page * size), total })}</p>
      <Links
        items={[
          page > 1 && { href: to(page - 1), text: t('newer') },
          page < last && { href: to(page + 1), text: t('older') },
        ]}
      />
    </>
  );
}

function Where({ content, told }: { content: ConsoleContent; told: Told }): JSX.Element {
  const { reader, timeZone } = told;
  const { language, now } = reader;
  const t = alarmWords(language);
  const { groups, city, opened, page, size } = content;
  const first = (page - 1) * size + 1;
  const pins = groups.flatMap(({ first: alarm }, i) => {
    const number = first + i;
    if (!alarm.location || number > pinsMax) return [];
    const label = `${number}. ${inLanguage(alarm.title, language).text}`;
    return [{ number, shape: shapeOf(alarm), at: alarm.location, label }];
  });
  return (
    <Section id="where" title={t('where')}>
      {opened && opened.alarm.location === undefined && <p class="note">{t('noPlace')}</p>}
      <CityMap
        city={city}
        language={language}
        time={formatDay(now, now, language, timeZone)}
        pins={pins}
        legend={[
          { shape: 'trouble', text: t('legendTrouble') },
          { shape: 'warn', text: t('legendWarn') },
          { shape: 'event', text: t('legendEvent') },
        ]}
        note={() => t('mapNote')}
      />
    </Section>
  );
}

/** Keys that lead to what cannot be done are not told. */
function Keys({ language, mayWork, mayOrder }: { language: string; mayWork: boolean; mayOrder: boolean }): JSX.Element {
  const t = alarmWords(language);
  const keys: readonly (readonly [string, string])[] = [
    ['↑ ↓', t('keyRow')],
    ['Enter', t('keyOpen')],
    ...(mayWork
      ? ([
          [t('keySpace'), t('keyTake')],
          ['1', t('keyGive')],
          ['2', t('keyAside')],
        ] as const)
      : []),
    ...(mayOrder ? ([['3', t('keyOrder')]] as const) : []),
    ['4', t('keyMap')],
    ['0', t('keySound')],
  ];
  return (
    <aside class="keys noprint" aria-label={t('keys')}>
      <ul>
        {keys.map(([key, text]) => (
          <li>
            <kbd>{key}</kbd> {text}
          </li>
        ))}
        <li>{t('keysNote')}</li>
      </ul>
    </aside>
  );
}

export function alarmsPage(content: ConsoleContent, reader: Reader): PageContent {
  const { language, now } = reader;
  const t = alarmWords(language);
  const { filter, groups, city, mayRaise, nameOf } = content;
  const { timeZone } = city;
  const told = { reader, timeZone, nameOf };
  const csv = listPath(filter).replace('/console/alarms', '/api/operations/alarms.csv');
  return {
    title: t('title'),
    section: '/console/alarms',
    kind: 'console',
    islands: ['renew', 'alarms'],
    headers: { 'cache-control': 'no-store' },
    main: (
      <>
        <StateBanner id="live-state" hidden>
          {t('connectionLost', { time: formatTime(now, language, timeZone) })}
        </StateBanner>
        <div class="desk">
          <div
            id="alarms"
            class="list"
            data-order={content.orders?.mayMake === true ? reader.to('/console/orders/new?alarm=') : undefined}
            {...renewed(language)}
          >
            <h1>{headline(content, language)}</h1>
            <Sums content={content} reader={reader} />
            <Narrow content={content} reader={reader} />
            {filter.group !== undefined && (
              <p>
                {t('groupTitle')} · <a href={reader.to(listPath({ show: filter.show }))}>{t('backToList')}</a>
              </p>
            )}
            {groups.length === 0 ? (
              <Empty title={t('nothing')}>{t('nothingText')}</Empty>
            ) : (
              <AlarmTable content={content} told={told} />
            )}
            <Pages content={content} reader={reader} />
            <p class="note">
              {t('asOf', { time: formatTime(now, language, timeZone) })}{' '}
              <Simulated word={uiWords(language)('simulated')} when={city.simulated} />
            </p>
            <Newest content={content} reader={reader} />
          </div>
          <div>
            <Sound reader={reader} isOn={content.sound} />
            <Detail content={content} told={told} />
            <Where content={content} told={told} />
          </div>
        </div>
        <Links
          items={[
            mayRaise && { href: reader.to('/console/alarms/new'), text: t('manual') },
            { href: reader.to('/console/handover'), text: t('handover') },
            { href: reader.to(listPath(filter, { view: 'wall' })), text: t('wall') },
            { href: `${csv}${csv.includes('?') ? '&' : '?'}lang=${language}`, text: 'CSV' },
            { href: listPath(filter).replace('/console/alarms', '/api/operations/alarms'), text: 'JSON' },
          ]}
        />
        <Keys
          language={language}
          mayOrder={content.orders?.mayMake === true}
          mayWork={groups.some(({ first }) => content.mayWork(first.district))}
        />
      </>
    ),
  };
}
