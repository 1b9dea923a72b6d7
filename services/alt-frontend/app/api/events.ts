import type { Counters, changedEntry } from '@alt/contracts';

/** A change of one entry as the events tell it; `isNew` means it has just arrived. */
export type ChangedEntry = (typeof changedEntry)['_zod']['output'];

/** Everything of a feed received before that time is read; null for all of it. */
export interface MarkedFeed {
  feedId: string;
  before: string | null;
}

export interface EventHandlers {
  /** `removed` are in no list any more: folded into another entry, or hidden. */
  entries(items: ChangedEntry[], removed: string[]): void;
  marked(feeds: MarkedFeed[]): void;
  counters(counters: Counters): void;
  subscriptions(): void;
  /** A tag was renamed, merged, hidden, promoted or vetoed. */
  tags(): void;
  /** An import of another account went on. */
  imports(): void;
  reset(): void;
  /** True while the stream is open. */
  connected(isConnected: boolean): void;
}

const retryMs = { first: 2_000, longest: 60_000 };

/**
 * Listens to `GET /v1/events` until the returned function is called. The browser resumes a broken stream by itself with
 * `Last-Event-ID`; after an error status it gives up, so we open a new one, ever more slowly, and ask for a reload of
 * everything because the gap is unknown.
 */
export function listenToEvents(handlers: EventHandlers): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delayMs = retryMs.first;

  const open = (isResumed: boolean) => {
    const stream = new EventSource('/v1/events');
    source = stream;
    const on = <Data>(name: string, handle: (data: Data) => void) =>
      stream.addEventListener(name, (event: MessageEvent<string>) => handle(JSON.parse(event.data || '{}') as Data));
    stream.onopen = () => {
      delayMs = retryMs.first;
      handlers.connected(true);
      if (isResumed) handlers.reset();
    };
    on<{ items: ChangedEntry[]; removed?: string[] }>('entries', ({ items, removed = [] }) =>
      handlers.entries(items, removed),
    );
    on<{ feeds: MarkedFeed[] }>('marked', ({ feeds }) => handlers.marked(feeds));
    on<Counters>('counters', handlers.counters);
    on('subscriptions', handlers.subscriptions);
    on('tags', handlers.tags);
    on('import', handlers.imports);
    on('reset', handlers.reset);
    stream.onerror = () => {
      handlers.connected(false);
      if (stream.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(() => open(true), delayMs);
      delayMs = Math.min(delayMs * 2, retryMs.longest);
    };
  };

  open(false);
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
