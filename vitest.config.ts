/**
 * Five test projects. `npx vitest run --project NAME` runs one of them; `npm test` runs all but `fleet`, which has
 * `npm run test:fleet`.
 */

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Folders whose tests are not unit tests. */
const ENGINE = ['test/engines/**/*.test.ts'];
const END_TO_END = ['test/end-to-end/**/*.test.ts', 'test/bench/**/*.test.ts'];
const SHIPPED = ['test/shipped/**/*.test.ts'];
const FLEET = ['test/fleet/scenarios/**/*.test.ts'];

/** Long, because the machine may be busy: beside other work, a test that starts a program took more than 20 seconds. */
const TIMEOUT_MS = 60_000;
/** These tests start several programs, and wait up to a minute for each thing that they look for. */
const END_TO_END_TIMEOUT_MS = 2 * TIMEOUT_MS;

function project(
  name: string,
  include: readonly string[],
  { exclude = [], timeout = TIMEOUT_MS }: { exclude?: readonly string[]; timeout?: number } = {},
) {
  const test = { name, include: [...include], exclude: [...exclude] };
  return { extends: true as const, test: { ...test, testTimeout: timeout, hookTimeout: timeout } };
}

export default defineConfig({
  test: {
    // The programs that tests start are built ones. The global setup builds them if a source has changed.
    globalSetup: ['test/global-setup.ts'],
    // At least two files at a time, also on two cores: most of the time, end-to-end tests wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project('unit', ['test/**/*.test.ts'], { exclude: [...ENGINE, ...END_TO_END, ...SHIPPED, ...FLEET] }),
      project('engine', ENGINE),
      project('end-to-end', END_TO_END, { timeout: END_TO_END_TIMEOUT_MS }),
      project('shipped', SHIPPED),
      project('fleet', FLEET, { timeout: END_TO_END_TIMEOUT_MS }),
    ],
  },
});
