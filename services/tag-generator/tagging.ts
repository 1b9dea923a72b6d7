import type { Database } from '@alt/database';
import type { BatchOptions, SaveBatch } from '@alt/pipeline';
import type { Extraction } from './extraction.ts';
import type { ExtractedDocument } from './extraction-thread.ts';
import type { Learning } from './learning.ts';
import type { Stems } from './stems.ts';
import { type ArticleText, loadTexts, replaceKeyphrases, requestRefinements, requestTags } from './store/keyphrases.ts';

/** More than tags are given (8), so that a tenant's vocabulary has a choice. */
export const KEPT_KEYPHRASES = 16;

interface TaggingOptions {
  database: Database;
  extraction: Extraction;
  learning: Learning;
  stems: Pick<Stems, 'remember'>;
  /** Whether a model may be there to refine what was found: false only where none is configured. */
  isRefined(): Promise<boolean>;
}

/**
 * The stage `tag`: what articles are about, found once for everybody. What each tenant makes of it follows by
 * `tag_requests`, which are written in the same transaction.
 */
export function createTagging({
  database,
  extraction,
  learning,
  stems,
  isRefined,
}: TaggingOptions): BatchOptions['workBatch'] {
  return async (items): Promise<SaveBatch> => {
    const articles = await loadTexts(
      database,
      items.map(({ articleId }) => articleId),
    );
    const backgrounds = await learning.backgrounds(articles.map(({ language }) => language));
    const found = await extraction.extract({
      documents: articles.map(({ title, text, language }) => ({ title, text, language })),
      backgrounds,
      limit: KEPT_KEYPHRASES,
      isCompared: false,
    });
    const tagged = articles.flatMap((article, index) => {
      const document = found[index];
      return document ? [{ article, document }] : [];
    });
    stems.remember(tagged.flatMap(stemsOf));
    const refines = await isRefined();
    return async (tx, mine) => {
      const own = tagged.filter(({ article }) => mine.has(article.articleId));
      const ids = own.map(({ article }) => article.articleId);
      await replaceKeyphrases(tx, ids, own.flatMap(rowsOf));
      if (refines) await requestRefinements(tx, ids);
      await requestTags(tx, ids);
      learning.learn(own.map(({ document }) => document));
    };
  };
}

/** Tags are given in the language that the article is known to have, which may not be the one that was guessed here. */
function stemsOf({ article: { language }, document }: { article: ArticleText; document: ExtractedDocument }) {
  if (language !== document.language) return [];
  return document.keyphrases.map(({ phrase, stem }) => ({ phrase, language, stem }));
}

function rowsOf({ article, document }: { article: ArticleText; document: ExtractedDocument }) {
  return document.keyphrases.map(({ phrase, normalised, score }) => ({
    articleId: article.articleId,
    phrase,
    normalised,
    score,
  }));
}
