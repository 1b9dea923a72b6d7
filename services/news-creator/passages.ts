import type { CreatedAnswer, Passage } from '@alt/contracts';
import { detectLanguage } from '@alt/language';
import { splitSentences } from '@alt/language/sentences.ts';
import { stemWord } from '@alt/language/stemming.ts';
import { termsOf } from '@alt/language/summary.ts';
import { foldWord, segmentWords } from '@alt/language/words.ts';
import { cosine, EXTRACTIVE } from './extracting.ts';

const MAXIMUM_SENTENCES = 3;
/** So many of the question's words must stand in or beside a sentence, its names in the passage; else it is no answer. */
const COVERAGE_MINIMUM = 0.6;
const SCORE_OF_BEST = 0.6;
const SAME_LIKENESS = 0.7;
/** A word beside the sentence, in the title or a neighbour, counts half. */
const NEAR_WEIGHT = 0.5;
/** BM25's b for sentences, whose lengths differ less than those of documents. */
const LENGTH_WEIGHT = 0.3;
/** Question words that lists of stopwords leave out. */
const ASKING = new Set(
  `who whom whose what when where which why how many much did does do is are was were tell explain happened
  wer wen wem was wann wo wohin woher warum wieso weshalb wie viel viele qui que quoi quand où ou pourquoi comment combien
  quien quién qué que cuando cuándo donde dónde cómo como cuánto quem quando onde chi cosa dove perché
  кто что кого чем где когда почему зачем как какой какая какие сколько ли
  誰 何 いつ どこ なぜ どう どの どれ どんな いくら いくつ です ます した か は を が に 谁 什么 哪里 为什么 怎么 多少 吗`
    .split(/\s+/u)
    .map(foldWord),
);

interface Candidate {
  passage: Passage;
  quote: string;
  start: number;
  end: number;
  terms: Set<string>;
  /** Of the title and the sentences before and after. */
  near: Set<string>;
  /** Of the whole passage and its title. */
  around: Set<string>;
  question: Question;
}

/** What a question asks for, in the stems of one language. `names` must be in an answer. */
interface Question {
  terms: Set<string>;
  names: Set<string>;
}

/**
 * The passages' sentences that answer a question best, scored by BM25 over sentences; or none, if no sentence with its
 * surroundings has most of the question's words and all of its names. Quotes are exact.
 */
export function answerFromPassages(task: { question: string; passages: Passage[] }): CreatedAnswer {
  const candidates = task.passages.flatMap((passage) => candidatesOf(passage, task.question));
  const scored = scoreCandidates(candidates).sort((a, b) => b.score - a.score);
  const chosen: Candidate[] = [];
  for (const { candidate, score } of scored) {
    const isGood = score > 0 && score >= (scored[0]?.score ?? 0) * SCORE_OF_BEST;
    if (chosen.length >= MAXIMUM_SENTENCES || !isGood) break;
    if (chosen.every(({ terms }) => cosine(terms, candidate.terms) < SAME_LIKENESS)) chosen.push(candidate);
  }
  return {
    found: chosen.length > 0,
    answer: chosen.map(({ quote }) => quote.replace(/\s+/gu, ' ')).join('\n'),
    citations: chosen.map(({ passage, quote, start, end }) => ({
      passageId: passage.id,
      articleId: passage.articleId,
      quote,
      start,
      end,
    })),
    engine: EXTRACTIVE,
  };
}

function candidatesOf(passage: Passage, questionText: string): Candidate[] {
  const { language } = detectLanguage(passage.text);
  const question = readQuestion(questionText, language);
  if (question.terms.size === 0) return [];
  const title = termsOf(passage.title, language);
  const sentences = splitSentences(passage.text, language);
  const terms = sentences.map(({ text }) => termsOf(text, language));
  const around = new Set([...title, ...terms.flatMap((own) => [...own])]);
  return sentences.map(({ text, start, end }, index) => ({
    passage,
    quote: text,
    start,
    end,
    terms: terms[index] ?? new Set(),
    near: new Set([...title, ...(terms[index - 1] ?? []), ...(terms[index + 1] ?? [])]),
    around,
    question,
  }));
}

function readQuestion(text: string, language: string | null): Question {
  const terms = new Set([...termsOf(text, language)].filter((term) => !ASKING.has(term)));
  const names = new Set<string>();
  segmentWords(text, language).forEach(({ text: word }, index) => {
    const isName = /\p{N}/u.test(word) || (index > 0 && /^\p{Lu}/u.test(word));
    const term = stemWord(foldWord(word), language);
    if (isName && terms.has(term)) names.add(term);
  });
  return { terms, names };
}

function scoreCandidates(candidates: Candidate[]): { candidate: Candidate; score: number }[] {
  const counts = new Map<string, number>();
  let length = 0;
  for (const { terms } of candidates) {
    length += terms.size;
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const averageLength = length / Math.max(candidates.length, 1) || 1;
  const rarity = (term: string) => {
    const count = counts.get(term) ?? 0;
    return Math.log(1 + (candidates.length - count + 0.5) / (count + 0.5));
  };
  return candidates.map((candidate) => {
    if (!isAnswering(candidate)) return { candidate, score: 0 };
    let sum = 0;
    for (const term of candidate.question.terms) {
      if (candidate.terms.has(term)) sum += rarity(term);
      else if (candidate.near.has(term)) sum += NEAR_WEIGHT * rarity(term);
    }
    return { candidate, score: sum / (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * candidate.terms.size) / averageLength) };
  });
}

/** What a passage is about, its names, may stand anywhere in it; what is said of them must be near. */
function isAnswering({ terms, near, around, question }: Candidate): boolean {
  const asked = [...question.terms];
  const isCovered = (term: string) => terms.has(term) || (question.names.has(term) ? around : near).has(term);
  const covered = asked.filter(isCovered).length / asked.length;
  const isAbout = [...question.names].every((name) => around.has(name));
  return isAbout && covered >= COVERAGE_MINIMUM && asked.some((term) => terms.has(term));
}
