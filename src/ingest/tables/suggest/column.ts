import { personalFault } from '../../../trust/index.ts';
import { parseDegrees, parsePair } from '../../mapping/degrees.ts';
import { textNumber, type Decimal } from '../../mapping/number.ts';
import type { Cell } from '../table.ts';
import { guessDates, type DateGuess } from './dates.ts';
import {
  coordinates,
  east,
  identifier,
  latitude,
  lineNumber,
  longitude,
  north,
  nothings,
  personal,
  time,
  truths,
} from './words.ts';

export const columnKinds = [
  'empty',
  'personal',
  'longitude',
  'latitude',
  'coordinates',
  'east',
  'north',
  'date',
  'boolean',
  'identifier',
  'number',
  'text',
] as const;
export type ColumnKind = (typeof columnKinds)[number];

/** What a column seems to hold, from its name and its first values. */
export type ColumnGuess = {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Share of the rows looked at that have a value. */
  readonly filled: number;
  /** Every value stands once. */
  readonly distinct: boolean;
  /** Share of the values that stand for the first time: 0.98 is an identifier with a slip of the pen. */
  readonly unique: number;
  /** A value that is not what the others are: rows with such a one will be refused. */
  readonly stray?: string;
  /** The name says that it is an instant. */
  readonly named: 'time' | undefined;
  readonly dates?: DateGuess;
  readonly decimal?: Decimal;
  /** A number that could be read in two ways: `1,234`. */
  readonly doubtful?: string;
  /** Texts that stand for no value. */
  readonly missing: readonly string[];
  /** Word of the table -> true or false. */
  readonly words?: Readonly<Record<string, boolean>>;
  readonly example: string;
};

export function guessColumn(name: string, cells: readonly Cell[]): ColumnGuess {
  const all = cells.filter((cell) => cell !== undefined && cell !== '');
  const missing = [...new Set(all.map(String).filter((text) => nothings.has(text.trim().toLowerCase())))];
  const values = all.filter((cell) => !missing.includes(String(cell)));
  const [first] = values;
  const different = new Set(values.map(String)).size;
  const distinct = different === values.length;
  const base = {
    name,
    filled: cells.length === 0 ? 0 : values.length / cells.length,
    distinct,
    unique: values.length === 0 ? 0 : different / values.length,
    named: time.test(name) ? ('time' as const) : undefined,
    missing,
    example: String(first ?? '').slice(0, 40),
  };
  const guess = (kind: ColumnKind, more: Partial<ColumnGuess> = {}): ColumnGuess => ({ ...base, kind, ...more });
  if (values.length === 0) return guess('empty');
  if (personal.test(name) || personalFault([], name) !== undefined) return guess('personal');

  const numbers = guessNumbers(values);
  if (numbers) {
    if (east.test(name) && numbers.all((value) => value > 100_000 && value < 900_000))
      return guess('east', numbers.found);
    if (north.test(name) && numbers.all((value) => value > 900_000)) return guess('north', numbers.found);
  }
  // Degrees, minutes and seconds are no numbers, and stand beside decimals in one column.
  if (values.every(isCoordinate)) {
    if (longitude.test(name)) return guess('longitude', numbers?.found);
    if (latitude.test(name)) return guess('latitude', numbers?.found);
  }
  if (values.every((value) => parsePair(value, 'latitude') !== undefined) && (coordinates.test(name) || distinct)) {
    return guess('coordinates');
  }
  const words = guessWords(values);
  if (words) return guess('boolean', { words });
  const whole = numbers?.all((value) => Number.isInteger(value) && value >= 0) === true;
  if (lineNumber.test(name) || (identifier.test(name) && (distinct || !numbers || whole))) return guess('identifier');
  const dates = numbers ? yearsOrSeconds(name, values.map(Number)) : guessDates(values);
  if (dates) return guess('date', { dates });
  const most = numbers || base.named === undefined ? undefined : guessMostDates(values);
  if (most) return guess('date', most);
  if (numbers) return guess('number', numbers.found);
  return guess('text');
}

function isCoordinate(value: Cell): boolean {
  const degrees = parseDegrees(value)?.value;
  return degrees !== undefined && Math.abs(degrees) <= 180;
}

/** So many of a register's values may be slips of the pen, and so many it takes to say so. */
const strayShare = 0.1;
const strayLeast = 10;

/** Dates among which a few are none, such as 31.02.2020. */
function guessMostDates(values: readonly Cell[]): { dates: DateGuess; stray: string } | undefined {
  const good = values.filter((value) => guessDates([value]) !== undefined);
  if (values.length < strayLeast || values.length - good.length > values.length * strayShare) return undefined;
  const dates = guessDates(good);
  return dates && { dates, stray: String(values.find((value) => !good.includes(value))) };
}

type Numbers = {
  readonly found: { readonly decimal?: Decimal; readonly doubtful?: string; readonly stray?: string };
  all(fits: (value: number) => boolean): boolean;
};

/** @returns undefined when most values are no numbers; a stray word does not make a column of numbers a text */
function guessNumbers(values: readonly Cell[]): Numbers | undefined {
  const whole = numbersOf(values);
  if (whole) return whole;
  // `12а` beside 12 is a house number, "about a hundred" beside 100 a slip.
  const words = values.filter((value) => typeof value === 'string' && !/\d/.test(value));
  if (words.length === 0 || values.length < strayLeast || words.length > values.length * strayShare) return undefined;
  const found = numbersOf(values.filter((value) => !words.includes(value)));
  return found && { ...found, found: { ...found.found, stray: String(words[0]) } };
}

function numbersOf(values: readonly Cell[]): Numbers | undefined {
  const ways: readonly (Decimal | undefined)[] = [undefined, ',', '.'];
  for (const decimal of ways) {
    const read = values.map((value) => (typeof value === 'boolean' ? undefined : textNumber(value, decimal)));
    if (read.some((number) => number === undefined)) continue;
    const texts = values.filter((value) => typeof value === 'string');
    // 1,234 is a thousand for some and a little more than one for others; one 1,5 or 1,23 among them tells.
    const withComma = texts.filter((text) => text.includes(','));
    const doubtful =
      decimal === undefined &&
      withComma.length > 0 &&
      withComma.every((text) => /^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(text))
        ? withComma[0]
        : undefined;
    return {
      found: { ...(decimal !== undefined && { decimal }), ...(doubtful !== undefined && { doubtful }) },
      all: (fits) => read.every((number) => number !== undefined && fits(number)),
    };
  }
  return undefined;
}

function guessWords(values: readonly Cell[]): Readonly<Record<string, boolean>> | undefined {
  const words = new Set(values.map(String));
  if (words.size > 4 || values.length < 2) return undefined;
  const found: Record<string, boolean> = {};
  for (const word of words) {
    const truth = truths[word.trim().toLowerCase()];
    if (truth === undefined) return undefined;
    found[word] = truth;
  }
  return found;
}

/** Numbers that mean instants: a year in a column that says so, seconds or milliseconds since 1970, days of a spreadsheet. */
function yearsOrSeconds(name: string, values: readonly number[]): DateGuess | undefined {
  const within = (least: number, most: number): boolean => values.every((value) => value >= least && value <= most);
  if (!time.test(name)) return undefined;
  if (within(1800, 2199) && values.every(Number.isInteger)) return { formats: ['yyyy'], clock: false };
  if (within(500_000_000, 4_000_000_000)) return { formats: ['unix'], clock: true };
  if (within(500_000_000_000, 4_000_000_000_000)) return { formats: ['unixMs'], clock: true };
  return within(20_000, 80_000)
    ? { formats: ['excel'], clock: values.some((value) => !Number.isInteger(value)) }
    : undefined;
}
