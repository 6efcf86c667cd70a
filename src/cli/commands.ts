/** The commands that there are, given a platform to work on. */
import { benchCommand } from './bench.ts';
import { backupCommand, backupDeed, type Holding } from './backup.ts';
import type { Command } from './command.ts';
import type { Deeds } from './control.ts';
import { importCommand, importDeed, suggestDeed, type Importing } from './import.ts';
import { initCommand } from './init.ts';
import { importsCommand, importsDeed, undoCommand, undoDeed } from './imports.ts';
import { playCommand } from './play.ts';
import { retentionCommand, retentionDeed, type Retaining } from './retention.ts';
import { restoreCommand } from './restore.ts';
import { addModelDeed, modelsDeed, removeModelDeed, schemasCommand, type Modelled } from './schemas.ts';
import { streetsCommand } from './streets.ts';
import { serveCommand, type Served, type ServeDependencies } from './serve.ts';
import { vaultCommand } from './vault.ts';
import { digestDeed, verifyCommand } from './verify.ts';
import { tokenCommand, tokenDeed } from './token.ts';
import { userCommand, userDeed, type Peopled } from './user.ts';
import { witnessCommand } from './witness.ts';

/** What `platform.ts` opens, as far as the command line needs it. */
export type CommandPlatform = Served & Importing & Holding & Modelled & Peopled & Retaining;
type Needs = Omit<ServeDependencies<CommandPlatform>, 'deeds'>;

/** What one process may ask of the other that serves the directory. */
const deedsOf =
  ({ open }: Needs) =>
  (platform: CommandPlatform): Deeds => ({
    import: importDeed(platform),
    imports: importsDeed(platform),
    undo: undoDeed(platform),
    suggest: suggestDeed(platform),
    models: modelsDeed(platform),
    addModel: addModelDeed(platform),
    removeModel: removeModelDeed(platform),
    user: userDeed(platform),
    token: tokenDeed(platform),
    backup: backupDeed(platform, open, Date.now),
    digest: digestDeed(platform),
    retention: retentionDeed(platform),
  });

export function commands(needs: Needs): readonly Command[] {
  const all = { ...needs, deeds: deedsOf(needs) };
  return [
    initCommand,
    streetsCommand,
    serveCommand(all),
    userCommand(all),
    tokenCommand(all),
    importCommand(all),
    importsCommand(all),
    undoCommand(all),
    schemasCommand(all),
    playCommand(all),
    backupCommand(all),
    restoreCommand(all),
    verifyCommand(all),
    vaultCommand,
    retentionCommand(all),
    witnessCommand,
    benchCommand,
  ];
}
