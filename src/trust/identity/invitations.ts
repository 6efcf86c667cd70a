/** Links by which a person sets a password: once, and for a while. */
import type { Clock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import type { Database } from '../../store/index.ts';
import type { Account, Accounts } from './accounts.ts';
import { textOf } from './columns.ts';
import { hashOf, type NewSecret } from './secret.ts';

export const invitationMs = 24 * 3_600_000;

export type Invitations = {
  /** Takes the place of an earlier one. @returns the token, which is shown once @throws Problem bad-data: of a program */
  make(account: string, ms?: number): string;
  /** Whose it is, while it can be used. @throws Problem not-found */
  get(token: string): Account;
  /** Sets the password; the token is used up, and the sessions of the account have ended. @throws Problem not-found, bad-data */
  use(token: string, password: string): Promise<Account>;
};

export function openInvitations(deps: {
  database: Database;
  clock: Clock;
  newSecret: NewSecret;
  accounts: Accounts;
}): Invitations {
  const { database, clock, newSecret, accounts } = deps;
  const get = (token: string): Account => {
    const row = database.get(
      'SELECT account FROM invitation WHERE hash = ? AND expires_at > ?',
      hashOf(token),
      clock.now(),
    );
    const account = row && accounts.get(textOf(row['account']));
    if (!account || account.disabled || account.kind !== 'person')
      throw new Problem('not-found', 'this link was used, has expired, or never was: ask for a new one', 'token');
    return account;
  };
  return {
    make(account, ms = invitationMs) {
      if (accounts.get(account).kind !== 'person')
        throw new Problem('bad-data', 'a program has keys, and no password', 'id');
      const token = newSecret();
      database.run(
        'INSERT INTO invitation (hash, account, expires_at) VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at',
        hashOf(token),
        account,
        clock.now() + ms,
      );
      return token;
    },
    get,
    async use(token, password) {
      const { id } = get(token);
      await accounts.setPassword(id, password, () => {
        // Of two that come at once, the second finds none.
        get(token);
        database.run('DELETE FROM invitation WHERE hash = ?', hashOf(token));
      });
      return accounts.get(id);
    },
  };
}
