import {
  type Answer,
  answerQuestion,
  type CreatedAnswer,
  Problem,
  searchArticles,
  type TextQuery,
} from '@alt/contracts';
import type { PeerFetch, Reader } from '@alt/service-kit';
import { askCreator, type Progress } from '../creator.ts';
import { postJson } from '../peers.ts';
import { type Finding, findBest } from '../search/candidates.ts';
import type { AskEngine } from '../search/engine.ts';
import { spendRequest } from '../spending.ts';
import { type AskedArticle, articlesToAsk, feedsWithEntries } from '../store/asking.ts';
import type { AsReader } from '../store/readers.ts';
import { verifyAnswer } from './citations.ts';
import type { Question } from './question.ts';
import type { AskReading } from './reading.ts';

export interface AskTools {
  asReader: AsReader;
  searchIndexer: PeerFetch;
  creator: PeerFetch;
  reading: Pick<AskReading, 'readQuestion' | 'selectPassages'>;
}

const ARTICLES = 16;
const TEXT_LENGTH = 20_000;

/**
 * Answers from what the reader may see: search-indexer finds articles that have the question's words, the best passages
 * of their texts go to news-creator, and of its answer only what is quoted exactly is kept. Throws a Problem where one of
 * the two cannot be asked.
 */
export async function answerFromArchive(
  tools: AskTools,
  reader: Reader,
  text: string,
  from: { requestId: string; signal: AbortSignal; onProgress?: (progress: Progress) => void },
): Promise<Answer> {
  const question = await tools.reading.readQuestion(text);
  const { articles, isComplete } = await retrieve(tools, reader, question, from.requestId);
  const passages =
    articles.length > 0 ? await tools.reading.selectPassages({ words: question.words, documents: articles }) : [];
  if (passages.length === 0) return noAnswer(question, isComplete, null);
  const created = await spendRequest(tools.asReader, reader, () =>
    askCreator(
      tools.creator,
      answerQuestion,
      { question: text, passages, priority: 'reader', targetLanguage: question.language },
      from,
    ),
  );
  const verified = verifyAnswer(created, passages);
  return verified.found ? present(verified, articles) : noAnswer(question, isComplete, created.engine);
}

async function retrieve({ asReader, searchIndexer }: AskTools, reader: Reader, question: Question, requestId: string) {
  const nothing = { articles: [], isComplete: true };
  if (question.words.length === 0) return nothing;
  const feedIds = await asReader(reader, feedsWithEntries, { isReadOnly: true });
  if (feedIds.length === 0) return nothing;
  const parts = question.words.map((word): TextQuery => ({ kind: 'word', field: 'text', text: word.slice(0, 500) }));
  const finding: Finding = {
    ask: askFor(searchIndexer, requestId),
    read: (work) => asReader(reader, work, { isReadOnly: true }),
  };
  const sought = { text: { kind: 'or', parts }, mode: 'rank', order: 'relevance', scope: { feedIds } } as const;
  const { found, isComplete } = await findBest(finding, sought, ARTICLES);
  const ids = found.map(({ id }) => id);
  const articles = await finding.read((tx, readerId) => articlesToAsk(tx, readerId, ids, ARTICLES, TEXT_LENGTH));
  return { articles, isComplete };
}

/** Asks search-indexer; its problems are those of the question. */
function askFor(searchIndexer: PeerFetch, requestId: string): AskEngine {
  return async (question) => {
    const answer = await postJson<unknown>(searchIndexer, searchArticles.path, question, requestId);
    const found = searchArticles.response?.safeParse(answer);
    if (found?.success) return found.data;
    throw new Problem('bad-gateway', 'search-indexer gave no useful answer. Try again in a moment.');
  };
}

function present({ answer, citations, engine }: CreatedAnswer, articles: AskedArticle[]): Answer {
  const byId = new Map(articles.map((article) => [String(article.id), article]));
  return {
    found: true,
    answer,
    citations: citations.flatMap(({ articleId, quote }) => {
      const article = byId.get(articleId);
      if (!article) return [];
      const { title, url, feedId, feedTitle } = article;
      return [{ articleId, quote, title, url, feed: { id: String(feedId), title: feedTitle } }];
    }),
    engine,
  };
}

function noAnswer({ language }: Question, isComplete: boolean, engine: string | null): Answer {
  const sentences = NO_ANSWER[language as keyof typeof NO_ANSWER] ?? NO_ANSWER.en;
  const answer = isComplete ? sentences.nothing : `${sentences.nothing} ${sentences.incomplete}`;
  return { found: false, answer, citations: [], engine };
}

/** In the language of the question where we speak it. */
const NO_ANSWER = {
  en: {
    nothing: 'The articles you have hold no answer to this.',
    incomplete: 'Not all of them can be searched yet; ask again in a while.',
  },
  ja: {
    nothing: 'お手元の記事には、この質問への答えが見つかりませんでした。',
    incomplete: '記事の索引を作成中です。しばらくしてからもう一度お試しください。',
  },
  ru: {
    nothing: 'В ваших статьях нет ответа на этот вопрос.',
    incomplete: 'Поиск пока охватывает не все статьи — спросите ещё раз чуть позже.',
  },
} as const;
