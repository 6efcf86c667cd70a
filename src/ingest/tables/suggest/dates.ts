import { timeReader } from '../../mapping/time.ts';
import type { Cell } from '../table.ts';

const days = [
  'yyyy-MM-dd',
  'dd.MM.yyyy',
  'd.M.yyyy',
  'dd/MM/yyyy',
  'MM/dd/yyyy',
  'd/M/yyyy',
  'M/d/yyyy',
  'yyyy/MM/dd',
].concat(['dd-MM-yyyy', 'dd.MM.yy', 'yyyy.MM.dd', 'yyyyMMdd']);
const clocks = ['', ' HH:mm', ' HH:mm:ss', ' H:mm', ' hh:mm a', ' hh:mm:ss a', ' h:mm a'];
const patterns = days.flatMap((day) => clocks.map((clock) => day + clock));
/** Of a cell that was a date in its sheet. */
const ofCell = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?)?$/;

export type DateGuess = {
  /** All of these together read every value; the one that reads most stands first. */
  readonly formats: readonly string[];
  /** A clock time stands beside the day in some. */
  readonly clock: boolean;
  /** Values that could be two days; the formats are then those that it could be, and nobody but the city can tell. */
  readonly ambiguous?: string;
};

/**
 * How dates are written.
 * @returns undefined when a value is none
 */
export function guessDates(values: readonly Cell[]): DateGuess | undefined {
  const texts = values.map(String);
  if (texts.length === 0) return undefined;
  if (texts.every((text) => ofCell.test(text))) {
    return { formats: ['yyyy-MM-dd'], clock: texts.some((text) => text.includes('T')) };
  }
  const iso = timeReader('iso', undefined);
  if (typeof iso !== 'string' && texts.every((text) => iso(text) !== undefined))
    return { formats: ['iso'], clock: true };
  const readers = patterns.map((pattern) => ({ pattern, read: timeReader(pattern, 'UTC') }));
  const reads = readers.map(({ pattern, read }) => ({
    pattern,
    read: texts.map((text) => (typeof read === 'string' || ofCell.test(text) ? undefined : read(text))),
  }));
  const open = new Set(texts.keys());
  for (const [index, text] of texts.entries()) if (ofCell.test(text)) open.delete(index);
  const formats: string[] = [];
  while (open.size > 0) {
    const best = reads
      .map(({ pattern, read }) => ({ pattern, count: [...open].filter((index) => read[index] !== undefined).length }))
      .reduce((one, other) => (other.count > one.count ? other : one));
    if (best.count === 0) return undefined;
    formats.push(best.pattern);
    const read = reads.find(({ pattern }) => pattern === best.pattern)?.read ?? [];
    for (const index of open) if (read[index] !== undefined) open.delete(index);
  }
  const clock = formats.some((format) => /[Hh]/.test(format));
  const doubt = exchanged(formats, reads, texts);
  return doubt === undefined ? { formats, clock } : { formats: doubt.formats, clock, ambiguous: doubt.value };
}

/** Day and month that could be exchanged in every value: 03/04/2025 is in April or in March. */
function exchanged(
  formats: readonly string[],
  reads: readonly { pattern: string; read: readonly (number | undefined)[] }[],
  texts: readonly string[],
): { formats: string[]; value: string } | undefined {
  for (const format of formats) {
    const other = format.replace(
      /dd|MM|\bd\b|\bM\b/g,
      (part) => ({ dd: 'MM', MM: 'dd', d: 'M', M: 'd' })[part] ?? part,
    );
    // Points are written in countries where the day stands first; only the slash is written both ways.
    if (!format.includes('/') || format.startsWith('yyyy')) continue;
    const mine = reads.find(({ pattern }) => pattern === format)?.read ?? [];
    const its = reads.find(({ pattern }) => pattern === other)?.read ?? [];
    const own = texts.keys().filter((index) => mine[index] !== undefined);
    const both = [...own];
    if (both.length > 0 && both.every((index) => its[index] !== undefined)) {
      const value = both.find((index) => mine[index] !== its[index]);
      if (value !== undefined) return { formats: [format, other], value: texts[value] ?? '' };
    }
  }
  return undefined;
}
