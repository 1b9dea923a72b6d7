import { createRequire } from 'node:module';
import { launchBrowser } from '@alt/testing/browser.ts';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type FakeOptions, fakePassword } from '../dev/fake-state.ts';
import { type FakeSite, startFakeSite } from '../dev/site.ts';

export interface Visit {
  page: Page;
  site: FakeSite;
  /** What the page complained of: errors, refused scripts or styles, requests to other origins. */
  complaints: string[];
}

export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const desk: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

/** One browser for the tests of a file, and pages on fake sites of their own. */
export async function openBrowser() {
  const browser: Browser = await launchBrowser();
  const cleanups: Array<() => Promise<void>> = [];
  return {
    /** A page at the root of a fresh fake site. */
    async visit(options: FakeOptions, screen: BrowserContextOptions = desk): Promise<Visit> {
      const site = await startFakeSite(options);
      const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...screen });
      cleanups.push(async () => {
        await context.close();
        await site.stop();
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const complaints = watch(page, site.url);
      await page.goto(site.url);
      return { page, site, complaints };
    },
    /** The same, signed in. */
    async reader(options: FakeOptions, screen: BrowserContextOptions = desk): Promise<Visit> {
      const visit = await this.visit(options, screen);
      await signIn(visit.page);
      // Who leaves the page before the answer is not signed in.
      await visit.page.locator('input[name=password]').waitFor({ state: 'detached' });
      return visit;
    },
    async closePages() {
      for (const cleanup of cleanups.splice(0)) await cleanup();
    },
    async close() {
      await this.closePages();
      await browser.close();
    },
  };
}

export async function signIn(page: Page, password = fakePassword): Promise<void> {
  // By what they are: the page may be in any language.
  await page.locator('input[name=email]').fill('ada@example.org');
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
}

function watch(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Chromium reports every 4xx answer this way; those of the API are part of the journey.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) complaints.push(`request to ${url}`);
  });
  return complaints;
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResult {
  violations: Array<{ id: string; nodes: Array<{ html: string; failureSummary?: string }> }>;
}

/** What axe-core finds wrong with the page as it is now, one line each. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // The page's own policy refuses injected script elements; the debugger's evaluation is not asked.
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(axePath, 'utf8'));
  const result = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.slice(0, 300) ?? ''}`),
  );
}
