/** A whole feed: every file is read and checked before anything of it is taken. */
import { Problem } from '../../../base/problem.ts';
import type { Zip } from '../../zip.ts';
import { toServiceDate } from '../calendar.ts';
import type { TimetableColumns } from '../columns.ts';
import { timetable, type Timetable } from '../timetable.ts';
import { namedAgencies, readAgencies, readFeedInfo, type FeedInfo } from './agency.ts';
import { createFaults, refusal, type Faults, type FeedReport } from './faults.ts';
import { interned } from './growing.ts';
import { completeTimes } from './interpolate.ts';
import { readRoutes } from './routes.ts';
import { readServices } from './services.ts';
import { readShapes } from './shapes.ts';
import { readStops } from './stops.ts';
import { readStopTimes } from './stopTimes.ts';
import { readTranslations } from './translations.ts';
import { readFrequencies, readTrips } from './trips.ts';

export type Feed = {
  readonly timetable: Timetable;
  readonly info: FeedInfo;
  readonly report: FeedReport;
};

const required = ['agency.txt', 'stops.txt', 'routes.txt', 'trips.txt', 'stop_times.txt'] as const;
const used: readonly string[] = [
  ...required,
  'calendar.txt',
  'calendar_dates.txt',
  'frequencies.txt',
  'shapes.txt',
  'feed_info.txt',
  'translations.txt',
];

/**
 * @param name    of the feed, for messages
 * @param today   days since 1970: what ended before it is told
 * @throws Problem bad-data with the first 20 faults and their number; what reading the archive throws
 */
export async function readFeed(zip: Zip, { name, today }: { name: string; today: number }): Promise<Feed> {
  const faults = createFaults();
  const folder = folderOf(zip, faults);
  for (const file of required) {
    if (!zip.find(folder + file)) faults.add('missing_required_file', { file }, `the feed has no ${file}`);
  }
  for (const { name: path } of zip.entries) {
    if (!path.startsWith(folder) || !used.includes(path.slice(folder.length))) {
      const rows = await rowsIn(zip, path);
      const what = rows === undefined ? 'the file is' : rows === 1 ? 'one row is' : `${rows} rows are`;
      faults.add('not_used', { file: path }, `${what} kept with the feed and not used`);
    }
  }
  if (faults.errorCount > 0) throw refusal(name, faults.report());

  const files = { zip, folder, faults };
  const info = await readFeedInfo(files);
  const agencies = await readAgencies(files);
  const language = info.language ?? agencies.language;
  const translations = await readTranslations(files, language);
  const named = { ...files, translations };
  const stops = await readStops(named);
  const routes = await readRoutes(named, agencies);
  const { services, places: serviceAt } = await readServices(files);
  const { shapes, places: shapeAt } = await readShapes(files);
  if (faults.unreadable) throw refusal(name, faults.report());
  const headsigns = interned();
  const trips = await readTrips(files, { routes: routes.places, services: serviceAt, shapes: shapeAt, headsigns });
  const frequencies = await readFrequencies(files, trips.places);
  if (faults.unreadable) throw refusal(name, faults.report());
  const stopTimes = await readStopTimes(files, { trips: trips.places, stops: stops.places, headsigns });
  completeTimes(stopTimes, trips.columns, shapes, stops.list, faults);
  if (faults.errorCount > 0) throw refusal(name, faults.report());

  const columns: TimetableColumns = {
    timeZone: agencies.timeZone,
    ...(language !== undefined && { language }),
    ...(info.version !== undefined && { version: info.version }),
    agencies: namedAgencies(agencies, named),
    stops: stops.list,
    routes: routes.list,
    services,
    trips: { ...trips.columns, first: stopTimes.first, frequencies },
    stopTimes: stopTimes.columns,
    shapes,
    headsigns: headsigns.texts,
    headsignNames: new Map(
      headsigns.texts.flatMap((text) => {
        const names = {
          ...translations.ofText('stop_times', 'stop_headsign', text),
          ...translations.ofText('trips', 'trip_headsign', text),
        };
        return Object.keys(names).length > 1 ? [[text, names] as const] : [];
      }),
    ),
  };
  remarks(columns, faults, today);
  return { timetable: timetable(columns), info, report: faults.report() };
}

/** Larger ones are not looked into only to be counted. */
const countedMaxBytes = 64 * 2 ** 20;

/** Rows of a table that is not read (fares, transfers, pathways), without its header; undefined for what is no table. */
async function rowsIn(zip: Zip, path: string): Promise<number | undefined> {
  if (!path.endsWith('.txt') || (zip.find(path)?.size ?? Infinity) > countedMaxBytes) return undefined;
  let rows = 0;
  let quoted = false;
  let blank = true;
  try {
    for await (const chunk of zip.streamEntry(path)) {
      for (const byte of chunk) {
        if (byte === quote) quoted = !quoted;
        if (byte === newline && !quoted) {
          if (!blank) rows++;
          blank = true;
        } else if (byte > blankMax) blank = false;
      }
    }
  } catch (error) {
    // What is not used does not have to be whole.
    if (error instanceof Problem) return undefined;
    throw error;
  }
  return Math.max(0, rows + (blank ? 0 : 1) - 1);
}

const quote = 0x22;
const newline = 0x0a;
const blankMax = 0x20;

/** Feeds belong at the top of the archive; one that was packed with its folder is read all the same. */
function folderOf(zip: Zip, faults: Faults): string {
  if (required.some((file) => zip.find(file))) return '';
  const found = zip.entries.find(({ name }) => name.endsWith('/stop_times.txt'));
  if (!found) return '';
  const folder = found.name.slice(0, found.name.lastIndexOf('/') + 1);
  faults.add(
    'files_in_subfolder',
    { file: folder },
    'the files stand in a folder; they belong at the top of the archive',
  );
  return folder;
}

/** What is no fault and still has to be known before the timetable is used. */
function remarks({ stops, services, trips, stopTimes }: TimetableColumns, faults: Faults, today: number): void {
  if (services.last === undefined) {
    faults.add('service_never_active', { file: 'calendar.txt' }, 'no service ever runs');
  } else if (services.last < today) {
    faults.add(
      'expired_calendar',
      { file: 'calendar.txt' },
      `no service runs after ${toServiceDate(services.last)}: the timetable has ended`,
    );
  }
  const served = new Uint8Array(stops.length);
  for (const stop of stopTimes.stop) served[stop] = 1;
  for (const [at, { id, locationType }] of stops.entries()) {
    if (locationType === 0 && served[at] === 0) {
      faults.add(
        'stop_without_stop_time',
        { file: 'stops.txt', row: at + 2, field: 'stop_id' },
        `nothing stops at "${id}"`,
      );
    }
  }
  if (trips.ids.length === 0) throw new Problem('bad-data', 'the feed has no trips', 'trips.txt');
}
