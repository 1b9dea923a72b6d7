import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FakeState } from '../dev/fake-state.ts';
import { joinFakeTeam } from '../dev/fake-team-state.ts';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

const tools = (page: Page) => page.getByRole('toolbar', { name: 'What to do with the selected words' });
const marks = (page: Page) => page.locator('.article-text mark');
const below = (page: Page) => page.getByRole('region', { name: 'Highlights and notes' });

/** Opens an article with these words in it. */
async function openArticle(page: Page, state: FakeState, html: string): Promise<string> {
  const [entry] = state.entries;
  if (!entry) throw new Error('The fake has no entries');
  entry.contentHtml = html;
  await page.goto(new URL(`/?entry=${entry.id}`, page.url()).href);
  await page.locator('.article-text p').first().waitFor();
  await below(page).waitFor();
  return entry.id;
}

function joinTeam(state: FakeState, role: 'member' | 'reader') {
  state.user.role = role;
  joinFakeTeam(state.team, role, state.user);
}

test('selected words are highlighted by a press or a key, keep their place, and are taken back', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { annotations } = site.api.state;
  await openArticle(
    page,
    site.api.state,
    '<p>One tide.</p><p>Two <b>tides</b> and <a href="/x">more</a>.</p><p>One tide.</p>',
  );
  await page.locator('.article-text p').nth(1).selectText();
  await tools(page).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await tools(page).getByRole('button', { name: 'Highlight in green' }).click();
  await expect.poll(() => marks(page).allInnerTexts()).toEqual(['Two ', 'tides', ' and ', 'more', '.']);
  expect(annotations.highlights).toMatchObject([{ quote: 'Two tides and more.', color: 'green', isShared: false }]);
  await tools(page).waitFor({ state: 'detached' });

  await page.locator('.article-text p').nth(2).selectText();
  await tools(page).waitFor();
  await page.keyboard.press('h');
  await expect.poll(() => marks(page).count()).toBe(6);
  expect(annotations.highlights[1]).toMatchObject({ quote: 'One tide.', color: 'green' });
  // The same words once more change their colour.
  await page.locator('.article-text p').nth(2).selectText();
  await tools(page).getByRole('button', { name: 'Highlight in blue' }).click();
  await expect.poll(() => annotations.highlights.map(({ color }) => color)).toEqual(['green', 'blue']);
  await page.reload();
  // The second of two equal sentences is the one that was meant.
  await expect.poll(() => page.locator('.article-text p').nth(2).locator('mark').count()).toBe(1);
  expect(await page.locator('.article-text p').first().locator('mark').count()).toBe(0);

  await page.locator('.article-text p').nth(2).locator('mark').click();
  const panel = page.getByRole('dialog', { name: 'Highlight' });
  await panel.getByRole('radio', { name: 'Pink' }).check({ force: true });
  await expect.poll(() => annotations.highlights[1]?.color).toBe('pink');
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => marks(page).count()).toBe(5);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => marks(page).count()).toBe(6);
  expect(annotations.highlights[1]).toMatchObject({ quote: 'One tide.', color: 'pink' });
  expect(complaints).toEqual([]);
});

test('notes are written on words and on the article, changed, removed and taken back, and saved as Markdown', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { annotations } = site.api.state;
  await openArticle(page, site.api.state, '<p>The sea comes and goes.</p>');
  await page.locator('.article-text p').selectText();
  await tools(page).waitFor();
  await page.keyboard.press('n');
  const panel = page.getByRole('dialog', { name: 'Highlight' });
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  await page.keyboard.type('Why?');
  await page.keyboard.press('Control+Enter');
  await panel.getByText('Why?').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await below(page).getByRole('button', { name: 'Write a note' }).click();
  await page.keyboard.type('All in all good.');
  await below(page).getByRole('button', { name: 'Add the note' }).click();
  await below(page).getByText('All in all good.').waitFor();
  await below(page).getByRole('button', { name: 'Change the note “Why?”' }).click();
  await below(page).getByRole('textbox').fill('Why indeed?');
  await below(page).getByRole('button', { name: 'Save', exact: true }).click();
  await below(page).getByText('Why indeed?').waitFor();
  expect(annotations.notes).toMatchObject([
    { body: 'Why indeed?', highlightId: annotations.highlights[0]?.id },
    { body: 'All in all good.', highlightId: null },
  ]);
  expect(await accessibilityViolations(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    below(page).getByRole('button', { name: 'Save as Markdown' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.md$/);
  await below(page).getByRole('button', { name: 'Remove the note “Why indeed?”' }).click();
  await expect.poll(() => annotations.notes.length).toBe(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await below(page).getByText('Why indeed?').waitFor();
  expect(complaints).toEqual([]);
});

test('a highlight whose words went says so, and comes back with them', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { state } = site.api;
  const id = await openArticle(page, state, '<p>The beginning alone.</p>');
  const [entry] = state.entries;
  const quote = { quote: 'Only in the full text', prefix: '', suffix: '', color: 'blue' as const };
  const facts = { id: crypto.randomUUID(), entryId: id, isMine: true, isShared: false, authorId: state.user.id };
  state.annotations.highlights.push({ ...quote, ...facts, createdAt: new Date().toISOString() });
  await page.reload();
  await below(page).getByText('Not in the text as it is now.').waitFor();
  if (entry) {
    const html = '<p>The beginning alone.</p><p>Only in\nthe <i>full</i> text.</p>';
    entry.fullText = { state: 'ready', html, code: null, reason: null, details: null };
  }
  await page.reload();
  await expect.poll(() => marks(page).allInnerTexts()).toEqual(['Only in the ', 'full', ' text']);
  await page.getByRole('button', { name: 'As in the feed' }).click();
  await below(page).getByText('Not in the text as it is now.').waitFor();
  expect(await marks(page).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('with a team one shares a highlight and then its notes; another’s is read and written on', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { state } = site.api;
  joinTeam(state, 'member');
  const id = await openArticle(page, state, '<p>Mine here.</p><p>Hers there.</p>');
  const mia = state.team.members.find(({ name }) => name === 'Mia');
  const quote = { quote: 'Hers there.', prefix: '', suffix: '', color: 'blue' as const };
  const facts = { id: crypto.randomUUID(), entryId: id, isMine: false, isShared: true, authorId: mia?.id ?? '' };
  state.annotations.highlights.push({ ...quote, ...facts, createdAt: new Date().toISOString() });
  await page.reload();
  await below(page).getByText('by Mia').waitFor();
  await marks(page).click();
  const panel = page.getByRole('dialog', { name: 'Highlight' });
  await panel.getByText('by Mia').waitFor();
  expect(await panel.getByRole('button', { name: 'Remove' }).count()).toBe(0);
  await panel.getByLabel('Your note').fill('Indeed.');
  await panel.getByRole('button', { name: 'Add the note' }).click();
  await panel.getByRole('button', { name: 'Share the note “Indeed.” with the team' }).click();
  await expect.poll(() => state.annotations.notes[0]?.isShared).toBe(true);
  await page.keyboard.press('Escape');

  await page.locator('.article-text p').first().selectText();
  await tools(page).getByRole('button', { name: 'Note' }).click();
  await panel.getByLabel('Share with the team').check();
  await expect.poll(() => state.annotations.highlights[1]?.isShared).toBe(true);
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'To a project' }).click();
  const pin = page.getByRole('dialog', { name: 'Put into a project' });
  await pin.getByText('Mine here.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await pin.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText(/The highlight is in/).waitFor();
  expect(state.projects.all.flatMap(({ highlights }) => highlights)).toMatchObject([{ quote: 'Mine here.' }]);
  expect(complaints).toEqual([]);
});

test('on a phone the tools stand at its foot; everything highlighted is listed, searched, and leads to its place', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 }, phone);
  const { state } = site.api;
  await openArticle(page, state, `<p>First words.</p>${'<p>Long.</p>'.repeat(80)}<p>Last words.</p>`);
  await page.locator('.article-text p').last().selectText();
  const box = await tools(page).boundingBox();
  expect(Math.round((box?.y ?? 0) + (box?.height ?? 0))).toBe(844);
  await tools(page).getByRole('button', { name: 'Highlight in yellow' }).tap();
  await expect.poll(() => marks(page).count()).toBe(1);
  await page.goto(`${site.url}/highlights`);
  const list = page.getByRole('list', { name: 'What you highlighted' });
  await list.getByText('Last words.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await list.getByRole('link').tap();
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Last words.');
  await page.goBack();
  await page.getByRole('searchbox', { name: 'Search in them' }).fill('nothing like it');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing found').waitFor();
  await page.getByRole('link', { name: 'Notes' }).tap();
  await page.getByText('Nothing found').waitFor();
  expect(complaints).toEqual([]);
});

test('a label is renamed, shared with the team and shown as shared; a reader reads why they cannot', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 20 });
  const { state } = site.api;
  joinTeam(state, 'member');
  const [entry] = state.entries;
  if (entry) entry.labels = ['quay'];
  await page.reload();
  const sidebar = page.locator('.pane-sidebar');
  await sidebar.getByRole('link', { name: 'Change the label quay' }).click();
  const panel = page.getByRole('dialog', { name: 'Label' });
  await panel.getByRole('button', { name: 'Share with the team' }).click();
  await page.getByRole('alertdialog').getByText('This cannot be taken back.').waitFor();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Share with the team' }).click();
  await panel.getByText('Shared: it is on its articles').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByLabel('Name').fill('harbour');
  await panel.getByRole('button', { name: 'Save' }).click();
  await sidebar.getByRole('link', { name: /^harbour\s+Shared with the team/ }).waitFor();
  expect([...state.sharedLabels]).toEqual(['harbour']);
  await page.goto(`${site.url}/?entry=${entry?.id}`);
  await page
    .locator('.pane-article')
    .getByRole('link', { name: /^harbour\s+Shared with the team/ })
    .waitFor();
  state.sharedLabels.clear();
  state.user.role = 'reader';
  await page.goto(`${site.url}/?panel=label:1`);
  await page.getByText('Readers do not share.').waitFor();
  expect(complaints).toEqual([]);
});
