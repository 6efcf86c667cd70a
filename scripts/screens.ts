/** `npm run screens`: key screens of the sample city to docs/screens/. Look at them, and at the previous ones. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, noBrowser, openPage } from '../test/e2e/browser.ts';
import { silentLog } from '../src/base/log.ts';
import { openPlatform } from '../src/platform.ts';

const meter = '/entities/urn:ngsi-ld:DistrictMeteredArea:namuna-wm-02?range=year';
const air = '/entities/urn:ngsi-ld:AirQualityObserved:namuna-air-1?range=week';
const screens = [
  { name: 'home.en.desk', path: '/en/', width: 1280 },
  { name: 'home.ru.desk.dark', path: '/ru/', width: 1280, dark: true },
  { name: 'home.uz.phone', path: '/uz/', width: 390 },
  { name: 'home.tg.phone.dark', path: '/tg/', width: 390, dark: true },
  { name: 'entity.en.desk', path: `/en${meter}`, width: 1280 },
  { name: 'entity.kk.phone', path: `/kk${air}`, width: 390 },
  { name: 'map.en.desk', path: '/en/map', width: 1280 },
  { name: 'list.ru.phone', path: '/ru/entities?type=HeatSubstation', width: 390 },
  { name: 'sources.en.desk', path: '/en/sources', width: 1280 },
  { name: 'kit.en.desk', path: '/en/console/kit', width: 1280 },
  { name: 'control.ru.desk', path: '/ru/console/control/valve-weavers', width: 1280 },
  { name: 'water.en.desk', path: '/en/utilities/water', width: 1280 },
  { name: 'order.tg.phone', path: '/tg/console/orders/ORDER', width: 390 },
];

if (noBrowser !== false) {
  console.error(noBrowser);
  process.exit(1);
}
const directory = await mkdtemp(join(tmpdir(), 'chorsu-screens-'));
const target = fileURLToPath(new URL('../docs/screens/', import.meta.url));
await mkdir(target, { recursive: true });
const platform = await openPlatform(
  {
    host: '127.0.0.1',
    port: 0,
    mqttHost: '127.0.0.1',
    data: join(directory, 'city'),
    demo: true,
    mappings: [],
    historyMemoryMb: 256,
    temporalPage: 20_000,
  },
  { log: silentLog },
);
const browser = await launch();
try {
  // Charts want the year of the past, which is written in the background.
  for (let tries = 0; tries < 120; tries++) {
    if ((await (await fetch(`${platform.url}/en${meter}`)).text()).includes('class="chart"')) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const order = await firstOrder();
  for (const { name, path, width, dark = false } of screens) {
    const { page, context, complaints } = await openPage(browser, { width, dark });
    await page.goto(platform.url + path.replace('ORDER', order), { waitUntil: 'load' });
    await page.screenshot({ path: join(target, `${name}.png`), fullPage: true });
    console.log(`${name}.png ${width} px${complaints.length > 0 ? `: ${complaints.join('; ')}` : ''}`);
    await context.close();
  }
} finally {
  await browser.close();
  await platform.stop();
  await rm(directory, { recursive: true, force: true });
}

/** The first one is made from an alarm, which comes after the start. */
async function firstOrder(): Promise<string> {
  for (let tries = 0; tries < 90; tries++) {
    const answer = await fetch(`${platform.url}/api/operations/orders`);
    const { orders } = (await answer.json()) as { orders: { id: string; alarm?: string }[] };
    const made = orders.find(({ alarm }) => alarm !== undefined);
    if (made) return made.id;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error('the sample city has no work order');
}
