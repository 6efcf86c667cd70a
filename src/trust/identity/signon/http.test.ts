/** The ways in through the whole city: a real server, a real provider, an authenticator as a program. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { fixedClock } from '../../../base/clock.ts';
import { systemPrincipal } from '../../../http/index.ts';
import { softAuthenticator } from '../../../../test/fixtures/authenticator.ts';
import { openTestProvider, visit, type TestProvider } from '../../../../test/fixtures/oidcProvider.ts';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { freePort, fromBase32, openVisitor, type Answer, type TestVisitor } from '../../../../test/fixtures/visitor.ts';
import { stepAt, totpCode } from '../codes/totp.ts';
import { callbackPath } from '../oidc/provider.ts';

const password = 'forty grey storks over water';
/** Time stands still, at the present: the provider's tokens are of now. */
const clock = fixedClock(Date.now());

let city: TestCity;
let provider: TestProvider;
let url = '';
let browser: TestVisitor;
const ids: Record<string, string> = {};

before(async () => {
  const port = await freePort();
  url = `http://localhost:${port}`;
  provider = await openTestProvider([url + callbackPath]);
  const oidc = provider.settingsFile({
    label: { en: 'City login', ru: 'Вход города' },
    unknown: 'create',
    roles: { claim: 'groups', values: { dispatch: ['dispatcher'] } },
  });
  city = await openTestCity({ auth: 'on', port, publicUrl: url, oidc, city: 'namangan', rateFactor: 0 }, clock);
  for (const [name, roles] of [
    ['clerk', ['department-editor']],
    ['head', ['administrator']],
    ['second', ['administrator']],
    ['phone', ['department-editor']],
    ['linked', ['department-editor']],
  ] as const) {
    const { id } = city.identity.accounts.add({ name, roles }, systemPrincipal);
    ids[name] = id;
    await city.identity.accounts.setPassword(id, password);
  }
});
after(async () => {
  await city.close();
  await provider.close();
});
beforeEach(() => {
  browser = openVisitor(url);
  clock.advance(60_000);
  provider.tamper = undefined;
  provider.person = { subject: 'p-1', groups: [] };
});

const signIn = async (username: string, back = '/en/account'): Promise<Answer> => {
  await browser.get(`/en/login?${new URLSearchParams({ back })}`);
  return browser.post('/en/login', { username, password });
};
const pathOf = ({ to }: Answer): string => new URL(to, url).pathname;
const whyOf = ({ to }: Answer): string | null => new URL(to, url).searchParams.get('why');
/** Sets up an app for whoever is signed in. @returns what makes its codes */
const withApp = async (): Promise<() => string> => {
  const page = await browser.get('/en/account/codes/app');
  const [, shown = ''] = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.text) ?? [];
  const secret = fromBase32(shown);
  const code = (): string => totpCode(secret, stepAt(clock.now()));
  const done = await browser.post('/en/account/codes/app', { code: code() });
  assert.deepEqual([done.status, pathOf(done)], [303, '/en/account/codes'], done.text);
  clock.advance(60_000);
  return code;
};

suite('a second factor', () => {
  test('a clerk needs none, adds an app, and is then asked for a code, each of which is taken once', async () => {
    assert.equal(pathOf(await signIn('clerk')), '/en/account');
    const code = await withApp();
    browser = openVisitor(url);
    const asked = await signIn('clerk', '/en/account/sessions');
    assert.equal(pathOf(asked), '/en/login/second');
    assert.equal((await browser.get('/en/account')).status, 303, 'a password alone is no session any more');
    await browser.get(asked.to);
    assert.equal((await browser.post(asked.to, { code: '000000' })).status, 400);
    const used = code();
    assert.equal(pathOf(await browser.post(asked.to, { code: used })), '/en/account/sessions');
    assert.equal((await browser.get('/en/account')).status, 200);
    browser = openVisitor(url);
    const again = await signIn('clerk');
    const replayed = await browser.post(again.to, { code: used });
    assert.equal(replayed.status, 400);
    assert.match(replayed.text, /used already/);
  });

  test('printed codes open once each, when the app is lost', async () => {
    await signIn('phone');
    await browser.get('/en/account');
    const early = await browser.post('/en/account/codes/printed');
    assert.equal(early.status, 409, 'paper is for when something else is lost');
    await withApp();
    await browser.get('/en/account/codes');
    const page = await browser.post('/en/account/codes/printed');
    const codes = page.text.match(/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/g) ?? [];
    assert.equal(codes.length, 10);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    const trySecond = async (code: string): Promise<number> => {
      browser = openVisitor(url);
      const asked = await signIn('phone');
      return (await browser.post(asked.to, { code })).status;
    };
    assert.equal(await trySecond(codes[0] ?? ''), 303);
    assert.equal(await trySecond(codes[0] ?? ''), 400);
    assert.equal(await trySecond((codes[1] ?? '').toLowerCase().replaceAll('-', ' ')), 303);
  });

  test('an administrator with a password alone has no rights, and may add a second factor and nothing else', async () => {
    const entered = await signIn('head', '/en/sources');
    assert.equal(pathOf(entered), '/en/account/passkeys');
    const page = await browser.get('/en/account/passkeys');
    assert.match(page.text, /Your work needs a second step/);
    const [session] = city.identity.sessions.list(ids['head'] ?? '');
    assert.equal(session?.due, 'second-factor');
    const before = browser.cookies.get('session');
    await withApp();
    assert.notEqual(browser.cookies.get('session'), before, 'a new session takes its place');
    assert.equal(city.identity.sessions.list(ids['head'] ?? '')[0]?.due, undefined);
    const removed = await (await browser.get('/en/account/codes'), browser.post('/en/account/codes/app/remove'));
    assert.equal(removed.status, 409, 'the last one stays as long as the rights do');
  });

  test('a session that waits for a second factor cannot add one when there is one already', async () => {
    await signIn('second');
    const thief = browser;
    browser = openVisitor(url);
    await signIn('second');
    await withApp();
    const tried = await thief.get('/en/account/codes/app');
    assert.equal(pathOf(tried), '/en/login/again');
    assert.equal((await thief.json('/account/passkeys/options', {})).status, 401);
  });

  test('a program that signs in says the code with the password', async () => {
    const refused = await browser.json('/login', { username: 'second', password });
    assert.equal(refused.status, 401);
    assert.match(refused.text, /needs a code/);
    assert.equal(browser.cookies.has('session'), false);
  });

  test('what weighs something asks again after a quarter of an hour, and leads back', async () => {
    const code = await signInAgain();
    clock.advance(15 * 60_000);
    const late = await browser.get('/en/account/codes/app');
    assert.equal(pathOf(late), '/en/login/again');
    const page = await browser.get(late.to);
    assert.match(page.text, /Confirm that it is you/);
    assert.equal((await browser.post(late.to, { password: 'wrong wrong wrong', code: code() })).status, 400);
    assert.equal((await browser.post(late.to, { password, code: '000000' })).status, 400);
    const done = await browser.post(late.to, { password, code: code() });
    assert.deepEqual([done.status, pathOf(done)], [303, '/en/account/codes/app'], done.text);
    assert.equal((await browser.get('/en/account/codes/app')).status, 200);
  });

  /** As the clerk, with a new app. */
  const signInAgain = async (): Promise<() => string> => {
    city.identity.database.run('DELETE FROM totp WHERE account = ?', ids['clerk'] ?? '');
    await signIn('clerk');
    return withApp();
  };
});

suite('a passkey', () => {
  const device = softAuthenticator('');
  before(() => {
    device.origin = url;
  });

  test('is added under a session and signs in without a password, with two factors at once', async () => {
    city.identity.database.run('DELETE FROM totp WHERE account = ?', ids['head'] ?? '');
    await signIn('head');
    const asked = JSON.parse((await browser.json('/account/passkeys/options', {})).text) as Parameters<
      typeof device.create
    >[0];
    const added = await browser.json('/account/passkeys', { response: device.create(asked), label: 'Key' });
    assert.equal(added.status, 201, added.text);
    assert.equal(city.identity.sessions.list(ids['head'] ?? '')[0]?.due, undefined);
    browser = openVisitor(url);
    const entered = await prove('/tg/account');
    assert.deepEqual([entered.status, JSON.parse(entered.text)], [200, { to: '/tg/account' }]);
    assert.match((await browser.get('/en/account')).text, /Administrator/);
  });

  test('leads nowhere but into this site', async () => {
    for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      assert.deepEqual(JSON.parse((await prove(back)).text), { to: '/' });
  });

  test('answers a question of another browser, or an old one, in vain', async () => {
    const asked = await question();
    browser = openVisitor(url);
    device.counter++;
    assert.equal((await browser.json('/login/passkey', { response: device.get(asked), back: '/' })).status, 403);
    assert.equal(browser.cookies.has('session'), false);
    const mine = await question();
    clock.advance(5 * 60_000);
    device.counter++;
    assert.equal((await browser.json('/login/passkey', { response: device.get(mine), back: '/' })).status, 403);
  });

  test('is renamed and removed on its page, the last one not by whose rights need it', async () => {
    await prove('/');
    const page = await browser.get('/en/account/passkeys');
    const [, id = ''] = /account\/passkeys\/([\w-]+)\/remove/.exec(page.text) ?? [];
    assert.equal((await browser.post(`/en/account/passkeys/${id}/name`, { label: 'Blue key' })).status, 303);
    assert.match((await browser.get('/en/account/passkeys')).text, /Blue key/);
    assert.equal((await browser.post(`/en/account/passkeys/${id}/remove`)).status, 409);
    await withApp();
    await browser.get('/en/account/passkeys');
    assert.equal((await browser.post(`/en/account/passkeys/${id}/remove`)).status, 303);
    assert.equal((await prove('/')).status, 403);
  });

  const question = async (): Promise<Parameters<typeof device.get>[0]> =>
    JSON.parse((await browser.json('/login/passkey/options', {})).text) as Parameters<typeof device.get>[0];
  const prove = async (back: string): Promise<Answer> => {
    const asked = await question();
    device.counter++;
    return browser.json('/login/passkey', { response: device.get(asked), back });
  };
});

suite('a provider', () => {
  /** To the provider and as far as back to the city's own address. */
  const toCallback = async (from = '/login/oidc?language=en&back=%2Fen%2Faccount'): Promise<URL> => {
    const sent = await browser.get(from);
    assert.equal(sent.status, 303, sent.text);
    return visit(provider.issuer, sent.to);
  };
  const back = (callback: URL): Promise<Answer> => browser.get(callback.pathname + callback.search);

  test('is offered on the page of signing in, by its name in the language', async () => {
    assert.match((await browser.get('/en/login')).text, /Sign in with City login/);
    assert.match((await browser.get('/ru/login')).text, /Вход города/);
  });

  test('whom it vouches for is in, with the roles of the mapping, and is the same account the next time', async () => {
    provider.person = { subject: 'p-7', groups: ['dispatch', 'administrator'] };
    const done = await back(await toCallback());
    assert.deepEqual([done.status, pathOf(done)], [303, '/en/account']);
    const page = await browser.get('/en/account');
    assert.match(page.text, /Dispatcher/);
    assert.doesNotMatch(page.text, /Administrator/);
    const accounts = city.identity.accounts.list().length;
    browser = openVisitor(url);
    await back(await toCallback());
    assert.equal(city.identity.accounts.list().length, accounts);
  });

  test('an answer is taken once, by the browser that asked, with its own state', async () => {
    const callback = await toCallback();
    const other = openVisitor(url);
    const stolen = await other.get(callback.pathname + callback.search);
    assert.deepEqual([pathOf(stolen), whyOf(stolen)], ['/login', 'stale']);
    assert.equal(other.cookies.has('session'), false);
    const forged = new URL(callback);
    forged.searchParams.set('state', 'x'.repeat(43));
    assert.equal(whyOf(await back(forged)), 'stale');
    assert.equal(pathOf(await back(callback)), '/en/account');
    browser.cookies.delete('session');
    assert.equal(whyOf(await back(callback)), 'stale', 'a second time');
  });

  test('a code of another sign-in, another issuer and a changed ID token are refused, and say so', async () => {
    const one = await toCallback();
    const swapped = await toCallback();
    swapped.searchParams.set('code', one.searchParams.get('code') ?? '');
    assert.equal(whyOf(await back(swapped)), 'refused');
    const foreign = await toCallback();
    foreign.searchParams.set('iss', 'https://evil.example');
    assert.equal(whyOf(await back(foreign)), 'refused');
    for (const change of [{ nonce: 'x' }, { iss: 'https://evil.example' }, { aud: 'other' }]) {
      const callback = await toCallback();
      provider.tamper = (answer) => (answer['id_token'] = provider.resigned(String(answer['id_token']), change));
      assert.equal(whyOf(await back(callback)), 'refused', JSON.stringify(change));
      provider.tamper = undefined;
    }
    const callback = await toCallback();
    provider.tamper = (answer) => (answer['id_token'] = `${String(answer['id_token']).slice(0, -8)}AAAAAAAA`);
    const refused = await back(callback);
    assert.deepEqual([pathOf(refused), whyOf(refused)], ['/en/login', 'refused']);
    assert.equal(browser.cookies.has('session'), false);
    assert.match((await browser.get(refused.to)).text, /does not prove who you are/);
  });

  test('it is told one address to lead back to, and leads to no other', async () => {
    const sent = await browser.get('/login/oidc');
    const asked = new URL(sent.to);
    assert.equal(asked.searchParams.get('redirect_uri'), url + callbackPath);
    asked.searchParams.set('redirect_uri', 'https://evil.example/');
    await assert.rejects(visit(provider.issuer, asked.href), /answered 400/);
    const callback = await toCallback('/login/oidc?back=https%3A%2F%2Fevil.example%2F');
    assert.equal((await back(callback)).to, '/');
  });

  test('one that is away is told as such, and the password still leads in', async () => {
    const { port } = new URL(provider.issuer);
    await provider.close();
    try {
      const callback = `${callbackPath}?code=x&state=y`;
      assert.equal(whyOf(await browser.get(callback)), 'stale');
      clock.advance(60_000);
      const away = await browser.get('/login/oidc?language=ru');
      assert.deepEqual([pathOf(away), whyOf(away)], ['/ru/login', 'away']);
      assert.match((await browser.get(away.to)).text, /Вход города сейчас не отвечает/);
      assert.equal(pathOf(await signIn('linked')), '/en/account');
    } finally {
      provider = await openTestProvider([url + callbackPath], Number(port));
    }
  });

  test('an account is linked by its owner alone, and keeps its own roles', async () => {
    await signIn('linked');
    const page = await browser.get('/en/account');
    const [, link = ''] = /href="(\/account\/provider\/link[^"]*)"/.exec(page.text) ?? [];
    assert.equal((await browser.get('/account/provider/link?csrf=x')).status, 403);
    clock.advance(15 * 60_000);
    const late = await browser.get(link.replaceAll('&amp;', '&'));
    assert.deepEqual([pathOf(late), new URL(late.to, url).search], ['/login/again', '?back=%2Faccount']);
    await signIn('linked');
    const again = await browser.get('/en/account');
    const [, fresh = ''] = /href="(\/account\/provider\/link[^"]*)"/.exec(again.text) ?? [];
    provider.person = { subject: 'p-9', groups: ['dispatch'] };
    assert.equal(pathOf(await back(await toCallback(fresh.replaceAll('&amp;', '&')))), '/en/account');
    browser = openVisitor(url);
    assert.equal(pathOf(await back(await toCallback())), '/en/account');
    const own = await browser.get('/en/account');
    assert.match(own.text, /<code>linked<\/code>/);
    assert.doesNotMatch(own.text, /Dispatcher/);
    await browser.post('/en/account/provider/remove');
    assert.doesNotMatch((await browser.get('/en/account')).text, /Linked/);
  });

  test('somebody else at the provider confirms nothing', async () => {
    await signIn('linked');
    provider.person = { subject: 'p-1', groups: [] };
    const other = await back(await toCallback());
    assert.deepEqual([pathOf(other), whyOf(other)], ['/en/login/again', 'other']);
  });
});
