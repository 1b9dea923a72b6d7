import type { BuiltService } from './registry.ts';
import { serveService } from './serve.ts';
import { untilStopped } from './signals.ts';
import { exitSoon } from './stopping.ts';

/** Serves until asked to stop. */
export async function runServe(name: BuiltService): Promise<number> {
  const stopped = untilStopped();
  const running = await serveService(name, process.env);
  await stopped;
  await running.stop();
  exitSoon();
  return 0;
}
