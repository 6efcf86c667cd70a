import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { openTestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

const by = { id: 'system' };
const password = 'three lamps over a bazaar';

test(
  'people are invited, sign in, and give each other rights and keys, without JavaScript and on a phone',
  { skip: noBrowser, timeout: 240_000 },
  async (t) => {
    const city = await openTestCity({ city: 'namangan', auth: 'on' });
    const browser = await launch();
    t.after(async () => {
      await browser.close();
      await city.close();
    });
    const { accounts, invitations, keys, devices } = city.identity;
    const admin = accounts.add({ name: 'nigora', displayName: 'Нигора Р.', roles: ['administrator'] }, by);
    const service = accounts.add({ name: 'dashboards', kind: 'service', roles: ['developer'] }, by);
    keys.add({ account: service.id, label: 'wall', scope: ['readEntities', 'readContexts'] }, by);
    devices.add({ label: 'Kiosk 7', topics: 'air/{id}', sources: ['air'] }, by);

    const sara = accounts.add({ name: 'sara', displayName: 'Сара М.', roles: ['dispatcher'] }, by);
    /** With a second factor, which has its own test. */
    const enter = (context: BrowserContext): Promise<void> => {
      const { secret } = city.identity.sessions.open(accounts.get(admin.id), 'Chrome');
      return context.addCookies([{ name: 'session', value: secret, url: city.url, httpOnly: true, sameSite: 'Lax' }]);
    };

    const { page, context, complaints } = await openPage(browser, { width: 390, scripts: false });
    const screens = process.env['CHORSU_SCREENS'];
    const look = async (shown: Page, name: string): Promise<void> => {
      if (screens !== undefined) await shown.screenshot({ path: `${screens}/${name}.png`, fullPage: true });
      assert.equal(await overflow(shown), 0, name);
    };

    await page.goto(`${city.url}/ru/invitation/${invitations.make(sara.id)}`);
    await look(page, 'invitation.ru.phone');
    await page.locator('#password').fill('sara sara sara');
    await page.locator('#again').fill('sara sara sara');
    await page.getByRole('button', { name: 'Установить пароль' }).click();
    await page.getByText('Выберите другой').first().waitFor();
    await page.locator('#password').fill(password);
    await page.locator('#again').fill(password);
    await page.getByRole('button', { name: 'Установить пароль' }).click();
    await page.waitForURL('**/ru/account');
    await look(page, 'account.ru.phone');
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.goto(`${city.url}/tg/people`);
    await page.waitForURL('**/tg/login?back=%2Ftg%2Fpeople');
    await page.locator('#username').fill('Sara');
    await page.locator('#password').fill('wrong');
    await page.getByRole('button', { name: 'Даромадан' }).click();
    await page.getByText('ба ҳам мувофиқ нестанд').first().waitFor();
    await look(page, 'login.tg.phone');
    await page.locator('#password').fill(password);
    await page.getByRole('button', { name: 'Даромадан' }).click();
    await page.waitForURL('**/tg/people');
    assert.match((await page.locator('main').textContent()) ?? '', /403/, 'a dispatcher does not manage people');
    await enter(context);
    await page.goto(`${city.url}/tg/people`);

    await page.locator('#name').fill('farrukh');
    await page.locator('#displayName').fill('Фаррух С.');
    await page.getByLabel('Диспетчер').check();
    await look(page, 'people.tg.phone');
    await page.getByRole('button', { name: 'Илова кардан' }).click();
    const link = ((await page.locator('pre code').textContent()) ?? '').trim();
    assert.match(link, new RegExp(`^${city.url}/invitation/[\\w-]{43}$`));
    await look(page, 'link.tg.phone');
    const farrukh = accounts.find('farrukh');
    assert.deepEqual(farrukh?.roles, ['dispatcher']);
    for (const path of [
      '/tg/keys',
      '/ru/account/keys',
      '/tg/account/sessions',
      `/ru/people/${farrukh?.id}`,
      `/ru/people/${admin.id}`,
    ]) {
      await page.goto(city.url + path);
      await look(page, `${path.slice(1).replaceAll('/', '.')}.phone`);
    }

    // axe needs scripts.
    const desk = await openPage(browser, { width: 1280 });
    const { page: wide } = desk;
    await wide.goto(`${city.url}/ru/login?back=/ru/people`);
    assert.deepEqual(await violations(wide), [], 'login');
    await look(wide, 'login.ru.desk');
    await enter(desk.context);
    for (const path of [
      '/people',
      `/people/${farrukh?.id}`,
      '/keys',
      '/account',
      '/account/sessions',
      '/account/keys',
    ]) {
      await wide.goto(`${city.url}/ru${path}`);
      assert.deepEqual(await violations(wide), [], path);
      await look(wide, `ru${path.replaceAll('/', '.')}.desk`);
    }
    assert.deepEqual(desk.complaints, []);
    // The browser tells of the answers that refused something.
    assert.deepEqual(
      complaints.filter((one) => !/status of (400|401|403)/.test(one)),
      [],
    );
  },
);
