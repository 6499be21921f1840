import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** For what a test waits for: on a machine that is busy elsewhere anything may take seconds. */
const waiting = { poll: { timeout: 30_000, interval: 50 } }

export default defineConfig({
  test: {
    // One for each core, also where there are two (vitest would keep one free): many tests wait for processes of their own.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      // Files of a process share its modules: loading them for each took a fifth of the time, and what a test changes of them is found.
      {
        test: { name: 'unit', include: ['test/**/*.test.ts', 'test/**/*.test.tsx'], exclude: ['test/e2e/**'], isolate: false, testTimeout: 60_000, hookTimeout: 60_000, expect: waiting },
      },
      // One file at a time: each drives a browser and a workbench of its own.
      {
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 120_000, fileParallelism: false, expect: waiting },
      },
    ],
  },
})
