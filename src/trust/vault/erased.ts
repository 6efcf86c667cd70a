/**
 * Whose records were erased: opaque ids, one per line, in a file beside the key. It is no part of a backup, so that a backup which
 * is older than an erasure cannot undo it: whoever is named here is erased again before anything is served.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

export type Erased = {
  list(): readonly string[];
  /** Durable when it returns. */
  add(subject: string): void;
};

export function openErased(path: string): Erased {
  const list = (): readonly string[] =>
    existsSync(path)
      ? readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [];
  return {
    list,
    add(subject) {
      const file = openSync(path, 'a', 0o600);
      try {
        writeSync(file, `${subject}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
  };
}
