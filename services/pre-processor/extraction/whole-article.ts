import { ParkedError } from '@alt/pipeline';
import type { Reading, ReadPage } from '../reading.ts';
import type { ReadText, Variant } from './article.ts';
import { AnswerError, type FetchPage } from './fetching.ts';
import type { PageDetails } from './metadata.ts';
import { MAX_PAGES } from './next-page.ts';
import type { SelectorRules } from './selectors.ts';

/** An article whose pages are to be found, and what is known of it. */
export interface WantedArticle {
  url: string;
  feedTitle: string;
  feedText: string;
  rules: readonly SelectorRules[];
}

/** An article put together from all its pages. */
export interface WholeArticle extends ReadText {
  details: PageDetails & {
    pageCount: number;
    /** False where a page was missing or something lay behind a bound. */
    isComplete: boolean;
  };
  /** As each of the rules wants it, in their order; null where a rule finds nothing. */
  variants: (Variant | null)[];
}

/**
 * Fetches and reads the pages of an article, all on one host: its page; the page behind an AMP page; where there is no
 * article, the address that the page calls canonical, or its AMP page; and the pages that follow, ten at most. Throws the
 * errors of a stage: ParkedError with its code where there is no article to be had.
 */
export async function readWholeArticle(
  wanted: WantedArticle,
  { fetchPage, reading }: { fetchPage: FetchPage; reading: Reading },
): Promise<WholeArticle> {
  const read = async (url: string, continues: { page: number; title: string } | null): Promise<ReadPage> => {
    const response = await fetchPage(url);
    const { bytes, url: readUrl, headers } = response;
    const { feedTitle, feedText } = wanted;
    const known = { askedUrl: url, feedTitle, feedText, continues };
    const page = { bytes, url: readUrl, contentType: headers.get('content-type'), ...known };
    return reading.extractArticle(page, wanted.rules);
  };
  const first = await readFirst(wanted.url, read);
  const pages = [first];
  let nextUrl = first.nextUrl;
  let isComplete = !first.isCut;
  while (nextUrl !== null && pages.length < MAX_PAGES) {
    const page = await orNull(read(nextUrl, { page: pages.length + 1, title: first.title }));
    if (!page?.ok) isComplete = false;
    if (!page?.ok || !isOneArticle(first, page) || pages.some(({ text }) => text === page.text)) break;
    pages.push(page);
    isComplete &&= !page.isCut;
    nextUrl = page.nextUrl;
  }
  return joined(pages, isComplete);
}

type ArticlePage = Extract<ReadPage, { ok: true }>;
type ReadAddress = (url: string, continues: null) => Promise<ReadPage>;

async function readFirst(url: string, read: ReadAddress): Promise<ArticlePage> {
  const page = await read(url, null);
  const otherUrl = page.ok ? page.fullerUrl : page.elsewhere;
  const other = otherUrl === null ? null : await orNull(read(otherUrl, null));
  if (page.ok) return other?.ok && other.text.length >= page.text.length * 0.8 ? other : page;
  if (other?.ok) return other;
  throw new ParkedError(page.reason, page.code);
}

/** A page that is only wished for may fail; what says "later" says it for all pages of the host. */
async function orNull(reading: Promise<ReadPage>): Promise<ReadPage | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ParkedError || error instanceof AnswerError) return null;
    throw error;
  }
}

/** Pages of one article have its title, perhaps with a number. */
function isOneArticle(first: ArticlePage, page: ArticlePage): boolean {
  const [one, other] = [bareTitle(first.title), bareTitle(page.title)];
  return one === '' || other === '' || one.startsWith(other) || other.startsWith(one);
}

function bareTitle(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\b(?:page|seite|página|pagina|страница)? ?\d{1,2}(?: (?:of|von|de|di|из) \d{1,2})?\b/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function joined(pages: ArticlePage[], isComplete: boolean): WholeArticle {
  const [first] = pages;
  if (first === undefined) throw new Error('An article has at least one page.');
  return {
    ...joinTexts(pages),
    details: { ...first.details, pageCount: pages.length, isComplete },
    variants: first.variants.map((variant, index) => {
      const parts = pages.map((page) => page.variants[index] ?? null);
      return variant === null
        ? null
        : { ...joinTexts(parts.filter((part) => part !== null)), matched: variant.matched };
    }),
  };
}

function joinTexts(parts: readonly ReadText[]): ReadText {
  return { html: parts.map(({ html }) => html).join('\n'), text: parts.map(({ text }) => text).join('\n') };
}
