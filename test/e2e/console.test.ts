/** The console in a browser: keys alone, live, without a script; what is said when the connection is lost. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

suite('the console', { skip: noBrowser }, () => {
  let city: TestCity;
  let browser: Browser;
  before(async () => {
    city = await openTestCity({ demo: true, housekeeping: false });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await city?.close();
  });

  const raise = async (title: string, priority = 2): Promise<string> => {
    const answer = await fetch(`${city.url}/api/operations/alarms`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title, priority, language: 'ru', location: city.city.center }),
    });
    assert.equal(answer.status, 201);
    return ((await answer.json()) as { id: string }).id;
  };
  const stateOf = async (id: string): Promise<unknown> =>
    ((await (await fetch(`${city.url}/api/operations/alarms/${id}`)).json()) as { state: string }).state;

  test('an alarm is taken by keys alone, given by keys, and a new one comes by itself without losing the place', async () => {
    const first = await raise('Давление упало', 1);
    const second = await raise('Насосная № 3');
    const { page, context, complaints } = await openPage(browser, { width: 1280 });
    await page.goto(`${city.url}/ru/console`);
    assert.equal(
      await page.locator('a.row:focus').textContent(),
      'Давление упало',
      'the most urgent one has the focus',
    );
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.locator('a.row:focus').textContent(), 'Насосная № 3');
    const third = await raise('Люк открыт', 3);
    await page.locator(`#r-${third}`).waitFor();
    assert.equal(await page.locator('a.row:focus').textContent(), 'Насосная № 3', 'the place stays');
    assert.match((await page.locator('#sound [role=status]').textContent()) ?? '', /Новая тревога: Люк открыт/);
    await Promise.all([page.waitForURL(new RegExp(`alarm=${second}`)), page.keyboard.press('Space')]);
    assert.equal(await stateOf(second), 'acknowledged');
    assert.equal(await stateOf(first), 'raised');
    await page.keyboard.press('Digit1');
    await page.keyboard.type('Вода 1');
    await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === 'POST'),
      page.keyboard.press('Enter'),
    ]);
    await page.waitForLoadState();
    assert.equal(await stateOf(second), 'assigned');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('sound is off until it is switched on, and stays so on the next page', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 1280 });
    await page.goto(`${city.url}/en/console`);
    const button = page.locator('#sound button');
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    await page.locator('a.row').first().focus();
    await page.keyboard.press('Digit0');
    assert.equal(await button.getAttribute('aria-pressed'), 'true');
    await page.reload();
    assert.equal(await button.getAttribute('aria-pressed'), 'true');
    assert.equal(await button.textContent(), 'Switch sound off');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('without a script the list, the chosen alarm and its forms work', async () => {
    const id = await raise('Фидер без связи');
    const { page, context } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/tg/console`);
    await page.locator(`#r-${id}`).click();
    assert.match(page.url(), new RegExp(`alarm=${id}`));
    await page.locator('.acts .btn.main').click();
    assert.equal(await stateOf(id), 'acknowledged');
    await context.close();
  });

  test('without a script a rule of what is usual is written; what is missing is said first, and the rest stays', async () => {
    const { page, context } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/tg/console/rules/new?kind=usual`);
    const fields = { id: 'odd-flow', type: 'DistrictMeteredArea', attribute: 'flow', least: '20', weeks: '6' };
    for (const [field, value] of Object.entries({ ...fields, atLeast: '4', clear: '2', for: '60' }))
      await page.locator(`#${field}`).fill(value);
    await page.locator('[id="title.tg"]').fill('Ҷараёни ғайриодӣ');
    await page.locator('main form .btn').first().click();
    assert.ok(await page.locator('.errors').isVisible(), 'how far from the usual is not said');
    assert.equal(await page.locator('#least').inputValue(), '20');
    assert.equal(await overflow(page), 0);
    await page.locator('#mads').fill('5');
    await page.locator('main form .btn').first().click();
    await page.waitForURL('**/tg/console/rules/odd-flow*');
    assert.match((await page.locator('h1').textContent()) ?? '', /Ҷараёни ғайриодӣ/);
    await context.close();
  });

  test('when the connection is lost the page says so, and shows what it knew', async () => {
    const own = await openTestCity({ demo: true, housekeeping: false });
    const { page, context } = await openPage(browser, { width: 1280 });
    await page.goto(`${own.url}/ru/console`);
    assert.equal(await page.locator('#live-state').isVisible(), false);
    await own.close();
    await page.locator('#live-state').waitFor({ state: 'visible', timeout: 30_000 });
    assert.match((await page.locator('#live-state').textContent()) ?? '', /Связь потеряна/);
    assert.match((await page.locator('h1').textContent()) ?? '', /Открытых тревог нет/);
    await context.close();
  });

  for (const width of [390, 1280])
    for (const dark of [false, true])
      test(`pages of the console have no axe violation and fit at ${width} px${dark ? ', dark' : ''}`, async () => {
        const { page, context, complaints } = await openPage(browser, { width, dark });
        for (const path of [
          '/ru/console',
          '/tg/console/alarms?view=wall',
          '/uz/console/alarms/new',
          '/kk/console/handover',
        ]) {
          await page.goto(city.url + path);
          for (const details of await page.locator('.acts details:not([open]) > summary').all()) await details.click();
          assert.deepEqual(await violations(page), [], path);
          assert.ok((await overflow(page)) <= 0, path);
        }
        assert.deepEqual(complaints, []);
        await context.close();
      });
});
