import { csvCell } from '../../base/csv.ts';
import { shareOf, type Acceptance } from './report.ts';

/** A row for each attribute of each entity; CRLF (RFC 4180), a byte order mark for spreadsheets; heads in English. */
export function acceptanceCsv({ series, source, hash }: Acceptance): string {
  const head =
    'entity,attribute,values,received,missing,completeness,everyS,longestGapS,stuckRuns,duplicates,contradicting,late,flagged,otherUnit,simulated,sha256OfAll';
  const rows = series.map((one) => [
    one.entity,
    one.attribute,
    one.values,
    one.received,
    one.missing,
    shareOf(one),
    one.everyMs === undefined ? undefined : one.everyMs / 1000,
    Math.max(0, ...one.gaps.map(({ from, to }) => to - from)) / 1000,
    one.stuck?.length,
    one.duplicates,
    one.contradicting,
    one.late,
    one.flagged,
    one.otherUnit,
    String(source.simulated),
    hash.sha256,
  ]);
  return `\ufeff${[head, ...rows.map((row) => row.map(csvCell).join(','))].join('\r\n')}\r\n`;
}
