import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { launchBrowser } from '@alt/testing/browser.ts';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startSession } from '../dev/fake-accounts.ts';
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
  const open = async (options: FakeOptions, screen: BrowserContextOptions): Promise<Visit> => {
    const site = await startFakeSite(options);
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...screen });
    cleanups.push(async () => {
      await context.close();
      await site.stop();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    return { page, site, complaints: watch(page, site.url) };
  };
  return {
    /** A page at the root of a fresh fake site. */
    async visit(options: FakeOptions, screen: BrowserContextOptions = desk): Promise<Visit> {
      const visit = await open(options, screen);
      await visit.page.goto(visit.site.url);
      return visit;
    },
    /** Somebody who signed in before, on a blank page. The form is shown to `visit` alone. */
    async signedIn(options: FakeOptions, screen: BrowserContextOptions = desk): Promise<Visit> {
      const visit = await open(options, screen);
      const { page, site } = visit;
      const value = startSession(site.api.state);
      await page.context().addCookies([{ name: 'alt_session', value, url: site.url, httpOnly: true, sameSite: 'Lax' }]);
      return visit;
    },
    /** The same, at the root of the site. */
    async reader(options: FakeOptions, screen: BrowserContextOptions = desk): Promise<Visit> {
      const visit = await this.signedIn(options, screen);
      await visit.page.goto(visit.site.url);
      await visit.page.locator('.pane-sidebar').waitFor({ state: 'attached' });
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

/** Those of `cat.color` that axe-core runs unless told otherwise. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

const RULES: Readonly<Record<LookedAt, object>> = {
  everything: {},
  colours: { runOnly: COLOUR_RULES },
  'all but colours': { rules: Object.fromEntries(COLOUR_RULES.map((rule) => [rule, { enabled: false }])) },
};

interface AxeResult {
  violations: Array<{ id: string; nodes: Array<{ html: string; failureSummary?: string }> }>;
}

/** Which of axe-core's rules; those of colours take most of its time. */
export type LookedAt = 'everything' | 'colours' | 'all but colours';

/** What axe-core finds wrong with the page as it is now, one line each. */
export async function accessibilityViolations(page: Page, lookedAt: LookedAt = 'everything'): Promise<string[]> {
  // The page's own policy refuses injected script elements; the debugger's evaluation is not asked.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(await readFile(axePath, 'utf8'));
  const options = { resultTypes: ['violations'], ...RULES[lookedAt] };
  const result = await page.evaluate(runAxe, options);
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.slice(0, 300) ?? ''}`),
  );
}

/**
 * Runs in the page. The rules have their turns one after the other: what was found while the page changed between these may
 * be of no page that anybody saw, and is looked at again.
 */
async function runAxe(options: object): Promise<AxeResult> {
  const { axe } = window as unknown as { axe: { run(context: Document, options: object): Promise<AxeResult> } };
  let hasChanged = false;
  const observer = new MutationObserver(() => {
    hasChanged = true;
  });
  observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  for (let looked = 1; ; looked += 1) {
    hasChanged = false;
    const result = await axe.run(document, options);
    if (result.violations.length === 0 || !hasChanged || looked === 5) {
      observer.disconnect();
      return result;
    }
  }
}
