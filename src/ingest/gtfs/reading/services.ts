/** calendar.txt and calendar_dates.txt: which service runs on which days. */
import { services, toServiceDate, type CalendarException, type CalendarRule, type Services } from '../calendar.ts';
import { readRows } from './row.ts';
import type { FeedFiles, Places } from './source.ts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const rulesSpec = {
  file: 'calendar.txt',
  columns: ['service_id', ...weekdays, 'start_date', 'end_date'],
  required: ['service_id', ...weekdays, 'start_date', 'end_date'],
} as const;
const datesSpec = {
  file: 'calendar_dates.txt',
  columns: ['service_id', 'date', 'exception_type'],
  required: ['service_id', 'date', 'exception_type'],
} as const;
/** A typing error in a year must not cost memory. */
const daysMax = 36_525;

export async function readServices({
  zip,
  folder,
  faults,
}: FeedFiles): Promise<{ services: Services; places: Places }> {
  const ids: string[] = [];
  const places = new Map<string, number>();
  const rules: CalendarRule[] = [];
  const exceptions: CalendarException[] = [];
  const placeOf = (id: string): number => {
    let at = places.get(id);
    if (at === undefined) {
      places.set(id, (at = ids.length));
      ids.push(id);
    }
    return at;
  };
  const ruled = await readRows(zip, folder + rulesSpec.file, rulesSpec, faults, (row) => {
    const id = row.required('service_id');
    let mask = 0;
    for (const [at, day] of weekdays.entries()) mask |= (row.integer(day, [0, 1]) ?? 0) << at;
    const from = row.date('start_date');
    const to = row.date('end_date');
    row.required('start_date');
    row.required('end_date');
    if (id === undefined || from === undefined || to === undefined) return;
    if (places.has(id)) row.fault('duplicate_key', 'service_id', `the service "${id}" stands in a row before`);
    if (from > to) {
      row.fault(
        'start_and_end_range_out_of_order',
        'end_date',
        `${toServiceDate(to)} lies before ${toServiceDate(from)}`,
      );
      return;
    }
    rules.push({ service: placeOf(id), weekdays: mask, from, to });
  });
  const dates = new Set<string>();
  const dated = await readRows(zip, folder + datesSpec.file, datesSpec, faults, (row) => {
    const id = row.required('service_id');
    const day = row.date('date');
    row.required('date');
    const kind = row.integer('exception_type', [1, 2]);
    row.required('exception_type');
    if (id === undefined || day === undefined || kind === undefined) return;
    const key = `${day} ${id}`;
    if (dates.has(key)) row.fault('duplicate_key', 'date', `"${id}" has an exception on this day in a row before`);
    dates.add(key);
    exceptions.push({ service: placeOf(id), day, added: kind === 1 });
  });
  if (!ruled && !dated && !zip.find(folder + rulesSpec.file) && !zip.find(folder + datesSpec.file)) {
    faults.add(
      'missing_required_file',
      { file: rulesSpec.file },
      'there is neither calendar.txt nor calendar_dates.txt',
    );
  }
  const days = [...rules.flatMap(({ from, to }) => [from, to]), ...exceptions.map(({ day }) => day)];
  const first = days.reduce((a, b) => Math.min(a, b), Infinity);
  const last = days.reduce((a, b) => Math.max(a, b), -Infinity);
  if (last - first > daysMax) {
    faults.add(
      'start_and_end_range_out_of_order',
      { file: rulesSpec.file },
      `the days reach from ${toServiceDate(first)} to ${toServiceDate(last)}: more than a hundred years`,
    );
    return { services: services(ids, [], []), places };
  }
  return { services: services(ids, rules, exceptions), places };
}
