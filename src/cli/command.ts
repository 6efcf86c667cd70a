/** What a command is: its words, its options, what it does. */
import { readOptions, type Environment, type Options, type Values } from './options.ts';

/** Where a command speaks and what it is told. Passed in, so that a test listens. */
export type Terminal = {
  /** Results, for people and pipes. */
  readonly out: (text: string) => void;
  /** Progress and complaints. */
  readonly err: (text: string) => void;
  /** Somebody watches: progress may redraw its line. */
  readonly interactive: boolean;
  readonly environment: Environment;
  /** Milliseconds. */
  readonly now: () => number;
};

export type Words = {
  /** As in the usage line: `FILE...`. Empty when the command takes none. */
  readonly called: string;
  readonly about: string;
  readonly min: number;
  readonly max: number;
};

export type Command = {
  readonly name: string;
  /** Half a sentence for the list of commands. */
  readonly about: string;
  /** What one should know before using it. */
  readonly details?: string;
  readonly words: Words;
  readonly options: Options;
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** @returns exit code: 0 done, 1 failed. @throws WrongUsage (2), Problem (1) */
  readonly run: (given: readonly string[], terminal: Terminal) => Promise<number>;
};

export const noWords: Words = { called: '', about: '', min: 0, max: 0 };

/** Makes a command whose `act` gets its options typed and checked. */
export function command<O extends Options>(
  description: Omit<Command, 'run' | 'options'> & {
    readonly options: O;
    readonly act: (values: Values<O>, words: readonly string[], terminal: Terminal) => Promise<number>;
  },
): Command {
  const { act, ...told } = description;
  return {
    ...told,
    run: (given, terminal) => {
      const { values, words } = readOptions(description.options, given, terminal.environment, description.words);
      return act(values, words, terminal);
    },
  };
}
