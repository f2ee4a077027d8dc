/** Runs another program that generates poems of the same length with a network of the same sizes. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One line of the program's output. */
export interface PeerRate {
  /** How the program generates, in its own words. */
  readonly way: string;
  readonly batch: number;
  readonly poems_per_s: number;
}

/**
 * `program` is a Python file. It takes `generate --vocab --emb --hidden --length --batch`, and prints one JSON object a
 * line. Throws if it fails.
 */
export async function runPeer(
  program: string,
  sizes: { readonly vocabulary: number; readonly embedding: number; readonly hidden: number },
  batches: readonly number[],
): Promise<PeerRate[]> {
  const options = {
    '--vocab': sizes.vocabulary,
    '--emb': sizes.embedding,
    '--hidden': sizes.hidden,
    '--length': 32,
    '--batch': batches.join(','),
  };
  const args = Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
  const { stdout } = await promisify(execFile)('python3', [program, 'generate', ...args]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as PeerRate);
}
