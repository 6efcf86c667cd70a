/** The kinds of option there are. Each maker gives an `Option` that is optional until told otherwise. */
import { isIP } from 'node:net';
import type { Option } from './options.ts';
import { WrongUsage } from './usage.ts';

type Maker<T> = (about: string) => Option<T | undefined>;

function single<T>(takes: string, wants: string, read: (text: string) => T | undefined): Maker<T> {
  return (about) => ({
    takes,
    about,
    fallback: undefined,
    required: false,
    many: false,
    parse: ([text = ''], name) => {
      const value = read(text);
      if (value === undefined) throw new WrongUsage(`${name} wants ${wants}, not "${text}"`);
      return value;
    },
  });
}

const filled = (value: string): string | undefined => (value.trim() === '' ? undefined : value);

export const text = (takes: string): Maker<string> => single(takes, 'a text', filled);
export const file: Maker<string> = single('FILE', 'the name of a file', filled);
export const directory: Maker<string> = single('DIR', 'the name of a directory', filled);

/** Whole numbers from `min` to `max`. */
export const integer = (min: number, max: number, takes = 'NUMBER'): Maker<number> =>
  single(takes, `a whole number from ${min} to ${max}`, (value) => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });

export const port: Maker<number> = integer(0, 65_535, 'PORT');

/** A port, or `off` for none at all. */
export const portOrOff: Maker<number | 'off'> = single('PORT|off', 'a port from 0 to 65535, or off', (value) => {
  if (value === 'off') return 'off';
  return /^\d+$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined;
});

/** How many times as much; `off` is 0. */
export const factorOrOff: Maker<number> = single('FACTOR|off', 'a number above 0, or off', (value) => {
  if (value === 'off') return 0;
  return /^\d+(\.\d+)?$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
});

/** How many times faster than recorded; `max` is as fast as it is taken. */
export const speed: Maker<number | 'max'> = single('FACTOR|max', 'a number above 0, or max', (value) => {
  if (value === 'max') return 'max';
  return /^\d+(\.\d+)?$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
});

/** An address of one of the schemes (`mqtt:`). */
export const url = (...schemes: readonly string[]): Maker<string> =>
  single('URL', `an address that begins with ${schemes.join(' or ')}`, (value) =>
    URL.canParse(value) && schemes.includes(new URL(value).protocol) ? value : undefined,
  );

export const host: Maker<string> = single('HOST', 'an IP address or localhost', (value) =>
  isIP(value) !== 0 || value === 'localhost' ? value : undefined,
);

export const choice = <const C extends readonly string[]>(choices: C): Maker<C[number]> =>
  single(choices.join('|'), `one of ${choices.join(', ')}`, (value) => choices.find((known) => known === value));

/** One of many words, more than a usage line can hold. */
export const oneOf = <const C extends readonly string[]>(takes: string, choices: C): Maker<C[number]> =>
  single(takes, `one of ${choices.join(', ')}`, (value) => choices.find((known) => known === value));

/** Words separated by commas. */
export const list = (takes: string): Maker<readonly string[]> =>
  single(takes, 'words separated by commas', (value) => {
    const words = value.split(',').map((word) => word.trim());
    return words.every((word) => word !== '') ? words : undefined;
  });

/** Several of one kind: the option stands several times, its variable holds them separated as in PATH. */
export const several =
  <T>(maker: Maker<T>) =>
  (about: string): Option<readonly T[]> => {
    const one = maker(about);
    return {
      ...one,
      many: true,
      fallback: [],
      parse: (texts, name) => texts.map((value) => one.parse([value], name) as T),
    };
  };

/** Said or not said. Its variable takes `1`, `true`, `yes`, and `0`, `false`, `no`. */
export const flag = (about: string): Option<boolean> => ({
  about,
  fallback: false,
  required: false,
  many: false,
  parse: ([value = ''], name) => {
    if (/^(1|true|yes)$/i.test(value)) return true;
    if (/^(0|false|no)$/i.test(value)) return false;
    throw new WrongUsage(`${name} wants 1 or 0, not "${value}"`);
  },
});

export const required = <T>(option: Option<T | undefined>): Option<T> => ({ ...(option as Option<T>), required: true });

export const withDefault = <T>(option: Option<T | undefined>, fallback: T, fallbackText?: string): Option<T> => ({
  ...(option as Option<T>),
  fallback,
  fallbackText: fallbackText ?? String(fallback),
});
