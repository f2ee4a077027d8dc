/** `npm run bench -- --training`: measures, and prints what came out. */

import { resolve } from 'node:path';
import { startEngine } from '../src/engines/engine.ts';
import type { EngineChoice } from '../src/engines/names.ts';
import { checkpointFolder, readCard } from '../src/model/checkpoint.ts';
import { currentPrecision, type Precision, withPrecision } from '../src/training/network/ops.ts';
import { RECIPES } from '../src/training/recipes.ts';
import { ProductClock } from './arithmetic.ts';
import { type PeerTrainingRate, runTrainingPeer } from './peer.ts';
import { TrainingBench } from './training.ts';

/** Our steps are measured in two halves, and the other program runs between them. */
const HALF_MS = 5000;

export interface TrainingReportOptions {
  readonly engine: EngineChoice;
  readonly checkpoints: string;
  readonly checkpoint: string;
  readonly batch: number;
  readonly length: number;
  /** The number type of the products; undefined: that of the recipe. Engines that lack it use float32, as in training. */
  readonly precision: Precision | undefined;
  /** Another program to compare with; undefined: none. */
  readonly peer: string | undefined;
  readonly json: boolean;
}

/** Times whole training steps at the sizes of a checkpoint. */
export async function reportTraining(options: TrainingReportOptions): Promise<void> {
  const { batch, length } = options;
  const { architecture } = await readCard(checkpointFolder(resolve(options.checkpoints), options.checkpoint));
  const { vocabulary, embedding, hidden } = architecture;
  const started = await startEngine(options.engine);
  const served = RECIPES.tang;
  if (!served) throw new Error('the recipe of the served checkpoint is gone');
  const wanted = options.precision ?? served.precision;
  const precision = await withPrecision(wanted, async () => currentPrecision());
  const recipe = { ...served, precision };
  const products = await ProductClock.start(started.name, 'training', precision);
  const bench = await TrainingBench.open({ architecture, recipe, batch, length });
  const look = () => products.look();
  await bench.measure(HALF_MS, look);
  const peers = options.peer
    ? await runTrainingPeer(options.peer, { vocabulary, embedding, hidden }, batch, length)
    : [];
  await bench.measure(HALF_MS, look);
  const { tokensPerSecond, stepsPerSecond, multiplyAdds } = bench;
  const { rate } = products;
  const limitShare = (multiplyAdds * stepsPerSecond) / rate;
  bench.close();
  products.stop();

  console.log(
    `${options.checkpoint}: vocabulary ${vocabulary}, embedding ${embedding}, hidden ${hidden}; ` +
      `${batch} sequences of ${length} tokens on engine ${started.name}, ${started.device}, ${precision}: ` +
      `${tokensPerSecond.toFixed(0)} tokens/s`,
  );
  console.log(
    `a step has ${thousandMillions(multiplyAdds)} thousand million multiply-adds; large products make ` +
      `${thousandMillions(rate)} a second, so steps run at ${limitShare.toFixed(2)} of that limit`,
  );
  for (const { dtype, tokens_per_s: theirs } of peers) {
    const ratio = tokensPerSecond / theirs;
    console.log(`peer, ${dtype}: ${theirs} tokens/s; ours are ${ratio.toFixed(2)} times as many`);
  }
  if (!options.json) return;
  const numbers = {
    engine: started.name,
    precision,
    vocabulary,
    embedding,
    hidden,
    batch,
    length,
    tokensPerSecond: Math.round(tokensPerSecond),
    limitShare: rounded(limitShare),
    ...(peers.length > 0 && { peer: peers.map((each) => compared(each, tokensPerSecond)) }),
  };
  console.log(JSON.stringify(numbers));
}

/** A line of the other program's, and our rate as a multiple of it. */
function compared({ dtype, tokens_per_s: theirs }: PeerTrainingRate, ours: number) {
  return { dtype, tokensPerSecond: theirs, ratio: rounded(ours / theirs) };
}

function thousandMillions(value: number): string {
  return (value / 1e9).toFixed(1);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
