/** Accounts: of persons, who sign in, and of services, which hold keys. An account is never deleted: its id stands in the log. */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { normalized } from '../../base/words.ts';
import type { Principal } from '../../http/principal.ts';
import type { Database, Found } from '../../store/index.ts';
import { roles as allRoles, type Role } from '../schema.ts';
import { checkedAreas } from './areas.ts';
import { areasOf, areasText, listOf, tenantsOf, tenantsText, textOf, type Areas, type Tenants } from './columns.ts';
import type { Notes } from './notes.ts';
import { checkPassword, passwordMax, type Passwords } from './passwords.ts';

export type Account = {
  /** Opaque. */
  readonly id: string;
  readonly kind: 'person' | 'service';
  /** What a person signs in with; lower case. */
  readonly name: string;
  readonly displayName: string;
  /** Sorted. */
  readonly roles: readonly Role[];
  readonly department?: string;
  readonly tenants: Tenants;
  readonly areas: Areas;
  readonly disabled: boolean;
  /** A password is there; without one the person has not followed the link yet. */
  readonly hasPassword: boolean;
  /** The next sign-in leads to a new password. */
  readonly mustChange: boolean;
  readonly madeAt: number;
};

export type NewAccount = Pick<Account, 'name'> &
  Partial<Pick<Account, 'kind' | 'displayName' | 'roles' | 'department' | 'tenants' | 'areas'>>;
/** `department: ''` takes it away. */
export type AccountChange = Partial<
  Pick<Account, 'displayName' | 'roles' | 'department' | 'tenants' | 'areas' | 'disabled' | 'mustChange'>
>;

/** Who changes something: opaque id of an account, or `system` for the command line. */
export type By = Pick<Principal, 'id'>;

export type Accounts = {
  /** @throws Problem not-found */
  readonly get: (id: string) => Account;
  /** By the name that a person types. */
  find(name: string): Account | undefined;
  /** By name. */
  list(): readonly Account[];
  /** @throws Problem already-exists, bad-data (field) */
  add(given: NewAccount, by: By): Account;
  /**
   * What changes rights ends the sessions of the account.
   * @throws Problem not-found, bad-data, forbidden (one's own rights), conflict (the last administrator)
   */
  change(id: string, change: AccountChange, by: By): Account;
  /** The account whose name and password these are; nobody when it is disabled. @throws Problem overloaded */
  withPassword(name: string, password: string): Promise<Account | undefined>;
  /**
   * @param claim called before it is kept; may throw
   * @throws Problem bad-data (field `password`), overloaded
   */
  setPassword(id: string, password: string, claim?: () => void): Promise<void>;
  /** Takes it away: only a link leads in again. Ends the sessions. @throws Problem not-found */
  clearPassword(id: string): void;
  /** Told after a change of rights, and when a password was set or taken away. */
  onChange(listener: (account: Account) => void): void;
};

export function openAccounts(deps: {
  database: Database;
  clock: Clock;
  newId: NewId;
  notes: Notes;
  passwords: Passwords;
  /** Names of the city: passwords are not made of them. */
  cityNames: readonly string[];
  /** Ids of the city's districts. */
  districts: readonly string[];
}): Accounts {
  const { database, clock, newId, notes, passwords, cityNames, districts } = deps;
  const listeners: ((account: Account) => void)[] = [];

  const get = (id: string): Account => {
    const row = database.get('SELECT * FROM account WHERE id = ?', id);
    if (!row) throw new Problem('not-found', 'there is no such account', 'id');
    return accountOf(row);
  };
  const rowOf = (name: string): Found | undefined =>
    database.get('SELECT * FROM account WHERE name = ?', normalName(name));
  const list = (): readonly Account[] => database.all('SELECT * FROM account ORDER BY name').map(accountOf);
  const changed = (account: Account): Account => {
    for (const listener of listeners) listener(account);
    return account;
  };
  const note = ({ id, kind, roles, department, tenants, areas, disabled }: Account, by: By): void =>
    notes.add('account', id, {
      kind,
      roles: [...roles],
      tenants: tenants === 'all' ? tenants : [...tenants],
      disabled,
      ...(department !== undefined && { department }),
      ...(areas !== 'all' && { areas: [...areas] }),
      by: by.id,
    });
  const setHash = (id: string, hash: string | null): Account => {
    database.run('UPDATE account SET password = ?, must_change = 0 WHERE id = ?', hash, id);
    return changed(get(id));
  };

  return {
    get,
    find: (name) => {
      const row = rowOf(name);
      return row && accountOf(row);
    },
    list,
    add(given, by) {
      const name = normalName(given.name);
      if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@-]{1,63}$/u.test(name) || isMixed(name))
        throw new Problem('bad-data', 'a name has 2 to 64 letters of one script, digits, ".", "_", "-" or "@"', 'name');
      const made: Account = {
        id: newId(),
        kind: given.kind ?? 'person',
        name,
        displayName: displayNameOf(given.displayName ?? given.name),
        roles: rolesOf(given.roles ?? []),
        ...(given.department !== undefined && given.department !== '' && { department: given.department }),
        tenants: given.tenants ?? [],
        areas: checkedAreas(given.areas ?? 'all', districts),
        disabled: false,
        hasPassword: false,
        mustChange: false,
        madeAt: clock.now(),
      };
      if (rowOf(name)) throw new Problem('already-exists', `there is an account "${name}"`, 'name');
      database.transaction(() => {
        database.run(
          `INSERT INTO account (id, kind, name, display_name, roles, department, tenants, areas, made_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          made.id,
          made.kind,
          made.name,
          made.displayName,
          JSON.stringify(made.roles),
          made.department ?? null,
          tenantsText(made.tenants),
          areasText(made.areas),
          made.madeAt,
        );
        note(made, by);
      });
      return made;
    },
    change(id, change, by) {
      const before = get(id);
      const { department = before.department, ...rest } = change;
      const after: Account = {
        ...before,
        ...rest,
        ...(rest.roles && { roles: rolesOf(rest.roles) }),
        ...(rest.areas && { areas: checkedAreas(rest.areas, districts, before.areas) }),
        ...(rest.displayName !== undefined && { displayName: displayNameOf(rest.displayName) }),
        ...(department !== undefined && { department }),
      };
      const touchesRights = rightsOf(before) !== rightsOf(after);
      if (touchesRights && by.id === id) throw new Problem('forbidden', 'nobody changes their own rights', 'id');
      if (isAdministrator(before) && !isAdministrator(after) && list().filter(isAdministrator).length === 1)
        throw new Problem('conflict', 'this is the last administrator: make another one first', 'id');
      database.transaction(() => {
        database.run(
          `UPDATE account SET display_name = ?, roles = ?, department = ?, tenants = ?, areas = ?,
             disabled = ?, must_change = ?
           WHERE id = ?`,
          after.displayName,
          JSON.stringify(after.roles),
          after.department === '' ? null : (after.department ?? null),
          tenantsText(after.tenants),
          areasText(after.areas),
          Number(after.disabled),
          Number(after.mustChange),
          id,
        );
        if (touchesRights) note(get(id), by);
      });
      const now = get(id);
      return touchesRights || (after.mustChange && !before.mustChange) ? changed(now) : now;
    },
    async withPassword(name, password) {
      const row = rowOf(name);
      const account = row && accountOf(row);
      const known = row?.['password'];
      // Longer ones were never set: hashing them whole would only cost.
      const tried = password.length > passwordMax * 2 ? '' : password;
      const isRight = await passwords.verify(tried, typeof known === 'string' ? known : undefined);
      return isRight && account && !account.disabled && account.kind === 'person' ? account : undefined;
    },
    async setPassword(id, password, claim) {
      const { name, displayName } = get(id);
      checkPassword(password, [name, displayName, ...cityNames]);
      const hash = await passwords.hash(password);
      claim?.();
      setHash(id, hash);
    },
    clearPassword(id) {
      get(id);
      setHash(id, null);
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** Far above what a name may have: what is longer is nobody's. */
const nameMax = 256;

/** One spelling of each name: compatibility forms and case do not make another one. */
export const normalName = (name: string): string => normalized(name, 'NFKC', nameMax).slice(0, nameMax).toLowerCase();

/** Letters of two scripts look alike. */
const isMixed = (name: string): boolean => /\p{Script=Latin}/u.test(name) && /\p{Script=Cyrillic}/u.test(name);

export const isAdministrator = ({ roles, disabled, kind }: Account): boolean =>
  kind === 'person' && !disabled && roles.includes('administrator');

const rightsOf = ({ roles, department, tenants, areas, disabled }: Account): string =>
  JSON.stringify([roles, department ?? '', tenants, areas, disabled]);

function displayNameOf(given: string): string {
  const text = normalized(given);
  if (text.length < 1 || text.length > 120 || /[\p{Cc}\p{Cf}]/u.test(text))
    throw new Problem('bad-data', 'a name to be shown has 1 to 120 characters', 'displayName');
  return text;
}

/** @throws Problem bad-data */
export function rolesOf(given: readonly string[]): readonly Role[] {
  const wrong = given.find((name) => !allRoles.some((role) => role === name));
  if (wrong !== undefined)
    throw new Problem('bad-data', `"${wrong}" is no role; there are ${allRoles.join(', ')}`, 'roles');
  return [...new Set(given as readonly Role[])].sort();
}

const accountOf = (row: Found): Account => ({
  id: textOf(row['id']),
  kind: row['kind'] === 'service' ? 'service' : 'person',
  name: textOf(row['name']),
  displayName: textOf(row['display_name']),
  roles: listOf(row['roles']) as readonly Role[],
  ...(row['department'] !== null && { department: textOf(row['department']) }),
  tenants: tenantsOf(row['tenants']),
  areas: areasOf(row['areas']),
  disabled: row['disabled'] === 1,
  hasPassword: row['password'] !== null,
  mustChange: row['must_change'] === 1,
  madeAt: Number(row['made_at']),
});
