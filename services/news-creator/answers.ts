import type { CreatedAnswer, Passage } from '@alt/contracts';
import { z } from 'zod';
import { THOUGHT_TOKENS } from './engines/model.ts';
import { junk, parseObject } from './engines/outside.ts';
import { answerMessages, answerSchema } from './prompts.ts';
import { cleanAnswer } from './summaries.ts';
import type { Threads } from './threads.ts';
import type { Turn, Writer } from './writing.ts';

export interface AnswerRequest {
  question: string;
  passages: Passage[];
  targetLanguage: string | null;
}

interface AnswersOptions {
  writer: Writer | null;
  threads: Threads;
  partCharacters: number;
}

export const writtenStatements = z.object({
  found: z.boolean(),
  statements: z.array(z.object({ text: z.string(), passage: z.coerce.number().int(), quote: z.string() })).default([]),
});

const ANSWER_TOKENS = THOUGHT_TOKENS + 800;
const SHORTEST_QUOTE = 8;

/**
 * Answers questions from passages. A model's statement counts only with a quote that stands in its passage; where none
 * is left, or the passages hold no answer, the answer says so.
 */
export function createAnswers({ writer, threads, partCharacters }: AnswersOptions) {
  return async (request: AnswerRequest, turn: Turn): Promise<CreatedAnswer> => {
    if (!writer || request.passages.length === 0) {
      const { question, passages } = request;
      return threads.run('answerFromPassages', { question, passages }, turn.signal);
    }
    const passages = fitting(request.passages, partCharacters);
    const answer = await writer.chat(
      {
        model: null,
        messages: answerMessages(request.question, passages, request.targetLanguage),
        format: answerSchema,
        temperature: 0,
        maximumTokens: ANSWER_TOKENS,
      },
      { priority: turn.priority, signal: turn.signal },
    );
    const read = writtenStatements.safeParse(parseObject(cleanAnswer(answer.text)));
    if (!read.success) throw junk('an answer that is not the JSON it was asked for');
    return cited(read.data, passages, writer.engineOf(answer.model));
  };
}

/** The first passages, which are the best, as far as they go into one question. */
export function fitting(passages: Passage[], maximum: number): Passage[] {
  let length = 0;
  return passages.filter(({ text }, index) => {
    length += text.length;
    return index === 0 || length <= maximum;
  });
}

function cited(
  { found, statements }: z.infer<typeof writtenStatements>,
  passages: Passage[],
  engine: string,
): CreatedAnswer {
  const proven = statements.flatMap(({ text, passage: number, quote }) => {
    const passage = passages[number - 1];
    const place = passage && text.trim() !== '' ? findQuote(passage.text, quote) : null;
    return passage && place ? [{ text: text.trim(), passage, ...place }] : [];
  });
  if (!found || proven.length === 0) return { found: false, answer: '', citations: [], engine };
  return {
    found: true,
    answer: proven.map(({ text }, index) => `${text} [${index + 1}]`).join(' '),
    citations: proven.map(({ passage, start, end }) => ({
      passageId: passage.id,
      articleId: passage.articleId,
      quote: passage.text.slice(start, end),
      start,
      end,
    })),
    engine,
  };
}

/** Where a quote stands in a text; blanks and the kind of quotation marks may differ. */
export function findQuote(text: string, quote: string): { start: number; end: number } | null {
  const words = quote
    .trim()
    .replace(/^["“„«「'‘]+|["”»」'’]+$/gu, '')
    .trim();
  if (words.length < SHORTEST_QUOTE) return null;
  const pattern = words
    .split(/\s+/u)
    .map((word) =>
      RegExp.escape(word)
        .replace(/['‘’]|\\x27/gu, "['‘’]")
        .replace(/["“”„]|\\x22/gu, '["“”„]'),
    )
    .join('\\s+');
  const match = new RegExp(pattern, 'u').exec(text);
  return match ? { start: match.index, end: match.index + match[0].length } : null;
}
