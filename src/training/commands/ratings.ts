/**
 * `npm run ratings`: a round of readers' ratings. It writes sheets of poems for readers, makes a file of ratings of what
 * they answer, and measures what weights have learned of them. The poet learns from such files; docs/decisions/36 says how.
 */

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, engineChoice, runCommand, UsageError } from '../../cli/command.ts';
import { openDecoder } from '../../decoding/open-decoder.ts';
import { describeEngine, startEngine } from '../../engines/engine.ts';
import { checkpointFolder, checkpointsRoot, loadCheckpoint } from '../../model/checkpoint.ts';
import { Random } from '../../model/random.ts';
import { writeAtomically } from '../../system/atomic-write.ts';
import { readCorpus } from '../corpus/corpus.ts';
import { openForScoring } from '../network/open-network.ts';
import { lineLogLikelihoods, ratingGain } from '../reward/rating-gain.ts';
import { drawRatingRequests } from '../reward/rating-requests.ts';
import { layOutRatingSheet, ratedRows, ratingsFile, type UnratedPoem } from '../reward/rating-sheet.ts';
import { parseRatings, RatingsError, readRatings } from '../reward/ratings.ts';
import { writeRatingPoems } from '../reward/write-rating-poems.ts';

const HELP = `npm run ratings -- --write DIR [--requests N] [--sheets N] [--seed N] [--checkpoint NAME] [--engine E]
npm run ratings -- --collect DIR --out FILE
npm run ratings -- --gain FILE... --before NAME [--checkpoint NAME] [--engine E]

  --write DIR         write sheets of poems for readers (sheet-1.md, …) and their keys (key-1.json, …) to a folder
  --requests N        requests, each of which is answered by up to six poems (default: 240)
  --sheets N          sheets, each for one reader (default: 8)
  --seed N            the seed of the requests and the poems (default: 1)
  --checkpoint NAME   a folder under checkpoints/ (default: tang)
  --engine E          auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)
  --collect DIR       read the keys there, and what each reader wrote (scores-1.txt, …)
  --out FILE          the file of ratings to write, for example data/ratings-13.tsv
  --gain FILE...      measure how far a checkpoint agrees with ratings that it has not learned from, beyond the one before
  --before NAME       the checkpoint before it learned from ratings: a folder under checkpoints/`;

/** What a key has beside the poems. */
interface RatingKey {
  readonly format: 'shiren-rating-key';
  readonly version: 1;
  readonly name: string;
  readonly poems: readonly UnratedPoem[];
}

await runCommand(async () => {
  const { values, positionals: files } = parseArgs({
    allowPositionals: true,
    options: {
      write: { type: 'string' },
      collect: { type: 'string' },
      out: { type: 'string' },
      gain: { type: 'boolean', default: false },
      before: { type: 'string' },
      requests: { type: 'string', default: '240' },
      sheets: { type: 'string', default: '8' },
      seed: { type: 'string', default: '1' },
      checkpoint: { type: 'string', default: 'tang' },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
  } else if (files.length > 0 && !values.gain) {
    throw new UsageError(`${files[0]} is given without --gain\n\n${HELP}`);
  } else if (values.gain) {
    if (files.length === 0)
      throw new UsageError('--gain needs files of ratings, for example data/ratings-19.tsv');
    if (!values.before) throw new UsageError('--gain needs the checkpoint to compare with: --before NAME');
    await measureGain(files, values.before, values.checkpoint, values.engine);
  } else if (values.collect) {
    if (!values.out) throw new UsageError('--collect needs the file of ratings to write: --out FILE');
    await collect(values.collect, values.out);
  } else if (values.write) {
    await write(values.write, values.checkpoint, values.engine, {
      requests: count('requests', values.requests),
      sheets: count('sheets', values.sheets),
      seed: count('seed', values.seed),
    });
  } else {
    throw new UsageError(`--write, --collect or --gain is needed\n\n${HELP}`);
  }
});

async function write(
  folder: string,
  checkpointName: string,
  engineFlag: string | undefined,
  { requests, sheets, seed }: { readonly requests: number; readonly sheets: number; readonly seed: number },
): Promise<void> {
  if (sheets > requests) throw new UsageError('--sheets is at most --requests');
  const choice = engineChoice(engineFlag);
  const checkpoint = await loadCheckpoint(checkpointFolder(checkpointsRoot(), checkpointName));
  const corpus = await readCorpus();
  console.error(describeEngine(await startEngine(choice)));
  const random = new Random(seed);
  const drawn = random.shuffle(drawRatingRequests(corpus.poems, requests, random));
  const decoder = await openDecoder(checkpoint);
  const poems = await writeRatingPoems(decoder, drawn, { seed, random }, (share) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${Math.floor(100 * share)} %`);
  });
  decoder.dispose();
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  await mkdir(folder, { recursive: true });
  const ids = [...new Set(poems.map(({ request }) => request))];
  for (let n = 0; n < sheets; n++) {
    const own = new Set(ids.filter((_, i) => i % sheets === n));
    const part = poems.filter(({ request }) => own.has(request));
    const key: RatingKey = {
      format: 'shiren-rating-key',
      version: 1,
      name: `${seed}-${n + 1}`,
      poems: part,
    };
    await writeAtomically(join(folder, `sheet-${n + 1}.md`), layOutRatingSheet(part));
    await writeAtomically(join(folder, `key-${n + 1}.json`), `${JSON.stringify(key, null, 1)}\n`);
  }
  console.log(
    `wrote ${poems.length} poems on ${sheets} sheets to ${folder}; a reader gets one sheet alone, and writes scores-N.txt`,
  );
}

async function collect(folder: string, out: string): Promise<void> {
  const keys = (await filesOf(folder)).flatMap((file) => /^key-(\d+)\.json$/u.exec(file)?.[1] ?? []);
  if (keys.length === 0) throw new RatingsError(`${folder} has no keys of rating sheets.`);
  const rows: string[] = [];
  for (const number of keys.sort((a, b) => Number(a) - Number(b))) {
    const key = parseKey(await readText(join(folder, `key-${number}.json`)), `key-${number}.json`);
    const file = `scores-${number}.txt`;
    rows.push(...ratedRows(key.poems, await readText(join(folder, file)), { name: key.name, file }));
  }
  const text = ratingsFile(rows);
  parseRatings(text, out);
  await writeAtomically(out, text);
  console.log(`wrote ${rows.length} rated poems to ${out}`);
}

/** Prints what the weights of the checkpoint `after` gain over those of `before` on the ratings of `files`. */
async function measureGain(
  files: readonly string[],
  before: string,
  after: string,
  engineFlag: string | undefined,
): Promise<void> {
  const choice = engineChoice(engineFlag);
  const { poems } = await readRatings(files);
  const names = [before, after].map((name) => checkpointFolder(checkpointsRoot(), name));
  const checkpoints = await Promise.all(names.map((folder) => loadCheckpoint(folder)));
  console.error(describeEngine(await startEngine(choice)));
  const scores: number[][][] = [];
  for (const { architecture, parameters, vocabulary } of checkpoints) {
    const network = openForScoring(architecture, parameters);
    scores.push(await lineLogLikelihoods(network, poems, vocabulary));
    network.dispose();
  }
  const [were = [], are = []] = scores;
  const { gain, correlation, change } = ratingGain(poems, were, are);
  console.log(
    `${after} against ${before}, on ${poems.length} rated poems: gain ${gain.toFixed(4)} points times nats a line, ` +
      `correlation ${correlation.toFixed(3)}, change ${change.toFixed(3)} nats a line`,
  );
}

function parseKey(text: string, file: string): RatingKey {
  try {
    const key = JSON.parse(text) as RatingKey;
    if (key.format === 'shiren-rating-key' && key.version === 1) return key;
  } catch {
    // Said below.
  }
  throw new RatingsError(`${file} is not the key of a rating sheet.`);
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    throw new RatingsError(`${folder} cannot be read.`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new RatingsError(`${file} cannot be read.`);
  }
}
