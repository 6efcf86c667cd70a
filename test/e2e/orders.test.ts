/** Work orders on a crew's phone: without a network, after a closed tab, with what others did meanwhile, and without a script. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Transformer } from '@napi-rs/image';
import type { Browser, Page } from 'playwright-core';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

type Json = Record<string, unknown>;
const photo = (): Buffer => Transformer.fromRgbaPixels(new Uint8Array(800 * 600 * 4).fill(180), 800, 600).jpegSync(85);

suite('work orders on a phone', { skip: noBrowser }, () => {
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

  const send = async (path: string, body: Json): Promise<Json> => {
    const answer = await fetch(city.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 201, await answer.clone().text());
    return (await answer.json()) as Json;
  };
  const make = async (title: string): Promise<string> => {
    const body = { title, language: 'ru', priority: 2, crew: 'Вода 1', location: city.city.center };
    return String((await send('/api/operations/orders', body))['id']);
  };
  const known = async (id: string): Promise<Json> =>
    (await (await fetch(`${city.url}/api/operations/orders/${id}`)).json()) as Json;
  const stepsOf = async (id: string): Promise<unknown[]> =>
    ((await known(id))['steps'] as Json[]).map(({ step }) => step);
  const until = async (what: () => Promise<boolean>): Promise<void> => {
    for (let n = 0; n < 200; n++) {
      if (await what()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail('it did not come');
  };
  /** The list was looked at with a network: the order's page came along. */
  const bring = async (page: Page, id: string): Promise<void> => {
    await page.goto(`${city.url}/ru/console/orders`);
    await until(() =>
      page.evaluate(async (path) => {
        const { navigator, caches } = globalThis as unknown as {
          navigator: { serviceWorker: { controller: unknown } };
          caches: { match(path: string, options: object): Promise<unknown> };
        };
        return navigator.serviceWorker.controller !== null && !!(await caches.match(path, { ignoreVary: true }));
      }, `/ru/console/orders/${id}`),
    );
  };
  const act = (page: Page, step: string) => page.locator(`[data-step=${step}] button`).first();
  const waiting = (page: Page) => page.locator('#outbox ol.waiting li');

  test('without a network a whole order is worked; it survives a closed tab and is sent once, in order', async () => {
    const id = await make('Заменить задвижку');
    const { page, context } = await openPage(browser, { width: 390 });
    await bring(page, id);
    await context.setOffline(true);
    await page.goto(`${city.url}/ru/console/orders/${id}`);
    assert.match((await page.locator('h1').textContent()) ?? '', /Заменить задвижку/);
    await page.locator('#outbox').waitFor({ state: 'visible' });
    assert.match((await page.locator('#outbox').textContent()) ?? '', /Нет сети/);

    await act(page, 'accept').click();
    await act(page, 'accept').waitFor({ state: 'hidden' });
    await act(page, 'start').click();
    await page.locator('[data-item=safe] button').click();
    assert.equal(await act(page, 'finish').isVisible(), false, 'not without proof');
    await page.locator('#photo').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: photo() });
    await page.locator('#caption').fill('Новая задвижка');
    await act(page, 'photo').click();
    await act(page, 'finish').click();
    await until(async () => (await waiting(page).count()) === 5);
    assert.equal((await known(id))['state'], 'assigned', 'the city knows nothing yet');

    await page.close();
    const again = await context.newPage();
    await again.goto(`${city.url}/ru/console/orders/${id}`);
    await until(async () => (await waiting(again).count()) === 5);
    assert.equal(await act(again, 'accept').isVisible(), false);
    assert.deepEqual(await violations(again), []);
    assert.ok((await overflow(again)) <= 0);

    await context.setOffline(false);
    await until(async () => (await known(id))['state'] === 'done');
    assert.deepEqual(await stepsOf(id), ['make', 'accept', 'start', 'check', 'photo', 'finish']);
    const steps = (await known(id))['steps'] as Json[];
    assert.ok(
      steps.slice(1).every(({ at, doneAt }) => String(doneAt) < String(at)),
      'when it was done is kept',
    );
    await again.locator('#outbox').waitFor({ state: 'hidden' });
    assert.match((await again.locator('.photos').textContent()) ?? '', /Новая задвижка/);
    await context.close();
  });

  test('what cannot be taken any more is said in words, and the crew decides what becomes of it', async () => {
    const id = await make('Открыть колодец');
    const { page, context } = await openPage(browser, { width: 390 });
    await bring(page, id);
    await context.setOffline(true);
    await page.goto(`${city.url}/ru/console/orders/${id}`);
    await act(page, 'accept').click();
    await until(async () => (await waiting(page).count()) === 1);
    await send(`/api/operations/orders/${id}/steps`, { step: 'cancel', reason: 'notNeeded' });
    await context.setOffline(false);
    const refused = page.locator('#outbox ul.rows li');
    await refused.waitFor();
    assert.match((await refused.textContent()) ?? '', /Выезжаю.*наряд тем временем изменился/);
    await refused.getByRole('button', { name: 'Оставить заметкой' }).click();
    await until(async () => (await stepsOf(id)).includes('note'));
    const { state, steps } = await known(id);
    assert.equal(state, 'cancelled');
    assert.equal((steps as Json[]).at(-1)?.['note'], 'Выезжаю');
    await page.locator('#outbox').waitFor({ state: 'hidden' });
    await context.close();
  });

  test('pages that were kept for another account go', async () => {
    const { page, context } = await openPage(browser, { width: 390 });
    await bring(page, await make('Осмотреть насос'));
    const kept = (path: string): Promise<boolean> =>
      page.evaluate(async (name) => {
        const { caches } = globalThis as unknown as { caches: { match(path: string): Promise<unknown> } };
        return (await caches.match(name)) !== undefined;
      }, path);
    await page.evaluate(async () => {
      type Kept = { put(path: string, answer: Response): Promise<void> };
      const { caches } = globalThis as unknown as { caches: { open(name: string): Promise<Kept> } };
      const pages = await caches.open('orders-pages');
      await pages.put('/who', new Response('SOMEBODY-ELSE'));
      await pages.put(
        '/ru/console/orders/0000000000',
        new Response('theirs', { headers: { date: new Date().toUTCString() } }),
      );
    });
    assert.equal(await kept('/ru/console/orders/0000000000'), true);
    await page.reload();
    await until(async () => !(await kept('/ru/console/orders/0000000000')));
    await context.close();
  });

  test('without a script the same is done by forms', async () => {
    const id = await make('Покрасить опору');
    const { page, context } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/tg/console/orders/${id}`);
    await act(page, 'accept').click();
    await act(page, 'start').click();
    await page.locator('#photo').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: photo() });
    await act(page, 'photo').click();
    await act(page, 'finish').click();
    assert.equal((await known(id))['state'], 'done');
    await page.locator('form:has(input[value=close]) button').click();
    assert.equal((await known(id))['state'], 'closed');
    await context.close();
  });

  test('from an alarm by keys: the alarm is given with the order, and its page leads there', async () => {
    const alarm = await send('/api/operations/alarms', {
      title: 'Люк открыт',
      language: 'ru',
      priority: 1,
      location: city.city.center,
    });
    const { page, context, complaints } = await openPage(browser, { width: 1280 });
    await page.goto(`${city.url}/ru/console?alarm=${String(alarm['id'])}`);
    await page.locator(`#r-${String(alarm['id'])}`).focus();
    await Promise.all([page.waitForURL(/orders\/new\?alarm=/), page.keyboard.press('Digit3')]);
    await page.locator('#crew').fill('Дороги 2');
    await Promise.all([page.waitForURL(/console\/orders\/[0-9A-Z]{10}$/), page.keyboard.press('Enter')]);
    const given = (await (await fetch(`${city.url}/api/operations/alarms/${String(alarm['id'])}`)).json()) as Json;
    assert.deepEqual([given['state'], given['assignedTo']], ['assigned', 'Дороги 2']);
    await page.goto(`${city.url}/ru/console?alarm=${String(alarm['id'])}`);
    await page.getByRole('link', { name: /Дороги 2/ }).click();
    assert.match((await page.locator('h1').textContent()) ?? '', /Люк открыт/);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('what somebody is writing is not lost to a page that is newer', async () => {
    const id = await make('Сменить кран');
    const { page, context } = await openPage(browser, { width: 390 });
    await page.goto(`${city.url}/ru/console/orders/${id}`);
    await page.locator('#photo').waitFor();
    await page.locator('#caption').fill('старый кран');
    await act(page, 'accept').click();
    await until(async () => (await known(id))['state'] === 'accepted');
    await act(page, 'accept').waitFor({ state: 'hidden' });
    assert.equal(await page.locator('#caption').inputValue(), 'старый кран');
    await act(page, 'start').click();
    await until(async () => (await known(id))['state'] === 'working');
    await page.locator('#caption').fill('');
    await page.locator('[data-item=safe] button').click();
    await page.locator('[data-item=safe][data-done=true]').waitFor();
    assert.deepEqual(await stepsOf(id), ['make', 'accept', 'start', 'check']);
    await context.close();
  });

  for (const width of [390, 1280])
    for (const dark of [false, true])
      test(`pages of work orders have no axe violation and fit at ${width} px${dark ? ', dark' : ''}`, async () => {
        const id = await make('Прочистить решётку с очень длинным названием qiyinlashtirilganliklaridanmikan');
        await send(`/api/operations/orders/${id}/steps`, { step: 'start' });
        const { page, context, complaints } = await openPage(browser, { width, dark });
        for (const path of ['/ru/console/orders', `/tg/console/orders/${id}`, '/kk/console/orders/new']) {
          await page.goto(city.url + path);
          for (const details of await page.locator('main details:not([open]) > summary').all())
            if (await details.isVisible()) await details.click();
          assert.deepEqual(await violations(page), [], path);
          assert.ok((await overflow(page)) <= 0, path);
        }
        assert.deepEqual(complaints, []);
        await context.close();
      });
});
