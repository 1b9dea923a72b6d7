import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages', 'services', 'cli', 'tools', 'demo', 'e2e'].map((folder) => `${folder}/**/*.test.{ts,tsx}`),
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: './packages/testing/vitest-setup.ts',
    // Processes, not threads: tests start servers, change the environment and read resource usage.
    pool: 'forks',
    // Tests wait for servers, clocks and each other's processes: one more than there are cores keeps these busy.
    maxWorkers: Math.max(2, Math.min(availableParallelism() + 1, 8)),
    // Guards against what hangs, on machines however busy; no test is about time.
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
