/** The developers' pages in a real browser: read without a script, by keyboard, in every language. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

const languages = ['tg', 'ru', 'uz', 'kk', 'en'];

suite('the developers’ pages in a browser', { skip: noBrowser, timeout: 300_000 }, () => {
  let browser: Browser;
  let city: TestCity;

  before(async () => {
    [browser, city] = await Promise.all([launch(), openTestCity({ city: 'namangan' })]);
    const schema = { title: 'A pump with pressure', required: ['pressure'] };
    const from = {
      name: 'a-long-name-of-a-schema-file-that-must-wrap.json',
      bytes: Buffer.from(JSON.stringify(schema)),
    };
    await city.models.add({ from, type: 'Pump', mode: 'warn' });
    await city.fetch('/entities', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'urn:ngsi-ld:Pump:without-pressure', type: 'Pump' }),
    });
  });
  after(async () => {
    await browser?.close();
    await city?.close();
  });

  for (const [i, path] of ['', '/entities', '/temporal', '/contexts', '/city', '/models'].entries()) {
    const language = languages[i % languages.length] ?? 'en';
    test(`axe finds nothing on /developers${path} in ${language}, 360 px`, async () => {
      const { page, context, complaints } = await openPage(browser, { width: 360, dark: i % 2 === 0 });
      await page.goto(`${city.url}/${language}/developers${path}`, { waitUntil: 'load' });
      await page.evaluate(`document.querySelectorAll('main details').forEach((details) => { details.open = true; })`);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0, 'no sideways scroll');
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  test('without JavaScript: from the foot of home to an operation, its example, and the file', async () => {
    const { page, context } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/en/`, { waitUntil: 'load' });
    await page.locator('footer a', { hasText: 'For developers' }).click();
    assert.match(page.url(), /\/en\/developers$/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').first().click()]);
    assert.equal(download.suggestedFilename(), 'tour.sh');
    await page.locator('main a', { hasText: 'Entities and attributes' }).click();
    const section = page.locator('section', { has: page.locator('#queryEntity') });
    await section.locator('summary', { hasText: 'Examples' }).click();
    assert.match((await section.locator('pre').first().textContent()) ?? '', /type=Pump/);
    await context.close();
  });

  test('what did not fit a data model is shown with its place', async () => {
    const { page, context } = await openPage(browser, { width: 1280, scripts: false });
    await page.goto(`${city.url}/en/developers/models`, { waitUntil: 'load' });
    const shown = (await page.locator('main').textContent()) ?? '';
    assert.match(shown, /A pump with pressure/);
    assert.match(shown, /urn:ngsi-ld:Pump:without-pressure/);
    assert.match(shown, /pressureis missing/);
    await context.close();
  });
});
