/** The system's Chromium for tests. Without one every test is skipped by name; a request off loopback fails the test. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = [process.env['CHORSU_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Reason to skip, or false: the option of node:test. */
export const noBrowser: string | false =
  executablePath === undefined ? 'skipped: no Chromium (set CHORSU_CHROMIUM or install the package chromium)' : false;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function launch(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  });
}

export type View = {
  readonly width: number;
  readonly dark?: boolean;
  readonly scripts?: boolean;
};

export type OpenPage = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses that are not on loopback, errors of the page and of its console. Empty when all is well. */
  readonly complaints: string[];
};

export async function openPage(browser: Browser, { width, dark = false, scripts = true }: View): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: scripts,
    reducedMotion: 'reduce',
  });
  const complaints: string[] = [];
  await context.route('**/*', (route) => {
    const url = new URL(route.request().url());
    if (/^(127\.0\.0\.1|localhost)$/.test(url.hostname) || url.protocol === 'data:' || url.protocol === 'blob:')
      return route.continue();
    complaints.push(`request to ${url.href}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, context, complaints };
}

/** Violations of WCAG 2.0 to 2.2 A and AA and of best practice, one line each with the first element. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Through the debugger, which a content security policy does not stop.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    type Axe = {
      run(
        options: object,
      ): Promise<{ violations: { id: string; help: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
    };
    const { axe } = globalThis as unknown as { axe: Axe };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return found.violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes[0]?.html.slice(0, 160) ?? ''} (${nodes[0]?.any[0]?.message ?? ''}; ${nodes.length})`,
    );
  });
}

/** How many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number; clientWidth: number } };
    };
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
}
