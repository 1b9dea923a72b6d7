import { statement } from '@alt/database';
import { html } from '@alt/testing/hostile/index.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSite, type TestSite } from './test-site.ts';
import { READER, startTestPreProcessor, type TestPreProcessor, until } from './testing.ts';

const SENTENCE = 'The bridge over the river was closed on Monday because of cracks that nobody had seen before. ';
const TEXT = SENTENCE.repeat(12);
let alt: TestPreProcessor;
let site: TestSite;
let feedId: number;

beforeEach(async () => {
  alt = await startTestPreProcessor();
  site = await startSite();
});
afterEach(async () => {
  await alt.stop();
  await site.stop();
});

interface Words {
  title?: string;
  text?: string;
  token?: string;
}

/** A feed of one article, whose image and enclosure carry a token. */
function publish({ title = 'The bridge', text = TEXT, token = 'one' }: Words): void {
  const item = `<item><guid isPermaLink="false">1</guid><title>${title}</title><link>${site.origin}/a</link>
    <description><![CDATA[<p><img src="https://h.example/a.png?t=${token}">${text}</p><p>${text}</p>]]></description>
    <category>${token}</category><author>${token}</author>
    <enclosure url="https://h.example/a.zip?t=${token}" type="application/zip" length="1"/></item>`;
  site.pages['/feed'] = { body: `<rss version="2.0"><channel><title>Edits</title>${item}</channel></rss>` };
}

async function follow(): Promise<void> {
  publish({});
  [feedId = 0] = await alt.follow([`${site.origin}/feed`]);
  await alt.settled();
  await finish();
}

const finish = () => alt.rows.script(`update article_stages set state = 'done', claimed_by = null`);

/** The stages that an edit of the feed begins; those that this process works itself may have ended since. */
async function begunBy(words: Words): Promise<string[]> {
  const before = new Map((await stages()).map(({ stage, hash }) => [stage, hash]));
  publish(words);
  const { last_success_at: earlier } = await alt.feed(feedId);
  // On a machine that is very busy a request may run out of time; then the feed waits for its next turn.
  await until(async () => {
    await alt.poll([feedId]);
    return (await alt.feed(feedId)).last_success_at?.getTime() !== earlier?.getTime();
  });
  const begun = (await stages()).filter(({ stage, hash }) => before.get(stage) !== hash).map(({ stage }) => stage);
  await finish();
  return begun;
}

const stages = () =>
  alt.rows.all<{ stage: string; hash: string }>(
    statement('test-hashes', `select stage, encode(content_hash, 'hex') as hash from article_stages order by stage`),
  );

test('an image, an enclosure, a category or a name that changes is indexed, and nothing is worked for it again', async () => {
  await follow();
  expect(await begunBy({ token: 'two' })).toEqual(['index']);
  expect(await begunBy({ token: 'three' })).toEqual(['index']);
  const [article] = await alt.articles(feedId);
  expect(article?.content_html).toContain('t=three');
});

test('a new title or a new text is worked by every stage that reads it', async () => {
  await follow();
  const all = ['cluster', 'index', 'summarise', 'tag'];
  expect(await begunBy({ title: 'The old bridge' })).toEqual(all);
  expect(await begunBy({ text: `${TEXT} It opened again.` })).toEqual(all);
  expect(await begunBy({ text: `${TEXT} It opened again.` })).toEqual([]);
});

test('an article from before there were hashes of texts keeps what was made of it, until its text changes', async () => {
  await follow();
  await alt.rows.script(`update article_contents set text_hash = null;
    update article_stages s set content_hash = a.content_hash from articles a where a.id = s.article_id`);
  expect(await hashOfText()).toBe(await summarisedHash());
  expect(await begunBy({ token: 'two' })).toEqual(['index']);
  expect(await hashOfText()).toBe(await summarisedHash());
  expect(await begunBy({ text: `${TEXT} It opened again.` })).toEqual(['cluster', 'index', 'summarise', 'tag']);
  expect(await hashOfText()).toBe(await summarisedHash());
});

const hashOfText = async () =>
  (
    await alt.rows.one<{ hash: string }>(
      statement(
        'test-text-hash',
        `select encode(t.content_hash, 'hex') as hash from articles a, article_texts(array[a.id]) t`,
      ),
    )
  )?.hash;
const summarisedHash = async () => (await stages()).find(({ stage }) => stage === 'summarise')?.hash;

test('a full text that a reader asked for is fetched again when the feed’s text changes, and only then', async () => {
  const page = (words: string) => ({ body: html('The bridge', `<article>${`<p>${words}</p>`.repeat(8)}</article>`) });
  site.pages['/a'] = page(`${TEXT} Old page.`);
  await follow();
  const ask = statement('test-request', 'select request_full_text(article_id) from entries');
  await alt.database.connectAs('alt_backend').asReader(READER, (tx) => tx.run(ask));
  await until(async () => (await fullText())?.includes('Old page.') ?? false);
  await finish();
  site.pages['/a'] = page(`${TEXT} New page.`);
  publish({ token: 'two' });
  await alt.poll([feedId]);
  expect(await fullText()).toContain('Old page.');
  publish({ text: `${TEXT} It opened again.` });
  await alt.poll([feedId]);
  await until(async () => (await fullText())?.includes('New page.') ?? false);
  expect(site.requests.filter(({ path }) => path === '/a')).toHaveLength(2);
  expect(await hashOfText()).toBe(await summarisedHash());
});

const fullText = async () =>
  (
    await alt.rows.one<{ text: string | null }>(
      statement('test-text', 'select full_text as text from article_contents'),
    )
  )?.text;
