/**
 * What programs and devices prove themselves with: an id and a secret of 256 bits. Asked for every reading, so what is valid
 * stands in memory, and its last use is written once a minute.
 */
import type { Clock } from '../../base/clock.ts';
import { sameText, type Principal } from '../../http/index.ts';
import { isSecret } from './secret.ts';

export type Credentials = {
  /** Takes the place of what the id had. */
  put(id: string, credential: { hash: string; principal: Principal; expiresAt?: number; usedAt?: number }): void;
  /** From now on it proves nothing. */
  drop(id: string): void;
  /** Who proves itself with this secret; undefined when nobody does. Counts as used. */
  readonly find: (id: string, secret: string) => Principal | undefined;
  /** Whether it is still who it was when it proved itself. */
  readonly isCurrent: (id: string, who: Principal) => boolean;
  usedAt(id: string): number | undefined;
  /** Gives what was used since the last time. */
  flush(save: (id: string, usedAt: number) => void): void;
};

type Entry = {
  readonly hash: string;
  readonly principal: Principal;
  readonly expiresAt: number;
  /** What proved itself last, so that the next reading is not hashed again: a hash costs a sixth of answering one. */
  proven?: string;
  usedAt: number | undefined;
  savedAt: number | undefined;
};

export function openCredentials(clock: Clock): Credentials {
  const entries = new Map<string, Entry>();
  return {
    put(id, { hash, principal, expiresAt = Infinity, usedAt }) {
      const known = entries.get(id);
      entries.set(id, {
        hash,
        principal,
        expiresAt,
        usedAt: known?.usedAt ?? usedAt,
        savedAt: known?.savedAt ?? usedAt,
      });
    },
    drop: (id) => void entries.delete(id),
    find(id, secret) {
      const entry = entries.get(id);
      if (!entry || !proves(secret, entry)) return undefined;
      const now = clock.now();
      if (now >= entry.expiresAt) return undefined;
      entry.usedAt = now;
      return entry.principal;
    },
    isCurrent(id, who) {
      const entry = entries.get(id);
      return entry?.principal === who && clock.now() < entry.expiresAt;
    },
    usedAt: (id) => entries.get(id)?.usedAt,
    flush(save) {
      for (const [id, entry] of entries) {
        if (entry.usedAt === undefined || entry.usedAt === entry.savedAt) continue;
        save(id, entry.usedAt);
        entry.savedAt = entry.usedAt;
      }
    },
  };
}

function proves(secret: string, entry: Entry): boolean {
  if (entry.proven !== undefined && sameText(secret, entry.proven)) return true;
  if (!isSecret(secret, entry.hash)) return false;
  entry.proven = secret;
  return true;
}
