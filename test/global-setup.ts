/** Builds before any test runs, if a source differs from what the build was made of. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Throws if the build fails; its messages are on standard error. */
export default function buildIfStale(): void {
  execFileSync(process.execPath, ['tools/build-if-stale.mjs'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
