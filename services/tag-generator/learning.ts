import type { Database } from '@alt/database';
import type { SentBackground } from './extraction-thread.ts';
import { addTerms, documentCount, frequentTerms, pruneTerms, type TermCount, UNKNOWN_LANGUAGE } from './store/terms.ts';

/** What the instance's own articles teach: in how many of them a word occurs. */
export interface Learning {
  /** Takes the terms of documents; they are written down soon, many together. */
  learn(documents: readonly { language: string | null; terms: readonly string[] }[]): void;
  /** What is known of these languages, at most a minute old. */
  backgrounds(languages: readonly (string | null)[]): Promise<SentBackground[]>;
  /** Writes down what was learned. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const FLUSH_DOCUMENTS = 500;
const FLUSH_MS = 5_000;
/** Learned and not written, while the database is away. */
const PENDING_DOCUMENTS_MAXIMUM = 5_000;
const FRESH_MS = 60_000;
/** Rarer terms count as new: they say much either way, and sending them to a thread would cost more than the work. */
const FREQUENT_SHARE = 0.003;
const SENT_TERMS = 8_000;
/** Of a language; a term takes about 100 bytes. */
const KEPT_TERMS = 100_000;
const PRUNE_EVERY_DOCUMENTS = 5_000;

export function createLearning(database: Database, onError: (error: unknown) => void): Learning {
  let pending = emptyPending();
  let flushing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  const known = new Map<string, { background: SentBackground; until: number }>();
  const sincePrune = new Map<string, number>();

  const write = async (): Promise<void> => {
    const taken = pending;
    if (taken.count === 0) return;
    pending = emptyPending();
    try {
      await database.transaction((tx) => addTerms(tx, termsOf(taken), taken.documents), { retry: true });
      await prune(database, taken.documents, sincePrune);
    } catch (error) {
      if (taken.count + pending.count <= PENDING_DOCUMENTS_MAXIMUM) join(pending, taken);
      onError(error);
    }
  };
  const flush = (): Promise<void> => {
    if (timer) clearTimeout(timer);
    timer = null;
    flushing = flushing.then(write);
    return flushing;
  };

  return {
    learn(documents) {
      for (const { language, terms } of documents) count(pending, language ?? UNKNOWN_LANGUAGE, terms);
      if (pending.count >= FLUSH_DOCUMENTS) void flush();
      else timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
    },
    async backgrounds(languages) {
      const wanted = new Set(languages.flatMap((language) => language ?? []));
      return Promise.all(
        [...wanted].map(async (language) => {
          const present = known.get(language);
          if (present && Date.now() < present.until) return present.background;
          const background = await load(database, language);
          known.set(language, { background, until: Date.now() + FRESH_MS });
          return background;
        }),
      );
    },
    flush,
    async stop() {
      await flush();
    },
  };
}

async function load(database: Database, language: string): Promise<SentBackground> {
  const documents = await documentCount(database, language);
  const minimum = Math.max(2, Math.floor(documents * FREQUENT_SHARE));
  const terms = await frequentTerms(database, language, minimum, SENT_TERMS);
  return {
    language,
    documentCount: documents,
    terms: terms.map(({ term }) => term),
    counts: terms.map(({ count }) => count),
  };
}

async function prune(database: Database, documents: Map<string, number>, since: Map<string, number>): Promise<void> {
  for (const [language, added] of documents) {
    const total = (since.get(language) ?? 0) + added;
    since.set(language, total % PRUNE_EVERY_DOCUMENTS);
    if (total >= PRUNE_EVERY_DOCUMENTS) await pruneTerms(database, language, KEPT_TERMS);
  }
}

interface Pending {
  count: number;
  documents: Map<string, number>;
  terms: Map<string, Map<string, number>>;
}

function emptyPending(): Pending {
  return { count: 0, documents: new Map(), terms: new Map() };
}

function count(pending: Pending, language: string, terms: readonly string[]): void {
  pending.count += 1;
  pending.documents.set(language, (pending.documents.get(language) ?? 0) + 1);
  const counts = pending.terms.get(language) ?? new Map<string, number>();
  pending.terms.set(language, counts);
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
}

function join(pending: Pending, other: Pending): void {
  pending.count += other.count;
  for (const [language, n] of other.documents)
    pending.documents.set(language, (pending.documents.get(language) ?? 0) + n);
  for (const [language, terms] of other.terms) {
    const counts = pending.terms.get(language) ?? new Map<string, number>();
    pending.terms.set(language, counts);
    for (const [term, n] of terms) counts.set(term, (counts.get(term) ?? 0) + n);
  }
}

function termsOf({ terms }: Pending): TermCount[] {
  return [...terms].flatMap(([language, counts]) => [...counts].map(([term, n]) => ({ language, term, count: n })));
}
