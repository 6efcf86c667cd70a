/** A table of numbers as a file: what they are stands above them, for whoever gets the file without the page. */
import { csvCell } from '../base/csv.ts';
import { inLanguage, type City } from '../ui/index.ts';
import type { Period } from './period.ts';

export type CsvTable = {
  /** Lines above the head: what was counted, how, from what, in which units. */
  readonly notes: readonly string[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
};

/** CRLF (RFC 4180), a byte order mark for spreadsheets; notes begin with `#`. A number that is not known is empty. */
export function csvText({ notes, head, rows }: CsvTable): string {
  const lines = [
    ...notes.map((note) => csvCell(`# ${note}`)),
    head.map(csvCell).join(','),
    ...rows.map((row) => row.map(csvCell).join(',')),
  ];
  return `\ufeff${lines.join('\r\n')}\r\n`;
}

/** As many decimals as the number is worth; files carry no more than pages show. */
export const rounded = (value: number | undefined, digits: number): number | undefined =>
  value === undefined || !Number.isFinite(value) ? undefined : Number(value.toFixed(digits));

/** Notes above every table: which city and days, whether it is made up; then how it was counted. */
export const csvNotes = (
  { period, simulated }: { readonly period: Period; readonly simulated: boolean },
  city: Pick<City, 'name' | 'timeZone'>,
  method: readonly string[],
): readonly string[] => [
  `${inLanguage(city.name, 'en').text}, ${period.first} to ${period.last}, days of ${city.timeZone}`,
  ...(simulated ? ['SIMULATED: these values are made up'] : []),
  ...method,
];
