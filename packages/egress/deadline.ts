import { EgressError } from './errors.ts';

/** The end that a whole request has: its overall time-out or the caller's signal. */
export interface Deadline {
  /** Set once the time is over. */
  readonly ended: EgressError | undefined;
  /** Calls back once at the end, at once if it has come; returns the way to forget it. */
  onEnd(callback: (error: EgressError) => void): () => void;
  /** The promise's outcome, or a rejection at the end, whichever is first. */
  race<T>(promise: Promise<T>): Promise<T>;
  stop(): void;
}

/** One timer for the whole of a request: look-ups, connections, redirects, body. */
export function startDeadline(host: string, timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  const callbacks = new Set<(error: EgressError) => void>();
  let ended: EgressError | undefined;
  const end = (error: EgressError): void => {
    if (ended) return;
    ended = error;
    for (const callback of callbacks) callback(error);
    callbacks.clear();
  };
  const abort = (): void => end(new EgressError('aborted', host, { cause: signal?.reason }));
  const timer = setTimeout(() => end(new EgressError('timeout', host)), timeoutMs);
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });

  const onEnd = (callback: (error: EgressError) => void): (() => void) => {
    if (ended) callback(ended);
    else callbacks.add(callback);
    return () => callbacks.delete(callback);
  };
  return {
    get ended() {
      return ended;
    },
    onEnd,
    race: (promise) =>
      new Promise((resolve, reject) => {
        const forget = onEnd(reject);
        promise.then(resolve, reject).finally(forget);
      }),
    stop: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}
