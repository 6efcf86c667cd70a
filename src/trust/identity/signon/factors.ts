/** What is done for somebody who has lost the phone and the paper: by others, in sight of the log. */
import { Problem } from '../../../base/problem.ts';
import type { Database } from '../../../store/index.ts';
import type { Accounts, By } from '../accounts.ts';
import type { Notes } from '../notes.ts';
import type { Sessions } from '../sessions.ts';

export type Factors = {
  /**
   * Takes away an account's passkeys, app and printed codes, and ends its sessions. The password stays: whoever does this does
   * not come in by it, but with a new link as well they would, which is why the log is told.
   * @throws Problem not-found; forbidden: one's own, which one changes as oneself
   */
  remove(account: string, by: By): void;
};

const tables = ['passkey', 'totp', 'printed_code'] as const;

export function openFactors(deps: {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'get'>;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly notes: Notes;
}): Factors {
  const { database, accounts, sessions, notes } = deps;
  return {
    remove(account, by) {
      const { id } = accounts.get(account);
      if (id === by.id) throw new Problem('forbidden', 'nobody removes their own second factors this way', 'id');
      database.transaction(() => {
        for (const table of tables) database.run(`DELETE FROM ${table} WHERE account = ?`, id);
        notes.add('account', id, { factors: 'removed', by: by.id });
      });
      sessions.endAll(id);
    },
  };
}
