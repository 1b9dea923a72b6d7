import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { projectParts } from '../app/projects/project-place.ts';
import { accessibilityViolations, openBrowser, phone } from './site-page.ts';

let browser: Awaited<ReturnType<typeof openBrowser>>;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(() => browser.closePages());
afterAll(() => browser.close());

test('a project is made, an article is put into it from the reader, and is read there', async () => {
  const { page, site, complaints } = await browser.reader({ entryCount: 60 });
  const { projects, entries } = site.api.state;
  await page.locator('.pane-sidebar').getByRole('link', { name: 'Projects' }).click();
  await page.getByRole('link', { name: /Tide tables after 2030/ }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'New project' }).click();
  const panel = page.getByRole('dialog', { name: 'New project' });
  await panel.getByLabel('Title').fill('Lighthouse keepers');
  await panel.getByLabel('What it is about').fill('Who still lives there.');
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'Make the project' }).click();
  await page.getByRole('heading', { level: 1, name: 'Lighthouse keepers' }).waitFor();
  const begin = page.getByRole('region', { name: 'Where to begin' });
  await begin.getByRole('link', { name: 'Choose feeds and rules that bring articles by themselves' }).waitFor();
  await page.getByRole('link', { name: 'Articles', exact: true }).click();
  await page.getByText('No articles yet.').waitFor();
  await page.getByRole('textbox', { name: 'Add a section' }).fill('North');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'North' }).waitFor();

  await page.locator('.pane-sidebar').getByRole('link', { name: 'All articles' }).click();
  await page.locator('article[data-entry] a').first().click();
  await page.getByRole('link', { name: 'To a project' }).click();
  const pin = page.getByRole('dialog', { name: 'Put into a project' });
  await pin.getByLabel('Project').selectOption('Lighthouse keepers');
  await pin.getByLabel('Section').selectOption('North');
  expect(await accessibilityViolations(page)).toEqual([]);
  await pin.getByRole('button', { name: 'Add' }).click();
  await page.getByText('It is in “Lighthouse keepers” now.').waitFor();
  const made = projects.all.find(({ project }) => project.title === 'Lighthouse keepers');
  expect(made?.articles).toMatchObject([{ articleId: entries[0]?.id, sectionId: made?.sections[0]?.id }]);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('region', { name: 'North' }).getByRole('link').click();
  await page
    .locator('.pane-article')
    .getByRole('heading', { level: 1, name: entries[0]?.title ?? '' })
    .waitFor();
  await page.locator('.article-text').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('articles move on the board by dragging, by keys and by the menu; sections are renamed and removed', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const [tide] = site.api.state.projects.all;
  if (!tide) throw new Error('The fake has no project');
  await page.goto(`${site.url}/projects/${tide.project.id}/board`);
  const column = (name: string) => page.getByRole('region', { name, exact: true });
  const idsIn = (index: number | null) => {
    const sectionId = index === null ? null : tide.sections[index]?.id;
    return tide.articles.filter((article) => article.sectionId === sectionId).map(({ id }) => id);
  };
  const [first, second] = idsIn(0);
  await column('Harbours').locator('li[data-pin]').first().waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.locator(`[data-pin="${second}"]`).dragTo(column('Who keeps them').locator('li[data-pin]').first());
  await page.getByText('is in “Who keeps them” now').waitFor();
  expect(idsIn(1)[0]).toBe(second);

  const link = page.locator(`[data-pin="${first}"] a`);
  const isFocused = () => link.evaluate((element) => element === document.activeElement);
  await link.focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => idsIn(0)[1]).toBe(first);
  // The answer has come and the board is drawn: keys before that go into nothing.
  await page.getByText('is in “Harbours” now').waitFor();
  await expect.poll(isFocused).toBe(true);
  await page.keyboard.press('Alt+ArrowRight');
  await expect.poll(() => idsIn(1).includes(first ?? '')).toBe(true);
  await expect.poll(isFocused).toBe(true);

  await page.locator(`[data-pin="${first}"]`).getByRole('button').click();
  const panel = page.getByRole('dialog', { name: 'Move the article' });
  await panel.getByLabel('Section').selectOption('Without a section');
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'Move', exact: true }).click();
  await expect.poll(() => idsIn(null).at(-1)).toBe(first);
  await page.locator(`[data-pin="${first}"]`).getByRole('button').click();
  await page.getByRole('button', { name: 'Take out of the project' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => idsIn(null)).toHaveLength(3);

  await page.getByRole('button', { name: 'Change the section Harbours' }).click();
  const section = page.getByRole('dialog', { name: 'Section' });
  await section.getByLabel('Name of the section').fill('Ports');
  await section.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Change the section Ports' }).click();
  await section.getByRole('button', { name: 'Move later' }).click();
  await expect.poll(() => tide.sections.map(({ title }) => title)).toEqual(['Who keeps them', 'Ports']);
  await section.getByRole('button', { name: 'Remove the section' }).click();
  await expect.poll(() => tide.sections).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test('on a phone the board is a list of sections, and an article takes the screen', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 }, phone);
  const [tide] = site.api.state.projects.all;
  await page.goto(`${site.url}/projects/${tide?.project.id}/board`);
  await page.getByRole('region', { name: 'Harbours' }).getByRole('link').first().waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole('region', { name: 'Harbours' }).getByRole('link').first().tap();
  await page.locator('.article-text').waitFor();
  await page.getByRole('button', { name: 'Close' }).tap();
  await page.getByRole('region', { name: 'Harbours' }).waitFor();
  expect(complaints).toEqual([]);
});

test('a brief is read with its sources, brought up to date with progress, and its versions are compared', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const { projects, entries } = site.api.state;
  const [tide] = projects.all;
  const [first] = entries;
  if (!tide || !first) throw new Error('The fake has no project');
  await page.goto(`${site.url}/projects/${tide.project.id}/brief`);
  const quote = tide.briefs[0]?.parts[0]?.sentences[0]?.citations[0]?.quote ?? '';
  const mark = page.getByRole('link', { name: /^Source 1:/ }).first();
  await mark.focus();
  await page.locator('blockquote').getByText(quote).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await mark.click();
  await page.locator('.pane-article').getByRole('heading', { level: 1, name: first.title }).waitFor();
  await expect
    .poll(() => page.evaluate(() => [...(CSS.highlights.get('summary-source') ?? [])].map(String).join('')))
    .toBe(quote);

  tide.articles.splice(0, 1);
  const [overview, harbours] = tide.briefs[0]?.parts ?? [];
  overview?.sentences.push({
    text: 'An old sentence.',
    citations: [{ articleId: null, quote: 'Old', title: '', url: null }],
  });
  harbours?.sentences.splice(0);
  await page.getByRole('button', { name: 'Bring up to date' }).click();
  await page.getByRole('progressbar').waitFor();
  await page.getByText('Version 2 is here.').waitFor();
  await page.getByText('Version 2 · from 8 articles').waitFor();
  await page.getByRole('link', { name: 'Versions' }).click();
  await page.locator('del').getByText('An old sentence.').waitFor();
  await page.locator('ins').first().waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);

  projects.jobTrouble = { code: 'unavailable', message: 'Nobody writes just now.' };
  await page.getByRole('link', { name: 'Back to the brief' }).click();
  await page.getByRole('button', { name: 'Write “Harbours” anew' }).click();
  await page.getByText('The brief could not be written. Nobody writes just now.').waitFor();
  expect(complaints).toEqual([]);
});

test('on a phone a source of the brief leads to its passage and back', async () => {
  const { page, site } = await browser.signedIn({ entryCount: 60 }, phone);
  const [tide] = site.api.state.projects.all;
  await page.goto(`${site.url}/projects/${tide?.project.id}/brief`);
  await page
    .getByRole('link', { name: /^Source 2:/ })
    .first()
    .tap();
  await page.locator('.article-text').waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'In short' }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
});

test('notes mention people by their names; who was slower than somebody else sees both texts and chooses', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const [tide] = site.api.state.projects.all;
  if (!tide) throw new Error('The fake has no project');
  await page.goto(`${site.url}/projects/${tide.project.id}/notes`);
  const field = page.getByRole('textbox', { name: 'Your note' }).first();
  await field.pressSequentially('Ask @lind');
  await page.getByRole('option', { name: /Bo Lindqvist/ }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect.poll(() => field.inputValue()).toBe('Ask @Bo Lindqvist ');
  await page.keyboard.type('first.');
  await page.getByRole('button', { name: 'Add the note' }).click();
  const written = { body: 'Ask @Bo Lindqvist first.', mentions: [{ name: 'Bo Lindqvist' }] };
  await expect.poll(() => tide.notes[0]).toMatchObject(written);
  await page.getByRole('listitem').getByText('first.').waitFor();

  await page.getByRole('button', { name: 'Change' }).first().click();
  const [note] = tide.notes;
  if (!note) throw new Error('The note is gone');
  const bo = tide.members[1]?.user;
  Object.assign(note, { body: 'Ask nobody.', version: 2 });
  tide.events.unshift({
    id: '99',
    kind: 'note-updated',
    actor: bo ?? null,
    subject: { noteId: note.id },
    at: note.createdAt,
  });
  // The list is loaded again under the open field: Bo's words are not overwritten for that.
  await field.fill('By the way.');
  await page.getByRole('button', { name: 'Add the note' }).click();
  await page.getByRole('listitem').getByText('By the way.').waitFor();
  const edited = page.getByRole('listitem').getByRole('textbox');
  await edited.fill('Ask Cleo.');
  await page.getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('dialog', { name: 'Bo Lindqvist changed this meanwhile' });
  await conflict.getByText('Ask nobody.').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await conflict.getByRole('button', { name: 'Keep mine' }).click();
  await expect.poll(() => note.body).toBe('Ask Cleo.');
  await conflict.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('decisions are logged, changed and superseded; people are added with a role, and the activity tells of it', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const { projects } = site.api.state;
  const [tide, tools] = projects.all;
  if (!tide || !tools) throw new Error('The fake has no projects');
  await page.goto(`${site.url}/projects/${tide.project.id}/decisions`);
  await page.getByRole('button', { name: 'Log a decision' }).click();
  const panel = page.getByRole('dialog', { name: 'Log a decision' });
  await panel.getByLabel('What was decided, in a line').fill('Print on Mondays');
  await panel.getByLabel('Context', { exact: true }).fill('The press is free then.');
  await panel.getByRole('button', { name: 'Add an alternative' }).click();
  await panel.getByLabel('Alternative', { exact: true }).fill('Print at night');
  expect(await accessibilityViolations(page)).toEqual([]);
  await panel.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /Print on Mondays/ }).waitFor();
  expect(tide.decisions[0]).toMatchObject({ alternatives: [{ title: 'Print at night' }], status: 'proposed' });
  await page.getByRole('button', { name: 'Change: Take the gauge where both are known' }).click();
  const changed = page.getByRole('dialog', { name: 'Change the decision' });
  await changed.getByLabel('Superseded by').selectOption('2. Print on Mondays');
  await changed.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Superseded by number 2').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);

  await page.goto(`${site.url}/projects/${tools.project.id}/people`);
  await page.getByLabel('Person').selectOption('Cleo (cleo@example.org)');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('Ada added Cleo').waitFor();
  await page.getByLabel('Role of Cleo').selectOption('Viewer');
  await expect.poll(() => tools.members[1]?.role).toBe('viewer');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove Cleo' }).click();
  await expect.poll(() => tools.members).toHaveLength(1);
  await page.goto(`${site.url}/projects/${tide.project.id}`);
  await page
    .getByRole('region', { name: 'Brief' })
    .getByRole('link', { name: /^Source 1:/ })
    .first()
    .waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a project is exported, published, changed, archived, deleted and taken back', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const [tide] = site.api.state.projects.all;
  if (!tide) throw new Error('The fake has no project');
  await page.goto(`${site.url}/projects/${tide.project.id}/more`);
  await page.getByRole('button', { name: 'Markdown' }).click();
  await page.getByRole('progressbar').waitFor();
  const link = page.getByRole('link', { name: 'Download Markdown' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  expect(download.suggestedFilename()).toBe('project.md');

  await page.getByRole('button', { name: 'With a secret address' }).click();
  await expect.poll(() => page.getByLabel('Page', { exact: true }).inputValue()).toContain('/v1/projects/published/');
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'End the publication' }).click();
  await expect.poll(() => tide.publication).toBeNull();

  const about = page.getByRole('region', { name: 'About the project' });
  await about.getByLabel('Title').fill('Tide tables after 2040');
  // A colleague changes the project meanwhile and the page reads it again: what is being written stays as it was begun.
  tide.project = { ...tide.project, title: 'Tides', version: tide.project.version + 1 };
  await page.getByRole('button', { name: 'With a secret address' }).click();
  await page.getByRole('heading', { level: 1, name: 'Tides' }).waitFor();
  expect(await about.getByLabel('Title').inputValue()).toBe('Tide tables after 2040');
  await about.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep mine' }).click();
  await page.getByRole('heading', { level: 1, name: 'Tide tables after 2040' }).waitFor();
  await page.getByRole('button', { name: 'Archive' }).click();
  await page.getByText('This project is archived').waitFor();
  await page.getByRole('button', { name: 'Bring back from the archive' }).click();
  await page.getByText('This project is archived').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Delete the project' }).click();
  await page.getByText('It can be taken back for 30 days.').waitFor();
  expect(tide.project.deletedAt).not.toBeNull();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => tide.project.deletedAt).toBeNull();
  tide.project.deletedAt = new Date().toISOString();
  await page.getByRole('link', { name: 'Deleted' }).click();
  await page.getByRole('button', { name: 'Take the deletion back' }).click();
  await page.getByText('Nothing was deleted in the last 30 days').waitFor();
  expect(tide.project.deletedAt).toBeNull();
  expect(complaints).toEqual([]);
});

test('sources and rules bring articles; a project is searched and another imported', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const { projects } = site.api.state;
  const [tide] = projects.all;
  if (!tide) throw new Error('The fake has no project');
  await page.goto(`${site.url}/projects/${tide.project.id}/more`);
  await page.getByRole('combobox', { name: 'Add a feed' }).selectOption('Canal Walker');
  await page.getByRole('button', { name: 'Add: Feed' }).click();
  await page.getByRole('button', { name: 'Remove the source Canal Walker' }).waitFor();
  await page.getByRole('region', { name: 'Rules' }).getByLabel('Name').fill('Every tide');
  await page.getByRole('region', { name: 'Rules' }).getByLabel('Finds').fill('intitle:tide');
  await page.getByRole('button', { name: 'Add the rule' }).click();
  await page.getByLabel('Every tide', { exact: true }).uncheck();
  await expect.poll(() => tide.rules[0]?.isEnabled).toBe(false);
  expect(await accessibilityViolations(page)).toEqual([]);

  await page.getByRole('link', { name: 'Search in this project' }).click();
  await page.getByLabel('Words in this project').fill('gauge');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: /^Decision Take the gauge/ }).waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);

  await page.getByRole('link', { name: 'All projects' }).click();
  await page.locator('input[type=file]').setInputFiles({
    name: 'project.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ project: { title: 'From elsewhere' } })),
  });
  await page.getByRole('heading', { level: 1, name: 'From elsewhere' }).waitFor();
  expect(complaints).toEqual([]);
});

test('words of an article are highlighted and noted on; a mention is seen', async () => {
  const { page, site, complaints } = await browser.signedIn({ entryCount: 60 });
  const { projects } = site.api.state;
  const [tide] = projects.all;
  const [pin] = tide?.articles ?? [];
  const bo = tide?.members[1]?.user;
  if (!tide || !pin || !bo) throw new Error('The fake has no project');
  const [note] = tide.notes;
  const { id, title } = tide.project;
  projects.mentions.push({
    noteId: note?.id ?? '',
    project: { id, title },
    body: note?.body ?? '',
    by: bo,
    at: pin.pinnedAt,
  });
  await page.goto(`${site.url}/projects`);
  await page.getByText('Bo Lindqvist mentioned you').waitFor();
  expect(await accessibilityViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Seen' }).click();
  await expect.poll(() => projects.mentions).toEqual([]);

  await page.goto(`${site.url}/projects/${id}/board?entry=${pin.articleId}`);
  const text = page.locator('.article-text p').first();
  await text.waitFor();
  await page.getByRole('button', { name: 'Highlight the selected words' }).click();
  await page.getByText('Select words of the article first.').waitFor();
  await text.selectText();
  await page.getByRole('button', { name: 'Highlight the selected words' }).click();
  await page.getByRole('region', { name: 'Highlights' }).locator('blockquote').waitFor();
  expect(tide.highlights).toMatchObject([{ pinId: pin.id, quote: (await text.innerText()).trim() }]);
  await expect.poll(() => page.evaluate(() => CSS.highlights.get('project-highlight')?.size)).toBe(1);
  await page
    .getByRole('region', { name: 'Notes on this article' })
    .getByLabel('Your note')
    .fill('See the second table.');
  await page.getByRole('button', { name: 'Add the note' }).click();
  await expect.poll(() => tide.notes[0]).toMatchObject({ pinId: pin.id, body: 'See the second table.' });
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test.each(['ja', 'ru'] as const)(
  'in %s, in the dark and on a phone, every part of a project is in order',
  async (language) => {
    const settings = { language, theme: 'dark' } as const;
    const { page, site, complaints } = await browser.signedIn({ entryCount: 60, settings }, phone);
    const [tide] = site.api.state.projects.all;
    for (const part of projectParts) {
      await page.goto(`${site.url}/projects/${tide?.project.id}/${part}`);
      await page.locator('.pane-list .scroll > div:not(:empty)').first().waitFor();
      expect([part, await accessibilityViolations(page)]).toEqual([part, []]);
      const width = await page.locator('.pane-list .scroll').evaluate((pane) => pane.scrollWidth);
      expect([part, width]).toEqual([part, 390]);
    }
    expect(complaints).toEqual([]);
  },
);
