/** The vault in a real browser, by the people it is for: a resident, a clerk who asks, an officer who agrees, an auditor, a neighbour. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { commands, runCommandLine } from '../../src/cli/index.ts';
import { openPlatform } from '../../src/platform.ts';
import { stepAt, totpCode } from '../../src/trust/identity/codes/totp.ts';
import { anchorsIn, anchorsSql } from '../../src/trust/index.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { fromBase32 } from '../fixtures/visitor.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

const password = 'seven herons above a mill';
const email = 'zarina@example.tj';
const phone = '+992 55 501 23 99';
const reason = 'Зарина просила сообщить, когда починят трубу на её улице';
const minute = 60_000;
const hour = 60 * minute;

/** Somebody with a browser and, where the work needs it, an app with codes. */
type Visitor = { readonly name: string; readonly language: string; page: Page; context: BrowserContext; app?: Buffer };

suite('the vault, by those whom it is for', { skip: noBrowser, timeout: 300_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-e2e-vault-'));
  const data = join(directory, 'city');
  const vaultKey = join(directory, 'elsewhere.key');
  let skipped = 0;
  const clock = { now: () => systemClock.now() + skipped };
  const complaints: string[] = [];
  let browser: Browser;
  let city: TestCity;
  let administrator: Visitor;
  let resident: Visitor;
  let clerk: Visitor;
  let officer: Visitor;
  let auditor: Visitor;
  let residentId = '';

  before(async () => {
    const all = commands({
      open: (settings) => openPlatform(settings, { log: silentLog }),
      log: () => silentLog,
      signals: new EventEmitter(),
      exitNow: (code) => assert.fail(`ended with ${code}`),
    });
    let link = '';
    await runCommandLine(all, '0', ['user', 'add', 'nigora', '--role', 'administrator', '--data', data], {
      out: (text) => (link += text),
      err: () => {},
      interactive: false,
      environment: {},
      now: Date.now,
    });
    [browser, city] = await Promise.all([
      launch(),
      openTestCity({ data, vaultKey, auth: 'on', city: 'namangan', rateFactor: 0 }, clock),
    ]);
    administrator = await visitor('nigora', 'ru');
    await follow(administrator, new URL(link.trim()).pathname);
  });
  after(async () => {
    await browser?.close();
    await city?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const visitor = async (name: string, language: string): Promise<Visitor> => {
    const opened = await openPage(browser, { width: 390 });
    opened.page.setDefaultTimeout(10_000);
    const said = (text: string): boolean => !/status of (400|401|403|404)/.test(text);
    opened.page.on('close', () => complaints.push(...opened.complaints.filter(said)));
    return { name, language, page: opened.page, context: opened.context };
  };
  const go = (who: Visitor, path: string): Promise<unknown> => who.page.goto(`${city.url}/${who.language}${path}`);
  const press = async ({ page }: Visitor, action: string): Promise<void> => {
    const button = page.locator(`main form[action$="${action}"] button`).first();
    await Promise.all([page.waitForEvent('load'), button.click()]);
  };
  const text = async ({ page }: Visitor): Promise<string> => (await page.locator('main').innerText()).trim();
  const path = ({ page }: Visitor): string => new URL(page.url()).pathname;

  /** A code that was not used yet. */
  const code = ({ app }: Visitor): string => {
    skipped += minute;
    return totpCode(app ?? assert.fail(), stepAt(clock.now()));
  };
  /** Follows a link of an invitation, and adds an app where the city asks for one. */
  async function follow(who: Visitor, invitation: string): Promise<void> {
    const { page } = who;
    await go(who, invitation);
    await page.locator('#password').fill(password);
    await page.locator('#again').fill(password);
    await press(who, invitation);
    if (!path(who).endsWith('/account/codes')) return;
    await look(who, 'second-step');
    await page.locator('main a[href$="/account/codes/app"]').first().click();
    who.app = fromBase32(await page.locator('pre').innerText());
    await page.locator('#code').fill(code(who));
    await press(who, '/account/codes/app');
  }
  /** Again, when a session has ended. */
  async function signIn(who: Visitor): Promise<void> {
    const { page } = who;
    await who.context.clearCookies();
    await go(who, '/login');
    await page.locator('#username').fill(who.name);
    await page.locator('#password').fill(password);
    await press(who, '/login');
    if (!path(who).endsWith('/login/second')) return;
    await page.locator('#code').fill(code(who));
    const enter = page.locator('form:has(#code) button').first();
    await Promise.all([page.waitForEvent('load'), enter.click()]);
  }
  /** The administrator makes an account on the page of people and hands over its link. */
  async function invited(name: string, shown: string, language: string, role?: string): Promise<Visitor> {
    const { page } = administrator;
    await go(administrator, '/people');
    await page.locator('#name').fill(name);
    await page.locator('#displayName').fill(shown);
    if (role !== undefined) await page.locator(`input[name=roles][value="${role}"]`).check();
    await page.locator('main form[method=post][action$="/people"] button').click();
    const link = (await page.locator('pre code').innerText()).trim();
    const who = await visitor(name, language);
    await follow(who, new URL(link).pathname);
    return who;
  }
  /** In Tajik and Russian, on a phone and at a desk: nothing for axe, nothing wider than the window. */
  async function look(who: Visitor, name: string): Promise<void> {
    const { page } = who;
    const screens = process.env['CHORSU_SCREENS'];
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      assert.equal(await overflow(page), 0, `${name} at ${width}`);
      if (screens !== undefined)
        await page.screenshot({ path: `${screens}/vault.${name}.${who.language}.${width}.png`, fullPage: true });
    }
    assert.deepEqual(await violations(page), [], name);
  }
  const lookBoth = async (who: Visitor, at: string, name: string): Promise<void> => {
    for (const language of ['tg', 'ru']) {
      await who.page.goto(`${city.url}/${language}${at}`);
      await look({ ...who, language }, name);
    }
  };
  /** What the clerk asks on the page. @returns id of the opening */
  async function ask(purpose: string): Promise<string> {
    const { page } = clerk;
    await go(clerk, '/vault');
    await page.locator('#subject').fill(residentId);
    await page.locator(`input[name=purpose][value=${purpose}]`).check();
    await page.locator('#reason').fill(reason);
    await press(clerk, '/vault/openings');
    const [newest] = city.vault?.openings.asked({ id: accountId('farrukh'), kind: 'person', roles: [] }) ?? [];
    return newest?.id ?? assert.fail(await text(clerk));
  }
  const accountId = (name: string): string => city.identity.accounts.find(name)?.id ?? assert.fail(name);

  test('the administrator makes accounts with different roles, and each comes in by its own link', async () => {
    assert.ok(existsSync(vaultKey), 'the key lies outside the data directory');
    resident = await invited('zarina', 'Зарина К.', 'tg');
    clerk = await invited('farrukh', 'Фаррух С.', 'ru', 'intake-clerk');
    officer = await invited('malika', 'Малика Т.', 'ru', 'data-officer');
    auditor = await invited('jamshed', 'Ҷамшед Н.', 'tg', 'auditor');
    residentId = accountId('zarina');
    for (const who of [administrator, clerk, officer]) assert.ok(who.app, `${who.name} has a second factor`);
    assert.equal(resident.app, undefined);
  });

  test('a resident says how to be reached, and finds the number by which to be named', async () => {
    const { page } = resident;
    await go(resident, '/account');
    await page.locator('main a[href$="/account/contact"]').click();
    await page.locator('#email').fill('zarina at example');
    await press(resident, '/account/contact');
    await look(resident, 'contact-wrong');
    await page.locator('#email').fill(email);
    await page.locator('#phone').fill(phone);
    await press(resident, '/account/contact');
    assert.ok((await text(resident)).includes(residentId));
    assert.equal(await page.locator('#phone').inputValue(), phone);
    await lookBoth(resident, '/account/contact', 'contact');
    for (const name of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const bytes = readFileSync(join(name.parentPath, name.name));
      assert.ok(!bytes.includes(email) && !bytes.includes('501 23 99'), `${name.name} says nothing of her`);
    }
  });

  test('whoever asks does not agree; another does; who asked reads within the hour', async () => {
    await lookBoth(clerk, '/vault', 'ask');
    await go(clerk, '/vault');
    await press(clerk, '/vault/openings');
    assert.equal(await clerk.page.locator('.errors li').count(), 3, 'all that is missing is said at once');
    await look(clerk, 'ask-wrong');
    const id = await ask('own-request');
    await lookBoth(clerk, '/vault', 'asked');
    assert.equal(await clerk.page.locator(`form[action$="/vault/openings/${id}"]`).count(), 0, 'nothing to read yet');
    assert.equal(await clerk.page.locator('a[href$="/vault/approvals"]').count(), 0, 'no way that is closed');
    // The page does not offer it; whoever sends the form all the same is refused.
    const token = await clerk.page.locator('main form input[name=csrf]').first().inputValue();
    const own = await clerk.page.request.post(`${city.url}/ru/vault/approvals/${id}/approve`, {
      form: { csrf: token },
    });
    assert.equal(own.status(), 403);

    await go(officer, '/');
    await officer.page.locator('a[href$="/vault/approvals"]').first().click();
    await lookBoth(officer, '/vault/approvals', 'approvals');
    await go(officer, '/vault/approvals');
    assert.match(await text(officer), new RegExp(reason));
    await press(officer, `/vault/approvals/${id}/approve`);
    await look(officer, 'agreed');

    await go(clerk, '/vault');
    await look(clerk, 'approved');
    await press(clerk, `/vault/openings/${id}`);
    assert.match(await text(clerk), new RegExp(`${email}[^]*501 23 99`));
    await look(clerk, 'content');
    skipped += hour;
    await signIn(clerk);
    await go(clerk, '/vault');
    assert.equal(await clerk.page.locator(`form[action$="/vault/openings/${id}"]`).count(), 0, 'the hour is over');
    await look(clerk, 'over');
  });

  test('the resident sees who looked, when, what for and why', async () => {
    await signIn(resident);
    await lookBoth(resident, '/account/contact', 'looked');
    await go(resident, '/account/contact');
    const shown = await text(resident);
    for (const part of [reason, 'Фаррух С.', 'Малика Т.', String(new Date(clock.now()).getFullYear())])
      assert.ok(shown.includes(part), part);
  });

  test('each step stands in the access log, and the log explorer knows each', async () => {
    await signIn(auditor);
    await go(auditor, '/');
    await auditor.page.locator('a[href$="/vault/log"]').first().click();
    await lookBoth(auditor, '/vault/log', 'access-log');
    await go(auditor, '/vault/log');
    assert.match(await text(auditor), /Фаррух С\.[^]*Малика Т\.[^]*Фаррух С\./);
    await city.vault?.flush();
    await go(auditor, '/log');
    await look(auditor, 'transparency');
    assert.equal((await text(auditor)).match(/Қадам дар хазина/g)?.length, 4);
    const anchors = anchorsIn(await city.store.rows.all(anchorsSql));
    assert.equal(anchors.length, 4, 'put in, asked, agreed, read');
    assert.equal(city.vault?.accessLog.verify(anchors).entries, 4);
    await lookBoth(resident, '/vault/counts', 'counts');
  });

  test('others are refused in their own language', async () => {
    for (const [who, at] of [
      [resident, '/vault'],
      [auditor, '/vault'],
      [administrator, '/vault/log'],
      [officer, '/vault'],
    ] as const) {
      await signIn(who);
      const answer = await who.page.goto(`${city.url}/${who.language}${at}`);
      assert.equal(answer?.status(), 403, `${who.name} ${at}`);
      await look(who, `refused-${who.name}`);
    }
  });

  test('what nobody agreed to ends, and is not agreed to afterwards', async () => {
    await signIn(clerk);
    const id = await ask('danger');
    skipped += 72 * hour;
    await signIn(officer);
    await go(officer, '/vault/approvals');
    assert.equal(await officer.page.locator(`form[action$="${id}/approve"]`).count(), 0);
    await look(officer, 'nothing-waits');
    const agreed = await sentApproval(id);
    assert.equal(agreed, 409);
    await signIn(clerk);
    await go(clerk, '/vault');
    await look(clerk, 'ended');
  });
  const sentApproval = async (id: string): Promise<number> => {
    await go(officer, '/account/codes');
    const token = await officer.page.locator('form input[name=csrf]').first().inputValue();
    const form = { csrf: token };
    return (await officer.page.request.post(`${city.url}/ru/vault/approvals/${id}/approve`, { form })).status();
  };

  test('a resident erases it: the key is destroyed, and the page says so', async () => {
    await signIn(resident);
    const { page } = resident;
    await go(resident, '/account/contact');
    await page.locator('#email').fill('');
    await page.locator('#phone').fill('');
    await press(resident, '/account/contact');
    await resident.page.getByText('нобуд гашт').waitFor();
    await look(resident, 'erased');
    assert.equal(city.vault?.records.counts().subjects, 0, 'her key is gone');
    await signIn(clerk);
    await go(clerk, '/vault');
    await clerk.page.locator('#subject').fill(residentId);
    await clerk.page.locator('input[name=purpose][value=danger]').check();
    await clerk.page.locator('#reason').fill(reason);
    await press(clerk, '/vault/openings');
    await look(clerk, 'nothing-left');
    for (const { page: one } of [administrator, resident, clerk, officer, auditor]) await one.close();
    assert.deepEqual(complaints, []);
  });
});
