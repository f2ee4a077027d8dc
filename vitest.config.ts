/**
 * Five test projects. `npx vitest run --project NAME` runs one of them; `npm test` runs all but `fleet`, which has
 * `npm run test:fleet`.
 */

import { defineConfig } from 'vitest/config';

/** Folders whose tests are not unit tests. */
const ENGINE = ['test/engines/**/*.test.ts'];
const END_TO_END = ['test/end-to-end/**/*.test.ts', 'test/bench/**/*.test.ts'];
const SHIPPED = ['test/shipped/**/*.test.ts'];
const FLEET = ['test/fleet/scenarios/**/*.test.ts'];

function project(name: string, include: readonly string[], exclude: readonly string[] = []) {
  return { extends: true as const, test: { name, include: [...include], exclude: [...exclude] } };
}

export default defineConfig({
  test: {
    // The programs that tests start are built ones. The global setup builds them if a source has changed.
    globalSetup: ['test/global-setup.ts'],
    // Long, because the machine may be busy: beside other work, a test that starts a program took more than 20 seconds.
    testTimeout: 60_000,
    projects: [
      project('unit', ['test/**/*.test.ts'], [...ENGINE, ...END_TO_END, ...SHIPPED, ...FLEET]),
      project('engine', ENGINE),
      project('end-to-end', END_TO_END),
      project('shipped', SHIPPED),
      project('fleet', FLEET),
    ],
  },
});
