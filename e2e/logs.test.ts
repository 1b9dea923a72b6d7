import { mkdir } from 'node:fs/promises';
import { launchBrowser } from '@alt/testing/browser.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';

const WAIT_MS = 30_000;
const INGEST_TOKEN = 'the-ingest-token-of-these-tests';
const HOSTILE = '<img src=x onerror="document.title=\'broken into\'"><b>bold</b> \u202e <script>1</script>';
/** A folder for pictures of the page, for people who look at it. */
const pictures = process.env.ALT_TEST_PICTURES;

describe("the page of the platform's log", () => {
  let machine: Machine;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    machine = await startMachine('a process per service', {
      environment: {
        RASK_INGEST_TOKEN: INGEST_TOKEN,
        ALT_REGISTRATION: 'open',
        LOG_LEVEL: 'info',
        RASK_FLUSH_MS: '50',
      },
    });
    browser = await launchBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await machine?.stop();
  });

  const send = async (...lines: Record<string, unknown>[]) => {
    const response = await fetch(`${machine.originOf('rask-log-aggregator')}/v1/aggregate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${INGEST_TOKEN}` },
      body: lines
        .map((line) => JSON.stringify({ timestamp: new Date().toISOString(), service_name: 'outside', ...line }))
        .join('\n'),
    });
    expect(await response.json()).toMatchObject({ accepted: lines.length });
  };

  const open = async (
    email: string,
    options: { locale: string; width: number; height: number; at?: Machine },
  ): Promise<Page> => {
    const { locale, at: { origin } = machine, ...viewport } = options;
    const context = await browser.newContext({ locale, viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    const headers = { 'content-type': 'application/json', origin };
    const body = { email, password: PASSWORD };
    const made = await context.request.post(`${origin}/v1/auth/register`, { headers, data: body });
    const session = made.ok() ? made : await context.request.post(`${origin}/v1/auth/login`, { headers, data: body });
    const { csrfToken } = (await session.json()) as { csrfToken: string };
    const settings = { headers: { ...headers, 'x-csrf-token': csrfToken }, data: { language: locale.slice(0, 2) } };
    expect((await context.request.patch(`${origin}/v1/settings`, settings)).ok()).toBe(true);
    await page.goto(`${origin}/logs`);
    return page;
  };

  const picture = async (page: Page, name: string) => {
    if (!pictures) return;
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${name}.png` });
  };

  it('shows the owner what services wrote, narrowed, counted, live, and never as HTML', async () => {
    await send(
      { message: 'a quiet line', level: 'info' },
      { message: HOSTILE, level: 'error', request_id: 'r-1', fields: { article: 7, html: HOSTILE } },
      ...Array.from({ length: 60 }, (_, index) => ({
        message: `feed ${index} was polled`,
        level: index % 9 === 0 ? 'warn' : 'info',
        timestamp: new Date(Date.now() - index * 55_000).toISOString(),
      })),
    );
    const page = await open('ada@example.org', { locale: 'en-GB', width: 1440, height: 900 });
    const lines = page.getByRole('list', { name: 'Log lines' });
    await lines.getByText('a quiet line').waitFor();
    expect(await lines.getByText('<img src=x onerror').count()).toBeGreaterThan(0);
    await lines.getByText('Details').first().click();
    await picture(page, 'logs-en');
    await page.getByRole('combobox', { name: 'Level' }).selectOption('error');
    await lines.getByText('a quiet line').waitFor({ state: 'detached' });
    await lines.getByText('<img src=x onerror').first().waitFor();
    await page.getByRole('combobox', { name: 'Level' }).selectOption('debug');
    await page.getByRole('searchbox', { name: 'Words in the message' }).fill('QUIET');
    await page.keyboard.press('Enter');
    await eventually(async () => (await lines.getByRole('listitem').count()) === 1, 'one line is left');
    await page.getByRole('checkbox', { name: 'Live' }).check();
    await eventually(async () => {
      await send({ message: 'another quiet line', level: 'warn' });
      return (await lines.getByText('another quiet line').count()) > 0;
    }, 'a line comes by itself');
    expect(await page.title()).not.toContain('broken into');
    expect(complaints).toEqual([]);
  });

  it('is there in Japanese and Russian, on a phone too', async () => {
    const japanese = await open('ada@example.org', { locale: 'ja-JP', width: 390, height: 844 });
    await japanese.getByRole('list', { name: 'ログの行' }).getByText('another quiet line').first().waitFor();
    await picture(japanese, 'logs-ja-phone');
    expect(await japanese.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    const russian = await open('ada@example.org', { locale: 'ru-RU', width: 1024, height: 768 });
    await russian.getByRole('list', { name: 'Строки журнала' }).getByText('another quiet line').first().waitFor();
    await picture(russian, 'logs-ru');
  });

  it('says in each language that there is nothing yet, where there is nothing', async () => {
    const silent = await startMachine('one process', { environment: { LOG_LEVEL: 'silent' } });
    try {
      const size = { width: 1024, height: 768, at: silent };
      for (const [locale, title] of [
        ['en-GB', 'The log is empty'],
        ['ja-JP', 'ログは空です'],
        ['ru-RU', 'Журнал пуст'],
      ] as const) {
        const page = await open('ada@example.org', { locale, ...size });
        await page.getByText(title).waitFor();
        await picture(page, `logs-empty-${locale.slice(0, 2)}`);
      }
    } finally {
      await silent.stop();
    }
  }, 180_000);

  it('is for the owner alone', async () => {
    const page = await open('bob@example.org', { locale: 'en-GB', width: 1440, height: 900 });
    await page.getByText('The log is for the owner of this Alt').waitFor();
    expect(await page.getByRole('link', { name: 'Log', exact: true }).count()).toBe(0);
    const response = await page.request.get(`${machine.origin}/v1/instance/logs`);
    expect([response.status(), (await response.json()).code]).toEqual([403, 'forbidden']);
  });

  it("holds what the services themselves shipped, each line with its service's name", async () => {
    const ada = await open('ada@example.org', { locale: 'en-GB', width: 1440, height: 900 });
    await eventually(async () => {
      const response = await ada.request.get(`${machine.origin}/v1/instance/logs?q=ready&limit=100`);
      const { items } = (await response.json()) as { items: { service: string }[] };
      const services = new Set(items.map(({ service }) => service));
      return ['auth-service', 'pre-processor', 'search-indexer'].every((name) => services.has(name));
    }, 'lines of services');
  });
});
