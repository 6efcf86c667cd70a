import { csvCell } from '../../base/csv.ts';
import { type City, inLanguage } from '../../ui/index.ts';
import { alertPrefix } from './entity.ts';
import type { AlarmRow } from './tables.ts';

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/** What is seen of the list: CRLF (RFC 4180), a byte order mark for spreadsheets; heads in English, words in the reader's language. */
export function alarmsCsv(alarms: readonly AlarmRow[], city: City, language: string): string {
  const head =
    'id,priority,state,acknowledged,title,subject,subjectName,district,rule,raisedAt,clearedAt,closedAt,raisedCount,assignedTo,shelvedUntil,reason,longitude,latitude,simulated';
  const rows = alarms.map((alarm) => {
    const district = city.districts.find(({ id }) => id === alarm.district);
    return [
      alertPrefix + alarm.id,
      alarm.priority,
      alarm.state,
      String(alarm.acknowledged),
      inLanguage(alarm.title, language).text,
      alarm.subject,
      alarm.subjectName && inLanguage(alarm.subjectName, language).text,
      district && inLanguage(district.name, language).text,
      alarm.rule,
      iso(alarm.raisedAt),
      iso(alarm.clearedAt),
      iso(alarm.closedAt),
      alarm.raisedCount,
      alarm.assignedTo,
      iso(alarm.shelvedUntil),
      alarm.reason,
      alarm.location?.[0],
      alarm.location?.[1],
      String(alarm.simulated),
    ];
  });
  return `\ufeff${[head, ...rows.map((row) => row.map(csvCell).join(','))].join('\r\n')}\r\n`;
}
