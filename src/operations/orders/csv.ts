import { csvCell } from '../../base/csv.ts';
import { type City, inLanguage } from '../../ui/index.ts';
import { orderPrefix } from './entity.ts';
import type { OrderRow } from './tables.ts';
import { minutesOf, type TimeSpent } from './times.ts';

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/** What is seen of the list: CRLF (RFC 4180), a byte order mark for spreadsheets; heads in English, words in the reader's language. */
export function ordersCsv(
  orders: readonly OrderRow[],
  times: ReadonlyMap<string, readonly TimeSpent[]>,
  city: City,
  language: string,
): string {
  const head =
    'id,priority,state,title,asset,assetName,district,place,crew,department,madeAt,dueAt,startedAt,finishedAt,closedAt,minutes,photos,readings,reason,alarm,request,longitude,latitude,simulated';
  const rows = orders.map((order) => {
    const district = city.districts.find(({ id }) => id === order.district);
    return [
      orderPrefix + order.id,
      order.priority,
      order.state,
      inLanguage(order.title, language).text,
      order.asset,
      order.assetName && inLanguage(order.assetName, language).text,
      district && inLanguage(district.name, language).text,
      order.place,
      order.crew,
      order.department,
      iso(order.madeAt),
      iso(order.dueAt),
      iso(order.startedAt),
      iso(order.finishedAt),
      iso(order.closedAt),
      minutesOf(times.get(order.id) ?? []),
      order.photos,
      order.readings,
      order.reason,
      order.alarm,
      order.request,
      order.location?.[0],
      order.location?.[1],
      String(order.simulated),
    ];
  });
  return `\ufeff${[head, ...rows.map((row) => row.map(csvCell).join(','))].join('\r\n')}\r\n`;
}
