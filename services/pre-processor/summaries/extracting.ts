import type { CreatedSummary } from '@alt/contracts';
import { OutageError } from '@alt/pipeline';
import { type Creator, type CreatorDocument, CreatorError, isRefusal } from './creator.ts';
import type { NewSummary, SummaryText } from './store.ts';

export const MAXIMUM_SENTENCES = 4;
/** A request may have a mebibyte; some of it is JSON's. */
const REQUEST_BYTES = 800_000;
const TEXT_MAXIMUM = 200_000;

/**
 * Summaries of texts by the built-in engine; a text without sentences has none. Needs no model: what fails is
 * news-creator.
 */
export async function extractSummaries(
  creator: Pick<Creator, 'extract'>,
  texts: SummaryText[],
  signal: AbortSignal,
): Promise<NewSummary[]> {
  const summaries: NewSummary[] = [];
  for (const group of groupsOf(texts.filter(({ text }) => text.trim() !== ''))) {
    const created = await creator.extract(group.map(documentOf), MAXIMUM_SENTENCES, signal).catch((error: unknown) => {
      const isOutage = error instanceof CreatorError && !isRefusal(error) && !signal.aborted;
      throw isOutage ? new OutageError(error.message) : error;
    });
    group.forEach((text, index) => {
      const summary = created[index];
      if (summary) summaries.push(toSummary(text, summary));
    });
  }
  return summaries;
}

/** The same for one text that the model did not do, with the reason. */
export async function extractOf(
  creator: Pick<Creator, 'extract'>,
  text: SummaryText,
  note: string,
  signal: AbortSignal,
): Promise<NewSummary[]> {
  return (await extractSummaries(creator, [text], signal)).map((summary) => ({ ...summary, note }));
}

export function toSummary(text: SummaryText, created: CreatedSummary): NewSummary {
  return {
    articleId: text.articleId,
    language: created.language ?? '',
    engine: created.engine,
    contentHash: text.contentHash,
    summary: created.text,
    sentences: created.sentences,
    score: null,
    note: null,
  };
}

function documentOf({ title, text, language }: SummaryText): CreatorDocument {
  return { title, text: text.slice(0, TEXT_MAXIMUM), language };
}

/** As many texts at once as a request may carry. */
function groupsOf(texts: SummaryText[]): SummaryText[][] {
  const groups: SummaryText[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const own = Buffer.byteLength(text.text.slice(0, TEXT_MAXIMUM)) + 1_000;
    if (bytes + own > REQUEST_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(text);
    bytes += own;
  }
  return groups;
}
