/** The pages of the sample city in a real browser. Native review of the words: none; this only sees that they fit. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

const paths = [
  '/',
  '/map',
  '/entities',
  '/entities?type=Streetlight&district=navrud',
  '/entities/urn:ngsi-ld:DistrictMeteredArea:namuna-wm-02?range=year',
  '/entities/urn:ngsi-ld:AirQualityObserved:namuna-air-1?range=day',
  '/map?find=navrud&pick=1',
  '/sources',
  '/imports',
  '/subscriptions',
  '/log',
  '/policies',
  '/policies?action=readEntities&of=WorkOrder',
  '/subscriptions/urn:ngsi-ld:Subscription:refused',
  '/console/kit',
  '/utilities',
  '/utilities/air',
  '/utilities/water',
  '/utilities/lighting',
  '/utilities/heat',
  '/sources/namuna-water-meters/acceptance',
  '/console/control',
  '/console/control/valve-weavers',
  '/console/control/groups/lights',
  '/console/control/schedules',
  '/console/control/new',
  '/console/rules',
  '/console/rules/new?kind=usual',
  '/console/rules/new?kind=balance',
  '/console/orders',
  '/entities/urn:ngsi-ld:Nothing:here',
];
const languages = ['tg', 'ru', 'uz', 'kk', 'en'];
const long = process.env['CHORSU_TEST_LONG'] === '1';

suite('pages in a browser', { skip: noBrowser, timeout: 600_000 }, () => {
  let browser: Browser;
  let city: TestCity;
  /** An endpoint that will have nothing: its page shows what was put aside. */
  const refusing = createServer((request, response) => {
    request.resume();
    response.writeHead(422).end();
  });

  before(async () => {
    [browser, city] = await Promise.all([launch(), openTestCity({ demo: true })]);
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const subscribed = await city.fetch('/subscriptions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: 'urn:ngsi-ld:Subscription:refused',
        type: 'Subscription',
        entities: [{ type: '*', idPattern: '.' }],
        throttling: 1,
        notification: { endpoint: { uri: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/notify` } },
      }),
    });
    assert.equal(subscribed.status, 201);
    // The year of the past is written in the background: charts are there when it is.
    const url = `${city.url}/en/entities/urn:ngsi-ld:DistrictMeteredArea:namuna-wm-02?range=year`;
    const until = Date.now() + 120_000;
    while (Date.now() < until && !(await (await fetch(url)).text()).includes('class="chart"')) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  });
  after(async () => {
    await browser?.close();
    await city?.close();
    refusing.closeAllConnections();
    refusing.close();
  });

  const turns = paths.flatMap((path, i) =>
    long
      ? languages.flatMap((language) =>
          [360, 1280].flatMap((width) => [false, true].map((dark) => ({ path, language, width, dark }))),
        )
      : [{ path, language: languages[i % languages.length] ?? 'tg', width: 360, dark: i % 2 === 1 }],
  );
  for (const { path, language, width, dark } of turns) {
    test(`axe finds nothing on ${path} in ${language}, ${dark ? 'dark' : 'light'}, ${width} px`, async () => {
      const { page, context, complaints } = await openPage(browser, { width, dark });
      const answer = await page.goto(`${city.url}/${language}${path}`, { waitUntil: 'load' });
      assert.equal(answer?.status(), path.includes('Nothing') ? 404 : 200);
      await page.evaluate(`document.querySelectorAll('main details').forEach((details) => { details.open = true; })`);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0, 'no sideways scroll');
      assert.deepEqual(
        complaints.filter((text) => !/404/.test(text)),
        [],
      );
      await context.close();
    });
  }

  test('no page scrolls sideways at 320 px, nor at 200 % of 1280 px', async () => {
    for (const width of [320, 640]) {
      const { page, context } = await openPage(browser, { width, scripts: true });
      for (const path of paths.slice(0, 9)) {
        await page.goto(`${city.url}/uz${path}`, { waitUntil: 'load' });
        assert.equal(await overflow(page), 0, `${path} at ${width} px`);
      }
      await context.close();
    }
  });

  test('without JavaScript: from home to the trouble, a year of it, its file, another language, dark', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/tg/`, { waitUntil: 'load' });
    const headline = await page.locator('h1').textContent();
    assert.ok((headline ?? '').length > 10, 'home says what is the case');
    assert.ok((await page.locator('.pinned > li').count()) >= 1, 'the list twin of the map');
    assert.ok((await page.locator('svg.map a').count()) >= 1, 'pins lead to rows');
    await page.locator('.pinned h3 a').first().click();
    assert.ok((await page.locator('table.vals tbody tr').count()) >= 2, 'current values');
    await page.locator('.range a').last().click();
    assert.match(page.url(), /range=year/);
    // While the year of the past is still being written, the page comes without it and says so; a reader looks again.
    for (let look = 1; look < 20 && (await page.locator('svg.chart').count()) === 0; look++) {
      await page.waitForTimeout(1000);
      await page.reload({ waitUntil: 'load' });
    }
    assert.match((await page.locator('svg.chart').textContent()) ?? '', /ТАҚЛИДӢ · Намуна/);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').first().click()]);
    assert.match(download.suggestedFilename(), /^simulated-namuna-.*-year\.csv$/);
    await page.locator('.lang summary').click();
    await page.locator('.lang a[hreflang=ru]').click();
    assert.equal(await page.locator('html').getAttribute('lang'), 'ru');
    assert.match(page.url(), /range=year/, 'the view stays when the language changes');
    await page.locator('.foot a[href*="to=dark"]').click();
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('without JavaScript: type and district choose what map and list show', async () => {
    const { page, context } = await openPage(browser, { width: 1280, scripts: false });
    await page.goto(`${city.url}/en/entities`, { waitUntil: 'load' });
    await page.locator('#type').selectOption('AirQualityObserved');
    await page.locator('.filter button').click();
    assert.match(page.url(), /type=AirQualityObserved/);
    assert.equal(await page.locator('tbody tr').count(), 3);
    await context.close();
  });

  test('without JavaScript: an address in another script is found, pinned, and leads to its district', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/tg/map`, { waitUntil: 'load' });
    await page.locator('#find').fill('ткачей, д. 14');
    await page.locator('form[role=search] button').click();
    assert.equal(await page.locator('.pinned h3').first().textContent(), 'кӯчаи Бофандагон, 14');
    assert.match((await page.locator('.pinned .proof').first().textContent()) ?? '', /тахминӣ.* · Наврӯд/);
    await page.locator('.pinned h3 a').first().click();
    assert.match(page.url(), /pick=1/);
    assert.equal(await page.locator('svg.map a').getAttribute('aria-label'), '1. кӯчаи Бофандагон, 14');
    await page.locator('#find').fill('Боғи ҳеҷ куҷо');
    await page.locator('form[role=search] button').click();
    assert.equal(await page.locator('.pinned').count(), 0);
    assert.match((await page.locator('main').textContent()) ?? '', /чизе бо номи «Боғи ҳеҷ куҷо» нест/);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('without JavaScript: a valve is closed only when the danger is confirmed, and the page says that it closed', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 390, scripts: false });
    await page.goto(`${city.url}/ru/console/control/valve-weavers`);
    await page.locator('#value').selectOption('0');
    await page.locator('main .btn.main').click();
    assert.match((await page.locator('.errors').textContent()) ?? '', /Отметьте, что подтверждаете/);
    assert.equal(await page.locator('#value').inputValue(), '0', 'what was chosen stays');
    assert.match((await page.locator('main').textContent()) ?? '', /Команд ещё не было/);
    await page.locator('#sure input').check();
    await page.locator('main .btn.main').click();
    await page.locator('.facts .st', { hasText: 'подтверждена показанием' }).waitFor({ timeout: 30_000 });
    assert.match((await page.locator('.facts dd').first().textContent()) ?? '', /^0 %/);
    assert.equal(await overflow(page), 0);
    assert.deepEqual(
      complaints.filter((text) => !/status of 400/.test(text)),
      [],
    );
    await context.close();
  });

  test('with the keyboard alone: skip to the content, open a pin’s row', async () => {
    const { page, context } = await openPage(browser, { width: 1280 });
    await page.goto(`${city.url}/en/`, { waitUntil: 'load' });
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#main$/);
    await page.locator('svg.map a').first().focus();
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#p1$/);
    await context.close();
  });

  test('arrow keys read a chart value by value', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 800 });
    await page.goto(`${city.url}/en/console/kit`, { waitUntil: 'load' });
    await page.locator('figure[data-times]').focus();
    await page.keyboard.press('ArrowRight');
    const newest = await page.locator('.readout').textContent();
    await page.keyboard.press('ArrowLeft');
    const earlier = await page.locator('.readout').textContent();
    assert.match(newest ?? '', /^\d\d\.\d\d\.\d{4}.* · Mean m³\/h \d+/);
    assert.notEqual(newest, earlier);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('the list of changes moves by itself', async () => {
    const { page, context } = await openPage(browser, { width: 1280 });
    await page.goto(`${city.url}/en/`, { waitUntil: 'load' });
    await page.locator('.timed > .new').first().waitFor({ timeout: 30_000 });
    assert.ok((await page.locator('.timed > li').count()) <= 7);
    assert.equal(await page.locator('#live-state').isHidden(), true);
    await context.close();
  });

  test('a lost connection is said, and said to be over', async () => {
    const { page, context } = await openPage(browser, { width: 1280 });
    await page.route('**/api/live*', (route) => route.abort());
    await page.goto(`${city.url}/en/`, { waitUntil: 'load' });
    await page.locator('#live-state').waitFor({ state: 'visible', timeout: 30_000 });
    await page.unroute('**/api/live*');
    await page.locator('#live-state').waitFor({ state: 'hidden', timeout: 30_000 });
    await context.close();
  });

  test('many tabs of one browser hold one connection', async () => {
    const { context, page } = await openPage(browser, { width: 1280 });
    const streams: string[] = [];
    context.on('request', (request) => {
      if (request.url().includes('/api/live')) streams.push(request.url());
    });
    await page.goto(`${city.url}/en/`, { waitUntil: 'load' });
    await page.locator('.timed > .new').first().waitFor({ timeout: 30_000 });
    const second = await context.newPage();
    await second.goto(`${city.url}/en/`, { waitUntil: 'load' });
    await second.locator('.timed > .new').first().waitFor({ timeout: 30_000 });
    assert.equal(streams.length, 1);
    await context.close();
  });

  test('the interactive map opens on a click, draws tiles, and asks nobody but this server', async () => {
    const { page, context, complaints } = await openPage(browser, { width: 800 });
    const tiles: string[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith('/api/')) tiles.push(`${response.status()} ${pathname}`);
    });
    await page.addInitScript(() => {
      addEventListener('chorsu-map', (event) => {
        Object.assign(globalThis, { map: (event as CustomEvent<unknown>).detail });
      });
    });
    await page.goto(`${city.url}/en/map`, { waitUntil: 'load' });
    await page.locator('[data-map-open]').click();
    const canvas = page.locator('.mapbox canvas');
    await canvas.waitFor({ timeout: 60_000 });
    let kinds = 0;
    for (let tries = 0; tries < 30 && kinds < 20; tries++) {
      await page.waitForTimeout(1000);
      kinds = new Set(await canvas.screenshot()).size;
    }
    assert.ok(kinds >= 20, 'the canvas is not blank');
    assert.equal(await page.locator('figure svg.map').isVisible(), false, 'the drawn map has given way');
    assert.match((await page.locator('.mapstamp').textContent()) ?? '', /SIMULATED/);
    assert.equal(await canvas.getAttribute('aria-label'), 'Map of Namuna: districts, streets and marks');
    const drawn = await page.evaluate(async () => {
      type Feature = { layer: { id: string }; properties: Record<string, unknown> };
      const { map } = globalThis as unknown as { map: { loaded(): boolean; queryRenderedFeatures(): Feature[] } };
      for (let tries = 0; tries < 60 && !map.loaded(); tries++) await new Promise((done) => setTimeout(done, 500));
      return map.queryRenderedFeatures().map(({ layer, properties }) => ({ layer: layer.id, ...properties }));
    });
    const street = drawn.find((feature) => 'layer' in feature && feature.layer === 'streets');
    assert.ok(street && 'name:tg' in street, 'a street with its names');
    const names = new Set(drawn.filter(({ layer }) => layer === 'district-names').map((one) => JSON.stringify(one)));
    assert.equal(names.size, city.city.districts.length, 'each district is named once');
    const point = drawn.find(({ layer }) => layer === 'points');
    assert.ok(
      point && 'href' in point && String(point.href).startsWith('/en/entities/urn:'),
      'an entity with its page',
    );
    assert.ok(tiles.filter((one) => /^20[04] \/api\/tiles\/city\//.test(one)).length > 0, tiles.join('\n'));
    assert.deepEqual(
      tiles.filter((one) => !/^20[04] \/api\/(tiles|live)/.test(one)),
      [],
    );
    assert.deepEqual(
      complaints.filter((text) => !/GPU|WebGL|GL Driver/.test(text)),
      [],
    );
    await context.close();
  });

  test('home, map and entity pages keep to their bytes', async () => {
    const { page, context } = await openPage(browser, { width: 360 });
    for (const path of ['/', '/entities/urn:ngsi-ld:DistrictMeteredArea:namuna-wm-02?range=year']) {
      const bytes: Bytes = { html: 0, css: 0, js: 0, map: 0 };
      let requests = 0;
      const reading: Promise<void>[] = [];
      const count = (response: { url(): string; body(): Promise<Buffer>; headers(): Record<string, string> }): void => {
        if (response.url().startsWith('data:') || response.url().includes('/api/live')) return;
        requests++;
        reading.push(weigh(response, bytes));
      };
      page.on('response', count);
      await page.goto(`${city.url}/tg${path}`, { waitUntil: 'load' });
      await Promise.all(reading);
      page.off('response', count);
      const total = bytes.html + bytes.css + bytes.js;
      assert.ok(total < 60 * 1024, `${path}: ${JSON.stringify(bytes)}`);
      assert.ok(bytes.js < 15 * 1024, `${path}: ${bytes.js} bytes of JavaScript`);
      assert.ok(bytes.map < 40 * 1024, `${path}: ${bytes.map} bytes of map`);
      assert.ok(requests <= 8, `${path}: ${requests} requests`);
      assert.ok(bytes.html > 500 && bytes.css > 1000, 'something was counted');
    }
    await context.close();
  });
});

type Bytes = { html: number; css: number; js: number; map: number };

/** Adds what an answer weighs, zipped; the map inside a page counts apart. */
async function weigh(
  response: { body(): Promise<Buffer>; headers(): Record<string, string> },
  bytes: Bytes,
): Promise<void> {
  const body = await response.body();
  const type = response.headers()['content-type'] ?? '';
  const zipped = (text: string | Buffer): number => gzipSync(text, { level: 9 }).byteLength;
  if (type.includes('html')) {
    const map = /<svg class="map".*?<\/svg>(?=<figcaption)/s.exec(body.toString())?.[0] ?? '';
    bytes.map += zipped(map);
    bytes.html += zipped(body.toString().replace(map, ''));
  } else if (type.includes('css')) bytes.css += zipped(body);
  else if (type.includes('javascript')) bytes.js += zipped(body);
}
