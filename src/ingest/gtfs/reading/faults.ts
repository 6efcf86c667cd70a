/**
 * What is wrong with a feed, in the words of the canonical GTFS validator (https://gtfs-validator.mobilitydata.org/rules.html).
 * An error refuses the whole feed. We differ from the validator where a fault cannot make a departure wrong: a colour
 * or an address that is none is left out with a warning, since real feeds have them.
 */
import { Problem } from '../../../base/problem.ts';

const severities = {
  missing_required_file: 'error',
  empty_file: 'error',
  csv_parsing_failed: 'error',
  invalid_encoding: 'error',
  invalid_row_length: 'error',
  duplicated_column: 'error',
  missing_required_column: 'error',
  missing_required_field: 'error',
  foreign_key_violation: 'error',
  duplicate_key: 'error',
  number_out_of_range: 'error',
  invalid_integer: 'error',
  invalid_float: 'error',
  invalid_date: 'error',
  invalid_time: 'error',
  invalid_timezone: 'error',
  inconsistent_agency_timezone: 'error',
  route_both_short_and_long_name_missing: 'error',
  location_without_parent_station: 'error',
  station_with_parent_station: 'error',
  wrong_parent_location_type: 'error',
  stop_without_location: 'error',
  start_and_end_range_out_of_order: 'error',
  missing_trip_edge: 'error',
  // Ours: a file that was cut at the end of a row has no other fault.
  trips_without_stop_times: 'error',
  stop_time_with_arrival_before_previous_departure_time: 'error',
  stop_time_with_only_arrival_or_departure_time: 'error',
  stop_time_timepoint_without_times: 'error',
  decreasing_or_equal_stop_time_distance: 'error',
  overlapping_frequency: 'error',
  unexpected_enum_value: 'warning',
  invalid_color: 'warning',
  leading_or_trailing_whitespaces: 'warning',
  empty_row: 'warning',
  files_in_subfolder: 'warning',
  missing_recommended_file: 'warning',
  expired_calendar: 'warning',
  service_never_active: 'warning',
  unusable_trip: 'warning',
  stop_without_stop_time: 'warning',
  stop_too_far_from_shape: 'warning',
  shape_with_single_point: 'warning',
  flexible_service_not_read: 'warning',
  not_used: 'info',
} as const;

export type FaultCode = keyof typeof severities;
export type Severity = (typeof severities)[FaultCode];

export type Fault = {
  readonly code: FaultCode;
  readonly severity: Severity;
  readonly file: string;
  /** As a spreadsheet numbers them: the header is row 1, blank lines count. */
  readonly row?: number;
  readonly field?: string;
  /** What was found and what was wanted. */
  readonly text: string;
};

/** Faults of the same code in the same file; `first` is one of them. */
export type FaultGroup = {
  readonly code: FaultCode;
  readonly file: string;
  readonly count: number;
  readonly first: Fault;
};

export type FeedReport = {
  readonly errorCount: number;
  /** The first 20. */
  readonly errors: readonly Fault[];
  readonly warnings: readonly FaultGroup[];
  /** Files and columns that are kept with the feed and not used. */
  readonly notes: readonly FaultGroup[];
};

export type Faults = {
  add(code: FaultCode, where: { file: string; row?: number; field?: string }, text: string): void;
  readonly errorCount: number;
  /** A file cannot be read at all: what refers to it would only be faults that follow from this one. */
  readonly unreadable: boolean;
  report(): FeedReport;
};

const errorsKept = 20;
const unreadable: readonly FaultCode[] = [
  'missing_required_file',
  'empty_file',
  'csv_parsing_failed',
  'invalid_encoding',
  'duplicated_column',
  'missing_required_column',
];

export function createFaults(): Faults {
  const errors: Fault[] = [];
  const groups = new Map<string, { code: FaultCode; file: string; count: number; first: Fault }>();
  let errorCount = 0;
  let anyUnreadable = false;
  return {
    get unreadable() {
      return anyUnreadable;
    },
    get errorCount() {
      return errorCount;
    },
    add(code, where, text) {
      const severity = severities[code];
      const fault: Fault = { code, severity, ...where, text };
      if (severity === 'error') {
        errorCount++;
        anyUnreadable ||= unreadable.includes(code);
        if (errors.length < errorsKept) errors.push(fault);
        return;
      }
      // What is not used is named one by one: there are few, and each is a piece of the feed.
      const key = severity === 'info' ? `${code} ${where.file} ${where.field ?? ''}` : `${code} ${where.file}`;
      const group = groups.get(key);
      if (group) group.count++;
      else groups.set(key, { code, file: where.file, count: 1, first: fault });
    },
    report: () => {
      const all = [...groups.values()];
      return {
        errorCount,
        errors,
        warnings: all.filter(({ first }) => first.severity === 'warning'),
        notes: all.filter(({ first }) => first.severity === 'info'),
      };
    },
  };
}

/** `stop_times.txt row 17, arrival_time: found "8:75:00", wanted ...` */
export function describeFault({ file, row, field, text }: Fault): string {
  return `${file}${row === undefined ? '' : ` row ${row}`}${field === undefined ? '' : `, ${field}`}: ${text}`;
}

/** The feed is refused as a whole: the count and the first faults, one per line. */
export function refusal(name: string, { errorCount, errors }: FeedReport): Problem {
  const more = errorCount - errors.length;
  const lines = errors.map((fault) => `  ${describeFault(fault)} (${fault.code})`);
  return new Problem(
    'bad-data',
    [
      `${name}: nothing was taken, the timetable has ${errorCount} ${errorCount === 1 ? 'fault' : 'faults'}:`,
      ...lines,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join('\n'),
    errors[0]?.file,
  );
}
