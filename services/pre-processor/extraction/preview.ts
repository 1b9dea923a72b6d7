import { type ExtractionPreview, Problem, type previewExtraction } from '@alt/contracts';
import { EgressError } from '@alt/egress';
import { OutageError, ParkedError, PostponedError } from '@alt/pipeline';
import type { z } from 'zod';
import type { Reading } from '../reading.ts';
import { AnswerError, type FetchPage, failureCodeOf } from './fetching.ts';
import { refuse } from './judgement.ts';
import { readWholeArticle } from './whole-article.ts';

type PreviewRequest = z.output<NonNullable<(typeof previewExtraction)['body']>>;

/** Shows what selectors make of a page. Stores nothing; a page that gives nothing says why. */
export function createPreview(options: {
  fetchPage: FetchPage;
  reading: Reading;
}): (request: PreviewRequest) => Promise<ExtractionPreview> {
  return async ({ url, feedTitle, feedText, keep, drop }) => {
    const hasRules = keep.length + drop.length > 0;
    try {
      const article = await readWholeArticle(
        { url, feedTitle, feedText, rules: hasRules ? [{ keep, drop }] : [] },
        options,
      );
      const { details } = article;
      if (!hasRules) return { ok: true, url, html: article.html, details, matched: { keep: [], drop: [] } };
      const variant = article.variants[0];
      if (!variant) return { ...refuse('selectors-found-nothing'), url };
      return { ok: true, url, html: variant.html, details, matched: variant.matched };
    } catch (error) {
      if (!isAboutPage(error))
        throw new Problem('bad-gateway', 'The page could not be read. Try again in a moment.', { cause: error });
      return { ok: false, url, code: failureCodeOf(error), reason: (error as Error).message };
    }
  };
}

function isAboutPage(error: unknown): boolean {
  return [ParkedError, PostponedError, OutageError, AnswerError, EgressError].some((kind) => error instanceof kind);
}
