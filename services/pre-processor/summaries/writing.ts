import { type CreatedSummary, summaryNotes } from '@alt/contracts';
import { detectLanguage } from '@alt/language';
import { OutageError, type StageItem } from '@alt/pipeline';
import { unsupportedFacts } from './checking.ts';
import { type Creator, CreatorError, isRefusal, type Priority } from './creator.ts';
import { extractOf, MAXIMUM_SENTENCES, toSummary } from './extracting.ts';
import { judgeFaithfulness } from './judging.ts';
import type { NewSummary, SummaryText } from './store.ts';

/** Below this the judge's word counts; a judge that says nothing never does. */
const FAITHFUL_MINIMUM = 0.5;
/** What the model cannot do with one article, it is asked so often; then the article's own sentences are the summary. */
const TRIES = 3;
const PROBE_TIMEOUT_MS = 120_000;
/** The model gets so much of a text. */
const TEXT_MAXIMUM = 200_000;
/** Surer than this that a summary is in another language than it was asked for, it is refused. */
const CERTAINTY = 0.85;

/**
 * Summaries of one text by the model, in each language that is wanted. What it says must be in the text: if not, it is
 * asked once more, and then the text's own sentences are the summary, with a note. Throws an OutageError if the model
 * answers nobody, else an error of this article.
 */
export async function writeSummaries(
  creator: Creator,
  text: SummaryText,
  item: StageItem,
  signal: AbortSignal,
): Promise<NewSummary[]> {
  const written: NewSummary[] = [];
  for (const language of wantedLanguages(text)) {
    if (isPresent(text, language)) continue;
    const wish = { language, item, signal };
    const summary = await writeFaithfully(creator, text, wish)
      .catch(async (error: unknown) => {
        await checkOutage(creator, error, signal);
        return writeFaithfully(creator, text, wish); // An outage that ended just now is not the article's fault.
      })
      .catch(async (error: unknown) => {
        await checkOutage(creator, error, signal);
        if (item.attempts + 1 < TRIES) throw error;
        return summaryNotes.failed;
      });
    if (typeof summary !== 'string') written.push(summary);
    else if (!written.some(isExtracted)) written.push(...(await extractOf(creator, text, summary, signal)));
  }
  return written;
}

/** The languages that readers chose, else that of the text; null where that is unknown. */
export function wantedLanguages({ languages, language }: SummaryText): (string | null)[] {
  return languages.length > 0 ? languages : [language];
}

/** The text's own sentences are the same whatever language was wanted. */
function isExtracted({ engine }: NewSummary): boolean {
  return engine === 'extractive';
}

export function isPresent({ present }: SummaryText, language: string | null): boolean {
  return present.some((each) => each.engine !== 'extractive' && (language === null || each.language === language));
}

interface Wish {
  language: string | null;
  item: StageItem;
  signal: AbortSignal;
}

async function writeFaithfully(creator: Creator, text: SummaryText, wish: Wish): Promise<NewSummary | string> {
  const priority = wish.item.priority > 0 ? 'reader' : 'background';
  let note: string = summaryNotes.unfaithful;
  for (let tries = 0; tries < 2; tries += 1) {
    const created = await creator.write(
      {
        title: text.title,
        text: text.text.slice(0, TEXT_MAXIMUM),
        language: text.language,
        targetLanguage: wish.language,
        maximumSentences: MAXIMUM_SENTENCES,
        priority,
      },
      wish.signal,
    );
    note = isInLanguage(created.text, wish.language) ? summaryNotes.unfaithful : summaryNotes.language;
    if (note === summaryNotes.language) continue;
    if (!restsOn(created, text, wish) || unsupportedFacts(created.text, `${text.title}\n${text.text}`).length > 0)
      continue;
    const score = await judge(creator, text, created, { priority, signal: wish.signal });
    if (score === null || score >= FAITHFUL_MINIMUM) {
      const summary = toSummary(text, created);
      return { ...summary, language: wish.language ?? summary.language, score };
    }
  }
  return note;
}

/** A summary that is too short to tell is taken for what was asked for. */
function isInLanguage(summary: string, wanted: string | null): boolean {
  const { language, confidence } = detectLanguage(summary);
  return wanted === null || language === null || language === wanted || confidence < CERTAINTY;
}

/** In the language of the text some sentence of a summary is like one of the text; nonsense is like none. */
function restsOn({ sentences }: CreatedSummary, text: SummaryText, { language }: Wish): boolean {
  return language !== text.language || sentences.some(({ start }) => start !== null);
}

function judge(
  creator: Creator,
  { text, language }: SummaryText,
  summary: CreatedSummary,
  { priority, signal }: { priority: Priority; signal: AbortSignal },
) {
  const given = text.slice(0, TEXT_MAXIMUM);
  return judgeFaithfulness(
    creator,
    { text: given, language, summary, model: modelOf(summary.engine), priority },
    signal,
  );
}

/** `ollama/gemma3:4b` is asked for as `gemma3:4b`. */
function modelOf(engine: string): string {
  return engine.slice(engine.indexOf('/') + 1);
}

/**
 * Whether it was this article or the model as such: a model that cannot even say OK has an outage. Throws an OutageError
 * then, and again whatever is no failure of the model.
 */
async function checkOutage(creator: Creator, error: unknown, signal: AbortSignal): Promise<void> {
  if (signal.aborted || !(error instanceof CreatorError)) throw error;
  if (isRefusal(error)) return;
  if (error.code === 'too-many-requests') throw new OutageError(error.message);
  const isHere = await canAnswer(creator, signal);
  if (!isHere) throw new OutageError(error.message);
}

async function canAnswer(creator: Creator, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
    const model = await creator.defaultModel();
    if (model === null) return false;
    return /\bok/i.test(
      await creator.chat({ model, priority: 'reader', prompt: 'Answer with the word OK and nothing else.' }, limit),
    );
  } catch {
    return false;
  }
}
