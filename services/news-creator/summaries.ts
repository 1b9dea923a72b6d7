import { type CreatedSummary, Problem } from '@alt/contracts';
import { detectLanguage } from '@alt/language';
import { splitSentences } from '@alt/language/sentences.ts';
import { type ChatAnswer, THOUGHT_TOKENS } from './engines/model.ts';
import { junk } from './engines/outside.ts';
import type { EXTRACTIVE, SourceDocument } from './extracting.ts';
import { notesMessages, summaryMessages } from './prompts.ts';
import type { Threads } from './threads.ts';
import type { Turn, Writer } from './writing.ts';

export interface SummaryRequest extends SourceDocument {
  targetLanguage: string | null;
  maximumSentences: number;
  engine: 'any' | typeof EXTRACTIVE;
}

export interface Summaries {
  summarize(request: SummaryRequest, turn: Turn): Promise<CreatedSummary>;
  summarizeBatch(
    documents: SourceDocument[],
    maximumSentences: number,
    signal: AbortSignal,
  ): Promise<(CreatedSummary | null)[]>;
}

interface SummariesOptions {
  writer: Writer | null;
  threads: Threads;
  partCharacters: number;
}

/** Of longer texts the beginning is summarised: a book is no article. */
const PARTS_MAXIMUM = 16;
const SENTENCE_TOKENS = 120;
const NOTES_TOKENS = THOUGHT_TOKENS + 500;
const SHORTEST_SUMMARY = 15;
const CHARACTERS_PER_SENTENCE = 700;

export function createSummaries(options: SummariesOptions): Summaries {
  const { writer, threads } = options;
  const summarizeBatch: Summaries['summarizeBatch'] = (documents, maximumSentences, signal) =>
    threads.run('extractSummaries', { documents, maximumSentences }, signal);
  return {
    summarizeBatch,
    async summarize(request, turn) {
      if (writer && request.engine === 'any') return writeSummary(request, turn, { ...options, writer });
      const [summary] = await summarizeBatch([sourceOf(request)], request.maximumSentences, turn.signal);
      if (!summary) throw new Problem('invalid-request', 'The text has no sentences that could make a summary.');
      turn.onText?.(summary.text);
      return summary;
    },
  };
}

function sourceOf({ title, text, language }: SummaryRequest): SourceDocument {
  return { title, text, language };
}

/** One question for a short text; of a long one notes on each part, and a summary of the notes. */
async function writeSummary(
  request: SummaryRequest,
  turn: Turn,
  { writer, threads, partCharacters }: SummariesOptions & { writer: Writer },
): Promise<CreatedSummary> {
  const source = { ...sourceOf(request), language: request.language ?? detectLanguage(request.text).language };
  const parts = splitParts(source.text, source.language, partCharacters).slice(0, PARTS_MAXIMUM);
  const notes = parts.length === 1 ? (parts[0] ?? '') : await takeNotes(parts, turn, writer);
  const language = request.targetLanguage ?? source.language;
  const answer = await writer.chat(
    {
      model: null,
      messages: summaryMessages({ ...request, text: notes, language }),
      temperature: 0,
      maximumTokens: THOUGHT_TOKENS + SENTENCE_TOKENS * request.maximumSentences,
    },
    turn,
  );
  const text = wholeAnswer(answer, language);
  checkSummary(text, request.maximumSentences);
  return {
    text,
    language: detectLanguage(text).language ?? language,
    engine: writer.engineOf(answer.model),
    sentences: await threads.run('linkSentences', { summary: text, summaryLanguage: language, source }, turn.signal),
  };
}

async function takeNotes(parts: string[], { priority, signal }: Turn, writer: Writer): Promise<string> {
  const notes: string[] = [];
  for (const [index, part] of parts.entries()) {
    const answer = await writer.chat(
      {
        model: null,
        messages: notesMessages(part, index + 1, parts.length),
        temperature: 0,
        maximumTokens: NOTES_TOKENS,
      },
      { priority, signal },
    );
    notes.push(wholeAnswer(answer, null));
  }
  return notes.join('\n\n');
}

/** Whole sentences, as many to a part as fit. */
export function splitParts(text: string, language: string | null, maximum: number): string[] {
  if (text.length <= maximum) return [text];
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const sentence of splitSentences(text, language)) {
    if (sentence.end - begin > maximum && end > begin) {
      parts.push(text.slice(begin, end));
      begin = sentence.start;
    }
    end = sentence.end;
  }
  parts.push(text.slice(begin));
  return parts.map((part) => part.slice(0, maximum));
}

/** What a model said, without the sentence in which it was cut off. */
function wholeAnswer({ text: said, doneReason }: ChatAnswer, language: string | null): string {
  const text = cleanAnswer(said);
  if (doneReason !== 'length' || SENTENCE_END.test(text)) return text;
  const last = splitSentences(text, language).at(-1);
  const whole = text.slice(0, last?.start ?? 0).trim();
  if (!SENTENCE_END.test(whole)) throw junk('an answer that was cut off in its first sentence');
  return whole;
}

const SENTENCE_END = /[.!?。！？…][\p{Pe}\p{Pf}"']*$/u;

/** What models put around their answer: thoughts, fences, headings, "Summary:". */
export function cleanAnswer(text: string): string {
  return text
    .replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi, '')
    .replace(/^[\s\S]*<\/think(?:ing)?>/i, '')
    .replace(/<think(?:ing)?>[\s\S]*$/i, '')
    .replace(/<\|[^|>]*\|>|<\/?(?:start|end)_of_turn>/g, '')
    .replace(/^\s*```\w*\s*|\s*```\s*$/g, '')
    .replace(
      /^\s*(?:#+\s*)?(?:\*\*)?(?:summary|zusammenfassung|résumé|resumen|要約|概要|краткое содержание|резюме)(?:\*\*)?\s*[::](?:\*\*)?\s*/i,
      '',
    )
    .replace(/^\s*(?:[-*•]\s+|#+\s+)/gm, '')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .trim();
}

/** Empty, endless, or going in circles: no summary. Whether it is true is judged by who asked for it. */
function checkSummary(text: string, maximumSentences: number): void {
  if ([...text].length < SHORTEST_SUMMARY) throw junk('hardly any text');
  if (text.length > maximumSentences * CHARACTERS_PER_SENTENCE) throw junk('much more than a summary');
  const sentences = text.split(/(?<=[.!?。！？])\s*/u).filter((sentence) => sentence.length > 10);
  if (new Set(sentences).size < sentences.length * 0.7) throw junk('the same sentence again and again');
}
