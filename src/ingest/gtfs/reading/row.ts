/** Typed access to the values of a row; what is not as wanted is noted with file, row and field. */
import { parseServiceDate } from '../calendar.ts';
import type { Zip } from '../../zip.ts';
import type { FaultCode, Faults } from './faults.ts';
import { readTable, type Fields, type TableSpec } from './table.ts';

export type Row<Column extends string> = {
  /** From 1. */
  number(): number;
  /** Empty when the field or the column is. */
  text(column: Column): string;
  /** @returns undefined when the field is empty, which is noted */
  required(column: Column): string | undefined;
  /** Whole numbers from `min` to `max`. @returns undefined when empty or not one, which is noted */
  integer(column: Column, range: readonly [min: number, max: number]): number | undefined;
  decimal(column: Column, range: readonly [min: number, max: number]): number | undefined;
  /** One of the whole numbers from 0 to `max`; empty or unknown (noted): `fallback`. */
  choice(column: Column, max: number, fallback: number): number;
  /** Days since 1970. */
  date(column: Column): number | undefined;
  /** Seconds since the service day began. */
  time(column: Column): number | undefined;
  color(column: Column): string | undefined;
  fault(code: FaultCode, column: Column | undefined, text: string): void;
};

/** Reads a table whose rows are few enough to be looked at one by one. */
export function readRows<Column extends string>(
  zip: Pick<Zip, 'find' | 'streamEntry'>,
  path: string,
  spec: TableSpec<Column>,
  faults: Faults,
  onRow: (row: Row<Column>) => void,
): Promise<ReadonlySet<Column> | undefined> {
  const { row, set } = rowOf(spec, faults);
  return readTable(zip, path, spec, faults, (fields, number) => {
    set(fields, number);
    onRow(row);
  });
}

function rowOf<Column extends string>(
  { file, columns }: TableSpec<Column>,
  faults: Faults,
): { row: Row<Column>; set: (fields: Fields, number: number) => void } {
  const places = new Map(columns.map((column, at) => [column, at]));
  let fields: Fields = [];
  let number = 0;
  const text = (column: Column): string => fields[places.get(column) ?? -1] ?? '';
  const fault = (code: FaultCode, field: Column | undefined, words: string): undefined => {
    faults.add(code, { file, row: number, ...(field !== undefined && { field }) }, words);
  };
  const numeric = (column: Column, [min, max]: readonly [number, number], whole: boolean): number | undefined => {
    const found = text(column);
    if (found === '') return undefined;
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(found) ? Number(found) : Number.NaN;
    if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) {
      return fault(
        whole ? 'invalid_integer' : 'invalid_float',
        column,
        `found ${show(found)}, wanted a ${whole ? 'whole ' : ''}number`,
      );
    }
    if (value >= min && value <= max) return value;
    return fault('number_out_of_range', column, `found ${found}, wanted ${min} to ${max}`);
  };
  const row: Row<Column> = {
    number: () => number,
    text,
    required(column) {
      const found = text(column);
      return found === '' ? fault('missing_required_field', column, 'the field is empty') : found;
    },
    integer: (column, range) => numeric(column, range, true),
    decimal: (column, range) => numeric(column, range, false),
    choice(column, max, fallback) {
      const found = text(column);
      if (found === '') return fallback;
      const value = choiceOf(found, max);
      if (value !== undefined) return value;
      fault('unexpected_enum_value', column, `found ${show(found)}, wanted 0 to ${max}; taken as ${fallback}`);
      return fallback;
    },
    date(column) {
      const found = text(column);
      if (found === '') return undefined;
      return (
        parseServiceDate(found) ?? fault('invalid_date', column, `found ${show(found)}, wanted a date such as 20190415`)
      );
    },
    time(column) {
      const found = text(column);
      if (found === '') return undefined;
      const seconds = parseTime(found);
      return seconds >= 0 ? seconds : fault('invalid_time', column, wantedTime(found));
    },
    color(column) {
      const found = text(column);
      if (found === '') return undefined;
      if (/^[0-9A-Fa-f]{6}$/.test(found)) return found.toUpperCase();
      return fault('invalid_color', column, `found ${show(found)}, wanted six hexadecimal digits; left out`);
    },
    fault,
  };
  return {
    row,
    set: (now, at) => {
      fields = now;
      number = at;
    },
  };
}

export const show = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);

/** A whole number from 0 to `max` in one digit or two; else undefined. */
export function choiceOf(text: string, max: number): number | undefined {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value <= max ? value : undefined;
}

/** No trip is longer than ten days. */
const timeMaxS = 864_000;
export const wantedTime = (found: string): string =>
  `found ${show(found)}, wanted a time such as 8:05:00 or 25:30:00, at most ten days`;

/** `H:MM:SS` or `HH:MM:SS`, hours may pass 24; -1 when it is none. */
export function parseTime(text: string): number {
  const { length } = text;
  // ...:MM:SS
  if (length < 7 || length > 9 || text.charCodeAt(length - 3) !== 0x3a || text.charCodeAt(length - 6) !== 0x3a)
    return -1;
  let hours = 0;
  for (let at = 0; at < length - 6; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    hours = hours * 10 + digit;
  }
  const minutes = twoDigits(text, length - 5);
  const seconds = twoDigits(text, length - 2);
  if (!(minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60)) return -1;
  const all = hours * 3600 + minutes * 60 + seconds;
  return all <= timeMaxS ? all : -1;
}

function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - 48;
  const low = text.charCodeAt(at + 1) - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}
