/** `chorsu user`: the people of a city, and the link by which each chooses a password. The first administrator is made here. */
import { Problem } from '../base/problem.ts';
import type { Account, Areas, Identity } from '../trust/index.ts';
import { roles as allRoles, type Role } from '../trust/schema.ts';
import { command, type Command } from './command.ts';
import type { Deed } from './control.ts';
import { directory, file, oneOf, several, text, url, withDefault } from './kinds.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';
import { WrongUsage } from './usage.ts';

/** The part of a running platform that knows people. */
export type Peopled = { readonly identity: Identity; readonly publicUrl?: string | undefined };

/** What is told of an account; `link`: a path, to be opened once. */
export type UserView = Pick<Account, 'id' | 'name' | 'displayName' | 'roles' | 'areas' | 'disabled' | 'hasPassword'> & {
  readonly link?: string;
  readonly publicUrl?: string | undefined;
};

const whats = ['list', 'add', 'roles', 'areas', 'disable', 'enable', 'reset', 'factors'] as const;
type What = (typeof whats)[number];
/** Whoever may write the directory. */
const by = { id: 'system' };

export const userDeed =
  ({ identity, publicUrl }: Peopled): Deed =>
  async (wish) => {
    const { accounts, invitations, factors, notes } = identity;
    const view = (account: Account, link?: string): UserView => ({
      id: account.id,
      name: account.name,
      displayName: account.displayName,
      roles: account.roles,
      areas: account.areas,
      disabled: account.disabled,
      hasPassword: account.hasPassword,
      ...(link !== undefined && { link, publicUrl }),
    });
    const invite = (account: Account): UserView => view(account, `/invitation/${invitations.make(account.id)}`);
    const people = (): Account[] => accounts.list().filter(({ kind }) => kind === 'person');
    const what = whats.find((known) => known === wish['what']);
    if (what === 'list') return people().map((account) => view(account));
    const name = String(wish['name']);
    const given = rightsOf(wish);
    const done = act();
    await notes.flush();
    return done;

    function act(): UserView {
      if (what === 'add') return invite(accounts.add({ name, ...given }, by));
      const account = accounts.find(name);
      if (account?.kind !== 'person') throw new Problem('not-found', `there is no person "${name}"`, 'name');
      if (what === 'roles' || what === 'areas') return view(accounts.change(account.id, given, by));
      if (what === 'reset') {
        accounts.clearPassword(account.id);
        return invite(account);
      }
      if (what === 'factors') {
        factors.remove(account.id, by);
        return view(account);
      }
      return view(accounts.change(account.id, { disabled: what === 'disable' }, by));
    }
  };

/** What the options said, as JSON brought it. */
export function rightsOf(wish: Readonly<Record<string, unknown>>): {
  roles?: readonly Role[];
  department?: string;
  tenants?: readonly string[] | 'all';
  areas?: Areas;
  displayName?: string;
} {
  const { roles, department, tenants, areas, displayName } = wish;
  return {
    ...(Array.isArray(roles) && { roles: roles.map(String) as Role[] }),
    ...(typeof department === 'string' && { department }),
    ...(Array.isArray(tenants) &&
      tenants.length > 0 && { tenants: tenants.includes('all') ? 'all' : tenants.map(String) }),
    ...(Array.isArray(areas) && areas.length > 0 && { areas: areas.includes('all') ? 'all' : areas.map(String) }),
    ...(typeof displayName === 'string' && { displayName }),
  };
}

export const accountOptions = {
  role: several(oneOf('ROLE', allRoles))(
    `A role; user roles sets exactly those that are named. There are ${allRoles.join(', ')}.`,
  ),
  department: text('ID')('The department that the account belongs to.'),
  area: several(text('ID'))(
    'A district of the city that the account, or the key, is limited to; "all" for the whole city. Nothing: the whole city.',
  ),
  tenant: several(text('NAME'))('A tenant beside the default one that the account may enter; "all" for every one.'),
  data: withDefault(
    directory('The data directory. When a server runs on it, the server does the work.'),
    './data/city',
  ),
  city: file('City profile, when no server runs and the directory remembers none.'),
};

export function userCommand<P extends Served & Peopled>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'user',
    about: 'people who may sign in, and their roles',
    details:
      'Works on a city that is served and on one that is not. add and reset print a link that works once, within a day: whoever opens ' +
      'it chooses a password. Nobody else learns it. areas sets the districts that somebody is limited to. reset takes the present password away, factors the passkeys and codes (a lost phone); both end all sessions. The last ' +
      'administrator cannot be disabled. Changes of rights stand in the transparency log, with ids and without names.',
    words: {
      called: '[add|roles|areas|disable|enable|reset|factors NAME]',
      about: 'What is to be done, and with whom. Nothing: list.',
      min: 0,
      max: 2,
    },
    options: {
      ...accountOptions,
      displayName: text('TEXT')('The name as shown; default: NAME.'),
      publicUrl: url('http:', 'https:')('What the link begins with, when no server runs that knows it.'),
    },
    examples: [
      {
        line: 'chorsu user add nigora --role administrator --data ./data/khujand',
        does: 'The first administrator: prints a link.',
      },
      { line: 'chorsu user roles nigora --role dispatcher --role shift-lead', does: 'Exactly these two roles.' },
      { line: 'chorsu user areas nigora --area markaz --area bogh', does: 'Works in these two districts alone.' },
      { line: 'chorsu user --data ./data/khujand', does: 'Lists the people.' },
    ],
    act: async (given, [what = 'list', name], terminal) => {
      const known = whats.find((one): one is What => one === what);
      if (!known || (known === 'list') !== (name === undefined))
        throw new WrongUsage('say: user, or user add|roles|areas|disable|enable|reset|factors NAME');
      if (known === 'areas' && given.area.length === 0) throw new WrongUsage('--area ID is missing, or --area all');
      const { data, city, role, area, tenant, department, displayName } = given;
      const wish = {
        do: 'user',
        what: known,
        name,
        ...((known === 'roles' || role.length > 0) && { roles: role }),
        areas: area,
        tenants: tenant,
        department,
        displayName,
      };
      const errand = { data, city, title: 'People', unit: '', looksOnly: known === 'list', wish };
      const answer = (await reach(errand, needs, terminal)) as UserView | readonly UserView[];
      if ('link' in answer && answer.link !== undefined) {
        const base = given.publicUrl ?? answer.publicUrl;
        terminal.out(`${base === undefined ? 'http://127.0.0.1:8080' : new URL(base).origin}${answer.link}\n`);
        terminal.err(
          `${answer.name} opens this within a day, once, and chooses a password.` +
            `${base === undefined ? ' Under another address, that takes the place of http://127.0.0.1:8080.' : ''}\n`,
        );
        return 0;
      }
      const views = [answer].flat() as readonly UserView[];
      if (views.length === 0) terminal.out('Nobody has an account: chorsu user add NAME --role administrator\n');
      for (const view of views) terminal.out(`${line(view)}\n`);
      return 0;
    },
  });
}

function line({ id, name, displayName, roles, areas, disabled, hasPassword }: UserView): string {
  const state = disabled ? 'disabled' : hasPassword ? 'active' : 'no password yet';
  const where = areas === 'all' ? '' : ` in ${areas.join(', ')}`;
  return `${id}  ${name}  ${state}  ${roles.join(', ') || 'no roles'}${where}  ${displayName}`;
}
