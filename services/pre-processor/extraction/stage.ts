import type { Database } from '@alt/database';
import { ParkedError, PostponedError, type SaveStage, type StageItem } from '@alt/pipeline';
import type { Reading } from '../reading.ts';
import { loadPage, type PageRow, saveFullText, skipFullText, startStages } from '../store/pages.ts';
import { type FetchPage, LeftAloneError } from './fetching.ts';
import { readWholeArticle, type WholeArticle } from './whole-article.ts';

export interface ExtractionOptions {
  database: Database;
  fetchPage: FetchPage;
  reading: Reading;
}

/** The stage `extract`: the full text of one article. Answers how to save it; throws the errors of a stage. */
export function createExtraction(
  options: ExtractionOptions,
): (item: StageItem, signal: AbortSignal) => Promise<SaveStage> {
  const { database } = options;
  return async (item, signal) => {
    const page = await loadPage(database, item.articleId);
    if (page && isUnasked(page, item)) return (tx) => skipFullText(tx, item.articleId);
    if (!page?.url) throw new ParkedError('The article has no address to fetch it from.', 'no-address');
    const wanted = { url: page.url, feedTitle: page.title, feedText: page.text, rules: page.rules };
    try {
      const article = await readWholeArticle(wanted, options);
      return (tx) => saveFullText(tx, item.articleId, fullTextOf(article, page));
    } catch (error) {
      // What the feed gave is summarised and tagged meanwhile; a site may be down or ask to be left alone for days.
      if (!signal.aborted && takesLong(error, page)) {
        // In a transaction, which hands on the trace.
        await database.transaction((tx) => startStages(tx, item.articleId));
      }
      throw error;
    }
  };
}

const LONG_MS = 300_000;

/** Anything but a short wait for the site's turn, and what ends the attempts, which starts the stages itself. */
function takesLong(error: unknown, { receivedAt }: PageRow): boolean {
  if (error instanceof ParkedError) return false;
  const isTurn = error instanceof PostponedError && !(error instanceof LeftAloneError);
  return !isTurn || Date.now() - receivedAt.getTime() >= LONG_MS;
}

/** Taken up because the feed cuts its articles short, while all its readers have switched that off. */
function isUnasked({ isWanted, isUnwanted, state }: PageRow, { priority }: StageItem): boolean {
  return isUnwanted && !isWanted && priority === 0 && state !== 'ready';
}

/** The rules of a feed that is its tenant's own shape the text itself; those of others, what their tenant sees. */
function fullTextOf(article: WholeArticle, { tenantId, rules }: PageRow) {
  const variants = rules.flatMap((rule, index) => {
    const variant = article.variants[index];
    return variant ? [{ tenantId: rule.tenantId, html: variant.html, text: variant.text }] : [];
  });
  const own = tenantId === null ? undefined : variants.find((variant) => variant.tenantId === tenantId);
  const { html, text } = own ?? article;
  const { byline, imageUrl } = article.details;
  const others = variants.filter((variant) => variant !== own);
  return { html, text, details: article.details, byline, imageUrl, variants: others };
}
