import { setImmediate as breathe } from 'node:timers/promises';
import { matches, parseQuery, type SearchNode, type TextAnalysis } from '@alt/contracts';
import type { Database } from '@alt/database';
import { foldWord, stemWord } from '@alt/language';
import { eachSearchWord, searchPhrase, searchUnits } from '@alt/language/search-words.ts';
import { type Logger, oneAtATime } from '@alt/service-kit';
import { PINS_MAXIMUM } from './articles.ts';
import { note } from './store/activity.ts';
import { pin, pinCount } from './store/articles.ts';
import * as store from './store/rules.ts';
import { findStanding, lockProject } from './store/standing.ts';

const BATCH = 50;
const AT_ONCE = 10;
const LEASE_MS = 60_000;
const LOOK_EVERY_MS = 30_000;

const analysis: TextAnalysis = {
  eachWord: (text, visit) => eachSearchWord(text, visit),
  unitsOf: searchUnits,
  phraseOf: searchPhrase,
  // Where a language has no rules, a word is its own stem.
  isStemmed: () => true,
  stem: stemWord,
  fold: foldWord,
};

export interface Rules {
  /** Applies every rule that is due; resolves when nothing is left to look at. */
  applyNow(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Applies the rules of projects to what arrives for those who made them, batch by batch. How far a rule has looked is
 * saved in the transaction that pins, so that a crash loses nothing and a second worker pins nothing twice.
 */
export function startRules(database: Database, log: Logger): Rules {
  const applying = oneAtATime(
    async (signal) => {
      while (!signal.aborted) {
        const claimed = await store.claimRules(database.background, AT_ONCE, LEASE_MS);
        if (claimed.length === 0) return;
        for (const rule of claimed) if (!signal.aborted) await applyRule(database.background, rule, log);
      }
    },
    (error) => log.warn({ error: String(error) }, 'rules of projects could not be applied'),
  );
  const timer = setInterval(applying.ask, LOOK_EVERY_MS).unref();
  return {
    applyNow: applying.ask,
    async stop() {
      clearInterval(timer);
      await applying.stop();
    },
  };
}

async function applyRule(database: Database, rule: store.ClaimedRule, log: Logger): Promise<void> {
  try {
    const { candidates, searches } = await database.asReader(rule, async (tx) => ({
      candidates: await store.ruleCandidates(tx, rule, BATCH),
      searches: (await store.listSources(tx, rule.projectId)).flatMap(({ query }) => query ?? []),
    }));
    const found = await judge(rule.query, searches, candidates);
    await database.asReader(rule, async (tx) => {
      const seen = await findStanding(tx, rule.projectId);
      // Whoever may write no more pins no more; the rule stays for when they may again.
      if (!seen || seen.rank < 2 || seen.status === 'archived' || !(await lockProject(tx, rule.projectId))) return;
      if (!(await store.moveRule(tx, rule, positionAfter(rule, candidates)))) return;
      if (found.length === 0 || (await pinCount(tx, rule.projectId)) + found.length > PINS_MAXIMUM) return;
      const dismissed = await store.dismissedOf(tx, rule.projectId, found);
      const wanted = found.filter((id) => !dismissed.has(id));
      const pinned = await pin(tx, rule.projectId, wanted, rule.sectionId, 'rule');
      if (pinned > 0) await note(tx, rule.projectId, 'articles-pinned', { count: pinned, ruleId: rule.id });
    });
  } catch (error) {
    log.warn({ rule: rule.id, error: String(error) }, 'a rule of a project could not be applied');
  }
}

/** Where to go on: at once after a full batch, else when there may be something new. */
function positionAfter(rule: store.ClaimedRule, candidates: store.Candidate[]) {
  const last = candidates.at(-1);
  const isFirst = rule.revision === null;
  // The first look is at the newest; what comes later has a higher revision than the reader has now.
  if (isFirst)
    return { revision: last?.readerRevision ?? 0, articleId: Number.MAX_SAFE_INTEGER, delayMs: LOOK_EVERY_MS };
  const { revision, id: articleId } = last ?? { revision: rule.revision ?? 0, id: rule.articleId };
  return { revision, articleId, delayMs: candidates.length === BATCH ? 0 : LOOK_EVERY_MS };
}

/** The articles that lie in a source and fulfil the rule. Cutting a long text into words takes some 20 ms, so others get a turn. */
async function judge(query: string, searches: string[], candidates: store.Candidate[]): Promise<number[]> {
  const rule = parseQuery(query).query?.root;
  if (!rule) return [];
  const sought = searches.flatMap((text) => parseQuery(text).query?.root ?? []);
  const found: number[] = [];
  for (const candidate of candidates) {
    const fulfils = (node: SearchNode) => matches(node, asJudged(candidate), analysis);
    if ((candidate.isSourced || sought.some(fulfils)) && fulfils(rule)) found.push(candidate.id);
    await breathe();
  }
  return found;
}

function asJudged({ feedId, feedTitle, feedUrl, ...article }: store.Candidate) {
  const feed = { id: feedId, title: feedTitle, url: feedUrl };
  return { ...article, feed, folders: [], labels: [], tags: [], hasSummary: false };
}
