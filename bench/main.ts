/**
 * `npm run bench`: measures how fast the service writes poems, and which share of the engine's arithmetic it uses. With
 * `--training`: how fast a network of the checkpoint's sizes trains.
 */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { count, engineChoice, oneOf, runCommand, UsageError } from '../src/cli/command.ts';
import type { SearchSettings } from '../src/decoding/search.ts';
import type { EngineChoice } from '../src/engines/names.ts';
import { openInference } from '../src/service/embedded.ts';
import { type Inference, LoadError } from '../src/service/inference.ts';
import { PRECISIONS } from '../src/training/network/ops.ts';
import { ProductClock } from './arithmetic.ts';
import { residentBytes } from './memory.ts';
import { runPeer } from './peer.ts';
import { measureThroughput, soak, type Throughput } from './serving.ts';
import { reportTraining } from './training-report.ts';

const SOAK_POEMS = 10_000;
const SOAK_POETS = 64;

const HELP = `npm run bench -- [--json] [--engine E] [--checkpoint NAME] [--concurrency 1,8,64,256] [--candidates 1] [--kept 1] [--soak]
npm run bench -- --training [--json] [--engine E] [--checkpoint NAME] [--batch 64] [--length 64] [--precision P] [--peer PROGRAM]

  --json               the last line is the numbers as JSON
  --engine E           auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)
  --checkpoint NAME    a folder under checkpoints/, or under --checkpoints DIR (default: tang)
  --concurrency LIST   numbers of poets at once (default: 1,8,64,256)
  --candidates N       rows generated for each poem (default: 1; the bot generates several and keeps the best)
  --kept N             rows that go on after each stage (default: all)
  --soak               writes 10,000 poems instead, and prints the memory before and after
  --peer PROGRAM       also runs another program, and prints the ratio of our poems or tokens a second to its own
  --training           times training steps at the checkpoint's sizes instead, --batch sequences of --length tokens,
                       and prints which share of the rate of large products they reach
  --precision P        with --training: float32 or bfloat16 (default: the recipe's, bfloat16). An engine or a processor
                       without bfloat16 learns in float32, as in training`;

const OPTIONS = {
  options: {
    json: { type: 'boolean', default: false },
    engine: { type: 'string' },
    checkpoints: { type: 'string', default: 'checkpoints' },
    checkpoint: { type: 'string', default: 'tang' },
    concurrency: { type: 'string', default: '1,8,64,256' },
    candidates: { type: 'string', default: '1' },
    kept: { type: 'string' },
    soak: { type: 'boolean', default: false },
    training: { type: 'boolean', default: false },
    batch: { type: 'string', default: '64' },
    length: { type: 'string', default: '64' },
    precision: { type: 'string' },
    peer: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
} as const;

type Values = ReturnType<typeof parseArgs<typeof OPTIONS>>['values'];

await runCommand(async () => {
  const { values } = parseArgs(OPTIONS);
  if (values.help) console.log(HELP);
  else if (values.training) await benchTraining(values);
  else await benchServing(values);
});

async function benchTraining(values: Values): Promise<void> {
  await reportTraining({
    engine: engineChoice(values.engine),
    checkpoints: values.checkpoints,
    checkpoint: values.checkpoint,
    batch: count('batch', values.batch),
    length: count('length', values.length),
    precision: values.precision === undefined ? undefined : oneOf('precision', PRECISIONS, values.precision),
    peer: values.peer,
    json: values.json,
  });
}

async function benchServing(values: Values): Promise<void> {
  const concurrency = values.concurrency.split(',').map((word) => count('concurrency', word));
  const candidates = count('candidates', values.candidates);
  const most = Math.max(...concurrency, SOAK_POETS);
  const kept = values.kept === undefined ? candidates : count('kept', values.kept);
  const inference = await openService(values, { candidates, kept }, most);
  const { engine, checkpoint } = inference.status();
  const { name, vocabulary, embedding, hidden } = checkpoint;
  console.log(`${name}: vocabulary ${vocabulary}, embedding ${embedding}, hidden ${hidden}`);
  console.log(`engine ${engine.name} on ${engine.device}; rows written for a poem: ${candidates}`);

  // The first poems bring the code and the batch to their size.
  await soak(inference, values.soak ? SOAK_POEMS / 10 : most, most);
  const products = await ProductClock.start(engine.name as EngineChoice);
  const { results, memory } = await measure(inference, products, values.soak ? null : concurrency);
  const { dropped } = await inference.close(0);
  if (dropped > 0) throw new Error(`${dropped} poems were not finished`);
  const { rate } = products;
  products.stop();

  printResults(results, rate);
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  console.log(
    `memory ${mebibytes(memory.before)} MiB before, ${mebibytes(memory.after)} MiB after` +
      (values.soak ? ` ${SOAK_POEMS} poems` : ''),
  );
  if (values.peer) await compare(values.peer, { vocabulary, embedding, hidden }, results);
  if (!values.json) return;
  const numbers = {
    engine: engine.name,
    checkpoint: { name, vocabulary, embedding, hidden },
    ...summary(results, rate),
    memory,
  };
  console.log(JSON.stringify(numbers));
}

/** Opens the service for a number of poets. Throws `UsageError` if the checkpoint or the engine is not there. */
async function openService(values: Values, search: SearchSettings, poets: number): Promise<Inference> {
  const print = (fields: object, message: string) => console.error(message, JSON.stringify(fields));
  try {
    return await openInference({
      engine: engineChoice(values.engine),
      checkpointsRoot: resolve(values.checkpoints),
      checkpoint: values.checkpoint,
      search,
      limits: { rows: poets * search.candidates, queue: poets, deadlineMs: 600_000 },
      logger: { info: print, warn: print },
    });
  } catch (error) {
    throw error instanceof LoadError ? new UsageError(error.message) : error;
  }
}

interface Memory {
  readonly before: number;
  readonly after: number;
}

/** Measures at each number of poets; null: writes {@link SOAK_POEMS} poems instead. */
async function measure(
  inference: Inference,
  products: ProductClock,
  concurrency: readonly number[] | null,
): Promise<{ results: Throughput[]; memory: Memory }> {
  await products.look();
  // A collection of garbage slows the engine for seconds, which matters to the throughput and not to the soak.
  const bytes = async () => (concurrency ? process.memoryUsage.rss() : residentBytes());
  const before = await bytes();
  const results: Throughput[] = [];
  if (!concurrency) await soak(inference, SOAK_POEMS, SOAK_POETS);
  for (const poets of concurrency ?? []) {
    results.push(await measureThroughput(inference, poets));
    await products.look();
  }
  return { results, memory: { before, after: await bytes() } };
}

function printResults(results: readonly Throughput[], rate: number): void {
  console.log(`products of matrices: ${(rate / 1e9).toFixed(1)} thousand million multiply-adds a second`);
  for (const { n, poemsPerSecond, p50, p95, p99, arithmetic, eventLoopDelayP99 } of results) {
    console.log(
      `${String(n).padStart(4)} poets: ${poemsPerSecond.toFixed(1)} poems/s; ` +
        `ms p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} p99 ${p99.toFixed(1)}; ` +
        `${(arithmetic / rate).toFixed(2)} of the arithmetic; event loop p99 ${eventLoopDelayP99.toFixed(1)} ms`,
    );
  }
}

/** The results as they are in the JSON line. */
function summary(results: readonly Throughput[], rate: number) {
  // The share of the arithmetic is that of the fullest batches: smaller ones are limited by something else.
  const fastest = results.toSorted((a, b) => b.poemsPerSecond - a.poemsPerSecond)[0];
  return {
    concurrency: results.map(({ n, poemsPerSecond, p50, p95, p99 }) => ({
      n,
      poemsPerSecond: rounded(poemsPerSecond),
      p50: rounded(p50),
      p95: rounded(p95),
      p99: rounded(p99),
    })),
    limitShare: fastest ? rounded(fastest.arithmetic / rate) : null,
    eventLoopDelayP99:
      results.length > 0 ? rounded(Math.max(...results.map((each) => each.eventLoopDelayP99))) : null,
  };
}

/** Runs another program at the same numbers of poets, and prints the ratios. */
async function compare(
  program: string,
  sizes: { vocabulary: number; embedding: number; hidden: number },
  results: readonly Throughput[],
): Promise<void> {
  const batches = results.map(({ n }) => n);
  for (const { way, batch, poems_per_s: theirs } of await runPeer(program, sizes, batches)) {
    const ours = results.find(({ n }) => n === batch);
    if (!ours) continue;
    const ratio = ours.poemsPerSecond / theirs;
    console.log(
      `peer, ${way}, batch ${batch}: ${theirs} poems/s; ours are ${ratio.toFixed(2)} times as many`,
    );
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
