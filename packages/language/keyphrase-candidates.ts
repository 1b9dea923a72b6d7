import { isUnspaced, type PhraseWord, phraseWords } from './keyphrase-words.ts';

/** What follows says the same or wanders off; keeps the time bounded. */
const READ_CHARACTERS = 40_000;
const LONGEST_PHRASE_CHARACTERS = 60;
const MAXIMUM_WORDS = 3;
/** Unspaced languages have short words. */
const MAXIMUM_UNSPACED_WORDS = 5;

/** A document as words, with the text that their places are of. */
export interface Reading {
  text: string;
  words: PhraseWord[];
}

/** Title and text of a document, whose language is a key of `languageKey` or null, as words. */
export function readWords(title: string | null, text: string, language: string | null): Reading {
  const head = title?.trim() ?? '';
  // A text that begins with its own title must not count it twice.
  const body = (head !== '' && text.trimStart().startsWith(head) ? text.trimStart().slice(head.length) : text).slice(
    0,
    READ_CHARACTERS,
  );
  const whole = head === '' ? body : `${head}\n\n${body}`;
  const words = head === '' ? [] : phraseWords(head, language);
  const first = (words.at(-1)?.sentence ?? -1) + 1;
  const offset = whole.length - body.length;
  for (const word of phraseWords(body, language, first)) {
    words.push({ ...word, start: word.start + offset, end: word.end + offset });
  }
  return { text: whole, words };
}

export interface Candidate {
  /** All stems, joined as its language joins words. */
  key: string;
  parts: string[];
  /** The parts without connectors. */
  stems: string[];
  count: number;
  /** Sentence of its first occurrence. */
  first: number;
  letters: number;
  forms: Map<string, number>;
  /** Occurrences of the most frequent longer candidate that has it inside. */
  insideCount: number;
  isInsideName: boolean;
  isName: boolean;
}

/** All phrases of up to three words (five where words are short), by their stems. Linear in the text. */
export function findCandidates({ text, words }: Reading, language: string | null): Map<string, Candidate> {
  const candidates = new Map<string, Candidate>();
  const joint = isUnspaced(language) ? '' : ' ';
  const maximum = isUnspaced(language) ? MAXIMUM_UNSPACED_WORDS : MAXIMUM_WORDS;
  for (let from = 0; from < words.length; from += 1) {
    for (const run of runsFrom(words, from, maximum)) {
      const form = text.slice(run[0]?.start, run.at(-1)?.end).replace(/\s+/gu, ' ');
      if (isPhrase(run, form, language)) addCandidate(candidates, run, form, joint);
    }
  }
  for (const candidate of candidates.values()) noteParts(candidate, candidates, joint);
  return candidates;
}

/** Tells each part of a candidate that it is one. */
function noteParts({ parts, count, isName }: Candidate, candidates: Map<string, Candidate>, joint: string): void {
  for (let from = 0; from < parts.length; from += 1) {
    for (let to = from + 1; to <= parts.length; to += 1) {
      const part = to - from < parts.length ? candidates.get(parts.slice(from, to).join(joint)) : undefined;
      if (!part || count < part.insideCount) continue;
      part.insideCount = count;
      part.isInsideName = isName;
    }
  }
}

/** The stretches that begin with a word and hold at most so many words of weight. */
function* runsFrom(words: readonly PhraseWord[], from: number, maximum: number): Generator<PhraseWord[]> {
  const run: PhraseWord[] = [];
  let weighty = 0;
  for (let index = from; index < words.length; index += 1) {
    const word = words[index];
    if (!word || (index > from && word.isBreak)) return;
    run.push(word);
    if (word.isStop) {
      if (index === from || !word.isConnector || run.length > weighty + 2) return;
      continue;
    }
    weighty += 1;
    if (weighty > maximum) return;
    yield run.slice();
  }
}

function isPhrase(run: readonly PhraseWord[], form: string, language: string | null): boolean {
  const [head] = run;
  const last = run.at(-1);
  if (!head || !last || head.isNumber || form.length > LONGEST_PHRASE_CHARACTERS || !/\p{L}/u.test(form)) return false;
  // Across a connector only names go: `Bank of England`, not `end of service`.
  if (run.some(({ isStop }) => isStop)) return head.isCapital && last.isCapital;
  return !isUnspaced(language) || form.length > 1;
}

function addCandidate(
  candidates: Map<string, Candidate>,
  run: readonly PhraseWord[],
  form: string,
  joint: string,
): void {
  const stems = run.map(({ stem }) => stem);
  const key = stems.join(joint);
  const known = candidates.get(key) ?? {
    key,
    stems: run.filter(({ isStop }) => !isStop).map(({ stem }) => stem),
    count: 0,
    first: run[0]?.sentence ?? 0,
    letters: [...form.replace(/\P{L}/gu, '')].length,
    forms: new Map(),
    insideCount: 0,
    isInsideName: false,
    parts: stems,
    isName: true,
  };
  candidates.set(key, known);
  known.count += 1;
  known.forms.set(form, (known.forms.get(form) ?? 0) + 1);
  known.isName &&= run.every(({ isCapital, isStop }) => isCapital || isStop);
}
