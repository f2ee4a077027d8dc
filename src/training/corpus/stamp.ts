/**
 * What the last build was made from, kept beside the corpus so that building it again can be skipped. The stamp is
 * only believed while it fits the corpus file, the source and the code that would build it.
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

/** The folders whose code decides what the corpus is: this one and the poetry room. */
const CODE = ['.', '../../poetry/'];

/** A fingerprint of the source (whatever identifies it) and of the code that builds a corpus from it. */
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

/** The tally and the hash of the corpus that is at `path`, if it was built from just these inputs; else null. */
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
    // Not there, or not ours: then the corpus is built.
    return null;
  }
}

export async function writeStamp(path: string, inputs: string, corpus: string, tally: Tally): Promise<void> {
  const stamp: Stamp = { inputs, corpus, tally };
  await writeAtomically(stampOf(path), `${JSON.stringify(stamp, null, 2)}\n`);
}
