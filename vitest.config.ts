import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What runs whole machines comes first, lest the last file keeps everybody waiting. */
class MachinesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isMachine = ({ moduleId }: TestSpecification) => moduleId.includes('/e2e/') || moduleId.includes('/backup/');
    const sorted = await super.sort(files);
    return [...sorted.filter(isMachine), ...sorted.filter((file) => !isMachine(file))];
  }
}

export default defineConfig({
  test: {
    include: ['packages', 'services', 'cli', 'tools', 'demo', 'e2e'].map((folder) => `${folder}/**/*.test.{ts,tsx}`),
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: './packages/testing/vitest-setup.ts',
    // Processes, not threads: tests start servers, change the environment and read resource usage.
    pool: 'forks',
    sequence: { sequencer: MachinesFirst },
    // One process for many files: with one for each, a third of the whole run went into importing the same modules.
    isolate: false,
    // The programs and threads that tests start compile the same files again and again.
    env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, 'node_modules', '.cache', 'alt-test-compile') },
    // Tests wait for servers, clocks and each other's processes: more than there are cores keep these busy.
    maxWorkers: Math.min(availableParallelism() + 2, 8),
    // Guards against what hangs, on machines however busy; no test is about time.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } }, // a second unless said otherwise
  },
});
