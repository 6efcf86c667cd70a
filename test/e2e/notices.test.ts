/** A dispatcher writes a notice with the keyboard alone, residents read it on a phone without JavaScript. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openTestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

test(
  'a notice is written with the keyboard alone, read on a phone without JavaScript, and withdrawn',
  { skip: noBrowser, timeout: 240_000 },
  async (t) => {
    const city = await openTestCity({ city: fileURLToPath(new URL('../../src/city/namuna', import.meta.url)) });
    const browser = await launch();
    t.after(async () => {
      await browser.close();
      await city.close();
    });
    const screens = process.env['CHORSU_SCREENS'];
    const look = async (shown: Page, name: string): Promise<void> => {
      if (screens !== undefined) await shown.screenshot({ path: `${screens}/${name}.png`, fullPage: true });
      assert.equal(await overflow(shown), 0, name);
    };
    const phone = await openPage(browser, { width: 390, scripts: false });
    const desk = await openPage(browser, { width: 1280 });
    const { page } = desk;
    const check = async (name: string): Promise<void> => {
      assert.deepEqual(await violations(page), [], name);
      await look(page, `${name}.ru.desk`);
    };
    /** Goes on with Tab until that has the focus. */
    const tabTo = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 90; presses++) {
        if ((await page.locator(`:is(${selector}):focus`).count()) > 0) return;
        await page.keyboard.press('Tab');
      }
      assert.fail(`Tab does not reach ${selector}`);
    };

    await phone.page.goto(`${city.url}/tg/notices`);
    await phone.page.getByText('Ин шаҳр ҳанӯз эълоне нанавиштааст').waitFor();
    await look(phone.page, 'notices-empty.tg.phone');

    await page.goto(`${city.url}/ru/console/notices`);
    await check('notices-console');
    await tabTo('a[href$="template=water-unplanned"]');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Авария: нет воды' }).waitFor();
    await check('notices-new');
    await tabTo('button.main');
    await page.keyboard.press('Enter');
    await page.getByText('Выберите район или весь город').first().waitFor();
    await check('notices-wrong');
    await tabTo('input[name="districts"][value="navrud"]');
    await page.keyboard.press('Space');
    await tabTo('#places');
    await page.keyboard.type('улица Пекарей, 41');
    await tabTo('[name="more.ru"]');
    await page.keyboard.type('Звоните дежурному.');
    await tabTo('button.main');
    await page.keyboard.press('Enter');
    await page.getByText('Navrud: no water, expected back by').waitFor();
    await page.getByText('кӯчаи Нонвоён, 41').waitFor();
    await check('notices-preview');
    await tabTo('button[name="act"]');
    await page.keyboard.press('Enter');
    await page.locator('#places').waitFor();
    assert.equal(await page.locator('#places').inputValue(), 'улица Пекарей, 41');
    await tabTo('button.main');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Прочтите перед отправкой' }).waitFor();
    await tabTo('button.main');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/ru/notices/*');
    await check('notice');
    const path = new URL(page.url()).pathname.replace('/ru', '');
    await page.goto(`${city.url}/ru/notices`);
    await check('notices');

    await phone.page.goto(`${city.url}/tg/notices?district=navrud`);
    await look(phone.page, 'notices.tg.phone');
    await phone.page.getByRole('link', { name: 'Наврӯд: об нест' }).click();
    await phone.page.getByText('Танҳо ба забони русӣ: Звоните дежурному.').first().waitFor();
    await look(phone.page, 'notice.tg.phone');

    await page.goto(`${city.url}/ru/console${path}`);
    await check('notices-edit');
    await tabTo('#why');
    await tabTo('form[action$="/withdraw"] button');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/ru${path}`);
    await page.getByText('Отменено: причина устранена.').first().waitFor();
    await check('notice-withdrawn');
    for (const own of [path, `/console${path}`, '/console/notices', '/console/notices/new?template=other']) {
      await phone.page.goto(`${city.url}/tg${own}`);
      await look(phone.page, `${own.slice(1).replaceAll(/\W+/g, '.')}.tg.phone`);
    }
    assert.deepEqual(
      [...desk.complaints, ...phone.complaints].filter((one) => !one.includes('status of 400')),
      [],
    );
  },
);
