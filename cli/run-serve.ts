import type { LoadedName } from './registry.ts';
import { serveService } from './serve.ts';
import type { Environment } from './settings.ts';
import { untilStopped } from './signals.ts';
import { exitSoon } from './stopping.ts';

/** Serves until asked to stop. A service that cannot start ends its process too, whatever it had opened. */
export async function runServe(name: LoadedName, environment: Environment): Promise<number> {
  const stopped = untilStopped();
  try {
    const running = await serveService(name, environment);
    await stopped;
    await running.stop();
    return 0;
  } finally {
    exitSoon();
  }
}
