/** `chorsu token`: what programs and devices prove themselves with. */
import { Problem } from '../base/problem.ts';
import { keyActions, type ApiKey, type Device } from '../trust/index.ts';
import { command, type Command } from './command.ts';
import type { Deed } from './control.ts';
import { integer, oneOf, several, text, withDefault } from './kinds.ts';
import { reach, type ReachDependencies } from './reach.ts';
import type { Served } from './serve.ts';
import { accountOptions, rightsOf, type Peopled } from './user.ts';
import { WrongUsage } from './usage.ts';

type KeyView = ApiKey & { readonly name: string };
type Listed = { readonly keys: readonly KeyView[]; readonly devices: readonly Device[] };
type Made = { readonly id: string; readonly secret: string };

const by = { id: 'system' };
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export const tokenDeed =
  ({ identity }: Peopled): Deed =>
  async (wish) => {
    const { accounts, keys, devices, notes } = identity;
    const name = String(wish['name']);
    const done = act();
    await notes.flush();
    return done;

    function act(): Listed | Made | null {
      switch (wish['what']) {
        case 'create': {
          const rights = rightsOf(wish);
          const account = accounts.find(name) ?? accounts.add({ name, kind: 'service', ...rights }, by);
          if (account.kind !== 'service')
            throw new Problem('bad-data', `"${name}" is a person, who makes keys under /account/keys`, 'name');
          const scope = texts(wish['scope']) as ApiKey['scope'];
          const label = typeof wish['label'] === 'string' ? wish['label'] : name;
          const { areas } = rights;
          const given = { account: account.id, label, scope, days: Number(wish['days']), ...(areas && { areas }) };
          const { key, secret } = keys.add(given, by);
          return { id: key.id, secret };
        }
        case 'device': {
          const topics = typeof wish['topic'] === 'string' ? wish['topic'] : '';
          const { device, secret } = devices.add({ label: name, topics, sources: texts(wish['sources']) }, by);
          return { id: device.id, secret };
        }
        case 'revoke':
          if (devices.list().some(({ id }) => id === name)) devices.revoke(name, by);
          else keys.revoke(name, by);
          return null;
        default:
          return {
            keys: keys.list().map((key) => ({ ...key, name: accounts.get(key.account).name })),
            devices: devices.list(),
          };
      }
    }
  };

export function tokenCommand<P extends Served & Peopled>(needs: ReachDependencies<P>): Command {
  return command({
    name: 'token',
    about: 'API keys of service accounts, and credentials of devices',
    details:
      'create makes a key for a service account, which is made when it is not there; device makes user name and password of a device, ' +
      'for MQTT and HTTP. Both are printed once and kept as hashes. A key does what its scope names, within what the roles of its account ' +
      'allow. revoke takes the id of either; it is out at once. Without words, keys and devices are listed with their last use.',
    words: {
      called: '[create NAME | device LABEL | revoke ID]',
      about: 'What is to be done. Nothing: list.',
      min: 0,
      max: 2,
    },
    options: {
      ...accountOptions,
      scope: several(oneOf('ACTION', keyActions))(`What the key may do. There are ${keyActions.join(', ')}.`),
      label: text('TEXT')('What the key is for; default: NAME.'),
      days: withDefault(integer(1, 1_825, 'DAYS')('How long the key is valid.'), 365),
      topic: text('TOPIC')('Where the device may publish, and below; {id} stands for its user name.'),
      source: several(text('ID'))('A source that the device may send readings of.'),
    },
    examples: [
      {
        line: 'chorsu token create dashboards --role developer --scope readEntities --days 90',
        does: 'A service account with a key.',
      },
      { line: 'chorsu token device "Kiosk 7" --topic air/{id} --source air', does: 'User name and password.' },
      { line: 'chorsu token revoke 7K2M9Q4XW3', does: 'It is out at once.' },
    ],
    act: async (given, [what = 'list', name], terminal) => {
      const { data, city, role, area, tenant, department, scope, label, days, topic, source } = given;
      if (!['list', 'create', 'device', 'revoke'].includes(what) || (what === 'list') !== (name === undefined))
        throw new WrongUsage('say: token, token create NAME, token device LABEL, or token revoke ID');
      if (what === 'create' && scope.length === 0) throw new WrongUsage('--scope ACTION is missing');
      const rights = { ...(role.length > 0 && { roles: role }), areas: area, tenants: tenant, department };
      const wish = { do: 'token', what, name, ...rights, scope, label, days, topic, sources: source };
      const errand = { data, city, title: 'Keys', unit: '', looksOnly: what === 'list', wish };
      const answer = (await reach(errand, needs, terminal)) as Listed | Made | null;
      if (answer === null) terminal.out(`${name} is revoked\n`);
      else if ('keys' in answer) list(answer, terminal.out);
      else {
        terminal.out(what === 'device' ? `user name ${answer.id}\npassword  ${answer.secret}\n` : `${answer.secret}\n`);
        terminal.err('Shown this once: nobody can look it up again.\n');
      }
      return 0;
    },
  });
}

function list({ keys, devices }: Listed, out: (text: string) => void): void {
  const day = (at: number | undefined): string =>
    at === undefined ? 'never' : new Date(at).toISOString().slice(0, 16);
  if (keys.length + devices.length === 0) out('There are no keys and no devices.\n');
  for (const { id, name, scope, areas = 'all', expiresAt, usedAt, revokedAt } of keys) {
    const state = revokedAt === undefined ? `until ${day(expiresAt).slice(0, 10)}` : 'revoked';
    const where = areas === 'all' ? '' : ` in ${areas.join(', ')}`;
    out(`${id}  key  ${name}  ${state}  used ${day(usedAt)}  ${scope.join(', ')}${where}\n`);
  }
  for (const { id, label, topics, sources, usedAt, revokedAt } of devices)
    out(
      `${id}  device  ${label}  ${revokedAt === undefined ? topics : 'revoked'}  used ${day(usedAt)}  ${sources.join(', ')}\n`,
    );
}
