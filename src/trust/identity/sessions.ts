/**
 * Sessions of browsers: kept here, opaque outside. They live in memory, where every request asks for them; `trust.db` keeps them
 * over a restart, and is told once a minute when they were seen.
 */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { Principal } from '../../http/principal.ts';
import type { Database } from '../../store/index.ts';
import type { Account } from './accounts.ts';
import { limitOf } from './areas.ts';
import { textOf } from './columns.ts';
import { csrfOf, hashOf, type NewSecret } from './secret.ts';

/** Without a request. */
export const idleMs = 30 * 60_000;
/** Since the sign-in. */
export const sessionMs = 12 * 3_600_000;

export type Session = {
  readonly id: string;
  readonly account: string;
  /** A family of browsers, nothing closer. */
  readonly browser: string;
  readonly madeAt: number;
  readonly seenAt: number;
  /** What its account's rights ask for and it has not; until then it is good for the account's own pages. */
  readonly due?: 'second-factor';
};

export type Sessions = {
  /** @returns the secret for the cookie, which is shown once */
  open(account: Account, browser: string, due?: Session['due']): { readonly secret: string; readonly session: Session };
  /** Whose it is; nobody's when it has ended. Counts as seen, unless it is asked quietly. */
  find(secret: string, quietly?: boolean): Principal | undefined;
  /** Of an account, seen last first. */
  list(account: string): readonly Session[];
  /** @returns false when the account has none of this id */
  end(account: string, id: string): boolean;
  endAll(account: string): void;
  /** Writes when they were seen; takes away those that have ended. */
  flush(): void;
};

type Entry = {
  readonly hash: string;
  readonly session: Omit<Session, 'seenAt'>;
  readonly account: Account;
  seenAt: number;
  savedAt: number;
  /** Made when the secret comes by: what its forms carry is derived from it. */
  principal?: Principal;
};

export function openSessions(deps: {
  database: Database;
  clock: Clock;
  newId: NewId;
  newSecret: NewSecret;
  accountOf: (id: string) => Account;
}): Sessions {
  const { database, clock, newId, newSecret, accountOf } = deps;
  const entries = new Map<string, Entry>();
  const forget = (entry: Entry): void => {
    entries.delete(entry.hash);
    database.run('DELETE FROM session WHERE hash = ?', entry.hash);
  };
  const hasEnded = ({ seenAt, session }: Entry): boolean => {
    const now = clock.now();
    return now - seenAt >= idleMs || now - session.madeAt >= sessionMs;
  };
  const ofAccount = (account: string): Entry[] => [...entries.values()].filter((entry) => entry.account.id === account);

  for (const row of database.all('SELECT * FROM session')) {
    const account = accountOf(textOf(row['account']));
    const seenAt = Number(row['seen_at']);
    const hash = textOf(row['hash']);
    const session = {
      id: textOf(row['id']),
      account: account.id,
      browser: textOf(row['browser']),
      madeAt: Number(row['made_at']),
      ...(row['due'] === 'second-factor' && ({ due: 'second-factor' } as const)),
    };
    entries.set(hash, { hash, session, account, seenAt, savedAt: seenAt });
  }

  return {
    open(account, browser, due) {
      const secret = newSecret();
      const now = clock.now();
      const session = { id: newId(), account: account.id, browser, madeAt: now, ...(due && { due }) };
      const hash = hashOf(secret);
      database.run(
        'INSERT INTO session (hash, id, account, browser, made_at, seen_at, due) VALUES (?, ?, ?, ?, ?, ?, ?)',
        hash,
        session.id,
        account.id,
        browser,
        now,
        now,
        due ?? null,
      );
      entries.set(hash, { hash, session, account, seenAt: now, savedAt: now });
      return { secret, session: { ...session, seenAt: now } };
    },
    find(secret, quietly = false) {
      const entry = entries.get(hashOf(secret));
      if (!entry) return undefined;
      if (hasEnded(entry)) {
        forget(entry);
        return undefined;
      }
      if (!quietly) entry.seenAt = clock.now();
      const { id, madeAt, due } = entry.session;
      return (entry.principal ??= {
        ...principalOf(entry.account),
        ...(due && { roles: [], tenants: [] }),
        session: { id, csrf: csrfOf(secret), since: madeAt, ...(due && { due }) },
      });
    },
    list: (account) =>
      ofAccount(account)
        .filter((entry) => !hasEnded(entry))
        .map(({ session, seenAt }) => ({ ...session, seenAt }))
        .sort((one, other) => other.seenAt - one.seenAt),
    end(account, id) {
      const entry = ofAccount(account).find(({ session }) => session.id === id);
      if (entry) forget(entry);
      return entry !== undefined;
    },
    endAll: (account) => ofAccount(account).forEach(forget),
    flush() {
      for (const entry of entries.values()) {
        if (hasEnded(entry)) forget(entry);
        else if (entry.seenAt !== entry.savedAt) {
          database.run('UPDATE session SET seen_at = ? WHERE hash = ?', entry.seenAt, entry.hash);
          entry.savedAt = entry.seenAt;
        }
      }
    },
  };
}

/** What the policy knows of an account. */
export const principalOf = ({ id, kind, roles, department, tenants, areas }: Account): Principal => ({
  id,
  kind,
  roles,
  tenants,
  ...(department !== undefined && { department }),
  ...limitOf(areas),
});
