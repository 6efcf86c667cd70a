/** agency.txt and feed_info.txt: whose timetable it is, in which zone and language, and for how long. */
import { isTimeZone } from '../../../base/time.ts';
import type { Agency } from '../words.ts';
import { readRows } from './row.ts';
import type { FeedFiles, Named, Places } from './source.ts';

const infoSpec = {
  file: 'feed_info.txt',
  columns: [
    'feed_publisher_name',
    'feed_publisher_url',
    'feed_lang',
    'default_lang',
    'feed_start_date',
    'feed_end_date',
    'feed_version',
  ],
  required: ['feed_publisher_name', 'feed_publisher_url', 'feed_lang'],
} as const;

export type FeedInfo = {
  readonly publisher?: string;
  readonly language?: string;
  readonly version?: string;
  /** Days since 1970. */
  readonly from?: number;
  readonly to?: number;
};

export async function readFeedInfo({ zip, folder, faults }: FeedFiles): Promise<FeedInfo> {
  let info: FeedInfo = {};
  const found = await readRows(zip, folder + infoSpec.file, infoSpec, faults, (row) => {
    const publisher = row.text('feed_publisher_name');
    const language = row.text('feed_lang');
    const version = row.text('feed_version');
    const from = row.date('feed_start_date');
    const to = row.date('feed_end_date');
    info = {
      ...(publisher !== '' && { publisher }),
      ...(language !== '' && { language }),
      ...(version !== '' && { version }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    };
  });
  if (!found)
    faults.add(
      'missing_recommended_file',
      { file: infoSpec.file },
      'nobody says which version of the timetable this is',
    );
  return info;
}

const agencySpec = {
  file: 'agency.txt',
  columns: ['agency_id', 'agency_name', 'agency_url', 'agency_timezone', 'agency_lang', 'agency_phone'],
  required: ['agency_name', 'agency_url', 'agency_timezone'],
} as const;

type Plain = Omit<Agency, 'names'>;
export type Agencies = {
  readonly list: readonly Plain[];
  readonly places: Places;
  readonly timeZone: string;
  readonly language?: string;
};

/** Agencies without translations: these need the language that stands in here. */
export async function readAgencies({ zip, folder, faults }: FeedFiles): Promise<Agencies> {
  const list: Plain[] = [];
  const places = new Map<string, number>();
  let timeZone: string | undefined;
  let language: string | undefined;
  const found = await readRows(zip, folder + agencySpec.file, agencySpec, faults, (row) => {
    const id = row.text('agency_id');
    const name = row.required('agency_name') ?? '';
    const zone = row.required('agency_timezone');
    if (places.has(id)) row.fault('duplicate_key', 'agency_id', `the agency "${id}" stands in a row before`);
    if (zone !== undefined) {
      if (!isTimeZone(zone))
        row.fault(
          'invalid_timezone',
          'agency_timezone',
          `found "${zone.slice(0, 40)}", wanted a zone such as Asia/Dushanbe`,
        );
      else if (timeZone !== undefined && timeZone !== zone) {
        row.fault(
          'inconsistent_agency_timezone',
          'agency_timezone',
          `found ${zone}, wanted ${timeZone} as in the rows before`,
        );
      }
      timeZone ??= zone;
    }
    language ??= row.text('agency_lang') || undefined;
    const url = row.text('agency_url');
    const phone = row.text('agency_phone');
    places.set(id, list.length);
    list.push({ id, name, ...(url !== '' && { url }), ...(phone !== '' && { phone }) });
  });
  if (found && list.length === 0) faults.add('empty_file', { file: agencySpec.file }, 'no agency stands in it');
  if (list.length > 1 && list.some(({ id }) => id === '')) {
    faults.add(
      'missing_required_field',
      { file: agencySpec.file, field: 'agency_id' },
      'with several agencies each needs an id',
    );
  }
  return { list, places, timeZone: timeZone ?? 'UTC', ...(language !== undefined && { language }) };
}

export function namedAgencies({ list }: Agencies, { translations }: Pick<Named, 'translations'>): readonly Agency[] {
  return list.map((agency) => ({
    ...agency,
    names: translations.names('agency', 'agency_name', agency.name, agency.id),
  }));
}
