/**
 * Builds if a source differs from what the build was made of; says nothing if the build is fresh. The scripts of
 * `package.json` run it before they start anything, and `prepare` runs it after an installation.
 *
 * A package that was packed and installed has no sources. It runs what it came with.
 */

import { build, hasBuild, hasSources, isFresh, missingCompilers } from './build.mjs';

const preparing = process.argv.includes('--prepare');

process.exitCode = buildIfStale();

function buildIfStale() {
  if (!hasSources() || isFresh()) return 0;
  const missing = missingCompilers();
  if (missing.length === 0) return build();
  const reason = `${missing.join(' and ')} not installed`;
  if (preparing && hasBuild()) {
    console.error(`prepare: keeping the build in dist as it is, ${reason}`);
    return 0;
  }
  console.error(
    `The sources have changed since they were built, and they cannot be built: ${reason}. Run npm ci.`,
  );
  return 1;
}
