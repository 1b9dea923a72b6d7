import * as contracts from '@alt/contracts';
import type { FakeHandler } from './fake-api.ts';
import { findEntries } from './fake-enrichment.ts';
import { countersOf, type FakeState, subscriptionsIn } from './fake-state.ts';

export const readingHandlers: FakeHandler[] = [
  [contracts.listEntries, ({ state, query }) => page(filterEntries(state, query), query)],
  [contracts.readEntry, ({ state, params }) => withoutVetoed(state, entryOf(state, params.id))],
  [contracts.requestFullText, ({ state, params }) => fetchFullText(state, entryOf(state, params.id))],
  [
    contracts.updateEntries,
    ({ state, body }) => {
      if (state.failNextWrite) {
        state.failNextWrite = false;
        throw new contracts.Problem('unavailable', 'Not now.');
      }
      const ids = new Set<string>(body.ids);
      const changed = state.entries.filter((entry) => ids.has(entry.id));
      for (const entry of changed) {
        if (body.hidden !== undefined) state.hidden[body.hidden ? 'add' : 'delete'](entry.id);
        entry.read = body.read ?? entry.read;
        entry.starred = body.starred ?? entry.starred;
        entry.labels = [...new Set([...entry.labels, ...(body.addLabels ?? [])])].filter(
          (name) => !body.removeLabels?.includes(name),
        );
      }
      state.emit('counters', countersOf(state));
      return { updated: changed.length };
    },
  ],
  [
    contracts.markRead,
    ({ state, body }) => {
      const feeds = feedsOf(
        state,
        body.subscriptionId ? [body.subscriptionId] : [],
        body.folderId ? [body.folderId] : [],
      );
      const before = body.before ? Date.parse(body.before) : Number.POSITIVE_INFINITY;
      const changed = state.entries.filter(
        (entry) => !entry.read && (!feeds || feeds.has(entry.feed.id)) && Date.parse(entry.receivedAt) <= before,
      );
      for (const entry of changed) entry.read = true;
      const marked = state.subscriptions.flatMap(({ feed }) => (!feeds || feeds.has(feed.id) ? [feed.id] : []));
      const time = body.before ? new Date(before + 1).toISOString() : null;
      state.emit('marked', { feeds: marked.map((feedId) => ({ feedId, before: time })) });
      state.emit('counters', countersOf(state));
      return { updated: changed.length };
    },
  ],
  [contracts.readCounters, ({ state }) => countersOf(state)],
  [contracts.listLabels, ({ state }) => ({ items: labelsOf(state), nextCursor: null })],
  [
    contracts.renameLabel,
    ({ state, params, body }) => {
      const label = labelNamed(state, params.name);
      const newName = body.name ?? label.name;
      if (newName !== label.name && labelsOf(state).some(({ name }) => name === newName)) {
        throw new contracts.Problem('name-taken', 'There is such a label.');
      }
      for (const entry of state.entries) {
        entry.labels = entry.labels.map((name) => (name === label.name ? newName : name));
      }
      if (state.sharedLabels.delete(label.name) || body.isShared) state.sharedLabels.add(newName);
      return { ...label, name: newName, isShared: state.sharedLabels.has(newName) };
    },
  ],
  [
    contracts.deleteLabel,
    ({ state, params }) => {
      const label = labelNamed(state, params.name);
      for (const entry of state.entries) entry.labels = entry.labels.filter((name) => name !== label.name);
    },
  ],
  [contracts.events, ({ state, request }) => eventStream(state, request.signal)],
  [contracts.readImage, ({ params }) => picture(Number(params.url))],
];

function page(entries: contracts.FullEntry[], query: { limit: number; cursor?: string }) {
  const start = Number(query.cursor ?? 0);
  const end = start + query.limit;
  return { items: entries.slice(start, end), nextCursor: end < entries.length ? String(end) : null };
}

interface Filter {
  view: string;
  order: string;
  subscription: string[];
  folder: string[];
  label: string[];
  tag: string[];
  q?: string;
}

function filterEntries(state: FakeState, query: Filter): contracts.FullEntry[] {
  const feeds = feedsOf(state, query.subscription, query.folder);
  const sought = query.q === undefined ? null : new Set(findEntries(state, query.q).found);
  const found = state.entries.filter(
    (entry) =>
      (!sought || sought.has(entry)) &&
      state.hidden.has(entry.id) === (query.view === 'hidden') &&
      (!feeds || feeds.has(entry.feed.id)) &&
      (query.tag.length === 0 || query.tag.some((name) => entry.tags.includes(name))) &&
      (query.label.length === 0 || query.label.some((name) => entry.labels.includes(name))) &&
      (query.view !== 'unread' || !entry.read) &&
      (query.view !== 'read' || entry.read) &&
      (query.view !== 'starred' || entry.starred),
  );
  return query.order === 'oldest' ? found.reverse() : found;
}

/** Every label that an entry has, with how many have it. */
export function labelsOf(state: FakeState): Array<{ id: string; name: string; isShared: boolean; count: number }> {
  const names = [...new Set(state.entries.flatMap(({ labels }) => labels))];
  return names.map((name, index) => ({
    id: String(index + 1),
    name,
    isShared: state.sharedLabels.has(name),
    count: state.entries.filter(({ labels }) => labels.includes(name)).length,
  }));
}

function labelNamed(state: FakeState, name: string | undefined) {
  const label = labelsOf(state).find((candidate) => candidate.name === name);
  if (!label) throw new contracts.Problem('not-found', 'There is no such label.');
  return label;
}

function feedsOf(state: FakeState, subscriptionIds: string[], folderIds: string[]): Set<string> | null {
  if (subscriptionIds.length === 0 && folderIds.length === 0) return null;
  const chosen = [
    ...state.subscriptions.filter(({ id }) => subscriptionIds.includes(id)),
    ...folderIds.flatMap((id) => subscriptionsIn(state, id)),
  ];
  return new Set(chosen.map(({ feed }) => feed.id));
}

function entryOf(state: FakeState, id: string | undefined): contracts.FullEntry {
  const entry = state.entries.find((candidate) => candidate.id === id);
  if (!entry) throw new contracts.Problem('not-found', 'There is no such entry.');
  return entry;
}

function withoutVetoed(state: FakeState, entry: contracts.FullEntry): contracts.FullEntry {
  const tags = entry.tags.filter((name) => !state.vetoes.includes(name));
  return { ...entry, tags, tagging: tags.length > 0 ? { state: 'ready', code: null, reason: null } : entry.tagging };
}

function fetchFullText(_state: FakeState, entry: contracts.FullEntry): void {
  entry.fullText = { state: 'pending', html: null, code: null, reason: null, details: null };
  setTimeout(() => {
    const html = `${entry.contentHtml}<p>This is the full text.</p>`;
    entry.fullText = { state: 'ready', html, code: null, reason: null, details: null };
  }, 300);
}

function eventStream(state: FakeState, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  let listener: (event: string, data: unknown) => void = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      listener = (event, data) =>
        controller.enqueue(
          encoder.encode(`id: ${++state.revision}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        );
      state.listeners.add(listener);
      controller.enqueue(encoder.encode(': welcome\n\n'));
      signal.addEventListener('abort', () => state.listeners.delete(listener));
    },
    cancel() {
      state.listeners.delete(listener);
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

/** A quiet landscape, different for every number. */
function picture(seed: number): Response {
  const hue = (seed * 47) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540"><rect width="960" height="540" fill="hsl(${hue} 45% 82%)"/><circle cx="${200 + ((seed * 97) % 560)}" cy="190" r="70" fill="hsl(${(hue + 40) % 360} 70% 88%)"/><path d="M0 400 240 250 430 380 660 210 960 400V540H0z" fill="hsl(${hue} 28% 52%)"/><path d="M0 470 300 380 620 480 960 420V540H0z" fill="hsl(${hue} 30% 36%)"/></svg>`;
  return new Response(svg, { headers: { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=3600' } });
}
