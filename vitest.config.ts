import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Whole machines and browsers first: on a clean checkout Vitest goes by the size of files, which says nothing of them, and
 * begun last they would run alone.
 */
class MachinesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      moduleId.includes('/e2e/') || moduleId.endsWith('.long.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['packages', 'services', 'cli', 'tools', 'demo', 'e2e'].map((folder) => `${folder}/**/*.test.{ts,tsx}`),
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: './packages/testing/vitest-setup.ts',
    sequence: { sequencer: MachinesFirst },
    // Processes, not threads: tests start servers, change the environment and read resource usage.
    pool: 'forks',
    // One process for many files: with one for each, a third of the whole run went into importing the same modules.
    isolate: false,
    // The programs and threads that tests start compile the same files again and again.
    env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules', '.cache', 'alt-test-compile') },
    // Tests wait for servers, clocks and each other's processes: one more than there are cores keeps these busy.
    maxWorkers: Math.max(2, Math.min(availableParallelism() + 1, 8)),
    // Guards against what hangs, on machines however busy; no test is about time.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // A browser that got no processor for a minute is asked once more; whatever is wrong, rather than late, fails at once.
    retry: { count: 1, condition: /Timeout \d+ms exceeded|net::ERR_/ },
    expect: { poll: { timeout: 60_000 } }, // a second unless said otherwise
  },
});
