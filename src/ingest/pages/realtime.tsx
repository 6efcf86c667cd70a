import type { JSX } from 'preact';
import { formatDateTime, formatRelative, type Reader, Rows } from '../../ui/index.ts';
import type { RealtimeReport, UnknownIds } from '../schema.ts';
import { ingestWords, type IngestKey } from './messages/index.ts';

/** Feeds are made some seconds before they are fetched; a clock that is ahead by less is none. */
const aheadShownS = 60;

/** What a GTFS Realtime feed last said, and what of it could not be used. */
export function RealtimePart({
  report,
  timeZone,
  reader,
}: {
  report: RealtimeReport;
  timeZone: string;
  reader: Reader;
}): JSX.Element {
  const { language, now } = reader;
  const t = ingestWords(language);
  const saidMs = Date.parse(report.saidAt ?? report.takenAt);
  const { vehicles, tripUpdates, alerts, matched, cancelled, added, timetable, unknown, skipped } = report;
  const lines: JSX.Element[] = [
    <>{t('rtSaid', { vehicles, trips: tripUpdates, alerts, ago: formatRelative(saidMs, now, language) })}</>,
  ];
  const say = (key: IngestKey, values: Record<string, string | number>): void => {
    lines.push(<>{t(key, values)}</>);
  };
  if (!report.current) say('rtOld', { time: formatDateTime(saidMs, language, timeZone) });
  if ((report.aheadS ?? 0) > aheadShownS) say('rtAhead', { n: report.aheadS ?? 0 });
  if (!report.timetableKnown) say('rtNoTimetable', { source: timetable });
  else if (tripUpdates > 0) say('rtMatched', { source: timetable, n: matched, all: tripUpdates, cancelled, added });
  const named = (key: IngestKey, { count, first }: UnknownIds): void => {
    if (count > 0) say(key, { n: count, ids: first.join(', ') + (count > first.length ? ' …' : '') });
  };
  named('rtUnknownTrips', unknown.trips);
  named('rtUnknownRoutes', unknown.routes);
  named('rtUnknownStops', unknown.stops);
  if (unknown.trips.count + unknown.routes.count + unknown.stops.count > 0)
    lines.push(<a href="/api/transit/unknown.csv">{t('rtUnknownCsv')}</a>);
  if (report.implausible > 0) say('rtImplausible', { n: report.implausible });
  const { entities, fields, badTexts } = skipped;
  if (entities + fields + badTexts > 0) say('rtSkipped', { entities, fields, texts: badTexts });
  return (
    <>
      <p>
        <b>GTFS Realtime</b>
      </p>
      <Rows items={lines} />
    </>
  );
}
