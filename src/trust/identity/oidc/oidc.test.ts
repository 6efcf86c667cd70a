import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, suite, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../base/clock.ts';
import { createMetrics } from '../../../base/metrics.ts';
import { Problem } from '../../../base/problem.ts';
import { outbound } from '../../../http/index.ts';
import { openTestProvider, visit, type TestProvider } from '../../../../test/fixtures/oidcProvider.ts';
import { rolesOf } from './claims.ts';
import { callbackPath, oidcProvider, type OidcProvider } from './provider.ts';
import { parseOidcSettings, type OidcSettings } from './settings.ts';

const city = 'http://localhost:4';
const parse = (file: object, secret = (): string => ''): OidcSettings =>
  parseOidcSettings(Buffer.from(JSON.stringify(file)), secret);
const plain = { issuer: 'https://login.example/', clientId: 'chorsu', label: 'City login' };

/** The kind and the field of the Problem that this ends with. */
async function refused(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return `${error.kind} ${error.field ?? error.message}`;
  }
  throw new Error('it was taken');
}

suite('settings', () => {
  test('what is not said is the careful way', () => {
    const settings = parse(plain);
    assert.equal(settings.issuer.href, 'https://login.example/');
    assert.deepEqual(
      [settings.scopes, settings.unknown, settings.secondFactor, settings.hosts, settings.roles, settings.label],
      [['openid'], 'refuse', 'here', [], undefined, { en: 'City login' }],
    );
  });

  test('the secret may stand in a file of its own', () => {
    assert.equal(parse({ ...plain, clientSecretFile: 'x' }, () => 'hidden').clientSecret, 'hidden');
  });

  test('what is wrong is refused with its field', async () => {
    const wrong: [object, string][] = [
      [{ ...plain, issuer: 'http://login.example' }, 'issuer'],
      [{ ...plain, issuer: 'https://login.example/?a' }, 'issuer'],
      [{ ...plain, clientId: '' }, 'clientId'],
      [{ ...plain, label: { tg: 'Даромад' } }, 'label'],
      [{ ...plain, scopes: ['profile'] }, 'scopes'],
      [{ ...plain, unknown: 'perhaps' }, 'unknown'],
      [{ ...plain, secrets: 1 }, 'secrets'],
      [{ ...plain, clientSecret: 'a', clientSecretFile: 'b' }, 'clientSecretFile'],
      [{ ...plain, roles: { claim: 'groups', values: { all: ['mayor'] } } }, 'roles.values.all'],
    ];
    for (const [file, field] of wrong) assert.equal(await refused(() => parse(file)), `bad-data ${field}`);
  });
});

test('claims give the roles that the mapping names, and no other', () => {
  const { roles } = parse({
    ...plain,
    roles: { claim: 'groups', values: { dispatch: ['dispatcher'], lead: ['shift-lead', 'dispatcher'] } },
  });
  const settings = { ...(roles && { roles }) };
  assert.deepEqual(rolesOf({ groups: ['lead', 'dispatch', 'administrator'] }, settings), ['dispatcher', 'shift-lead']);
  assert.deepEqual(rolesOf({ groups: 'dispatch' }, settings), ['dispatcher']);
  assert.deepEqual(rolesOf({}, settings), []);
  assert.equal(rolesOf({ groups: ['dispatch'] }, {}), undefined);
  fc.assert(
    fc.property(fc.jsonValue(), (claims) => {
      for (const role of rolesOf(claims, settings) ?? []) assert.ok(['dispatcher', 'shift-lead'].includes(role));
    }),
  );
});

suite('login with a real provider', () => {
  let there: TestProvider;
  let provider: OidcProvider;
  const opened = (more: object = {}): OidcProvider =>
    oidcProvider(
      parse({
        issuer: there.issuer,
        clientId: there.clientId,
        clientSecret: there.clientSecret,
        label: 'Test',
        roles: { claim: 'groups', values: { dispatch: ['dispatcher'] } },
        ...more,
      }),
      {
        outbound: outbound({ version: '0', clock: systemClock, metrics: createMetrics() }),
        clock: systemClock,
        publicUrl: () => city,
      },
    );
  before(async () => {
    there = await openTestProvider([city + callbackPath]);
  });
  after(() => there.close());
  beforeEach(() => {
    there.tamper = undefined;
    there.person = { subject: 'p-1', groups: ['dispatch', 'others'] };
    provider = opened();
  });

  test('nothing is asked before somebody wants to sign in, and metadata once', async () => {
    const before = there.requests;
    opened();
    assert.equal(there.requests, before);
    await provider.begin();
    assert.equal(there.requests, before + 1);
    await provider.begin();
    assert.equal(there.requests, before + 1);
  });

  test('who comes back is whom the provider vouches for, with the roles of the mapping', async () => {
    const { url, begun } = await provider.begin();
    assert.match(url, /code_challenge_method=S256/);
    const back = await visit(there.issuer, url);
    assert.equal(back.origin + back.pathname, city + callbackPath);
    const vouched = await provider.finish(back.search.slice(1), begun);
    assert.deepEqual(vouched, { issuer: `${there.issuer}/`, subject: 'p-1', roles: ['dispatcher'] });
    assert.match(
      await refused(() => provider.finish(back.search.slice(1), begun)),
      /^forbidden .*invalid_grant/,
      'a code is taken once',
    );
  });

  test('another state, a code of another browser, another nonce: nothing is proven', async () => {
    const one = await provider.begin();
    const other = await provider.begin();
    const back = (await visit(there.issuer, one.url)).search.slice(1);
    assert.match(await refused(() => provider.finish(back, other.begun)), /^forbidden/);
    // A stolen code with the thief's own state fails at the provider, by PKCE.
    const swapped = back.replace(one.begun.state, other.begun.state);
    assert.match(await refused(() => provider.finish(swapped, other.begun)), /^forbidden .*invalid_grant/);
    const nonced = one.url.replace(one.begun.nonce, other.begun.nonce);
    const strange = (await visit(there.issuer, nonced)).search.slice(1);
    assert.match(await refused(() => provider.finish(strange, one.begun)), /^forbidden/);
  });

  test('an answer of another issuer is refused', async () => {
    const { url, begun } = await provider.begin();
    const back = await visit(there.issuer, url);
    back.searchParams.set('iss', 'https://other.example');
    assert.match(await refused(() => provider.finish(back.search.slice(1), begun)), /^forbidden/);
  });

  test('an ID token for others, from others, of others or changed on the way is refused', async () => {
    const changes: ((token: string) => string)[] = [
      (token) => there.resigned(token, { aud: 'somebody else' }),
      (token) => there.resigned(token, { iss: 'https://other.example' }),
      (token) => there.resigned(token, { exp: 1 }),
      (token) => there.resigned(token, { nonce: 'x' }),
      // Another person, with the signature of the first.
      (token) => {
        const [head, , signature] = token.split('.');
        const [, body] = there.resigned(token, { sub: 'p-2' }).split('.');
        return [head, body, signature].join('.');
      },
      // No signature at all.
      (token) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`,
    ];
    for (const change of changes) {
      const { url, begun } = await provider.begin();
      const back = await visit(there.issuer, url);
      there.tamper = (answer) => (answer['id_token'] = change(String(answer['id_token'])));
      assert.match(await refused(() => provider.finish(back.search.slice(1), begun)), /^forbidden/, change.toString());
    }
    const { url, begun } = await provider.begin();
    const back = await visit(there.issuer, url);
    there.tamper = (answer) => (answer['id_token'] = there.resigned(String(answer['id_token']), { sub: 'p-3' }));
    const { subject } = await provider.finish(back.search.slice(1), begun);
    assert.equal(subject, 'p-3', 'the changes above are what was refused');
  });

  test('a wrong client secret proves nothing', async () => {
    const wrong = opened({ clientSecret: 'guessed' });
    const { url, begun } = await wrong.begin();
    const back = await visit(there.issuer, url);
    assert.match(await refused(() => wrong.finish(back.search.slice(1), begun)), /^forbidden .*invalid_client/);
  });

  test('a login that has to be new is asked for anew, and one that is old does not pass', async () => {
    const cookies = new Map<string, string>();
    const first = await provider.begin();
    await visit(there.issuer, first.url, cookies);
    const again = await provider.begin({ again: true });
    assert.match(again.url, /prompt=login/);
    const back = await visit(there.issuer, again.url, cookies);
    assert.equal((await provider.finish(back.search.slice(1), again.begun, { again: true })).subject, 'p-1');
    const old = await provider.begin({ again: true });
    const oldBack = await visit(there.issuer, old.url, cookies);
    const past = Math.floor(Date.now() / 1000) - 3600;
    there.tamper = (answer) => (answer['id_token'] = there.resigned(String(answer['id_token']), { auth_time: past }));
    assert.match(
      await refused(() => provider.finish(oldBack.search.slice(1), old.begun, { again: true })),
      /^forbidden/,
    );
  });

  test('a provider that is away, or is another than the settings say, is told as such; then it is there again', async () => {
    const gone = await openTestProvider([city + callbackPath]);
    const { port } = new URL(gone.issuer);
    const waiting = oidcProvider(parse({ ...plain, issuer: gone.issuer }), {
      outbound: outbound({ version: '0', clock: systemClock, metrics: createMetrics() }),
      clock: systemClock,
      publicUrl: () => city,
    });
    await gone.close();
    assert.match(await refused(() => waiting.begin()), /^unreachable .*nobody listens/);
    const other = await openTestProvider([city + callbackPath], Number(port));
    assert.ok((await waiting.begin()).url.startsWith(other.issuer));
    await other.close();
    const localhost = opened({ issuer: there.issuer.replace('127.0.0.1', 'localhost') });
    assert.match(await refused(() => localhost.begin()), /^unreachable/);
  });

  test('metadata that leads to others in the own network leads nowhere, but where the settings say', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const issuer = `http://${request.headers.host}`;
      const metadata = {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: leads,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['RS256'],
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
    });
    let leads = '';
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const [to, why] of [
        ['https://127.0.0.1:1/token', 'which is no public address'],
        ['https://169.254.169.254/token', 'which is no public address'],
        ['http://127.0.0.1:1/token', 'which is not https'],
      ] as const) {
        leads = to;
        const strange = opened({ issuer });
        const { begun } = await strange.begin();
        const told = await refused(() => strange.finish(`code=x&state=${begun.state}`, begun));
        assert.ok(told.startsWith('unreachable') && told.includes(why), told);
      }
      leads = 'https://127.0.0.1:1/token';
      const allowed = opened({ issuer, hosts: ['127.0.0.1:1'] });
      const { begun } = await allowed.begin();
      const told = await refused(() => allowed.finish(`code=x&state=${begun.state}`, begun));
      assert.match(told, /^unreachable .*nobody listens/);
      assert.deepEqual([...new Set(asked)], ['/.well-known/openid-configuration']);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
