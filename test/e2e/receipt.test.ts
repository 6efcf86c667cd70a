import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

test(
  'a receipt is checked in the browser alone, and a changed one does not hold',
  { skip: noBrowser, timeout: 120_000 },
  async (t) => {
    const city = await openTestCity({ city: 'namangan' });
    const browser = await launch();
    t.after(async () => {
      await browser.close();
      await city.close();
    });
    const receipt = await (await fetch(`${city.url}/api/log/2/receipt`)).text();
    const { page, complaints } = await openPage(browser, { width: 360 });
    await page.goto(`${city.url}/en/log/check`);
    const result = page.locator('#receipt-result');
    const check = async (text: string): Promise<string> => {
      await page
        .locator('#receipt')
        .setInputFiles({ name: 'a.tlog-proof', mimeType: 'text/plain', buffer: Buffer.from(text) });
      await page.getByRole('button', { name: 'Check' }).click();
      await result.locator('.st').waitFor();
      const told = (await result.textContent()) ?? '';
      await result.evaluate((element) => element.replaceChildren());
      return told;
    };
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const good = await check(receipt);
    assert.match(
      good,
      /The log holds this record, word for word.*law-pack UZ, 1, .*Not witnessed.*"householdReadings": false/s,
    );
    const [, extra = ''] = /^extra (\S+)$/m.exec(receipt) ?? [];
    const forged = Buffer.from(extra, 'base64')
      .toString()
      .replace('"householdReadings":false', '"householdReadings":true');
    assert.match(
      await check(receipt.replace(extra, Buffer.from(forged).toString('base64'))),
      /This does not prove anything.*does not hold this entry/s,
    );
    assert.match(await check('hello'), /This does not prove anything.*no proof/s);
    await page.locator('#log-key').fill('other.example/log+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    assert.match(await check(receipt), /This does not prove anything/);
    assert.deepEqual(asked, [], 'the file is sent nowhere');
    await page.locator('#log-key').fill((await (await fetch(`${city.url}/tlog/key`)).text()).trim());
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('word for word').waitFor();
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
  },
);
