/** API keys of service accounts and persons: shown once, limited to a scope, expiring. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { normalized } from '../../base/words.ts';
import { actions as allActions, type Action } from '../../http/principal.ts';
import type { Database, Found } from '../../store/index.ts';
import type { Account, Accounts, By } from './accounts.ts';
import { checkedAreas, limitOf, sharedAreas } from './areas.ts';
import {
  areasOf,
  areasText,
  listOf,
  tenantsOf,
  tenantsText,
  textOf,
  timeOf,
  type Areas,
  type Tenants,
} from './columns.ts';
import type { Credentials } from './credentials.ts';
import type { Notes } from './notes.ts';
import { hashOf, type NewSecret } from './secret.ts';
import { principalOf } from './sessions.ts';

export type ApiKey = {
  /** Public part of the key. */
  readonly id: string;
  readonly account: string;
  readonly label: string;
  /** What it is limited to, within what the roles of its account allow. */
  readonly scope: readonly Action[];
  /** What it is limited to, within the tenants of its account; absent: all of those. */
  readonly tenants?: Tenants;
  /** The same of areas. */
  readonly areas?: Areas;
  readonly madeAt: number;
  readonly expiresAt: number;
  readonly usedAt?: number;
  readonly revokedAt?: number;
};

export type NewKey = Pick<ApiKey, 'account' | 'label' | 'scope' | 'tenants' | 'areas'> & {
  /** Default 365, at most 1825. */
  readonly days?: number;
};

export type Keys = {
  /** @returns the key itself, which is shown once: `chorsu_ID_SECRET`. @throws Problem not-found, bad-data */
  add(given: NewKey, by: By): { readonly key: ApiKey; readonly secret: string };
  /** Newest first; those of one account, or all. */
  list(account?: string): readonly ApiKey[];
  /** @throws Problem not-found */
  get(id: string): ApiKey;
  /** At once, and for good. @throws Problem not-found */
  revoke(id: string, by: By): ApiKey;
  flush(): void;
};

/** What only a person in front of a page may do, and never a key that was stolen. */
const personal: ReadonlySet<Action> = new Set([
  'useAccount',
  'managePeople',
  'manageKeys',
  'openVault',
  'approveOpening',
  'manageRetention',
]);
export const keyActions: readonly Action[] = allActions.filter((action) => !personal.has(action));

const dayMs = 86_400_000;
const daysMax = 1_825;

export function openKeys(deps: {
  database: Database;
  clock: Clock;
  newId: NewId;
  newSecret: NewSecret;
  notes: Notes;
  accounts: Accounts;
  credentials: Credentials;
  /** Ids of the city's districts. */
  districts: readonly string[];
}): Keys {
  const { database, clock, newId, newSecret, notes, accounts, credentials, districts } = deps;
  const keyOf = (row: Found): ApiKey => {
    const id = textOf(row['id']);
    const usedAt = credentials.usedAt(id) ?? timeOf(row['used_at']);
    const revokedAt = timeOf(row['revoked_at']);
    return {
      id,
      account: textOf(row['account']),
      label: textOf(row['label']),
      scope: listOf(row['scope']) as readonly Action[],
      ...(row['tenants'] !== null && { tenants: tenantsOf(row['tenants']) }),
      ...(row['areas'] !== null && { areas: areasOf(row['areas']) }),
      madeAt: Number(row['made_at']),
      expiresAt: Number(row['expires_at']),
      ...(usedAt !== undefined && { usedAt }),
      ...(revokedAt !== undefined && { revokedAt }),
    };
  };
  const load = (row: Found, account: Account): void => {
    const { id, scope, tenants, areas, expiresAt, usedAt, revokedAt } = keyOf(row);
    if (account.disabled || revokedAt !== undefined) return credentials.drop(id);
    const principal = {
      ...principalOf(account),
      scope,
      tenants: within(account.tenants, tenants),
      ...limitOf(sharedAreas(account.areas, areas)),
    };
    credentials.put(id, { hash: textOf(row['hash']), principal, expiresAt, ...(usedAt !== undefined && { usedAt }) });
  };
  const rowsOf = (account: string): readonly Found[] =>
    database.all('SELECT * FROM api_key WHERE account = ? ORDER BY made_at DESC, id', account);
  const everyRow = (): readonly Found[] => database.all('SELECT * FROM api_key ORDER BY made_at DESC, id');
  const rowOf = (id: string): Found => {
    const row = database.get('SELECT * FROM api_key WHERE id = ?', id);
    if (!row) throw new Problem('not-found', 'there is no such key', 'id');
    return row;
  };
  const note = ({ id, account, scope, tenants, areas, expiresAt, revokedAt }: ApiKey, by: By): void =>
    notes.add('api-key', id, {
      account,
      scope: [...scope],
      ...(tenants !== undefined && { tenants: tenants === 'all' ? tenants : [...tenants] }),
      ...(areas !== undefined && areas !== 'all' && { areas: [...areas] }),
      expiresAt: new Date(expiresAt).toISOString(),
      revoked: revokedAt !== undefined,
      by: by.id,
    });

  for (const row of everyRow()) load(row, accounts.get(textOf(row['account'])));
  accounts.onChange((account) => rowsOf(account.id).forEach((row) => load(row, account)));

  return {
    add({ account: owner, label, scope, tenants, areas, days = 365 }, by) {
      const account = accounts.get(owner);
      if (account.disabled) throw new Problem('bad-data', 'the account is disabled', 'account');
      const id = newId();
      const secret = newSecret();
      const madeAt = clock.now();
      if (!Number.isInteger(days) || days < 1 || days > daysMax)
        throw new Problem('bad-data', `a key is valid for 1 to ${daysMax} days`, 'days');
      database.transaction(() => {
        database.run(
          `INSERT INTO api_key (id, hash, account, label, scope, tenants, areas, made_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          id,
          hashOf(secret),
          owner,
          labelOf(label),
          JSON.stringify(scopeOf(scope)),
          tenants === undefined ? null : tenantsText(tenants),
          areas === undefined ? null : areasText(checkedAreas(areas, districts)),
          madeAt,
          madeAt + days * dayMs,
        );
        note(keyOf(rowOf(id)), by);
      });
      load(rowOf(id), account);
      return { key: keyOf(rowOf(id)), secret: `chorsu_${id}_${secret}` };
    },
    list: (account) => (account === undefined ? everyRow() : rowsOf(account)).map(keyOf),
    get: (id) => keyOf(rowOf(id)),
    revoke(id, by) {
      const before = keyOf(rowOf(id));
      if (before.revokedAt !== undefined) return before;
      database.transaction(() => {
        database.run('UPDATE api_key SET revoked_at = ? WHERE id = ?', clock.now(), id);
        note(keyOf(rowOf(id)), by);
      });
      const after = keyOf(rowOf(id));
      credentials.drop(id);
      return after;
    },
    flush: () =>
      credentials.flush((id, usedAt) => {
        database.run('UPDATE api_key SET used_at = ? WHERE id = ?', usedAt, id);
        database.run('UPDATE device SET used_at = ? WHERE id = ?', usedAt, id);
      }),
  };
}

/** @throws Problem bad-data */
export function labelOf(given: string): string {
  const label = normalized(given);
  if (label.length < 1 || label.length > 120 || /[\p{Cc}\p{Cf}]/u.test(label))
    throw new Problem('bad-data', 'a label has 1 to 120 characters', 'label');
  return label;
}

/** @throws Problem bad-data */
function scopeOf(given: readonly string[]): readonly Action[] {
  const wrong = given.find((name) => !keyActions.some((action) => action === name));
  if (wrong !== undefined)
    throw new Problem(
      'bad-data',
      `"${wrong}" is nothing that a key may do; there are ${keyActions.join(', ')}`,
      'scope',
    );
  if (given.length === 0) throw new Problem('bad-data', 'a key without a scope can do nothing', 'scope');
  return [...new Set(given as readonly Action[])].sort();
}

/** Of the tenants of an account those that a key names. */
function within(account: Tenants, key: Tenants | undefined): Tenants {
  if (key === undefined || key === 'all') return account;
  return account === 'all' ? key : key.filter((name) => account.includes(name));
}
