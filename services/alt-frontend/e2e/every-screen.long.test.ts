import type { CDPSession, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinFakeTeam } from '../dev/fake-team-state.ts';
import { accessibilityViolations, type LookedAt, openBrowser, type Visit } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const themes = ['light', 'dark', 'sepia'] as const;
type Theme = (typeof themes)[number];
const isLong = process.env.ALT_TEST_LONG === '1';
interface View {
  name: string;
  width: number;
  height: number;
  isPhone: boolean;
  shown: readonly Theme[];
  looksAt(theme: Theme): LookedAt;
}
/**
 * Each screen is loaded once and shown in these ways, one after the other. Themes differ in their colours alone, and colours
 * are the same on a phone: nothing is looked at twice, unless the tests run at full counts.
 */
const views: View[] = [
  {
    name: 'desk',
    width: 1440,
    height: 900,
    isPhone: false,
    shown: isLong ? themes : ['light', 'dark'],
    looksAt: (theme) => (theme === 'light' ? 'everything' : 'colours'),
  },
  {
    name: 'phone',
    width: 390,
    height: 844,
    isPhone: true,
    shown: isLong ? themes : ['dark'],
    looksAt: () => 'all but colours',
  },
];

/** Before the reader: every way in, and what goes wrong there. */
const outside = [
  '/sign-in',
  '/sign-in?next=%2Fstarred',
  '/sign-in?problem=sign-on-unlinked',
  '/recovery',
  '/recovery#token=some',
  '/verification#token=over',
  '/join#fake-invitation-secret',
  '/join',
  '/kratos/error',
  '/kratos/nothing',
];
const panels = ['account', 'settings', 'tenants', 'opml', 'help', 'add'].map((name) => `/?panel=${name}`);
const parts = ['members', 'invitations', 'limits', 'settings', 'domains', 'log', 'end'].map(
  (name) => `/?panel=team:${name}`,
);
const projectParts = ['', '/board', '/brief', '/notes', '/decisions', '/people', '/more'];

test('every screen before the reader is accessible on a desk and a phone, in their themes', async () => {
  const visit = await browser.visit({ entryCount: 5 });
  visit.site.api.state.security.signOnName = 'Harbour ID';
  expect(await faultsOf(visit, outside)).toEqual([]);
});

test('every screen of the account, teams and projects is accessible on a desk and a phone, in their themes', async () => {
  const visit = await browser.signedIn({ entryCount: 20 });
  const { page, site } = visit;
  const { state } = site.api;
  Object.assign(state.security, { signOnName: 'Harbour ID', signOnEmail: 'ada@work.example' });
  state.user.role = 'owner';
  joinFakeTeam(state.team, 'owner', state.user);
  await page.goto(`${site.url}/projects`);
  const project = await page.locator('.pane-list li a').first().getAttribute('href');
  const paths = [...panels, ...parts, '/projects', ...projectParts.map((part) => `${project}${part}`)];
  expect(await faultsOf(visit, paths)).toEqual([]);
});

/** What is wrong with pages: what axe finds, what scrolls sideways, and what is too small to be hit. */
async function faultsOf({ page, site }: Visit, paths: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  // All but the stream of events, which stays open.
  const underWay = new Set<Request>();
  page.on('request', (request) => request.url().endsWith('/v1/events') || underWay.add(request));
  const end = (request: Request) => underWay.delete(request);
  page.on('requestfinished', end).on('requestfailed', end);
  const debug = await page.context().newCDPSession(page);
  for (const path of paths) {
    // Anew each time: another secret behind the # alone loads nothing.
    await page.goto('about:blank');
    for (const view of views) {
      await show(debug, view);
      if (view === views[0]) {
        await page.goto(site.url + path);
        await page
          .locator(path.includes('panel=') ? '[role=dialog]' : 'main')
          .first()
          .waitFor();
      } else await page.evaluate(drawn);
      await expect.poll(() => underWay.size).toBe(0);
      for (const theme of view.shown) {
        await page.evaluate(putOn, theme);
        const found = await accessibilityViolations(page, isLong ? 'everything' : view.looksAt(theme));
        faults.push(...found.map((fault) => `${path} ${view.name} ${theme}: ${fault}`));
      }
      faults.push(...(await page.evaluate(misfits)).map((fault) => `${path} ${view.name}: ${fault}`));
    }
  }
  return faults;
}

async function show(debug: CDPSession, { width, height, isPhone }: (typeof views)[number]): Promise<void> {
  const size = { width, height, screenWidth: width, screenHeight: height, deviceScaleFactor: 1 };
  await debug.send('Emulation.setDeviceMetricsOverride', { ...size, mobile: isPhone });
  await debug.send('Emulation.setTouchEmulationEnabled', { enabled: isPhone, maxTouchPoints: 1 });
}

/** Runs in the page: waits until it was drawn at its new size, with what answers to that. */
function drawn(): Promise<unknown> {
  const frame = () => new Promise(requestAnimationFrame);
  return frame().then(frame).then(frame);
}

/** Runs in the page. */
async function putOn(theme: Theme): Promise<void> {
  document.documentElement.dataset.theme = theme;
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {})));
}

/** Runs in the page. Only a phone's page may not scroll sideways: on a desk a board does. A target has at least 24 × 24 pixels (WCAG 2.2, 2.5.8), save links within a text. */
function misfits(): string[] {
  const wide = [document.documentElement, ...document.querySelectorAll('.dialog .scroll, main, .pane-list .scroll')]
    .filter(
      (element) =>
        window.innerWidth < 700 && element.checkVisibility() && element.scrollWidth > element.clientWidth + 1,
    )
    .map((element) => `${element.tagName}.${element.className} scrolls sideways`);
  const small = [...document.querySelectorAll<HTMLElement>('a, button, select, summary, input:not([type=radio])')]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]'))
    .filter(
      (element) => getComputedStyle(element).display !== 'inline' && !element.matches('.sr-only, [class*=sr-only]'),
    )
    .filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width < 24 || height < 24;
    })
    .map((element) => {
      const { width, height } = element.getBoundingClientRect();
      return `${element.outerHTML.slice(0, 120)} is ${Math.round(width)} × ${Math.round(height)}`;
    });
  return [...wide, ...small];
}
