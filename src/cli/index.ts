/** The command line's door: finds the command, runs it, turns what it throws into an exit code. */
import { Problem } from '../base/problem.ts';
import type { Command, Terminal } from './command.ts';
import { commandHelp, generalHelp } from './help.ts';
import { WrongUsage } from './usage.ts';

/**
 * @param given what stands behind `chorsu`
 * @returns exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCommandLine(
  commands: readonly Command[],
  version: string,
  given: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [name, ...rest] = given;
  if (name === '--version' || name === '-v') return say(terminal, `chorsu ${version}\n`);
  if (name === undefined) {
    terminal.err(generalHelp(commands));
    return 2;
  }
  const asked = name === 'help' ? rest[0] : name;
  const command = commands.find((known) => known.name === asked);
  const wantsHelp = name === 'help' || rest.includes('--help') || rest.includes('-h');
  if (asked === '--help' || asked === '-h' || asked === undefined) return say(terminal, generalHelp(commands));
  if (!command) {
    terminal.err(
      `chorsu: there is no command "${asked}". The commands: ${commands.map((known) => known.name).join(', ')}.\n`,
    );
    return 2;
  }
  if (wantsHelp) return say(terminal, commandHelp(command));
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    return tell(error, command, terminal);
  }
}

function say(terminal: Terminal, text: string): number {
  terminal.out(text);
  return 0;
}

function tell(error: unknown, command: Command, terminal: Terminal): number {
  if (error instanceof WrongUsage) {
    terminal.err(`chorsu ${command.name}: ${error.message}. See chorsu ${command.name} --help.\n`);
    return 2;
  }
  if (error instanceof Problem) {
    const where = error.field === undefined ? '' : ` (${error.field})`;
    terminal.err(`chorsu ${command.name}: ${error.message}${where}.\n`);
    return 1;
  }
  // Not foreseen: whoever mends it needs the stack.
  terminal.err(`chorsu ${command.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
export { commands } from './commands.ts';
