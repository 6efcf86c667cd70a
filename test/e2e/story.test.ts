/**
 * A night in the sample city from end to end, with the keyboard alone: a main has burst; it is taken, a crew is sent, the valve is
 * closed and says so, residents are told, the repair is proven, all is closed. On a desk and on a telephone, and with
 * the process killed at each step.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { end, serve, type Served } from '../crash/served.ts';
import { launch, noBrowser, openPage, overflow, violations } from './browser.ts';

/** A picture of one white point. */
const photo = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
const crew = 'Вода 1';

type Json = Readonly<Record<string, unknown>>;

/** A city with its simulator, and somebody before it who has no mouse. */
class Shift {
  #served: Served | undefined;
  readonly #page: Page;
  readonly #data: string;
  readonly #language: string;
  constructor(page: Page, data: string, language: string) {
    this.#page = page;
    this.#data = data;
    this.#language = language;
  }

  get url(): string {
    return this.#served?.url ?? '';
  }
  async start(): Promise<void> {
    this.#served = await serve(this.#data, ['--demo']);
  }
  async stop(): Promise<void> {
    if (this.#served) await end(this.#served, 'SIGTERM');
  }
  async kill(): Promise<void> {
    if (this.#served) await end(this.#served, 'SIGKILL');
    await this.start();
  }

  async json(path: string): Promise<Json> {
    const answer = await fetch(this.url + path);
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
    return (await answer.json()) as Json;
  }
  async go(path: string): Promise<void> {
    await this.#page.goto(`${this.url}/${this.#language}${path}`);
  }
  /** As one finds a link or a field without a mouse: by Tab, until it has the focus. */
  async reach(selector: string): Promise<void> {
    for (let n = 0; n < 300; n++) {
      if ((await this.#page.locator(':focus').and(this.#page.locator(selector)).count()) > 0) return;
      await this.#page.keyboard.press('Tab');
    }
    assert.fail(`the keyboard does not reach ${selector} at ${this.#page.url()}`);
  }
  async type(selector: string, text: string): Promise<void> {
    await this.reach(selector);
    await this.#page.keyboard.press('Control+a');
    await this.#page.keyboard.type(text);
  }
  /** Presses a key where the focus is, and waits for the page that follows. */
  async press(key: string): Promise<void> {
    await Promise.all([this.#page.waitForEvent('framenavigated', { timeout: 20_000 }), this.#page.keyboard.press(key)]);
    await this.#page.waitForLoadState();
  }
  async follow(selector: string): Promise<void> {
    await this.reach(selector);
    await this.press('Enter');
  }
  /** A file by its dialogue, which the browser opens when it finds time. */
  async choose(selector: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.reach(selector);
    const chosen = this.#page.waitForEvent('filechooser', { timeout: 60_000 });
    const again = setInterval(() => void this.#page.keyboard.press('Enter'), 10_000);
    try {
      await this.#page.keyboard.press('Enter');
      await (await chosen).setFiles(file);
    } finally {
      clearInterval(again);
    }
  }
  /** Looks at what is shown, as somebody does before the next step. */
  async look(text: RegExp): Promise<void> {
    const url = this.#page.url();
    assert.match(await this.#page.locator('main').innerHTML(), text, url);
    assert.deepEqual(await violations(this.#page), [], url);
    assert.ok((await overflow(this.#page)) <= 0, url);
  }
  get page(): Page {
    return this.#page;
  }
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(300)) {
    const found = await ask();
    if (found !== undefined) return found;
  }
  return assert.fail(`${what} did not come`);
}

const words = {
  ru: { burst: /прорыв/, confirmed: /подтвержд/ },
  tg: { burst: /кафидааст/, confirmed: /тасдиқ/ },
} as const;

suite('a night in the sample city, by keyboard', { skip: noBrowser, timeout: 600_000 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  const night = async (language: 'ru' | 'tg', width: number, killed: boolean): Promise<void> => {
    const directory = mkdtempSync(join(tmpdir(), 'chorsu-story-'));
    const { page, context, complaints } = await openPage(browser, { width });
    const shift = new Shift(page, join(directory, 'city'), language);
    const text = words[language];
    /** After each step, where that is asked for, the process dies; what was done stands. */
    const pause = async (): Promise<void> => {
      if (killed) await shift.kill();
    };
    try {
      await shift.start();
      const alarms = async (): Promise<readonly Json[]> =>
        (await shift.json('/api/operations/alarms'))['alarms'] as readonly Json[];
      const alarm = await until('the alarm of the burst main', async () =>
        (await alarms()).find(({ rule }) => rule === 'water-main-burst'),
      );
      const id = String(alarm['id']);
      const ofAlarm = async (): Promise<Json> => shift.json(`/api/operations/alarms/${id}`);

      // The most urgent one has the focus; Space takes it.
      await shift.go(`/console?alarm=${id}`);
      await shift.look(text.burst);
      await shift.reach('a.row');
      await shift.press('Space');
      assert.equal((await ofAlarm())['state'], 'acknowledged');
      await pause();

      // 3 makes a work order of it.
      await shift.go(`/console?alarm=${id}`);
      await shift.reach('a.row');
      await shift.press('Digit3');
      await shift.look(text.burst);
      await shift.type('[name=crew]', crew);
      await shift.follow('main form button[type=submit]');
      await shift.look(text.burst);
      const order = /orders\/([0-9A-Z]{10})/.exec(page.url())?.[1] ?? '';
      const ofOrder = async (): Promise<Json> => shift.json(`/api/operations/orders/${order}`);
      assert.deepEqual([(await ofOrder())['state'], (await ofAlarm())['state']], ['assigned', 'assigned']);
      await pause();

      await shift.go(`/console/orders/${order}`);
      await shift.follow('form:has([name=step][value=accept]) button');
      await shift.follow('form:has([name=step][value=start]) button');
      assert.equal((await ofOrder())['state'], 'working');
      await pause();

      // The valve of the main, from the alarm.
      await shift.go(`/console/alarms?alarm=${id}`);
      await shift.follow('a[href*="/console/control"]');
      if (!/control\/valve-/.test(page.url())) await shift.follow('main a[href*="/console/control/valve-"]');
      const valve = /control\/(valve-[a-z-]+)/.exec(page.url())?.[1] ?? '';
      const commandsOf = async (): Promise<readonly Json[]> =>
        ((await shift.json('/api/operations/control/commands'))['commands'] as readonly Json[]).filter(
          ({ point }) => point === valve,
        );
      await shift.reach('select[name=value]');
      await page.keyboard.press('Home');
      await shift.reach('[name=sure]');
      await page.keyboard.press('Space');
      await shift.follow('main form button.main');
      await until('the confirmation of the valve', async () =>
        (await commandsOf()).find((one) => one['state'] === 'confirmed'),
      );
      await pause();
      await shift.go(`/console/control/${valve}`);
      await shift.look(text.confirmed);
      assert.equal((await commandsOf()).length, 1);

      // Residents are told, from the alarm.
      await shift.go(`/console/alarms?alarm=${id}`);
      await shift.follow('a[href*="/console/notices/new"]');
      await shift.follow('main form button.main');
      await shift.follow('main form button.main');
      const notice = /notices\/([0-9A-Z]{10})/.exec(page.url())?.[1] ?? '';
      const ofNotice = async (): Promise<Json> => shift.json(`/api/operations/notices/${notice}`);
      assert.equal((await ofNotice())['state'], 'inForce');
      assert.match(await (await fetch(`${shift.url}/notices/cap`)).text(), new RegExp(notice));
      await pause();

      // The proof: a photo, chosen without a mouse too.
      await shift.go(`/console/orders/${order}`);
      await shift.choose('#photo', { name: 'after.png', mimeType: 'image/png', buffer: photo });
      await shift.follow('form:has(#photo) button');
      await shift.follow('form:has([name=step][value=finish]) button');
      assert.equal((await ofOrder())['state'], 'done');
      await pause();

      await shift.go(`/console/orders/${order}`);
      await shift.follow('form:has([name=step][value=close]) button');
      assert.equal((await ofOrder())['state'], 'closed');
      await pause();

      // The alarm is closed with what was done; the notice goes with it.
      await shift.go(`/console/alarms?alarm=${id}`);
      await shift.follow('form:has([name=step][value=close]) button');
      assert.equal((await ofAlarm())['state'], 'closed');
      await pause();
      await until('the withdrawal of the notice', async () =>
        (await ofNotice())['state'] === 'withdrawn' ? true : undefined,
      );
      assert.equal((await ofAlarm())['state'], 'closed');
      assert.equal((await ofOrder())['state'], 'closed');
      if (!killed) assert.deepEqual(complaints, []);
    } finally {
      await shift.stop();
      await context.close();
      rmSync(directory, { recursive: true, force: true });
    }
  };

  test('in Russian, on a desk', () => night('ru', 1280, false));
  test('in Tajik, on a telephone', () => night('tg', 390, false));
  test('in Russian, on a telephone, killed after each step', () => night('ru', 390, true));
});
