import type { BuiltService } from './registry.ts';
import { serveService } from './serve.ts';
import { untilStopped } from './signals.ts';

/** Serves until asked to stop. */
export async function runServe(name: BuiltService): Promise<number> {
  const stopped = untilStopped();
  const running = await serveService(name, process.env);
  await stopped;
  await running.stop();
  return 0;
}
