/**
 * Every route of every module against everybody whom the policies know. What is expected stands in `fixtures/access.txt`,
 * to be read line by line: a route that is new, or that others may ask than before, fails here until somebody has looked.
 * `npm run bless -- test/access.test.ts` writes it again.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';
import { anonymousPrincipal, type Action, type Principal } from '../src/http/principal.ts';
import { openPolicies, type Policies } from '../src/trust/index.ts';
import { roles } from '../src/trust/schema.ts';
import { openTestCity, type TestCity } from './fixtures/testCity.ts';

/** An id that stands wherever a path wants one; the device may send for a source of this name. */
const some = 'x';
const csrf = 'of-the-session';
type Who = Omit<Principal, 'id'>;
const everybody: ReadonlyMap<string, Who> = new Map<string, Who>([
  ['nobody', anonymousPrincipal],
  ['person', { kind: 'person', roles: [] }],
  ...roles.map((role) => [role, { kind: 'person', roles: [role] }] as const),
  ['service', { kind: 'service', roles: [] }],
  ...roles.map((role) => [`service as ${role}`, { kind: 'service', roles: [role] }] as const),
  ['device', { kind: 'device', roles: [], sources: [some], topics: ['air/x'] }],
]);

/** As somebody who has just signed in, to an account of the city. */
function signedIn(who: Who, accounts: ReadonlyMap<string, string>): Principal {
  const id = accounts.get(who.roles.join()) ?? 'd';
  if (who.kind !== 'person') return { ...who, id };
  return { ...who, id, session: { id: 's', csrf, since: Date.now() } };
}

/** In few words: those who may, of `everybody`. */
function inWords(may: readonly string[]): string {
  if (may.length === everybody.size) return 'everybody';
  const people = ['person', ...roles].every((name) => may.includes(name));
  const left = people
    ? ['every person', ...may.filter((name) => name !== 'person' && !roles.some((role) => role === name))]
    : may;
  return left.length === 0 ? 'nobody' : left.join(', ');
}

suite('who may ask what', { timeout: 600_000 }, () => {
  let policies: Policies;
  let city: TestCity;
  let mayDo: (action: Action) => ReadonlySet<string>;
  let directory: string;

  before(async () => {
    policies = await openPolicies();
    const accounts = new Map<string, string>();
    directory = await mkdtemp(join(tmpdir(), 'chorsu-access-'));
    const oidc = join(directory, 'oidc.json');
    // Nobody listens there: a provider that is away.
    await writeFile(oidc, '{ "issuer": "http://127.0.0.1:9", "clientId": "c", "label": { "en": "City login" } }');
    city = await openTestCity(
      { mqttPort: 0, auth: 'on', rateFactor: 0, oidc },
      undefined,
      policies,
      ({ authorization }) => {
        const who = authorization === undefined ? anonymousPrincipal : everybody.get(authorization);
        assert.ok(who);
        return who === anonymousPrincipal ? anonymousPrincipal : signedIn(who, accounts);
      },
    );
    for (const role of ['', ...roles] as const) {
      const { id } = city.identity.accounts.add(
        { name: `p-${role}`, roles: role === '' ? [] : [role] },
        { id: 'system' },
      );
      accounts.set(role, id);
    }
    mayDo = (action) =>
      new Set([...everybody].flatMap(([name, who]) => (policies.permits({ ...who, id: name }, action) ? [name] : [])));
  });
  after(async () => {
    await city.close();
    await rm(directory, { recursive: true });
  });

  test('every route is asked by those who stand in the table and by nobody else', (t) => {
    const byAction = Map.groupBy(city.access, ([, action]) => action);
    const parts = [...byAction].map(([action, routes]) => {
      const names = routes.map(([route]) => `  ${route}\n`).toSorted();
      return `${action}: ${inWords([...mayDo(action)])}\n${names.join('')}`;
    });
    assert.ok(city.access.size > 100, `only ${city.access.size} routes`);
    t.assert.fileSnapshot(parts.toSorted().join('\n'), fileURLToPath(new URL('fixtures/access.txt', import.meta.url)), {
      serializers: [String],
    });
  });

  test('each route refuses exactly those who may not, over HTTP', async () => {
    const wrong: string[] = [];
    // A program in a role is asked for where it is told something else than a person in it.
    const waiting = [...city.access].flatMap(([route, action]) => {
      const may = mayDo(action);
      const asked = [...everybody.keys()].filter(
        (name) => !name.startsWith('service as ') || may.has(name) !== may.has(name.slice('service as '.length)),
      );
      return asked.map((name) => ({ route, may: may.has(name), name }));
    });
    const total = waiting.length;
    let refused = 0;
    const worker = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const { route, name, may } = next;
        const status = await statusOf(city, route, name);
        if (status === 401 || status === 403) refused++;
        const expected = may ? 'neither 401 nor 403' : name === 'nobody' ? '401' : '403';
        const holds = may ? status !== 401 && status !== 403 && status < 500 : String(status) === expected;
        if (!holds) wrong.push(`${route} as ${name}: ${status}, expected ${expected}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    assert.deepEqual(wrong, []);
    assert.ok(refused > total / 10 && refused < total, `${refused} of ${total} were refused`);
  });
});

async function statusOf(city: TestCity, route: string, name: string): Promise<number> {
  const [method = '', path = ''] = route.split(' ');
  const leave = new AbortController();
  // A link that changes something carries the token that forms carry.
  const token = path === '/account/provider/link' ? `?csrf=${csrf}` : '';
  const response = await fetch(city.url + filled(path) + token, {
    method,
    redirect: 'manual',
    signal: leave.signal,
    headers: {
      accept: 'application/json, text/event-stream',
      ...(name !== 'nobody' && { authorization: name }),
      ...(method !== 'GET' && { 'content-type': 'application/json', 'x-csrf-token': csrf }),
    },
    ...(method !== 'GET' && method !== 'DELETE' && { body: '{}' }),
  });
  const { status } = response;
  // A stream would go on.
  leave.abort();
  return status;
}

/** `/api/connect/:file{[a-z]+\.json}` as something that one can ask for. */
const filled = (path: string): string =>
  path
    .replaceAll(
      /:[a-zA-Z]+(?:\{([^}]*)\})?/g,
      (_, pattern?: string) =>
        [some, `${some}.json`, '1'].find((one) => new RegExp(`^(?:${pattern ?? '.+'})$`).test(one)) ?? some,
    )
    .replace(/\*$/, some);
