import { events, Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Host, type Reader, type Route, route } from '@alt/service-kit';
import { computeCounters } from './counters.ts';
import { presentImport } from './imports/routes.ts';
import { changedImports } from './imports/store.ts';
import * as store from './store/changes.ts';
import type { AsReader } from './store/readers.ts';

/** Notifications within this time are one look. */
const LOOK_AFTER_MS = 150;
const LOOK_EVERY_MS = 30_000;
/** Also how soon a revoked session loses its stream. */
const HEARTBEAT_MS = 4_000;
const CHANGES_MAXIMUM = 5_000;

interface Stream {
  reader: Reader;
  readerId: number;
  /** The revision this client has. */
  since: number;
  isSending: boolean;
  /** Something came while it was being sent to. */
  isBehind: boolean;
  send(event: string, data: unknown, id?: number): void;
  close(): void;
}

export interface EventHub {
  route: Route;
  stop(): Promise<void>;
}

/**
 * Event streams: every client says which revision it has and receives what changed since, from the database and never
 * from memory, so that resuming after any gap is exact. A client too far behind gets `reset`.
 */
export async function createEventHub(options: {
  host: Host;
  database: Database;
  asReader: AsReader;
  identify: (request: Request, address: string) => Promise<Reader | null>;
}): Promise<EventHub> {
  const { host, database, asReader } = options;
  const streams = new Set<Stream>();
  let isLookDue = false;

  const look = async () => {
    isLookDue = false;
    if (streams.size === 0) return;
    const ids = [...new Set([...streams].map(({ readerId }) => readerId))];
    const revisions = new Map((await store.revisionsOf(database, ids)).map((row) => [row.readerId, row.revision]));
    const behind = [...streams].filter(({ readerId, since }) => (revisions.get(readerId) ?? 0) > since);
    await Promise.all(behind.map((stream) => sendOrClose(stream, asReader)));
  };
  const lookSoon = () => {
    if (isLookDue) return;
    isLookDue = true;
    setTimeout(
      () => look().catch((error: unknown) => host.log.warn({ error: String(error) }, 'events look failed')),
      LOOK_AFTER_MS,
    );
  };
  const closeAll = () => {
    for (const stream of streams) stream.close();
  };
  host.closing.addEventListener('abort', closeAll, { once: true });
  const stopListening = await host.listen('alt_readers', lookSoon);
  const timer = setInterval(lookSoon, LOOK_EVERY_MS);
  timer.unref();

  return {
    route: route(events, async ({ reader, query, request, address }) => {
      const lastId = request.headers.get('last-event-id');
      const asked = lastId !== null && /^\d{1,15}$/.test(lastId) ? Number(lastId) : query.since;
      const { readerId, revision } = await asReader(reader, async (tx, readerId) => ({
        readerId,
        revision: (await store.readRevisions(tx, readerId)).revision,
      }));
      const stream = openStream({ reader, readerId, since: asked ?? revision });
      const heartbeat = setInterval(async () => {
        const present = await options.identify(request, address).catch(() => reader);
        if (present?.userId === reader.userId) stream.beat();
        else stream.entry.close();
      }, HEARTBEAT_MS);
      streams.add(stream.entry);
      stream.onClose(() => {
        clearInterval(heartbeat);
        streams.delete(stream.entry);
      });
      await sendChanges(stream.entry, asReader, true);
      // Opened while the others were closed: it ends well, and its client goes on at another process.
      if (host.closing.aborted) stream.entry.close();
      return stream.response;
    }),
    async stop() {
      clearInterval(timer);
      closeAll();
      await stopListening();
    },
  };
}

/** One stream that is refused, a suspended tenant's, takes no other with it. */
async function sendOrClose(stream: Stream, asReader: AsReader): Promise<void> {
  try {
    await sendChanges(stream, asReader);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    stream.close();
  }
}

async function sendChanges(stream: Stream, asReader: AsReader, isFirst = false): Promise<void> {
  stream.isBehind = true;
  if (stream.isSending) return;
  stream.isSending = true;
  try {
    for (let isGreeting = isFirst; stream.isBehind; isGreeting = false) {
      stream.isBehind = false;
      await sendOnce(stream, asReader, isGreeting);
    }
  } finally {
    // At once with the last look at `isBehind`: what came in between would wait for the next change.
    stream.isSending = false;
  }
}

async function sendOnce(stream: Stream, asReader: AsReader, isFirst: boolean): Promise<void> {
  const since = stream.since;
  const changes = await asReader(stream.reader, async (tx, readerId) => {
    const revisions = await store.readRevisions(tx, readerId);
    const isLost = since < revisions.resetRevision || since > revisions.revision;
    const entries = isLost ? [] : await store.changedEntries(tx, readerId, since, CHANGES_MAXIMUM + 1);
    const marks = isLost ? [] : await store.markedFeeds(tx, readerId, since);
    const imports = revisions.revision > since ? await changedImports(tx, since) : [];
    const counters = revisions.revision > since || isFirst || isLost ? await computeCounters(tx, readerId) : null;
    return { revisions, isReset: isLost || entries.length > CHANGES_MAXIMUM, entries, marks, imports, counters };
  });
  const { revision, structureRevision, tagsRevision } = changes.revisions;
  if (changes.isReset) stream.send('reset', { revision });
  else {
    if (structureRevision > since) stream.send('subscriptions', {});
    if (tagsRevision > since) stream.send('tags', {});
    for (const row of changes.imports) stream.send('import', presentImport(row));
    if (changes.marks.length > 0) {
      stream.send('marked', {
        feeds: changes.marks.map(({ feedId, before }) => ({ feedId: String(feedId), before })),
      });
    }
    if (changes.entries.length > 0) stream.send('entries', { revision, ...presentAll(changes.entries) });
  }
  // The id comes with the last event: a client cut off before it asks for all of them again.
  if (changes.counters) stream.send('counters', changes.counters, revision);
  stream.since = revision;
}

function presentAll(changed: store.ChangedEntry[]) {
  const removed = changed.filter(({ isListed }) => !isListed).map(({ id }) => String(id));
  return { items: changed.filter(({ isListed }) => isListed).map(present), removed };
}

function present({ id, feedId, isRead, isStarred, isNew, labels }: store.ChangedEntry) {
  return { id: String(id), feedId: String(feedId), read: isRead, starred: isStarred, isNew, labels };
}

function openStream(of: { reader: Reader; readerId: number; since: number }) {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let onClose = () => {};
  const close = () => {
    if (!controller) return;
    controller.close();
    controller = null;
    onClose();
  };
  const write = (text: string) => {
    // A client that reads too slowly would fill our memory; it reconnects and resumes.
    if (controller && (controller.desiredSize ?? 0) < -1_000) return close();
    controller?.enqueue(encoder.encode(text));
  };
  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      opened.enqueue(encoder.encode('retry: 2000\n\n'));
    },
    cancel() {
      controller = null;
      onClose();
    },
  });
  const entry: Stream = {
    ...of,
    isSending: false,
    isBehind: false,
    close,
    send(event, data, id) {
      write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
  };
  return {
    entry,
    beat: () => write(': \n\n'),
    onClose: (handler: () => void) => {
      onClose = handler;
    },
    response: new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    }),
  };
}
