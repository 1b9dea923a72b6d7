import type { Logger } from '@alt/service-kit';

/** Longer than any part takes that ends well; the charts leave 20 s for all parts, after which Kubernetes kills. */
const PART_TIMEOUT_MS = 10_000;
const EXIT_AFTER_MS = 1_000;

/**
 * Stops one part of this process. One that does not end in time is left as a crash would leave it, which loses nothing;
 * the log names it. Resolves in either case.
 */
export async function stopInTime(
  name: string,
  stop: () => Promise<void>,
  log: Pick<Logger, 'warn'>,
  timeoutMs = PART_TIMEOUT_MS,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), timeoutMs);
  const ended = stop().catch((error: unknown) => log.warn({ part: name, error: String(error) }, 'cannot stop'));
  if ((await Promise.race([ended, late])) === 'late') log.warn({ part: name }, 'does not stop, and is left behind');
  clearTimeout(timer);
}

/** Ends the process even if something that was left behind still holds a socket or a timer. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), EXIT_AFTER_MS).unref();
}
