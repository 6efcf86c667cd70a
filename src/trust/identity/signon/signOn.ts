/**
 * The ways into an account beside a password, and what has to come after it: who has a second factor is asked for it, and
 * whose rights reach people, keys or the vault has to have one.
 */
import type { Clock } from '../../../base/clock.ts';
import type { NewId } from '../../../base/ids.ts';
import { Problem } from '../../../base/problem.ts';
import type { Action, Outbound, Principal } from '../../../http/index.ts';
import type { Account } from '../accounts.ts';
import { ceremonies } from '../ceremonies.ts';
import { openCodes, type Codes } from '../codes/codes.ts';
import type { Identity } from '../identity.ts';
import { openLinks, type Links } from '../oidc/links.ts';
import { oidcProvider, type OidcProvider, type Vouched } from '../oidc/provider.ts';
import type { OidcSettings } from '../oidc/settings.ts';
import { openPasskeys, type Passkeys } from '../passkeys/passkeys.ts';
import { principalOf } from '../sessions.ts';

/** A session, or the question for a second factor. `due`: the session is good for adding one only. */
export type Entered =
  | { readonly next: 'in'; readonly secret: string; readonly due: boolean }
  | { readonly next: 'second' };

/** Who stands at the door: the cookie before a session, the family of the browser, and the session that it has. */
export type Visitor = { readonly holder: string; readonly browser: string; readonly who: Principal };

export type SignOn = {
  readonly passkeys: Passkeys;
  readonly codes: Codes;
  readonly links: Links;
  /** Absent: no `--oidc`. */
  readonly provider?: OidcProvider;
  /** Whether the account's rights ask for a second factor. */
  needsSecond(account: Account): boolean;
  hasSecond(account: string): boolean;
  /** After a password. @param isSecond the provider has asked for a second factor and is trusted to */
  first(account: Account, visitor: Visitor, isSecond?: boolean): Entered;
  /** After the first factor. @throws Problem unauthorized: there was none, or too long ago; those of `Codes.prove` */
  second(code: string, visitor: Visitor): Entered;
  /** Two factors at once. @throws Problem forbidden */
  byPasskey(response: unknown, visitor: Visitor): Promise<Entered>;
  /** The account of somebody that the provider vouches for. */
  accountOf(vouched: Vouched): Account | 'unknown' | 'closed';
  /** Of a session whose owner has just shown a second factor: a whole one in its place. */
  renew(visitor: Visitor): Entered;
};

/** What needs more than a password. */
const weighty: readonly Action[] = [
  'managePeople',
  'manageKeys',
  'openVault',
  'approveOpening',
  'readVaultLog',
  'manageRetention',
];
/** From the password to the code. */
const secondMs = 10 * 60_000;

export function openSignOn(deps: {
  readonly identity: Pick<Identity, 'accounts' | 'sessions' | 'database'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly cityName: string;
  /** Where people reach this city, without a path. */
  readonly publicUrl: () => string;
  readonly permits: (who: Principal, action: Action) => boolean;
  readonly outbound: Outbound;
  readonly oidc?: OidcSettings;
}): SignOn {
  const { identity, clock, newId, cityName, publicUrl, permits, outbound, oidc } = deps;
  const { accounts, sessions, database } = identity;
  const passkeys = openPasskeys({ database, clock, cityName, publicUrl });
  const codes = openCodes({ database, clock });
  const links = openLinks({ database, clock });
  const provider = oidc && oidcProvider(oidc, { outbound, clock, publicUrl });
  const waiting = ceremonies<string>(clock, secondMs);

  const needsSecond = (account: Account): boolean => weighty.some((action) => permits(principalOf(account), action));
  const hasSecond = (account: string): boolean =>
    codes.of(account).appSince !== undefined || passkeys.list(account).some(({ doubtedAt }) => doubtedAt === undefined);
  /** In the place of the session that the browser had: an id from before somebody signed in is worth nothing after. */
  const open = (account: Account, { browser, who }: Visitor, due = false): Entered => {
    const opened = sessions.open(account, browser, due ? 'second-factor' : undefined);
    if (who.session) sessions.end(who.id, who.session.id);
    return { next: 'in', secret: opened.secret, due };
  };
  /** @throws Problem forbidden */
  const usable = (id: string): Account => {
    const account = accounts.get(id);
    if (account.disabled || account.kind !== 'person') throw new Problem('forbidden', 'this account is closed');
    return account;
  };
  const made = (vouched: Vouched): Account => {
    const name = `login.${newId().toLowerCase()}`;
    const given = { name, displayName: vouched.displayName ?? name, roles: vouched.roles ?? [] };
    const account = accounts.add(given, { id: 'provider' });
    links.add(vouched, account.id, true);
    return account;
  };

  /** The last administrator stays one, whatever the provider says. */
  const withRoles = (account: Account, roles: Account['roles']): Account => {
    try {
      return accounts.change(account.id, { roles }, { id: 'provider' });
    } catch (error) {
      if (error instanceof Problem && error.kind === 'conflict') return account;
      throw error;
    }
  };

  return {
    passkeys,
    codes,
    links,
    ...(provider && { provider }),
    needsSecond,
    hasSecond,
    first(account, visitor, isSecond = false) {
      if (isSecond) return open(account, visitor);
      if (!hasSecond(account.id)) return open(account, visitor, needsSecond(account));
      // The newer one counts: somebody may have begun with another account.
      waiting.take(visitor.holder, secondId(visitor));
      waiting.begin(visitor.holder, secondId(visitor), account.id);
      return { next: 'second' };
    },
    second(code, visitor) {
      const id = waiting.take(visitor.holder, secondId(visitor));
      if (id === undefined) throw new Problem('unauthorized', 'the first step was too long ago; begin again', 'code');
      const account = usable(id);
      try {
        codes.prove(id, code);
      } catch (error) {
        waiting.begin(visitor.holder, secondId(visitor), id);
        throw error;
      }
      return open(account, visitor);
    },
    async byPasskey(response, visitor) {
      const account = usable(await passkeys.prove(visitor.holder, response));
      waiting.take(visitor.holder, secondId(visitor));
      return open(account, visitor);
    },
    accountOf(vouched) {
      const link = links.find(vouched);
      if (!link) return oidc?.unknown === 'create' ? made(vouched) : 'unknown';
      const account = accounts.get(link.account);
      if (account.disabled) return 'closed';
      const { roles } = vouched;
      if (!link.managed || !roles || roles.join() === account.roles.join()) return account;
      return withRoles(account, roles);
    },
    renew: (visitor) => open(accounts.get(visitor.who.id), visitor),
  };
}

/** One at a time for each browser. */
const secondId = ({ holder }: Visitor): string => `second ${holder}`;
