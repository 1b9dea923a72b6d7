import { decodeText } from '@alt/feeds';
import { cleanHtml } from '@alt/feeds/html/clean.ts';
import { Readability } from '@mozilla/readability';
import { type Expectation, judgeArticle, type Refusal, refuse } from './judgement.ts';
import { boundMarkup } from './markup.ts';
import { type PageDetails, type PageFacts, type PageHead, pageFacts, pageTitle, readHead } from './metadata.ts';
import { nextPageOf } from './next-page.ts';
import { applySelectors, type Matches, type SelectorRules } from './selectors.ts';
import { linkShare, type PageDocument, type PageElement, parseTree, spacedText } from './tree.ts';
import { trimArticle } from './trimming.ts';

/** A page as it was fetched. */
export interface PageTask extends Omit<Expectation, 'url'> {
  bytes: Uint8Array;
  /** Where the bytes came from, after redirects. */
  url: string;
  contentType: string | null;
  /** For a further page of an article: which one it is (2 …), and the title of the first. */
  continues: { page: number; title: string } | null;
}

/** Clean HTML and its plain text. */
export interface ReadText {
  html: string;
  text: string;
}

export interface ArticlePage extends ReadText {
  ok: true;
  details: PageDetails;
  /** The page's own title, for comparing pages of one article. */
  title: string;
  /** For an AMP page: the page it was made from, on the same host. */
  fullerUrl: string | null;
  /** The next page of the same article on the same host. */
  nextUrl: string | null;
  /** Something behind a bound was left out. */
  isCut: boolean;
}

/** A page that somebody wants otherwise. */
export interface VariantTask extends Pick<PageTask, 'bytes' | 'url' | 'contentType'> {
  rules: SelectorRules;
}

/** The article as rules want it, and how many elements each selector found. */
export type Variant = ReadText & { matched: Matches };

/** The article of a page; or why it is none, and where else on this host it may be. */
export type PageResult = ArticlePage | (Refusal & { elsewhere: string | null });

const PAYWALL_CLASS = /paywall|regwall|piano-|tp-modal|subscriber-only|premium-(?:content|wall|overlay)|gated-content/i;
const CHALLENGE =
  /cdn-cgi\/challenge-platform|cf-challenge|captcha-delivery\.com|px-captcha|_Incapsula_Resource|awswaf|g-recaptcha|h-captcha/i;
const PAGE_TEXT = 100_000;

/**
 * Finds the article of a page and what the page says about it: Mozilla's Readability over markup of bounded size, trimmed
 * and sanitised. Never throws on any bytes; linear in their number.
 */
export function extractArticle(task: PageTask): PageResult {
  const { text: source } = decodeText(task.bytes, { contentType: task.contentType, kind: 'html' });
  if (source.trim() === '') return { ...refuse('page-empty'), elsewhere: null };
  const bounded = boundMarkup(source);
  const document = parseTree(bounded.html, task.url);
  const head = readHead(document, task.url);
  const title = pageTitle(document, head);
  const nextUrl = nextPageOf(document, head, { url: task.url, page: task.continues?.page ?? 1 });
  const page = { ...signsOf(source, document), pageTitle: document.title || title };
  const found = readArticle(document, head, task.url);
  const facts = pageFacts(head, found ?? {}, task.url);
  const elsewhere = otherAddress(facts, task.url);
  if (found === null) return { ...(emptyHanded(page, task) ?? refuse('no-article')), elsewhere };
  const finding = { ...page, text: found.text, linkShare: found.linkShare, isFree: facts.isFree };
  const refusal = judgeArticle(finding, task.continues === null ? task : { ...task, feedText: '', feedTitle: '' });
  if (refusal !== null) return { ...refusal, elsewhere: MAY_BE_ELSEWHERE.has(refusal.code) ? elsewhere : null };
  return {
    ok: true,
    html: found.html,
    text: found.text,
    details: facts.details,
    title,
    fullerUrl: facts.isAmp ? elsewhere : null,
    nextUrl,
    isCut: bounded.isCut,
  };
}

/** The article as one set of rules wants it, for a preview and for readers who set rules; null where they find nothing. */
export function readVariant({ bytes, url, contentType, rules }: VariantTask): Variant | null {
  const document = parseTree(boundMarkup(decodeText(bytes, { contentType, kind: 'html' }).text).html, url);
  const head = readHead(document, url);
  const matched = applySelectors(document, rules);
  const isKept = matched.keep.some((count) => count > 0);
  const read = isKept ? cleanOf(document.body, head.baseUrl) : readArticle(document, head, url);
  return read === null || read.text === '' ? null : { html: read.html, text: read.text, matched };
}

interface FoundArticle extends ReadText {
  linkShare: number;
  title: string | null;
  byline: string | null;
  siteName: string | null;
  publishedTime: string | null;
}

function readArticle(document: PageDocument, head: PageHead, url: string): FoundArticle | null {
  const found = runReadability(document);
  if (found === null) return null;
  const { title = null, byline = null, siteName = null, publishedTime = null } = found;
  const article = trimArticle(found.content, { title, byline });
  const read = cleanOf(article, head.baseUrl || url);
  return { ...read, linkShare: linkShare(article), title, byline, siteName, publishedTime };
}

interface Readable {
  title?: string | null;
  byline?: string | null;
  siteName?: string | null;
  publishedTime?: string | null;
  content: PageElement;
}

function runReadability(document: PageDocument): Readable | null {
  try {
    const reading = new Readability(document as unknown as Document, {
      serializer: (element) => element as unknown,
      keepClasses: true,
    });
    const article = reading.parse();
    return article?.content ? (article as Readable) : null;
  } catch {
    // Readability throws on some odd pages, such as one whose body is inside a table; that is a page without an article.
    return null;
  }
}

function cleanOf(element: PageElement, baseUrl: string): ReadText {
  const { html, text } = cleanHtml(element.innerHTML, baseUrl);
  return { html, text };
}

/** What can be told from a page before anything is taken out of it. */
function signsOf(source: string, document: PageDocument) {
  const inputs = document.getElementsByTagName('input');
  return {
    pageText: spacedText(document.body, PAGE_TEXT),
    hasPasswordField: inputs.some((input) => /^password$/i.test(input.getAttribute('type') ?? '')),
    hasChallenge: CHALLENGE.test(source.slice(0, 200_000)),
    hasPaywall: document.body
      .getElementsByTagName('*')
      .some((element) => PAYWALL_CLASS.test(element.getAttribute('class') ?? '')),
  };
}

/** A page without an article may still say why. */
function emptyHanded(page: ReturnType<typeof signsOf> & { pageTitle: string }, task: PageTask): Refusal | null {
  const finding = { ...page, text: page.pageText, linkShare: 0, isFree: true };
  return judgeArticle(finding, { ...task, feedText: '', feedTitle: '' });
}

const MAY_BE_ELSEWHERE: ReadonlySet<string> = new Set([
  'no-article',
  'too-little-text',
  'links-only',
  'less-than-feed',
  'other-text',
]);

/** The same article at another address of this host: the canonical one first, else the AMP page. */
function otherAddress({ details, ampUrl }: PageFacts, url: string): string | null {
  const candidates = [details.canonicalUrl, ampUrl];
  return candidates.find((address) => address !== null && isOtherPage(address, url)) ?? null;
}

function isOtherPage(address: string, url: string): boolean {
  const [there, here] = [URL.parse(address), URL.parse(url)];
  return (
    there !== null &&
    here !== null &&
    there.host === here.host &&
    there.pathname + there.search !== here.pathname + here.search
  );
}
