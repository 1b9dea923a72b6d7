import type { CreatedBrief, Passage } from '@alt/contracts';
import { findQuote, fitting, writtenStatements } from './answers.ts';
import { THOUGHT_TOKENS } from './engines/model.ts';
import { junk, parseObject } from './engines/outside.ts';
import { answerSchema, briefMessages } from './prompts.ts';
import { cleanAnswer } from './summaries.ts';
import type { Threads } from './threads.ts';
import type { Turn, Writer } from './writing.ts';

export interface BriefRequest {
  topic: string;
  passages: Passage[];
  maximumSentences: number;
  targetLanguage: string | null;
}

const TOKENS_OF_A_SENTENCE = 160;

/**
 * Writes briefs from passages. Of a model only those sentences are kept whose quote stands in the passage that they name;
 * a brief of which nothing is left is an empty one.
 */
export function createBriefs(options: { writer: Writer | null; threads: Threads; partCharacters: number }) {
  const { writer, threads, partCharacters } = options;
  return async (request: BriefRequest, turn: Turn): Promise<CreatedBrief> => {
    const { topic, maximumSentences, targetLanguage } = request;
    if (!writer) {
      return threads.run('composeBrief', { topic, passages: request.passages, maximumSentences }, turn.signal);
    }
    const passages = fitting(request.passages, partCharacters);
    const answer = await writer.chat(
      {
        model: null,
        messages: briefMessages({ topic, maximumSentences, language: targetLanguage }, passages),
        format: answerSchema,
        temperature: 0,
        maximumTokens: THOUGHT_TOKENS + TOKENS_OF_A_SENTENCE * maximumSentences,
      },
      { priority: turn.priority, signal: turn.signal },
    );
    const read = writtenStatements.safeParse(parseObject(cleanAnswer(answer.text)));
    if (!read.success) throw junk('a brief that is not the JSON it was asked for');
    const sentences = read.data.statements.flatMap(({ text, passage: number, quote }) => {
      const passage = passages[number - 1];
      const place = passage && text.trim() !== '' ? findQuote(passage.text, quote) : null;
      if (!passage || !place) return [];
      const { start, end } = place;
      const cited = { passageId: passage.id, articleId: passage.articleId, quote: passage.text.slice(start, end) };
      return [{ text: text.trim(), citations: [{ ...cited, start, end }] }];
    });
    return { sentences: sentences.slice(0, maximumSentences), engine: writer.engineOf(answer.model) };
  };
}
