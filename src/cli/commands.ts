/** The commands that there are, given a platform to work on. */
import { benchCommand } from './bench.ts';
import type { Command } from './command.ts';
import type { Deeds } from './control.ts';
import { importCommand, importDeed, type Importing } from './import.ts';
import { initCommand } from './init.ts';
import { playCommand } from './play.ts';
import { serveCommand, type Served, type ServeDependencies } from './serve.ts';

/** What `platform.ts` opens, as far as the command line needs it. */
export type CommandPlatform = Served & Importing;

/** What one process may ask of the other that serves the directory. */
const deedsOf = (platform: CommandPlatform): Deeds => ({ import: importDeed(platform) });

export function commands(needs: Omit<ServeDependencies<CommandPlatform>, 'deeds'>): readonly Command[] {
  const all = { ...needs, deeds: deedsOf };
  return [initCommand, serveCommand(all), importCommand(all), playCommand(all), benchCommand];
}
