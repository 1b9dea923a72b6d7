const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves with the first signal that asks this process to stop; a second one ends it at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    onStopSignal(resolve);
  });
}

/** Hears the first such signal; a second one ends the process at once. Answers how to hear it no more. */
export function onStopSignal(onStop: (signal: NodeJS.Signals) => void): () => void {
  const end = () => process.exit(1);
  const hear = (signal: NodeJS.Signals) => {
    forget();
    for (const each of STOP_SIGNALS) process.once(each, end);
    onStop(signal);
  };
  const forget = () => {
    for (const each of STOP_SIGNALS) process.off(each, hear);
  };
  for (const each of STOP_SIGNALS) process.once(each, hear);
  return forget;
}
