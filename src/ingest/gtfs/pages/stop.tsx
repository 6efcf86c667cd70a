/** `/stops/{source}:{stop}`: what leaves next, large enough to be read in the sun. */
import type { ComponentChildren, JSX } from 'preact';
import {
  Breadcrumb,
  Empty,
  Facts,
  formatDate,
  formatDateTime,
  formatDay,
  formatRelative,
  formatTime,
  Links,
  type PageContent,
  type Reader,
  Section,
  Simulated,
  type Site,
  StateBanner,
  Status,
  Table,
  uiWords,
} from '../../../ui/index.ts';
import type { Board, BoardLine } from '../board.ts';
import { stopEntityId, toStopPath } from '../entity.ts';
import type { FoundStop } from '../search.ts';
import type { Timetable } from '../timetable.ts';
import type { Names, TransitAlert } from '../words.ts';
import { toZonedIso } from '../zoned.ts';
import { transitWords } from './messages/index.ts';
import { destinationName, lineName, nameIn, stopName } from './names.ts';
import { dateText, inOwnLanguage, SearchForm, StopRows } from './parts.tsx';

export type StopContent = {
  readonly board: Board;
  readonly near: readonly FoundStop[];
  /** When the reader asked for another time than now. */
  readonly asked: boolean;
  readonly simulated: boolean;
  /** A time at which the timetable last ran, where it runs no more. */
  readonly lastRanMs?: number;
};

const renewMs = 30_000;
/** Longer waits are told by the clock alone. */
const soonMinutes = 90;

export function stopPage(site: Site, content: StopContent, reader: Reader): PageContent {
  const { board } = content;
  const { language } = reader;
  const { text } = stopName(board.timetable, board.stop, language);
  const t = transitWords(language);
  return {
    title: `${text}: ${t('departures')}`,
    section: '/stops',
    description: t('stopsLede'),
    islands: ['renew'],
    main: <StopPage site={site} content={content} reader={reader} />,
  };
}

function StopPage({ site, content, reader }: { site: Site; content: StopContent; reader: Reader }): JSX.Element {
  const { board, near, asked, simulated } = content;
  const { stop, timetable, source } = board;
  const { language, to } = reader;
  const t = transitWords(language);
  const name = stopName(timetable, stop, language);
  const path = to(toStopPath(source, stop.id));
  const station = timetable.stop(stop.parent ?? '');
  return (
    <>
      <Breadcrumb label={t('stops')} items={[{ text: t('stops'), href: to('/stops') }, { text: name.text }]} />
      <h1>
        {inOwnLanguage(name, language)} <Simulated word={uiWords(language)('simulated')} when={simulated} />
      </h1>
      <StateBanner id="live-state" hidden>
        {uiWords(language)('connectionLost')}
      </StateBanner>
      <div id="board" data-renew={asked ? undefined : renewMs}>
        <Departures content={content} reader={reader} path={path} />
      </div>
      <Links
        items={[
          { href: asked ? `${path}?from=${fromText(board.fromMs, timetable)}` : path, text: t('refresh') },
          board.outside === undefined && {
            href: `${path}?from=${fromText(laterMs(board), timetable)}`,
            text: t('later'),
          },
          {
            href: `/api/transit${toStopPath(source, stop.id)}/departures.csv?limit=${board.lines.length || 10}&from=${fromText(board.fromMs, timetable)}`,
            text: t('asCsv'),
          },
          { href: `/api/transit${toStopPath(source, stop.id)}/departures`, text: t('asJson') },
          !asked && { href: `${path}?from=${fromText(board.fromMs, timetable)}`, text: t('permalink') },
        ]}
      />
      {near.length > 0 && (
        <Section id="near" title={t('nearby')}>
          <StopRows found={near} language={language} to={to} />
        </Section>
      )}
      <SearchForm action={to('/stops')} language={language} text="" />
      <Section id="about" title={t('about')}>
        <Facts
          items={[
            ...(stop.code === undefined ? [] : [{ name: t('code'), value: stop.code }]),
            ...(station
              ? [
                  {
                    name: t('station'),
                    value: (
                      <a href={to(toStopPath(source, station.id))}>
                        {inOwnLanguage(stopName(timetable, station, language), language)}
                      </a>
                    ),
                  },
                ]
              : []),
            { name: t('wheelchair'), value: t(`wheelchair${stop.wheelchairBoarding}`) },
            { name: t('source'), value: <a href={to(`/sources#${source}`)}>{source}</a> },
            {
              name: t('place'),
              value: <a href={to(`/entities/${stopEntityId(source, stop)}`)}>{stopEntityId(source, stop)}</a>,
            },
          ]}
        />
        {timetable.timeZone !== site.city.timeZone && (
          <p class="proof">{t('otherZone', { zone: timetable.timeZone })}</p>
        )}
      </Section>
    </>
  );
}

/** In an address; a plus sign would arrive as a space. */
const fromText = (ms: number, { timeZone }: Timetable): string => encodeURIComponent(toZonedIso(ms, timeZone));

function laterMs({ lines, toMs }: Board): number {
  const last = lines.at(-1);
  return last ? Math.max(last.expectedMs, last.departure.departureMs) + 60_000 : toMs;
}

function Departures({ content, reader, path }: { content: StopContent; reader: Reader; path: string }): JSX.Element {
  const { board, asked, lastRanMs } = content;
  const { language, now } = reader;
  const { timetable, lines, fromMs, live, next, outside } = board;
  const { timeZone, version, firstDate, lastDate } = timetable;
  const t = transitWords(language);
  const [first] = lines.filter(({ prediction }) => !prediction?.cancelled && !prediction?.skipped);
  const dates = { from: dateText(firstDate, language), to: dateText(lastDate, language) };
  return (
    <>
      {board.alerts.map((alert) => (
        <Notice alert={alert} board={board} language={language} />
      ))}
      <p class="lede">
        {asked
          ? t('notNow', { time: formatDateTime(fromMs, language, timeZone) })
          : first &&
            t('nextIs', {
              line: lineName(timetable, first.route, language).text,
              time: formatTime(first.expectedMs, language, timeZone),
            })}
        {asked && (
          <>
            {' '}
            <a href={path}>{t('toNow')}</a>
          </>
        )}
      </p>
      {lines.length > 0 ? (
        <DeparturesTable content={content} reader={reader} />
      ) : outside ? (
        <Empty
          title={
            outside === 'ended'
              ? t('ended', { date: dates.to })
              : outside === 'not-begun'
                ? t('notBegun', { date: dates.from })
                : t('never')
          }
        >
          {outside === 'ended' && t('endedText')}{' '}
          {lastRanMs !== undefined && <a href={`${path}?from=${fromText(lastRanMs, timetable)}`}>{t('lastDays')}</a>}
        </Empty>
      ) : (
        <Empty title={t('noneSoon')}>
          {next && t('nextAt', { when: formatDay(next.departureMs, fromMs, language, timeZone) })}
        </Empty>
      )}
      <p class="proof">
        {lines.some(({ departure }) => departure.approximate === 'interpolated') && `${t('approximateNote')} `}
        {firstDate !== undefined &&
          (version === undefined ? t('byTimetable', dates) : t('byTimetableVersion', { ...dates, version }))}{' '}
        {live?.saidMs === undefined
          ? t('noLive')
          : t(live.current ? 'live' : 'liveOld', { ago: formatRelative(live.saidMs, now, language) })}{' '}
        {t('shownAt', { time: formatTime(now, language, timeZone) })}
      </p>
    </>
  );
}

/** A notice for those who wait here, in their language where it is there. */
function Notice({
  alert: { header, description },
  board: { timetable },
  language,
}: {
  alert: TransitAlert;
  board: Board;
  language: string;
}): JSX.Element {
  const said = (names: Names): ComponentChildren => {
    const [first = ''] = Object.values(names);
    return inOwnLanguage(nameIn(names, names[''] ?? first, timetable, language), language);
  };
  return (
    <p>
      <Status state="warn">{said(header)}</Status> {said(description)}
    </p>
  );
}

function DeparturesTable({ content, reader }: { content: StopContent; reader: Reader }): JSX.Element {
  const { board, asked } = content;
  const { lines, timetable, fromMs, stop: asking } = board;
  const { language, now } = reader;
  const { timeZone } = timetable;
  const t = transitWords(language);
  const title = asked ? t('departuresFrom', { time: formatTime(fromMs, language, timeZone) }) : t('departures');
  const line = ({ departure, route, stop, added }: BoardLine): ComponentChildren => (
    <>
      <span class="big">{inOwnLanguage(lineName(timetable, route, language), language)}</span>
      <p class="proof">{inOwnLanguage(destinationName(timetable, departure, language), language)}</p>
      {added && <p class="proof">{t('added')}</p>}
      {stop.platformCode !== undefined && stop.id !== asking.id && (
        <p class="proof">{t('platform', { code: stop.platformCode })}</p>
      )}
    </>
  );
  const leaves = ({ departure, expectedMs, prediction }: BoardLine): ComponentChildren => {
    const off = prediction?.cancelled === true || prediction?.skipped === true;
    const time = formatTime(expectedMs, language, timeZone);
    const planned = formatTime(departure.departureMs, language, timeZone);
    return (
      <>
        <span class="big">
          {off ? <s>{time}</s> : <time dateTime={new Date(expectedMs).toISOString()}>{time}</time>}
        </span>
        {formatDate(expectedMs, language, timeZone) !== formatDate(fromMs, language, timeZone) && (
          <small>{formatDate(expectedMs, language, timeZone)}</small>
        )}
        {departure.approximate !== undefined && prediction?.departureMs === undefined && (
          <small>
            {departure.headwayS === undefined
              ? t('approximate')
              : t('headway', { n: Math.max(1, Math.round(departure.headwayS / 60)) })}
          </small>
        )}
        {planned !== time && <small>{t('planned', { time: planned })}</small>}
        {off && <Status state="trouble">{prediction?.cancelled ? t('cancelled') : t('skipped')}</Status>}
      </>
    );
  };
  const wait = ({ expectedMs }: BoardLine): string => {
    const minutes = Math.floor((expectedMs - now) / 60_000);
    return minutes > soonMinutes ? '' : minutes < 1 ? t('now') : t('minutes', { n: minutes });
  };
  return (
    <Section id="departures" title={title}>
      <Table
        label={title}
        columns={[
          { head: t('leaves'), cell: leaves },
          { head: t('line'), cell: line },
          ...(asked ? [] : [{ head: t('in'), numeric: true, cell: wait }]),
        ]}
        rows={lines}
      />
    </Section>
  );
}
