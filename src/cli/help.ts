/** The help texts, made from the descriptions of the commands. */
import type { Command } from './command.ts';
import { optionName, variableName, type Option } from './options.ts';

const width = 100;

export function generalHelp(commands: readonly Command[]): string {
  const widest = Math.max(...commands.map(({ name }) => name.length));
  return `Chorsu, an open smart-city platform: one process, one directory, one command.

Usage
  chorsu COMMAND [options]

Commands
${commands.map(({ name, about }) => `  ${name.padEnd(widest)}  ${about}`).join('\n')}

  chorsu COMMAND --help tells everything about one of them.
  chorsu --version tells the version.

${exitCodes}`;
}

const exitCodes = `Exit codes
  0 done   1 failed   2 wrong usage
`;

export function commandHelp(command: Command): string {
  const { name, about, details, words, options, examples } = command;
  const sections = [`chorsu ${name}: ${about}.`];
  if (details) sections.push(wrap(details, 0));
  sections.push(`Usage\n  chorsu ${name}${words.called && ` ${words.called}`} [options]`);
  if (words.called) sections.push(`${words.called}\n${wrap(words.about, 2)}`);
  sections.push(`Options\n${Object.entries(options)
    .map(([key, option]) => optionHelp(key, option))
    .join('\n')}
  --help
      This text.`);
  sections.push(exitCodes.trimEnd());
  sections.push(`Examples\n${examples.map(({ line, does }) => `  ${line}\n      ${does}`).join('\n')}`);
  return `${sections.join('\n\n')}\n`;
}

function optionHelp(key: string, option: Option<unknown>): string {
  const { takes, about, required, many, fallbackText } = option;
  const facts = [
    ...(required ? ['Required.'] : []),
    ...(many ? ['May stand several times.'] : []),
    ...(fallbackText === undefined ? [] : [`Default: ${fallbackText}.`]),
    `Variable: ${variableName(key)}.`,
  ];
  return `  --${optionName(key)}${takes ? ` ${takes}` : ''}\n${wrap(`${about} ${facts.join(' ')}`, 6)}`;
}

/** Breaks a text into indented lines that fit a terminal. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + word.length + 1 > width - indent) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((part) => `${' '.repeat(indent)}${part}`).join('\n');
}
