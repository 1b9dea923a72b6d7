import { setTimeout } from 'node:timers/promises';
import * as contracts from '@alt/contracts';
import { type FakeHandler, FakeReply } from './fake-api.ts';
import { type FakeState, subscriptionsIn } from './fake-state.ts';

/** What Alt adds to articles, made up: summaries, tags, stories, saved searches, answers and recaps. */
export const enrichmentHandlers: FakeHandler[] = [
  [
    contracts.requestSummary,
    ({ state, params }) => {
      const entry = entryWith(state, params.id);
      entry.summary = { ...entry.summary, state: 'pending', reason: null };
    },
  ],
  [
    contracts.splitEntry,
    ({ state, params }) => {
      const entry = entryWith(state, params.id);
      for (const other of state.entries) {
        if (!other.alsoIn.some(({ id }) => id === entry.id)) continue;
        entry.splitFrom = [alsoInOf(other)];
        other.alsoIn = other.alsoIn.filter(({ id }) => id !== entry.id);
      }
      return entry;
    },
  ],
  [
    contracts.rejoinEntry,
    ({ state, params }) => {
      const entry = entryWith(state, params.id);
      for (const { id } of entry.splitFrom) entryWith(state, id).alsoIn.push(alsoInOf(entry));
      entry.splitFrom = [];
      return entry;
    },
  ],
  [contracts.search, ({ state, query }) => search(state, query)],
  [contracts.listSavedSearches, ({ state }) => ({ items: state.savedSearches, nextCursor: null })],
  [
    contracts.createSavedSearch,
    ({ state, body }) => {
      const present = state.savedSearches.find(({ query }) => query === body.query);
      if (present) return new FakeReply(present, { status: 200 });
      state.nextId += 1;
      const saved = { ...body, id: String(state.nextId), isShared: false, unreadCount: 3 };
      state.savedSearches.push(saved);
      return saved;
    },
  ],
  [
    contracts.updateSavedSearch,
    ({ state, params, body }) => {
      const saved = savedWith(state, params.id);
      const [mistake] = body.query === undefined ? [] : contracts.parseQuery(body.query).errors;
      if (mistake) throw new contracts.Problem('invalid-request', mistake.message, { extra: { query: mistake } });
      if (state.savedSearches.some((other) => other !== saved && other.name === body.name)) {
        throw new contracts.Problem('name-taken', `You have a saved search "${body.name}" already. Take another name.`);
      }
      return Object.assign(saved, body);
    },
  ],
  [
    contracts.deleteSavedSearch,
    ({ state, params }) => {
      const saved = savedWith(state, params.id);
      state.savedSearches = state.savedSearches.filter((other) => other !== saved);
    },
  ],
  [contracts.ask, ({ state, body, request }) => answerEvents(state, body.question, request.signal)],
  [
    contracts.readTenantSettings,
    ({ state }) => ({ summaries: state.tenantSummaries, statistics: true, statisticsDays: null }),
  ],
  [
    contracts.writeTenantSettings,
    ({ state, body }) => {
      state.tenantSummaries = body.summaries ?? state.tenantSummaries;
      return { summaries: state.tenantSummaries, statistics: body.statistics ?? true, statisticsDays: null };
    },
  ],
  [contracts.listRecaps, ({ state, query }) => recaps(state, query)],
  [contracts.readRecapDelivery, ({ state }) => state.delivery],
  [
    contracts.writeRecapDelivery,
    ({ state, body }) => {
      Object.assign(state.delivery.mail, body.mail, { confirmation: 'unconfirmed', confirmationSentAt: nowText() });
      return state.delivery;
    },
  ],
  [
    contracts.createRecapFeed,
    ({ state }) => {
      state.delivery.feed = { isEnabled: true, createdAt: new Date().toISOString() };
      return { url: 'https://alt.example.org/v1/recaps/feed/made-up-secret' };
    },
  ],
  [
    contracts.deleteRecapFeed,
    ({ state }) => {
      state.delivery.feed = { isEnabled: false, createdAt: null };
    },
  ],
];

function entryWith(state: FakeState, id: string | undefined): contracts.FullEntry {
  const entry = state.entries.find((candidate) => candidate.id === id);
  if (!entry) throw new contracts.Problem('not-found', 'There is no such entry.');
  return entry;
}

function alsoInOf({ id, feed, url, title }: contracts.FullEntry): contracts.AlsoIn {
  return { id, feed, url, title };
}

function savedWith(state: FakeState, id: string | undefined): contracts.SavedSearch {
  const saved = state.savedSearches.find((candidate) => candidate.id === id);
  if (!saved) throw new contracts.Problem('not-found', 'There is no such search.');
  return saved;
}

const nowText = () => new Date().toISOString();

type SearchAsked = contracts.QueryOf<typeof contracts.search>;

function search(state: FakeState, query: SearchAsked) {
  const { found: all, words } = findEntries(state, query.q);
  const found = all.filter((entry) => isWithin(state, entry, query));
  if (query.order === 'oldest') found.reverse();
  const start = Number(query.cursor ?? 0);
  const end = start + query.limit;
  return {
    items: found.slice(start, end).map((entry) => ({
      ...entry,
      highlights: { title: marked(entry.title, words[0]), snippet: marked(entry.excerpt, words[0]) },
    })),
    nextCursor: end < found.length ? String(end) : null,
    total: found.length,
    totalIsExact: true,
    tookMs: 3.2,
    facets: query.facet.length > 0 ? facetsOf(found) : {},
    corrections: [],
    isComplete: true,
  };
}

function isWithin(state: FakeState, { feed, tags, receivedAt, summary }: contracts.FullEntry, query: SearchAsked) {
  const subscriptions = state.subscriptions.filter((one) => query.subscription.includes(one.id));
  const inFolders = query.folder.flatMap((id) => subscriptionsIn(state, id));
  const isPlaced = [...subscriptions, ...inFolders].some((one) => one.feed.id === feed.id);
  const isAny = (wanted: string[], values: string[]) =>
    wanted.length === 0 || values.some((value) => wanted.includes(value));
  return (
    (isPlaced || query.subscription.length + query.folder.length === 0) &&
    isAny(query.feed, [feed.id]) &&
    isAny(query.tag, tags) &&
    isAny(query.language, [summary.language ?? 'und']) &&
    isAny(query.day, [receivedAt.slice(0, 10)])
  );
}

/** Finds entries with every plain word; of the conditions the fake knows `tag:` and `feed:`. */
export function findEntries(state: FakeState, q: string): { found: contracts.FullEntry[]; words: string[] } {
  if (state.failSearch) throw new contracts.Problem('search-unavailable', 'The search engine does not answer.');
  const { errors } = contracts.parseQuery(q);
  const [mistake] = errors;
  if (mistake) {
    throw new contracts.Problem('invalid-query', mistake.message, { extra: { query: mistake } });
  }
  const conditions = [...q.matchAll(/(feed|tag):"([^"]*)"/g)];
  const words =
    q
      .replace(/\w+:("[^"]*"|\S+)/g, ' ')
      .toLowerCase()
      .match(/[^\s()]+/g) ?? [];
  const found = state.entries.filter(
    (entry) =>
      conditions.every(([, kind, name = '']) =>
        kind === 'tag' ? entry.tags.includes(name) : entry.feed.title === name,
      ) && words.every((word) => `${entry.title} ${entry.excerpt} ${entry.author}`.toLowerCase().includes(word)),
  );
  return { found, words };
}

function marked(text: string, word: string | undefined) {
  const at = word ? text.toLowerCase().indexOf(word) : -1;
  if (at < 0 || !word) return null;
  const parts = [
    { text: text.slice(0, at), isMarked: false },
    { text: text.slice(at, at + word.length), isMarked: true },
    { text: text.slice(at + word.length), isMarked: false },
  ];
  return parts.filter((part) => part.text !== '');
}

function facetsOf(entries: contracts.FullEntry[]) {
  const counted = (values: Array<readonly [value: string, title: string]>) =>
    [...Map.groupBy(values, ([value]) => value)]
      .map(([value, all]) => ({ value, title: all[0]?.[1] ?? value, count: all.length }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 10);
  return {
    feed: counted(entries.map(({ feed }) => [feed.id, feed.title] as const)),
    tag: counted(entries.flatMap(({ tags }) => tags.map((name) => [name, name] as const))),
    language: counted(entries.map(({ summary }) => [summary.language ?? 'und', summary.language ?? 'und'] as const)),
    day: counted(entries.map(({ receivedAt }) => [receivedAt.slice(0, 10), receivedAt.slice(0, 10)] as const)),
  };
}

/** As the real one: events, of which the last is the answer or why there is none. */
function answerEvents(state: FakeState, question: string, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: string, data: unknown) =>
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      controller.enqueue(encoder.encode(': asked\n\n'));
      if (state.slowAsk) send('waiting', { position: state.slowAsk.position });
      if (state.slowAsk?.text) send('text', { text: state.slowAsk.text });
      while (state.slowAsk && !signal.aborted) await setTimeout(20);
      if (signal.aborted) return;
      try {
        send('answer', contracts.answer.parse(answerTo(state, question)));
      } catch (error) {
        if (!(error instanceof contracts.Problem)) throw error;
        send('problem', error.toDocument());
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

function answerTo(state: FakeState, question: string) {
  if (state.failAsk) throw new contracts.Problem('unavailable', 'news-creator does not answer.');
  const words = question.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  const found = state.entries
    .filter(({ excerpt }) => words.some((word) => excerpt.toLowerCase().includes(word)))
    .slice(0, 2);
  const citations = found.map(({ id, excerpt, title, url, feed }) => ({
    articleId: id,
    quote: excerpt,
    title,
    url,
    feed,
  }));
  if (found.length === 0) return { found: false, answer: 'The archive holds no answer.', citations, engine: null };
  const answer =
    state.askEngine === 'extractive' ? 'See the passages.' : 'The tables are kept in pencil [1], still [2].';
  return { found: true, answer, citations, engine: state.askEngine };
}

const dayMs = 86_400_000;

/** Two recaps of each period, one a page. */
function recaps(state: FakeState, query: { period?: 'daily' | 'weekly'; cursor?: string }) {
  const period = query.period ?? 'daily';
  const back = Number(query.cursor ?? 0);
  if (back > 0 && state.failEarlierRecap) throw new contracts.Problem('internal', 'It broke.');
  const to = new Date(Math.floor(Date.now() / dayMs) * dayMs - back * dayMs).toISOString();
  const from = new Date(Date.parse(to) - (period === 'daily' ? 1 : 7) * dayMs).toISOString();
  const stories = state.entries.slice(back * 8, back * 8 + 6).map(storyOf);
  const recap: contracts.Recap = {
    id: `0190d3a8-7a10-7c1e-8a52-6d1b4f3e2b1${back}`,
    period,
    date: from.slice(0, 10),
    timeZone: 'UTC',
    from,
    to,
    isFinal: back > 0,
    builtAt: to,
    articleCount: 84,
    storyCount: stories.length,
    topics: [
      { name: period === 'daily' ? 'tides' : 'databases', stories: stories.slice(0, 3) },
      { name: 'bread', stories: stories.slice(3) },
    ].filter((topic) => topic.stories.length > 0),
    engine: 'extractive',
  };
  const unavailable = state.recapTrouble && 'news-creator says in English why not.';
  return { items: [recap], nextCursor: back === 0 ? '1' : null, unavailable, unavailableCode: state.recapTrouble };
}

function storyOf({ id, title, url, feed, excerpt, tags, alsoIn }: contracts.FullEntry, index: number) {
  const reasons: contracts.RecapStory['reasons'] = [
    { code: 'many-feeds', count: 2 + index, tag: null },
    { code: 'tag', count: null, tag: 'tides' },
  ];
  const articles = alsoIn.map((other) => ({ id: other.id, title: other.title, url: other.url, feed: other.feed }));
  return { id, title, url, feed, summary: excerpt, articleCount: 3, feedCount: 2, tags, reasons, articles };
}
