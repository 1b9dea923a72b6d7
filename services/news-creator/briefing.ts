import type { CreatedBrief, Passage } from '@alt/contracts';
import { detectLanguage } from '@alt/language';
import { summarizeText, termsOf } from '@alt/language/summary.ts';
import { cosine, EXTRACTIVE } from './extracting.ts';

/** So many sentences of one passage are considered at all. */
const SENTENCES_OF_A_PASSAGE = 4;
/** Two sentences of different articles that share so much say the same: one of them is read, both are cited. */
const SAME_LIKENESS = 0.6;
const TOPIC_WEIGHT = 0.5;
/** What stands first in its text says most of it. */
const RANK_WEIGHT = 0.1;
const CITATIONS_MAXIMUM = 5;

interface Candidate {
  passage: Passage;
  start: number;
  end: number;
  rank: number;
  terms: Set<string>;
}

/**
 * The sentences of several articles that are nearest to all others and to the topic, each once, with every article that
 * says the same cited beside it. In the order of the passages; exact quotes.
 */
export function composeBrief(task: { topic: string; passages: Passage[]; maximumSentences: number }): CreatedBrief {
  const candidates = task.passages.flatMap(candidatesOf);
  const topic = termsOf(task.topic, detectLanguage(task.topic).language);
  const ranked = candidates
    .map((candidate) => ({ candidate, score: scoreOf(candidate, candidates, topic) }))
    .sort((a, b) => b.score - a.score);
  const chosen: Candidate[] = [];
  for (const { candidate } of ranked) {
    if (chosen.length >= task.maximumSentences) break;
    if (chosen.every(({ terms }) => cosine(terms, candidate.terms) < SAME_LIKENESS)) chosen.push(candidate);
  }
  return {
    sentences: chosen
      .sort((a, b) => candidates.indexOf(a) - candidates.indexOf(b))
      .map((candidate) => ({
        text: candidate.passage.text.slice(candidate.start, candidate.end).replace(/\s+/gu, ' ').trim(),
        citations: witnessesOf(candidate, candidates).map(citationOf),
      })),
    engine: EXTRACTIVE,
  };
}

function candidatesOf(passage: Passage): Candidate[] {
  const { title, text } = passage;
  const { language } = detectLanguage(`${title} ${text}`);
  return summarizeText({ title, text, language }, { maximumSentences: SENTENCES_OF_A_PASSAGE }).map(
    ({ start, end, rank }) => ({ passage, start, end, rank, terms: termsOf(text.slice(start, end), language) }),
  );
}

function scoreOf(candidate: Candidate, all: Candidate[], topic: Set<string>): number {
  const others = all.filter(({ passage }) => passage !== candidate.passage);
  const nearness = others.reduce((sum, { terms }) => sum + cosine(candidate.terms, terms), 0);
  return (
    nearness / Math.max(1, others.length) + TOPIC_WEIGHT * cosine(candidate.terms, topic) - RANK_WEIGHT * candidate.rank
  );
}

/** The sentence itself, and those of other articles that say the same. */
function witnessesOf(chosen: Candidate, all: Candidate[]): Candidate[] {
  const witnesses = [chosen];
  for (const other of all) {
    const isKnown = witnesses.some(({ passage }) => passage.articleId === other.passage.articleId);
    if (!isKnown && cosine(chosen.terms, other.terms) >= SAME_LIKENESS) witnesses.push(other);
  }
  return witnesses.slice(0, CITATIONS_MAXIMUM);
}

function citationOf({ passage, start, end }: Candidate): CreatedBrief['sentences'][number]['citations'][number] {
  return { passageId: passage.id, articleId: passage.articleId, quote: passage.text.slice(start, end), start, end };
}
