import { copyDataFolder } from '@alt/database/testing.ts';
import { type Machine, type MachineOptions, type Shape, startMany, startOne } from './processes.ts';

export type { Machine, Shape } from './processes.ts';

export const shapes: Shape[] = ['one process', 'a process per service'];

/**
 * The shapes that a file runs in where both take long and each proves what the other does not: one of them in `npm test`, both
 * with `--all` and in `npm run test:long`, and what `npm test` left out with `--rest`.
 */
export function shapesInTime(first: Shape): Shape[] {
  if (process.env.ALT_TEST_REST) return shapes.filter((shape) => shape !== first);
  return process.env.ALT_TEST_LONG || process.env.ALT_TEST_ALL ? shapes : [first];
}

/**
 * The shapes of a file whose promises do not depend on the shape, which the journeys show to be alike: one of them, and both in
 * `npm run test:long`.
 */
export function shapesAtLength(first: Shape): Shape[] {
  return process.env.ALT_TEST_LONG ? shapes : [first];
}

/** Alt as a user runs it, in either shape: real processes, a real Postgres, its own data folder. */
export async function startMachine(shape: Shape, options: MachineOptions = {}): Promise<Machine> {
  const dataDir = await copyDataFolder('alt-e2e-');
  const environment = {
    ...process.env,
    ALT_DATA_DIR: dataDir,
    ALT_EGRESS_ALLOW: (options.allow ?? []).join(','),
    LOG_LEVEL: 'warn',
    ...options.environment,
  };
  return shape === 'one process'
    ? startOne(dataDir, environment, options.args)
    : startMany(dataDir, environment, options);
}

/** Waits until `look` gives something other than null or false; fails with what it saw last. */
export async function eventually<T>(
  look: () => Promise<T | null | false | undefined>,
  what: string,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false && seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
