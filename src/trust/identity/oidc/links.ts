/** Which account a provider's person is. Found by issuer and subject, which nobody chooses; never by an address or a name. */
import type { Clock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import type { Database } from '../../../store/index.ts';
import { textOf } from '../columns.ts';

/** A version of `trust.db`. `managed`: the account was made for the person, and its roles follow the provider's claims. */
export const linkTables = `CREATE TABLE provider_link (
     issuer TEXT NOT NULL,
     subject TEXT NOT NULL,
     account TEXT NOT NULL REFERENCES account (id),
     managed INTEGER NOT NULL,
     made_at INTEGER NOT NULL,
     PRIMARY KEY (issuer, subject)
   ) STRICT;
   CREATE INDEX provider_link_of ON provider_link (account)`;

type Person = { readonly issuer: string; readonly subject: string };

export type Links = {
  find(person: Person): { readonly account: string; readonly managed: boolean } | undefined;
  /** @throws Problem already-exists: the person is linked to an account, or the account to a person there */
  add(person: Person, account: string, managed: boolean): void;
  /** Since when an account is linked to somebody at a provider. */
  since(account: string, issuer: string): number | undefined;
  remove(account: string, issuer: string): void;
};

export function openLinks({ database, clock }: { readonly database: Database; readonly clock: Clock }): Links {
  const find: Links['find'] = ({ issuer, subject }) => {
    const row = database.get('SELECT * FROM provider_link WHERE issuer = ? AND subject = ?', issuer, subject);
    return row && { account: textOf(row['account']), managed: row['managed'] === 1 };
  };
  const since: Links['since'] = (account, issuer) => {
    const row = database.get('SELECT made_at FROM provider_link WHERE account = ? AND issuer = ?', account, issuer);
    return row && Number(row['made_at']);
  };
  return {
    find,
    since,
    add(person, account, managed) {
      if (find(person) || since(account, person.issuer) !== undefined)
        throw new Problem('already-exists', 'this account, or this person of the provider, is linked already');
      database.run(
        'INSERT INTO provider_link (issuer, subject, account, managed, made_at) VALUES (?, ?, ?, ?, ?)',
        person.issuer,
        person.subject,
        account,
        Number(managed),
        clock.now(),
      );
    },
    remove: (account, issuer) =>
      void database.run('DELETE FROM provider_link WHERE account = ? AND issuer = ?', account, issuer),
  };
}
