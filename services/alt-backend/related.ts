import { type FullEntry, findRelated } from '@alt/contracts';
import type { Logger, PeerFetch, Reader } from '@alt/service-kit';
import { askCreatorBriefly } from './creator.ts';
import type { AsReader } from './store/readers.ts';
import { type Relatable, relatableArticles } from './store/related.ts';

type Related = Pick<FullEntry, 'related' | 'relatedState'>;

export type FindRelated = (reader: Reader, articleId: number, requestId: string) => Promise<Related>;

const CANDIDATES = 40;
const SHOWN = 5;
/** An article opens at once; what is related to it may come later. */
const WAIT_MS = 100;
const TIMEOUT_MS = 20_000;
/** Found later than the article was opened, it is kept until it is asked for again. */
const KEPT_MS = 60_000;
const KEPT_MAXIMUM = 500;
const AT_ONCE = 4;

/**
 * Other articles of the reader's about the same as one, the nearest first, never of its own story. `pending` where they
 * are still being looked for: who asks again in a second gets them. While news-creator is slow nobody waits for it.
 */
export function createFindRelated(tools: { asReader: AsReader; creator: PeerFetch; log: Logger }): FindRelated {
  const kept = new Map<string, { found: Promise<Related>; until: number }>();
  let running = 0;
  let isSlow = false;

  const begin = (reader: Reader, articleId: number, requestId: string) => {
    running += 1;
    const startedAt = performance.now();
    return lookForRelated(tools, reader, articleId, requestId).finally(() => {
      running -= 1;
      isSlow = performance.now() - startedAt > WAIT_MS;
    });
  };

  return async (reader, articleId, requestId) => {
    const key = `${reader.tenantId}/${reader.userId}/${articleId}`;
    for (const [old, { until }] of kept) {
      if (until > Date.now() && kept.size < KEPT_MAXIMUM) break;
      kept.delete(old);
    }
    const known = kept.get(key);
    if (!known && running >= AT_ONCE) return PENDING;
    const found = known?.found ?? begin(reader, articleId, requestId);
    if (!known) kept.set(key, { found, until: Date.now() + KEPT_MS });
    const answer = await soon(found, isSlow ? 0 : WAIT_MS);
    // What was told is looked for anew the next time: articles come and go.
    if (answer.relatedState !== 'pending') kept.delete(key);
    return answer;
  };
}

const PENDING: Related = { related: [], relatedState: 'pending' };

async function soon(found: Promise<Related>, waitMs: number): Promise<Related> {
  const late = Promise.withResolvers<Related>();
  const timer = setTimeout(() => late.resolve(PENDING), waitMs);
  try {
    return await Promise.race([found, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What shares the rarest phrases and tags comes from the database; news-creator compares the texts and keeps what is close. */
async function lookForRelated(
  { asReader, creator, log }: { asReader: AsReader; creator: PeerFetch; log: Logger },
  reader: Reader,
  articleId: number,
  requestId: string,
): Promise<Related> {
  try {
    const found = await asReader(reader, (tx, readerId) => relatableArticles(tx, readerId, articleId, CANDIDATES), {
      isReadOnly: true,
    });
    if (!found || found.candidates.length === 0) return { related: [], relatedState: 'ready' };
    const { items } = await askCreatorBriefly(
      creator,
      findRelated,
      {
        subject: comparable(found.subject),
        candidates: found.candidates.map((candidate) => ({ id: String(candidate.id), ...comparable(candidate) })),
        limit: SHOWN,
      },
      { requestId, timeoutMs: TIMEOUT_MS },
    );
    return { related: present(items, found.candidates), relatedState: 'ready' };
  } catch (error) {
    log.warn({ requestId, error: String(error) }, 'related articles are not to be had');
    return { related: [], relatedState: 'unavailable' };
  }
}

function comparable({ title, text, language, tags }: Relatable) {
  return {
    title: title.slice(0, 2_000),
    text: text.slice(0, 4_000),
    language: language?.slice(0, 16) ?? null,
    tags: [...new Set(tags)].map((tag) => tag.slice(0, 200)).slice(0, 50),
  };
}

/** Only what was asked about, once, whatever the answer names. */
function present(items: { id: string; terms: string[] }[], candidates: Relatable[]): FullEntry['related'] {
  const left = new Map(candidates.map((candidate) => [String(candidate.id), candidate]));
  return items
    .flatMap(({ id, terms }) => {
      const candidate = left.get(id);
      if (!candidate || !left.delete(id)) return [];
      const { title, url, feedId, feedTitle } = candidate;
      return [{ id, title, url, feed: { id: String(feedId), title: feedTitle }, terms: terms.slice(0, 5) }];
    })
    .slice(0, SHOWN);
}
