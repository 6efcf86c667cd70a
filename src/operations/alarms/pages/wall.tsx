/** `/console/alarms?view=wall`: for a screen on the wall, read from across the room. */
import {
  formatDay,
  formatTime,
  inLanguage,
  Links,
  type PageContent,
  type Reader,
  Simulated,
  StateBanner,
  Status,
  uiWords,
} from '../../../ui/index.ts';
import { headline, Newest, renewed, Sound } from './alarms.tsx';
import type { ConsoleContent } from './content.ts';
import { Sums } from './filters.tsx';
import { alarmWords } from './messages/index.ts';
import { Title } from './title.tsx';
import { listPath, lookOf, priorityText, stateText } from './words.ts';

const rowsMax = 10;

export function wallPage(content: ConsoleContent, reader: Reader): PageContent {
  const { language, now } = reader;
  const t = alarmWords(language);
  const { filter, groups, total, city, nameOf } = content;
  const { timeZone } = city;
  const told = { reader, timeZone, nameOf };
  return {
    title: t('wall'),
    section: '/console/alarms',
    kind: 'console',
    islands: ['renew', 'alarms'],
    headers: { 'cache-control': 'no-store' },
    main: (
      <>
        <StateBanner id="live-state" hidden>
          {t('connectionLost', { time: formatTime(now, language, timeZone) })}
        </StateBanner>
        <div id="alarms" class="wall" {...renewed(language)}>
          <h1>{headline(content, language)}</h1>
          <Sums content={content} reader={reader} />
          <ol class="plain">
            {groups.slice(0, rowsMax).map(({ first, count, from }) => {
              const district = city.districts.find(({ id }) => id === first.district);
              const { text, more } = stateText(first, content.acts.get(first.id), told);
              return (
                <li>
                  <Status state={lookOf(first)}>{priorityText(first.priority, language)}</Status>
                  <b>
                    <Title words={first.title} language={language} />
                  </b>
                  <span>
                    {[
                      district && inLanguage(district.name, language).text,
                      count > 1 && t('group', { n: count }),
                      formatDay(from, now, language, timeZone),
                      text,
                      more,
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </li>
              );
            })}
          </ol>
          {total > rowsMax && <p>{t('moreAlarms', { n: total - rowsMax })}</p>}
          <p class="note">
            {t('asOf', { time: formatTime(now, language, timeZone) })}{' '}
            <Simulated word={uiWords(language)('simulated')} when={city.simulated} />
          </p>
          <Newest content={content} reader={reader} />
        </div>
        <Sound reader={reader} isOn={content.sound} />
        <Links items={[{ href: reader.to(listPath(filter)), text: t('leaveWall') }]} />
      </>
    ),
  };
}
