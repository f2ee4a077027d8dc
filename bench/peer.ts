/** Runs another program that generates poems of the same length, or trains, with a network of the same sizes. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../src/system/message-of.ts';
import { OperatorError } from '../src/system/operator-error.ts';

/** One line of the program's output. */
export interface PeerRate {
  /** How the program generates, in its own words. */
  readonly way: string;
  readonly batch: number;
  readonly poems_per_s: number;
}

/** One line of the program's output when it trains. */
export interface PeerTrainingRate {
  /** The number type of its products: float32 or bfloat16. */
  readonly dtype: string;
  readonly tokens_per_s: number;
}

export interface PeerSizes {
  readonly vocabulary: number;
  readonly embedding: number;
  readonly hidden: number;
}

/**
 * `program` is a Python file. It takes `generate --vocab --emb --hidden --length --batch`, and prints one JSON object a
 * line. Throws `OperatorError` if it fails.
 */
export async function runPeer(
  program: string,
  sizes: PeerSizes,
  batches: readonly number[],
): Promise<PeerRate[]> {
  return (await linesOf(program, 'generate', sizes, 32, batches)) as PeerRate[];
}

/** As {@link runPeer}, with `train`: whole training steps on `batch` sequences of `length` tokens. */
export async function runTrainingPeer(
  program: string,
  sizes: PeerSizes,
  batch: number,
  length: number,
): Promise<PeerTrainingRate[]> {
  return (await linesOf(program, 'train', sizes, length, [batch])) as PeerTrainingRate[];
}

async function linesOf(
  program: string,
  mode: 'generate' | 'train',
  sizes: PeerSizes,
  length: number,
  batches: readonly number[],
): Promise<unknown[]> {
  const options = {
    '--vocab': sizes.vocabulary,
    '--emb': sizes.embedding,
    '--hidden': sizes.hidden,
    '--length': length,
    '--batch': batches.join(','),
  };
  const args = Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
  const { stdout } = await promisify(execFile)('python3', [program, mode, ...args]).catch((error) => {
    const reason = String(error.stderr || messageOf(error))
      .trim()
      .split('\n')
      .at(-1);
    throw new OperatorError(`${program} failed: ${reason}`);
  });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}
