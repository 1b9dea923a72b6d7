export interface OneAtATime {
  /** Asks for the work. Resolves once a run is over that began after this was called; never rejects. */
  ask(): Promise<void>;
  /** Begins nothing any more, tells what runs to end, and waits for it. */
  stop(): Promise<void>;
}

/**
 * Work that any number may ask for and that runs once at a time: who asks while it runs has it run once more. A run that
 * fails is told of and does not keep the next from beginning; one that fails because of `stop` is no failure.
 */
export function oneAtATime(
  work: (signal: AbortSignal) => Promise<unknown>,
  onFailure: (error: unknown) => void,
): OneAtATime {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | null = null;
  let isAsked = false;

  const runOnce = async () => {
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
  };
  const runAll = async () => {
    // `null` first: the end of a run must come after `running` is set.
    for (await null; isAsked && !signal.aborted; ) {
      isAsked = false;
      await runOnce();
    }
    // At once with the last look at `isAsked`: who asks in between would be told that it runs, and wait for nobody.
    running = null;
  };
  return {
    ask() {
      if (signal.aborted) return running ?? Promise.resolve();
      isAsked = true;
      running ??= runAll();
      return running;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
