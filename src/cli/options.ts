/**
 * Options of a command: what they are called, what they take, what they mean. One description gives the parser, the
 * help and the environment variable, so that the three cannot disagree.
 */
import { parseArgs } from 'node:util';
import { delimiter } from 'node:path';
import { WrongUsage } from './usage.ts';

export type Option<T> = {
  /** What stands for the value in the help (`DIR`); absent for a flag. */
  readonly takes?: string;
  /** A sentence or two. */
  readonly about: string;
  /** The value when nothing is given, and how the help tells it. */
  readonly fallback: T | undefined;
  readonly fallbackText?: string;
  readonly required: boolean;
  /** May stand several times. */
  readonly many: boolean;
  /** @throws WrongUsage when a text is not what the option takes; `name` is how the user gave it */
  readonly parse: (texts: readonly string[], name: string) => T;
};
export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

export type Environment = Readonly<Record<string, string | undefined>>;

/** `mqttPort` -> `mqtt-port`. */
export const optionName = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** `mqttPort` -> `CHORSU_MQTT_PORT`. */
export const variableName = (key: string): string => `CHORSU_${optionName(key).replaceAll('-', '_').toUpperCase()}`;

/**
 * Reads options and words. An option on the command line goes before its variable, a variable before the fallback.
 * @param words how many words may stand beside the options, and what they are called in the error
 * @throws WrongUsage
 */
export function readOptions<O extends Options>(
  options: O,
  given: readonly string[],
  environment: Environment,
  words: { readonly min: number; readonly max: number; readonly called: string },
): { values: Values<O>; words: string[] } {
  const byName = new Map(Object.entries(options).map(([key, option]) => [optionName(key), option]));
  const { tokens } = parseArgs({
    args: [...given],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      [...byName].map(([name, { takes }]) => [name, { type: takes ? 'string' : 'boolean', multiple: true } as const]),
    ),
  });
  const texts = new Map<string, string[]>();
  const found: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') found.push(token.value);
    if (token.kind !== 'option') continue;
    const option = byName.get(token.name);
    if (!option) throw new WrongUsage(`there is no option ${token.rawName}${nearest(token.name, [...byName.keys()])}`);
    if (option.takes === undefined) {
      if (token.value !== undefined) throw new WrongUsage(`${token.rawName} takes no value`);
      texts.set(token.name, ['true']);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      throw new WrongUsage(`${token.rawName} wants ${option.takes}, and nothing follows it`);
    }
    const before = texts.get(token.name);
    if (before && !option.many) throw new WrongUsage(`${token.rawName} stands twice`);
    texts.set(token.name, [...(before ?? []), token.value]);
  }
  if (found.length > words.max) throw new WrongUsage(`"${found[words.max]}" is one word too many`);
  if (found.length < words.min) throw new WrongUsage(`${words.called} is missing`);
  const values = Object.fromEntries(
    Object.entries(options).map(([key, option]) => [
      key,
      valueOf(key, option, texts.get(optionName(key)), environment),
    ]),
  );
  return { values: values as Values<O>, words: found };
}

function valueOf(
  key: string,
  option: Option<unknown>,
  texts: readonly string[] | undefined,
  environment: Environment,
): unknown {
  if (texts) return option.parse(texts, `--${optionName(key)}`);
  const variable = variableName(key);
  const text = environment[variable];
  if (text !== undefined && text !== '') return option.parse(option.many ? text.split(delimiter) : [text], variable);
  if (option.required) throw new WrongUsage(`--${optionName(key)} ${option.takes ?? ''} is missing`);
  return option.fallback;
}

/** ` (did you mean --port?)` when one name is close to what was written. */
function nearest(written: string, names: readonly string[]): string {
  const close = names.find(
    (name) => name.startsWith(written) || written.startsWith(name) || differInOne(name, written),
  );
  return close ? ` (did you mean --${close}?)` : '';
}

function differInOne(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const rest = (text: string, from: number) => text.slice(from);
  return (
    rest(a, same + 1) === rest(b, same + 1) ||
    rest(a, same + 1) === rest(b, same) ||
    rest(a, same) === rest(b, same + 1)
  );
}
