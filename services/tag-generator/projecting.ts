import type { Database, Queryable } from '@alt/database';
import { createAlarm } from '@alt/pipeline';
import type { Stems } from './stems.ts';
import {
  type ArticleTag,
  addNames,
  insertNewTags,
  type KnownName,
  knownNames,
  markForIndex,
  type OfferedRow,
  offeredPhrases,
  replaceArticleTags,
  vocabularySizes,
} from './store/projections.ts';
import { finishRequests, postponeRequest, type TagRequest, takeRequests } from './store/requests.ts';
import { countsOf, keyphraseTerm, UNKNOWN_LANGUAGE } from './store/terms.ts';
import { chooseTags, type OfferedPhrase, type Vocabulary, type VocabularyTag } from './vocabulary.ts';

export interface Projecting {
  wake(): void;
  stop(): Promise<void>;
}

interface ProjectingOptions {
  database: Database;
  stems: Pick<Stems, 'of'>;
  listen(onNotify: () => void): Promise<() => Promise<void>>;
  log(message: string, details: Record<string, unknown>): void;
}

const REQUESTS_AT_ONCE = 100;
/** An article has up to 16 phrases; a request of somebody else waits meanwhile, some milliseconds for 200 articles. */
const ARTICLES_AT_ONCE = 200;
const LONGEST_WAIT_MS = 30_000;
const AFTER_ERROR_MS = 1_000;
const POSTPONE_SECONDS = 300;

/**
 * Gives tenants the tags of articles: works `tag_requests` until stopped, each in the transaction that deletes it. Any
 * number of processes may.
 */
export async function startProjecting({ database, stems, listen, log }: ProjectingOptions): Promise<Projecting> {
  const alarm = createAlarm();
  let isStopped = false;
  const work = async (): Promise<number> => {
    try {
      const done = await projectSome(database, stems);
      return done > 0 ? 0 : LONGEST_WAIT_MS;
    } catch (error) {
      log('cannot give tags', { error: String(error) });
      const isPassed = await passOne(database, stems, log).catch(() => false);
      return isPassed ? 0 : AFTER_ERROR_MS;
    }
  };
  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const waitMs = await work();
      if (waitMs > 0 && !isStopped) await alarm.wait(waitMs);
    }
  };
  const looping = loop();
  const stopListening = await listen(alarm.ring);
  return {
    wake: alarm.ring,
    async stop() {
      isStopped = true;
      alarm.ring();
      await stopListening();
      await looping;
    },
  };
}

/** Works on what waits, about two hundred articles of tenants at most; answers how many requests that were. */
async function projectSome(database: Database, stems: Pick<Stems, 'of'>): Promise<number> {
  return database.transaction(
    async (tx) => {
      const requests = firstOf(await takeRequests(tx, REQUESTS_AT_ONCE));
      if (requests.length > 0) await project(tx, requests, stems);
      return requests.length;
    },
    { retry: true },
  );
}

/** After a failure: the oldest request alone. If it is the one that cannot be done, it waits and the others go on. */
async function passOne(database: Database, stems: Pick<Stems, 'of'>, log: ProjectingOptions['log']): Promise<boolean> {
  let taken: TagRequest | undefined;
  try {
    await database.transaction(async (tx) => {
      [taken] = await takeRequests(tx, 1);
      if (taken) await project(tx, [taken], stems);
    });
    return taken !== undefined;
  } catch (error) {
    if (!taken) return false;
    log('tags of some articles have to wait', { request: taken.id, error: String(error) });
    await postponeRequest(database, taken.id, POSTPONE_SECONDS, String(error).slice(0, 500));
    return true;
  }
}

function firstOf(requests: TagRequest[]): TagRequest[] {
  let articles = 0;
  return requests.filter(({ articleIds }, index) => {
    articles += articleIds.length;
    return index === 0 || articles <= ARTICLES_AT_ONCE;
  });
}

async function project(tx: Queryable, requests: TagRequest[], stems: Pick<Stems, 'of'>): Promise<void> {
  const wanted = requests.filter(({ isIndexOnly }) => !isIndexOnly);
  const changed = wanted.length > 0 ? await giveTags(tx, wanted, stems) : [];
  const renamed = requests.filter(({ isIndexOnly }) => isIndexOnly).flatMap(({ articleIds }) => articleIds);
  await markForIndex(tx, [...new Set([...changed, ...renamed])]);
  await finishRequests(
    tx,
    requests.map(({ id }) => id),
  );
}

async function giveTags(tx: Queryable, requests: TagRequest[], stems: Pick<Stems, 'of'>): Promise<number[]> {
  const articlesOf = Map.groupBy(requests, ({ tenantId }) => tenantId);
  const tenantIds = [...articlesOf.keys()];
  const rows = await offeredPhrases(tx, [...new Set(requests.flatMap(({ articleIds }) => articleIds))]);
  const offers = Map.groupBy(await withSupport(tx, rows, stems), ({ row }) => row.articleId);
  const names = [...new Set([...offers.values()].flat().flatMap(({ offer }) => offer.names))];
  const [known, sizes] = await Promise.all([knownNames(tx, tenantIds, names), vocabularySizes(tx, tenantIds)]);
  const knownOf = Map.groupBy(known, ({ tenantId }) => tenantId);
  const asked: { tenantId: string; articleId: number }[] = [];
  const given: Given[] = [];
  for (const [tenantId, own] of articlesOf) {
    const vocabulary = createVocabulary(knownOf.get(tenantId) ?? [], sizes.get(tenantId) ?? 0);
    for (const articleId of new Set(own.flatMap(({ articleIds }) => articleIds))) {
      asked.push({ tenantId, articleId });
      const phrases = (offers.get(articleId) ?? []).filter(({ row }) => (row.tenantId ?? tenantId) === tenantId);
      const sortAt = phrases[0]?.row.sortAt;
      if (!sortAt) continue;
      const tags = chooseTags(
        phrases.map(({ offer }) => offer),
        vocabulary,
      );
      given.push(...tags.map(({ tag, score }) => ({ tenantId, articleId, sortAt, tag, score })));
    }
  }
  return replaceArticleTags(tx, asked, await withNumbers(tx, given));
}

interface Given {
  tenantId: string;
  articleId: number;
  sortAt: Date;
  tag: DraftTag;
  score: number;
}

/** A tag that is known, or one to be made with these names. */
interface DraftTag extends VocabularyTag {
  names: string[];
}

/** Every phrase with its names, and in how many articles it was seen. */
async function withSupport(
  tx: Queryable,
  rows: OfferedRow[],
  stems: Pick<Stems, 'of'>,
): Promise<{ row: OfferedRow; offer: OfferedPhrase }[]> {
  const found = await stems.of(rows);
  const stemmed = rows.map((row, index) => ({
    row,
    language: row.language ?? UNKNOWN_LANGUAGE,
    stem: found[index] ?? '',
  }));
  const counts = await countsOf(
    tx,
    stemmed.map(({ language, stem }) => ({ language, term: keyphraseTerm(stem) })),
  );
  const seen = new Map(counts.map(({ language, term, count }) => [`${language}:${term}`, count]));
  return stemmed.map(({ row, language, stem }) => ({
    row,
    offer: {
      phrase: row.phrase,
      score: row.score,
      names: [row.normalised, ...(stem === '' ? [] : [`${language}:${stem}`])],
      support: Math.max(seen.get(`${language}:${keyphraseTerm(stem)}`) ?? 0, 1),
    },
  }));
}

function createVocabulary(known: KnownName[], size: number): Vocabulary<DraftTag> {
  const byId = new Map<number, DraftTag>();
  const byName = new Map<string, DraftTag>();
  for (const { normalised, id, name, isHidden, isPromoted } of known) {
    const tag = byId.get(id) ?? { id, name, isHidden, isPromoted, names: [] };
    byId.set(id, tag);
    byName.set(normalised, tag);
  }
  const vocabulary: Vocabulary<DraftTag> = {
    size,
    find: (names) => names.map((name) => byName.get(name)).find((tag) => tag !== undefined) ?? null,
    create({ phrase, names }) {
      const tag: DraftTag = { id: null, name: phrase, isHidden: false, isPromoted: false, names };
      for (const name of names) byName.set(name, tag);
      vocabulary.size += 1;
      return tag;
    },
  };
  return vocabulary;
}

/** Makes the tags that are drafts, and gives every one that is used the names that the text had for it. */
async function withNumbers(tx: Queryable, given: Given[]): Promise<ArticleTag[]> {
  const drafts = new Map<DraftTag, { tenantId: string; name: string; normalised: string }>();
  for (const { tag, tenantId } of given) {
    if (tag.id === null) drafts.set(tag, { tenantId, name: tag.name, normalised: tag.names[0] ?? tag.name });
  }
  const made = drafts.size > 0 ? await insertNewTags(tx, [...drafts.values()]) : [];
  const ids = new Map(made.map(({ id, tenantId, normalised }) => [`${tenantId}/${normalised}`, id]));
  const idOf = (tag: DraftTag): number => {
    const draft = drafts.get(tag);
    const id = tag.id ?? (draft ? ids.get(`${draft.tenantId}/${draft.normalised}`) : undefined);
    if (id === undefined) throw new Error(`The tag ${tag.name} was not made.`);
    return id;
  };
  if (drafts.size > 0) {
    const names = [...drafts].flatMap(([tag, { tenantId }]) =>
      tag.names.map((normalised) => ({ tenantId, normalised, tagId: idOf(tag) })),
    );
    await addNames(tx, names);
  }
  return given.map(({ tenantId, articleId, sortAt, tag, score }) => ({
    tenantId,
    articleId,
    sortAt,
    score,
    tagId: idOf(tag),
  }));
}
