#!/usr/bin/env node
/** The program. Registers the `.tsx` hook first: static imports would be linked before it. */
import './tsx.ts';
import { setFlagsFromString } from 'node:v8';

// Where memory is plenty V8 lets a heap grow to four times what lives in it before it collects; here others have caches.
setFlagsFromString('--heap-growing-percent=100');

const { commands, runCommandLine } = await import('./cli/index.ts');
const { jsonLog } = await import('./base/log.ts');
const { default: about } = await import('../package.json', { with: { type: 'json' } });

const all = commands({
  // Loaded when needed: help and wrong usage answer at once.
  open: async (settings, log) => (await import('./platform.ts')).openPlatform(settings, { log }),
  log: (level) => jsonLog({ level }),
  signals: process,
  exitNow: (code) => process.exit(code),
});
const code = await runCommandLine(all, about.version, process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interactive: process.stderr.isTTY,
  environment: process.env,
  now: Date.now,
});
// Not process.exitCode: a worker or a socket that somebody forgot must not keep a finished command alive.
process.exit(code);
