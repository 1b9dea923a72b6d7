import { readFile } from 'node:fs/promises';
import { launchBrowser } from '@alt/testing/browser.ts';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { PASSWORD } from './client.ts';
import { type Machine, shapesAtLength, startMachine } from './harness.ts';

const WAIT_MS = 30_000;
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe.each(shapesAtLength('one process'))('a team, in browsers, with Alt as %s', (shape) => {
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let machine: Machine;
  let browser: Browser;
  let ada: Page;
  let bo: Page;
  let link = '';
  const complaints: string[] = [];

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 200 });
    machine = await startMachine(shape, { allow: web.hosts });
    browser = await launchBrowser();
    ada = await openPage({ viewport: { width: 1440, height: 900 } });
    bo = await openPage(phone);
  });

  afterAll(async () => {
    await browser?.close();
    await machine?.stop();
    await web?.stop();
  });

  async function openPage(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  }

  const unreadIn = async (page: Page): Promise<number> =>
    page.evaluate(async () => (await (await fetch('/v1/counters')).json()).unread);
  const panel = (page: Page, name: string) => page.goto(`${machine.origin}/?panel=${name}`);

  it('is made by somebody who was alone, and invites', async () => {
    await ada.goto(machine.origin);
    await ada.getByLabel('E-mail').fill('ada@example.org');
    await ada.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await ada.getByRole('button', { name: 'Make the account' }).click();
    await ada.getByText('Nothing here yet').waitFor();
    await panel(ada, 'tenants');
    await ada.getByLabel('Name of the team').fill('Harbour desk');
    await ada.getByRole('button', { name: 'Make a team' }).click();
    await ada.getByRole('link', { name: 'You are in Harbour desk. Change the team' }).waitFor();
    await panel(ada, 'team:invitations');
    await ada.getByLabel('Role').selectOption('member');
    await ada.getByRole('button', { name: 'Make the invitation' }).click();
    link = await ada.locator('code').innerText();
    expect(link).toContain(`${machine.origin}/join#`);
  });

  it('is joined on a phone by somebody who has no account yet', async () => {
    await bo.goto(link);
    await bo.getByRole('heading', { name: 'Join Harbour desk' }).waitFor();
    await bo.getByLabel('E-mail').fill('bo@example.org');
    await bo.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await bo.getByRole('button', { name: 'Make the account' }).tap();
    await bo.getByRole('button', { name: 'Join as bo@example.org' }).tap();
    await expect
      .poll(() => bo.evaluate(async () => (await (await fetch('/v1/tenants/current')).json()).name))
      .toBe('Harbour desk');
  });

  it('shares a folder: what is put into it arrives for both, and each reads for themselves', async () => {
    await panel(ada, 'new-folder');
    await ada.getByLabel('Name').fill('Press');
    await ada.getByRole('button', { name: 'Make the folder' }).click();
    await ada
      .locator('.pane-sidebar')
      .getByRole('link', { name: /^Press/ })
      .waitFor();
    const folder: string = await ada.evaluate(async () => (await (await fetch('/v1/folders')).json()).items[0].id);
    await panel(ada, `folder:${folder}`);
    await ada.getByRole('button', { name: 'Share with the team' }).click();
    await ada.getByRole('alertdialog').getByRole('button', { name: 'Share with the team' }).click();
    await ada.getByRole('button', { name: 'Leave this folder' }).waitFor();
    await panel(ada, 'add');
    await ada.getByLabel('Address of a site or feed').fill(web.feeds[0]?.siteUrl ?? '');
    await ada.getByRole('button', { name: 'Find feeds' }).click();
    await ada.getByLabel('Folder', { exact: true }).selectOption(folder);
    await ada.getByRole('button', { name: 'Follow' }).click();
    await expect.poll(() => unreadIn(ada)).toBeGreaterThan(2);
    const all = await unreadIn(ada);
    await expect.poll(() => unreadIn(bo)).toBe(all);
    await ada.goto(machine.origin);
    await ada.locator('.pane-list [data-entry] a').first().click();
    await ada.locator('.article-text p').first().waitFor();
    await expect.poll(() => unreadIn(ada)).toBe(all - 1);
    expect(await unreadIn(bo)).toBe(all);
  });

  it('gathers articles in a project, which the other reads too', async () => {
    await ada.goto(`${machine.origin}/projects`);
    await ada.getByRole('button', { name: 'New project' }).first().click();
    const form = ada.getByRole('dialog', { name: 'New project' });
    await form.getByLabel('Title').fill('What the harbour says');
    await form.getByRole('button', { name: 'Make the project' }).click();
    await ada.getByRole('heading', { level: 1, name: 'What the harbour says' }).waitFor();
    const path = new URL(ada.url()).pathname;
    await pin(0);
    await ada.goto(`${machine.origin}${path}/people`);
    await ada.getByLabel('Person').selectOption('bo (bo@example.org)');
    await ada.getByRole('button', { name: 'Add', exact: true }).click();
    await ada.getByLabel('Role of bo').waitFor();
    await bo.goto(`${machine.origin}${path}/board`);
    await bo.locator('li[data-pin] a').first().tap();
    await bo.locator('.article-text p').first().waitFor();
  });

  it('builds a brief whose sentences name their sources, and sees what a newer one changed', async () => {
    const path = await projectPath();
    await ada.goto(`${machine.origin}${path}/brief`);
    await ada.getByRole('button', { name: 'Write the brief' }).click();
    await ada.getByText('Version 1 is here.').waitFor();
    const source = ada.getByRole('link', { name: /^Source 1:/ }).first();
    await source.hover();
    const quote = (await ada.locator('blockquote').first().innerText()).trim();
    await source.click();
    await ada.locator('.article-text').waitFor();
    const plain = (text: string) => text.replace(/[\s“”"]+/g, ' ').trim();
    expect(plain(await ada.locator('.pane-article').innerText())).toContain(plain(quote));
    await pin(1);
    await ada.goto(`${machine.origin}${path}/brief`);
    await ada.getByRole('button', { name: 'Bring up to date' }).click();
    await ada.getByText('Version 2 is here.').waitFor();
    await ada.getByRole('link', { name: 'Versions' }).click();
    await ada.locator('ins').first().waitFor();
  });

  it('takes the project along as a file', async () => {
    await ada.goto(`${machine.origin}${await projectPath()}/more`);
    await ada.getByRole('button', { name: 'Markdown' }).click();
    const download = ada.waitForEvent('download');
    await ada.getByRole('link', { name: /Download/ }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    expect(text).toContain('# What the harbour says');
    expect(complaints).toEqual([]);
  });

  const projectPath = async () =>
    `/projects/${await ada.evaluate(async () => (await (await fetch('/v1/projects')).json()).items[0].id)}`;

  async function pin(place: number): Promise<void> {
    await ada.goto(`${machine.origin}/?view=all`);
    await ada
      .locator('.pane-sidebar')
      .getByRole('link', { name: /^All articles/ })
      .click();
    await ada.locator('.pane-list [data-entry] a').nth(place).click();
    await ada.getByRole('link', { name: 'To a project' }).click();
    const form = ada.getByRole('dialog', { name: 'Put into a project' });
    await form.getByLabel('Project').selectOption('What the harbour says');
    await form.getByRole('button', { name: 'Add' }).click();
    await ada.getByText('It is in “What the harbour says” now.').waitFor();
  }
});
