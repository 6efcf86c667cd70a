/** A real city in which nothing is measured yet, in a real browser: honest, readable, and one way on. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { connect } from 'mqtt';
import type { Browser } from 'playwright-core';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

const paths = ['/', '/map', '/entities', '/sources', '/sources/connect', '/about'];
const languages = ['tg', 'ru', 'uz', 'kk', 'en'];
const long = process.env['CHORSU_TEST_LONG'] === '1';

suite('a real city without a source, in a browser', { skip: noBrowser, timeout: 300_000 }, () => {
  let browser: Browser;
  let city: TestCity;

  before(async () => {
    [browser, city] = await Promise.all([launch(), openTestCity({ city: 'namangan', mqttPort: 0 })]);
  });
  after(async () => {
    await browser?.close();
    await city?.close();
  });

  const turns = paths.flatMap((path, i) =>
    long
      ? languages.flatMap((language) => [false, true].map((dark) => ({ path, language, dark })))
      : [{ path, language: languages[i % languages.length] ?? 'tg', dark: i % 2 === 0 }],
  );
  for (const { path, language, dark } of turns) {
    test(`axe finds nothing on ${path} in ${language}, ${dark ? 'dark' : 'light'}, 360 px`, async () => {
      const { page, context, complaints } = await openPage(browser, { width: 360, dark });
      const answer = await page.goto(`${city.url}/${language}${path}`, { waitUntil: 'load' });
      assert.equal(answer?.status(), 200);
      await page.evaluate(`document.querySelectorAll('main details').forEach((details) => { details.open = true; })`);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0, 'no sideways scroll');
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  test('without JavaScript: from the empty home to the way in and its mapping file', async () => {
    const { page, context } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/tg/`, { waitUntil: 'load' });
    assert.equal(await page.locator('main a.btn.main').count(), 1, 'one way on');
    await page.locator('main a.btn.main').click();
    assert.match(page.url(), /\/tg\/sources\/connect$/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').first().click()]);
    assert.equal(download.suggestedFilename(), 'mqtt.json');
    await context.close();
  });

  test('with JavaScript what arrives appears without a reload', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 390 });
    await page.goto(`${city.url}/en/sources/connect`, { waitUntil: 'load' });
    const client = connect(`mqtt://127.0.0.1:${city.mqttPort}`);
    await client.publishAsync('in/my/hand', '7', { qos: 1 });
    await client.endAsync();
    await page.locator('#arrived code', { hasText: 'in/my/hand' }).waitFor({ timeout: 20_000 });
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
