/**
 * A stamp beside the corpus records what the corpus was built from, so that the same build can be skipped. It is valid as
 * long as the corpus file, the source and the code are unchanged.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '../../system/atomic-write.ts';
import type { Tally } from './build.ts';
import { sha256 } from './corpus.ts';

interface Stamp {
  /** Of the source and the code. */
  readonly inputs: string;
  /** SHA-256 of the corpus file. */
  readonly corpus: string;
  readonly tally: Tally;
}

const stampOf = (corpusPath: string): string => corpusPath.replace(/\.jsonl$/, '.stamp.json');

/** The folders whose code determines the corpus: this one and src/poetry. */
const CODE = ['.', '../../poetry/'];

/** A fingerprint of a source, given by any string that identifies it, and of the code that builds a corpus from it. */
export async function fingerprint(source: string): Promise<string> {
  const parts = [source];
  for (const folder of CODE) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    const files = (await readdir(path)).filter((name) => /\.[jt]s$/.test(name)).sort();
    for (const file of files)
      parts.push(`${basename(path)}/${file}`, sha256(await readFile(join(path, file))));
  }
  return sha256(parts.join('\n'));
}

/** The tally and the hash of the corpus at `path`, if it was built from these inputs; otherwise null. */
export async function readStamp(
  path: string,
  inputs: string,
): Promise<{ hash: string; tally: Tally } | null> {
  try {
    const stamp = JSON.parse(await readFile(stampOf(path), 'utf8')) as Partial<Stamp>;
    if (stamp.inputs !== inputs || stamp.tally === undefined) return null;
    const hash = sha256(await readFile(path));
    return hash === stamp.corpus ? { hash, tally: stamp.tally } : null;
  } catch {
    // There is no stamp, or none of this version, so the corpus is built.
    return null;
  }
}

export async function writeStamp(path: string, inputs: string, corpus: string, tally: Tally): Promise<void> {
  const stamp: Stamp = { inputs, corpus, tally };
  await writeAtomically(stampOf(path), `${JSON.stringify(stamp, null, 2)}\n`);
}
