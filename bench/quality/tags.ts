import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseFeed } from '@alt/feeds';
import { detectLanguage, extractKeyphrases, stemPhrase } from '@alt/language';
import {
  chooseTags,
  type OfferedPhrase,
  type Vocabulary,
  type VocabularyTag,
} from '../../services/tag-generator/vocabulary.ts';
import type { QualityTable } from './table.ts';

const KEYPHRASES = 16;
const STEP = 250;

interface Article {
  title: string | null;
  text: string;
}

/**
 * How a vocabulary grows: everything in the folder that reads like an article (saved feeds, news, abstracts), mixed, given
 * to one tenant in turn by the rules of tag-generator. Beside it, what would be if every one of the first eight
 * keyphrases were a tag.
 */
export async function measure(folder: string): Promise<QualityTable> {
  const articles = shuffled(await readArticles(folder));
  const world = createWorld();
  const rows: (string | number)[][] = [];
  let before = 0;
  for (const [index, article] of articles.entries()) {
    world.tag(article);
    const isLast = index + 1 === articles.length;
    if ((index + 1) % STEP !== 0 && !isLast) continue;
    const { size, given, untagged, unchecked } = world.state();
    rows.push([
      index + 1,
      size,
      Math.round((1_000 * size) / (index + 1)),
      size - before,
      unchecked,
      given / (index + 1),
      untagged,
    ]);
    before = size;
  }
  return {
    title: 'Tags converge',
    notes: [
      `${articles.length} articles of very different kinds and languages, in random order, one tenant. \`unchecked\`: distinct tags if the first eight keyphrases of every article were its tags.`,
    ],
    columns: [
      'articles',
      'distinct tags',
      'per 1,000 articles',
      `new in the last step`,
      'unchecked',
      'tags an article',
      'articles without',
    ],
    rows,
  };
}

function createWorld() {
  const names = new Map<string, VocabularyTag>();
  const support = new Map<string, number>();
  const unchecked = new Set<string>();
  const vocabulary: Vocabulary<VocabularyTag> = {
    size: 0,
    find: (wanted) => wanted.map((name) => names.get(name)).find((tag) => tag !== undefined) ?? null,
    create({ phrase, names: own }) {
      const tag = { id: null, name: phrase, isHidden: false, isPromoted: false };
      for (const name of own) names.set(name, tag);
      vocabulary.size += 1;
      return tag;
    },
  };
  let given = 0;
  let untagged = 0;
  return {
    tag({ title, text }: Article) {
      const { language } = detectLanguage(`${title ?? ''}\n${text}`.slice(0, 4_000));
      const source = { title, text, language };
      const found = extractKeyphrases(source, { limit: KEYPHRASES });
      for (const { normalised } of found.slice(0, 8)) unchecked.add(normalised);
      const stems = found.map(({ phrase }) => `${language}:${stemPhrase(phrase, language)}`);
      for (const term of new Set(stems)) support.set(term, (support.get(term) ?? 0) + 1);
      const offers = found.map(({ phrase, normalised, score }, index): OfferedPhrase => {
        const stem = stems[index] ?? '';
        return { phrase, score, names: [normalised, stem], support: support.get(stem) ?? 1 };
      });
      const tags = chooseTags(offers, vocabulary);
      given += tags.length;
      if (tags.length === 0) untagged += 1;
    },
    state: () => ({ size: vocabulary.size, given, untagged, unchecked: unchecked.size }),
  };
}

async function readArticles(folder: string): Promise<Article[]> {
  const feeds = await filesBelow(path.join(folder, 'real-feeds'));
  const texts = [
    ...(await filesBelow(path.join(folder, 'keyphrases'))),
    ...(await filesBelow(path.join(folder, 'summaries'))),
  ];
  const items = await Promise.all(
    feeds.map(async (file) => {
      const outcome = parseFeed(await readFile(file), { url: 'https://example.org/feed' } as Parameters<
        typeof parseFeed
      >[1]);
      return itemsOf(outcome);
    }),
  );
  const documents = await Promise.all(
    texts
      .filter((file) => /[/\\](docsutf8|articles)[/\\].*\.txt$/.test(file))
      .map(async (file) => ({
        title: null,
        text: await readFile(file, 'utf8'),
      })),
  );
  return [...items.flat(), ...documents].filter(({ text }) => text.trim().length > 0);
}

function itemsOf(outcome: ReturnType<typeof parseFeed>): Article[] {
  const feed = 'feed' in outcome ? (outcome.feed as { items?: { title?: string | null; text?: string }[] }) : null;
  return (feed?.items ?? []).map(({ title, text }) => ({ title: title ?? null, text: text ?? '' }));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** The same order in every run. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  let seed = 7;
  const next = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed;
  };
  return items
    .map((item) => ({ item, place: next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
