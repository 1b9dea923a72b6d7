import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FakeState, fakePassword } from '../dev/fake-state.ts';
import { joinFakeTeam } from '../dev/fake-team-state.ts';
import { accessibilityViolations, openBrowser, phone, signIn } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

function putIntoTeam(state: FakeState, role: 'owner' | 'admin' | 'member' | 'reader') {
  state.user.role = role;
  joinFakeTeam(state.team, role, state.user);
}

const partOf = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Parts of the team settings' }).getByRole('link', { name });

test('one person sees no team until they make one; then its name leads from one to the other', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const switcher = page.locator('.pane-sidebar').getByRole('link', { name: /Change the team/ });
  await page.locator('.pane-sidebar header').getByText('Alt', { exact: true }).waitFor();
  expect(await switcher.count()).toBe(0);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Teams' }).click();
  await page.getByLabel('Name of the team').fill('Harbour desk');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make a team' }).click();
  await page.getByRole('link', { name: 'You are in Harbour desk. Change the team' }).click();
  await page.getByRole('button', { name: 'Go to Ada' }).click();
  await page.getByRole('link', { name: 'You are in Ada. Change the team' }).waitFor();
  expect(site.api.state.team.tenants.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
  expect(complaints).toEqual([]);
});

test('an invitation: made by an admin, opened by somebody new, who joins and is there', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 20 });
  const { state } = site.api;
  putIntoTeam(state, 'admin');
  await page.goto(`${site.url}/?panel=team:invitations`);
  await page.getByLabel('E-mail address').fill('new@example.org');
  await page.getByRole('button', { name: 'Make the invitation' }).click();
  await page.getByText('A mail with it is on its way to new@example.org too.').waitFor();
  // The next one is made with the role that is shown.
  await expect.poll(() => page.getByLabel('E-mail address').inputValue()).toBe('');
  expect(await page.getByLabel('Role').inputValue()).toBe('member');
  await page.getByLabel('E-mail address').fill('new@example.org');
  await page.getByRole('button', { name: 'Make the invitation' }).click();
  await page.getByText('This person is invited or a member already.').waitFor();
  const link = await page.locator('code').innerText();
  expect(link).toBe(`${site.url}/join#${state.team.secret}`);
  await page.getByRole('button', { name: 'Take back the invitation of new@example.org' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);

  state.sessionId = null;
  state.team.tenants.pop();
  await page.goto(link);
  await page.getByRole('heading', { name: 'Join Harbour desk' }).waitFor();
  await page.getByText('Mia invites you as Member.').waitFor();
  expect(new URL(page.url()).hash).toBe('');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByLabel('E-mail').fill('new@example.org');
  await page.getByLabel('Password', { exact: true }).fill('a sentence nobody guesses');
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('button', { name: 'Join as new@example.org' }).click();
  await page.getByRole('link', { name: 'You are in Harbour desk. Change the team' }).waitFor();
  await page.goto(link);
  await page.getByText('This invitation is over').waitFor();
  expect(complaints).toEqual([]);
});

test('who has an account joins with it, on a phone', async () => {
  const { page, site } = await browser.visit({ entryCount: 20 }, phone);
  await page.goto(`${site.url}/join#${site.api.state.team.secret}`);
  await page.getByRole('button', { name: 'I have an account' }).tap();
  await signIn(page);
  await page.getByRole('button', { name: 'Join as ada@example.org' }).tap();
  await page.getByRole('link', { name: 'You are in Harbour desk. Change the team' }).waitFor();
});

test('an owner changes roles, removes, sees limits, hands the team over only once they confirmed who they are', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 20 });
  const { state } = site.api;
  putIntoTeam(state, 'owner');
  await page.goto(`${site.url}/?panel=team:members`);
  await page.getByLabel('Role of Noor').selectOption('member');
  await expect.poll(() => state.team.members.find(({ name }) => name === 'Noor')?.role).toBe('member');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove Noor' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => state.team.members.length).toBe(2);
  await partOf(page, 'Limits').click();
  await page.getByText('188 of 200').waitFor();
  await page.getByText('No new summaries, answers and briefs until next month.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await partOf(page, 'Ownership').click();
  await page.getByRole('button', { name: 'Make an archive' }).click();
  await page.getByText('Ready, 3.4 MB').waitFor();
  await page.getByLabel('Type Harbour desk to go on').fill('Harbour desk');
  await page.getByRole('button', { name: 'Delete the team' }).click();
  await page.getByText(/The team will be deleted on/).waitFor();
  await page.getByRole('button', { name: 'Keep the team' }).click();
  await page.getByLabel('Type Harbour desk to go on').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  state.security.isProved = false;
  await page.getByRole('button', { name: 'Hand the team over' }).click();
  const question = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await question.getByLabel('Password').fill(state.password);
  await question.getByRole('button', { name: 'Confirm' }).click();
  await expect.poll(() => state.user.role).toBe('admin');
  await partOf(page, 'Ownership').waitFor({ state: 'detached' });
  await page.goto(`${site.url}/?panel=add`);
  await page.getByText('Room for 12 more feeds.').waitFor();
  expect(complaints).toEqual([]);
});

test('an admin sets the rules and proves a domain; what somebody else changed meanwhile is not written over', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 20 });
  const { state } = site.api;
  putIntoTeam(state, 'admin');
  await page.goto(`${site.url}/?panel=team:settings`);
  await page.getByText('Members too').click();
  state.team.details.version += 1;
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else changed it meanwhile.').waitFor();
  await page.getByText('Members too').click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => state.team.details.settings.invitations.allowedFor).toBe('member');
  expect(await accessibilityViolations(page)).toEqual([]);
  await partOf(page, 'Domains').click();
  await page.getByLabel('Domain').fill('example.org');
  await page.getByRole('button', { name: 'Add the domain' }).click();
  await page.getByText('alt-verification=fake').waitFor();
  expect(await page.getByLabel('Role').inputValue()).toBe('reader');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('The record was not found.').waitFor();
  state.team.hasRecord = true;
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText('example.org is proven.').waitFor();
});

test('the log of the team is filtered and taken along; one’s own is in the account', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 20 });
  putIntoTeam(site.api.state, 'admin');
  await page.goto(`${site.url}/?panel=team:log`);
  const lines = page.getByRole('dialog').getByRole('listitem');
  await expect.poll(() => lines.count()).toBe(3);
  await page.getByLabel('How it ended').selectOption('refused');
  await expect.poll(() => lines.count()).toBe(1);
  expect(await lines.innerText()).toContain('sign-in failed');
  const csv = page.getByRole('link', { name: 'Download as CSV' });
  expect(await csv.getAttribute('href')).toBe('/v1/auth/audit/export?outcome=refused&format=csv');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.goto(`${site.url}/?panel=account`);
  await page.getByRole('button', { name: 'Show the log' }).click();
  await page.getByText('password changed').last().waitFor();
  expect(complaints).toEqual([]);
});

test('a folder is shared with the team, marked, left and joined again; a reader reads why they cannot', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 20 });
  const { state } = site.api;
  await page.goto(`${site.url}/?panel=folder:1`);
  await page.getByLabel('Name').waitFor();
  // Alone there is nobody to share with.
  expect(await page.getByRole('button', { name: 'Share with the team' }).count()).toBe(0);
  putIntoTeam(state, 'member');
  await page.reload();
  await page.getByRole('button', { name: 'Share with the team' }).click();
  await page.getByRole('alertdialog').getByText('This cannot be taken back.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Share with the team' }).click();
  await page.getByRole('button', { name: 'Leave this folder' }).click();
  await page.getByRole('button', { name: 'Come back' }).click();
  await page.getByRole('button', { name: 'Leave this folder' }).waitFor();
  expect(state.folders.find(({ id }) => id === '1')).toMatchObject({ isShared: true, isLeft: false });
  await page.keyboard.press('Escape');
  await page
    .locator('.pane-sidebar')
    .getByRole('link', { name: /^Technology Shared with the team/ })
    .waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  putIntoTeam(state, 'reader');
  await page.goto(`${site.url}/?panel=folder:3`);
  await page.getByText('Readers do not share.').waitFor();
  expect(complaints).toEqual([]);
});

test('a reader is offered what a reader may do: see who is there, and leave', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 20 });
  putIntoTeam(site.api.state, 'reader');
  await page.goto(`${site.url}/?panel=team:members`);
  await page.getByText('Mia').waitFor();
  const parts = page.getByRole('navigation', { name: 'Parts of the team settings' }).getByRole('link');
  expect(await parts.allInnerTexts()).toEqual(['Members', 'Limits']);
  expect(await page.getByRole('combobox').count()).toBe(0);
  await page.getByRole('button', { name: 'Leave the team' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Leave the team' }).click();
  await page.locator('.pane-sidebar header').getByText('Alt', { exact: true }).waitFor();
});

test('a team is brought by its archive: sent once confirmed, followed, and what remains to be done is said', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 20 });
  const { team, security } = site.api.state;
  const archive = { name: 'harbour.ndjson.gz', mimeType: 'application/gzip', buffer: Buffer.from('archive') };
  const choose = () => page.getByLabel('Choose an archive').setInputFiles(archive);
  await page.goto(`${site.url}/?panel=tenants`);
  await page.getByRole('button', { name: 'Choose an archive' }).waitFor();
  security.isProved = false;
  await choose();
  const question = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(team.importJob).toBeNull();
  team.importEnd = { state: 'failed', error: 'The archive was changed or damaged.' };
  await choose();
  await question.getByLabel('Password').fill(fakePassword);
  await question.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('The team could not be brought: The archive was changed or damaged.').waitFor();
  team.importEnd = {
    state: 'done',
    remarks: ['2 of the members are invited instead. Send them their links.', 'The short name "harbour" is taken.'],
  };
  await choose();
  await page.getByText('feeds and articles, 120 lines so far').waitFor();
  // It goes on while nobody looks.
  await page.reload();
  await page.getByText('The team is here, with all 480 lines of its archive.').waitFor();
  await page.getByText('2 people have no account here yet').waitFor();
  await page.getByText('The short name "harbour" is taken.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'To the invitations' }).click();
  await page.getByRole('heading', { name: 'Invite somebody' }).waitFor();
  await page.goto(`${site.url}/?panel=tenants`);
  await page.getByRole('button', { name: 'Choose an archive' }).waitFor();
  expect(complaints).toEqual([]);
});
