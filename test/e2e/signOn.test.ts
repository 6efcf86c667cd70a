/** Signing in, in a real browser: passkeys with Chromium's virtual authenticator, a real OpenID Connect provider, codes. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { systemPrincipal } from '../../src/http/index.ts';
import { stepAt, totpCode } from '../../src/trust/identity/codes/totp.ts';
import { openTestProvider, type TestProvider } from '../fixtures/oidcProvider.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { freePort, fromBase32 } from '../fixtures/visitor.ts';
import { launch, noBrowser, openPage, overflow, violations, type OpenPage } from './browser.ts';

const password = 'forty grey storks over water';
const languages = ['tg', 'ru', 'uz', 'kk', 'en'];

suite('signing in', { skip: noBrowser, timeout: 300_000 }, () => {
  let browser: Browser;
  let city: TestCity;
  let provider: TestProvider;
  let url = '';
  before(async () => {
    const port = await freePort();
    // Passkeys are bound to a name.
    url = `http://localhost:${port}`;
    provider = await openTestProvider([`${url}/login/oidc/callback`]);
    const oidc = provider.settingsFile({ label: { en: 'City login', tg: 'Вуруди шаҳр' }, unknown: 'create' });
    [browser, city] = await Promise.all([
      launch(),
      openTestCity({ auth: 'on', port, publicUrl: url, oidc, city: 'namangan', rateFactor: 0 }),
    ]);
    for (const [name, roles] of [
      ['head', ['administrator']],
      ['clerk', ['department-editor']],
    ] as const) {
      const { id } = city.identity.accounts.add({ name, roles }, systemPrincipal);
      await city.identity.accounts.setPassword(id, password);
    }
  });
  after(async () => {
    await browser?.close();
    await city?.close();
    await provider?.close();
  });

  const signIn = async (page: Page, name: string, language = 'en'): Promise<void> => {
    await page.goto(`${url}/${language}/login?back=%2F${language}%2Faccount`);
    await page.locator('#username').fill(name);
    await page.locator('#password').fill(password);
    await page.locator('form[action$="/login"] button').click();
    await page.waitForLoadState();
  };
  /** In every language: nothing for axe, nothing wider than the window. */
  const looksWell = async (page: Page, path: string): Promise<void> => {
    for (const language of languages) {
      await page.goto(`${url}/${language}${path}`);
      assert.deepEqual(await violations(page), [], `${language}${path}`);
      assert.equal(await overflow(page), 0, `${language}${path}`);
      const screens = process.env['CHORSU_SCREENS'];
      if (screens === undefined) continue;
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const file = `${screens}/${path.slice(1).replaceAll(/\W+/g, '.')}.${language}.${width}.png`;
        await page.screenshot({ path: file, fullPage: true });
      }
    }
  };
  /** A phone with a fingerprint, inside Chromium. */
  const withAuthenticator = async ({ page, context }: OpenPage): Promise<() => Promise<number>> => {
    const debug = await context.newCDPSession(page);
    await debug.send('WebAuthn.enable');
    const { authenticatorId } = await debug.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return async () => (await debug.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length;
  };

  test('a passkey is added after a password, and then signs in alone', async () => {
    const opened = await openPage(browser, { width: 390 });
    const { page, context, complaints } = opened;
    const kept = await withAuthenticator(opened);
    await signIn(page, 'head');
    assert.equal(new URL(page.url()).pathname, '/en/account/passkeys');
    await page.getByText('Your work needs a second step').waitFor();
    await looksWell(page, '/account/passkeys');
    await page.locator('#label').fill('Phone of the test');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('heading', { name: 'Phone of the test' }).waitFor();
    assert.equal(await kept(), 1);
    assert.equal(await page.getByText('Your work needs a second step').count(), 0, 'the session is whole now');
    await looksWell(page, '/account/passkeys');

    await context.clearCookies();
    await page.goto(`${url}/tg/login?back=%2Ftg%2Faccount`);
    await page.locator('#passkey-sign-in').click();
    await page.waitForURL(`${url}/tg/account`);
    const [session] = city.identity.sessions.list(city.identity.accounts.find('head')?.id ?? '');
    assert.equal(session?.due, undefined);
    await looksWell(page, '/account');

    // With a password first, the passkey is the second step.
    await context.clearCookies();
    await signIn(page, 'head');
    assert.equal(new URL(page.url()).pathname, '/en/login/second');
    await looksWell(page, '/login/second');
    await page.goto(`${url}/en/login/second?back=%2Fen%2Faccount`);
    await page.locator('#passkey-sign-in').click();
    await page.waitForURL(`${url}/en/account`);

    await page.goto(`${url}/en/login/again?back=%2Fen%2Faccount%2Fcodes`);
    await looksWell(page, '/login/again');
    await page.goto(`${url}/en/login/again?back=%2Fen%2Faccount%2Fcodes`);
    await page.locator('#passkey-sign-in').click();
    await page.waitForURL(`${url}/en/account/codes`);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('a passkey that is removed opens nothing, and the page says so', async () => {
    const opened = await openPage(browser, { width: 390 });
    const { page, context } = opened;
    await withAuthenticator(opened);
    await signIn(page, 'clerk');
    await page.goto(`${url}/ru/account/passkeys`);
    await page.locator('#label').fill('Ключ');
    await page.getByRole('button', { name: 'Добавить ключ доступа' }).click();
    await page.getByRole('heading', { name: 'Ключ', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Удалить «Ключ»' }).click();
    await page.getByText('У вас пока нет ключа доступа').waitFor();
    await context.clearCookies();
    await page.goto(`${url}/ru/login`);
    await page.locator('#passkey-sign-in').click();
    await page.getByText('Не получилось').waitFor();
    await context.close();
  });

  test('codes of an app and on paper are set up and used without a script', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${url}/tg/login`);
    await page.getByText('Барои калиди дастрасӣ JavaScript лозим аст').waitFor();
    assert.equal(await page.locator('#passkey-sign-in').isVisible(), false);
    await signIn(page, 'clerk');
    await page.goto(`${url}/en/account/codes`);
    await page.getByRole('link', { name: 'Set up an app' }).click();
    const secret = fromBase32((await page.locator('pre').textContent()) ?? '');
    await page.locator('#code').fill(totpCode(secret, stepAt(Date.now())));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('button', { name: 'Make ten codes' }).click();
    const codes = ((await page.locator('pre').textContent()) ?? '').split('\n');
    assert.equal(codes.length, 10);
    await context.clearCookies();
    await signIn(page, 'clerk');
    await page.locator('#code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.equal(new URL(page.url()).pathname, '/en/account');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('the pages of codes fit, and axe finds nothing on them', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 390 });
    await looksWell(page, '/login');
    await looksWell(page, '/login?why=away');
    const { id = '' } = city.identity.accounts.find('clerk') ?? {};
    city.identity.database.run('DELETE FROM totp WHERE account = ?', id);
    await signIn(page, 'clerk');
    for (const path of ['/account/codes', '/account/codes/app']) await looksWell(page, path);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('a key is made and revoked on its page, and opens nothing from then on', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 390 });
    const { id = '' } = city.identity.accounts.find('clerk') ?? {};
    city.identity.factors.remove(id, systemPrincipal);
    await signIn(page, 'clerk');
    await page.goto(`${url}/en/account/keys`);
    await page.locator('#label').fill('Wall of the test');
    await page.getByLabel('useAccount').or(page.getByLabel('readSources')).first().check();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const key = ((await page.locator('pre').textContent()) ?? '').trim();
    assert.match(key, /^chorsu_\w{10}_[\w-]{43}$/);
    const ask = async (): Promise<number> =>
      (await fetch(`${url}/sources`, { headers: { authorization: `Bearer ${key}` } })).status;
    assert.equal(await ask(), 200);
    await looksWell(page, '/account/keys');
    await page.goto(`${url}/en/account/keys`);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('revoked').waitFor();
    assert.equal(await ask(), 401);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('a provider leads in, and back to the page that was asked for', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 1280 });
    await page.goto(`${url}/tg/login?back=%2Ftg%2Faccount%2Fsessions`);
    await page.getByRole('link', { name: 'Тавассути Вуруди шаҳр даромадан' }).click();
    await page.waitForURL(`${url}/tg/account/sessions`);
    await page.goto(`${url}/tg/account`);
    assert.equal(await overflow(page), 0);
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
