/** Files of a profile, written so that a failure leaves what was there before. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Makes a directory: into one beside it first, so that a failure leaves nothing half made. */
export function writeDirectory(out: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const draft = `${out}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(out), { recursive: true });
  mkdirSync(draft);
  for (const [file, text] of Object.entries(files)) writeSynced(join(draft, file), text);
  if (existsSync(out)) rmSync(out, { recursive: true });
  renameSync(draft, out);
}

/**
 * Replaces files of a directory: all are written and synced beside their places before the first one is moved, in the
 * order given. Stopped between two moves, each file is whole, old or new; doing it again completes it.
 */
export function replaceFiles(directory: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const drafts = Object.entries(files).map(([file, text]) => {
    const draft = join(directory, `${file}.new`);
    writeSynced(draft, text);
    return { draft, file: join(directory, file) };
  });
  for (const { draft, file } of drafts) renameSync(draft, file);
}

function writeSynced(path: string, content: string | Uint8Array): void {
  const descriptor = openSync(path, 'w');
  try {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
