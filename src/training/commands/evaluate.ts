/**
 * `npm run evaluate`: scores a checkpoint on the test split, as a language model or, with `--verse`, as a poet. With
 * `--sheet` and `--scores` blind readers are the judges.
 */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, engineChoice, oneOf, runCommand, UsageError } from '../../cli/command.ts';
import { DEFAULT_SEARCH } from '../../decoding/search.ts';
import { describeEngine, type EngineInfo, startEngine } from '../../engines/engine.ts';
import {
  type Checkpoint,
  checkpointFolder,
  checkpointsRoot,
  loadCheckpoint,
} from '../../model/checkpoint.ts';
import { METERS, MOODS } from '../../poetry/request.ts';
import { writeAtomically } from '../../system/atomic-write.ts';
import { messageOf } from '../../system/message-of.ts';
import { type Corpus, readCorpus } from '../corpus/corpus.ts';
import { scoreBatches, scoreTrigram } from '../evaluation.ts';
import { openForScoring } from '../network/open-network.ts';
import {
  averageScores,
  parseKey,
  parseScores,
  type ReaderScores,
  ScoresError,
  scoresTable,
} from '../reading/scores.ts';
import type { SheetKey } from '../reading/sheet.ts';
import { type Side, writeSheet } from '../reading/write-sheet.ts';
import { openHeldOutPoems } from '../training-data.ts';
import { measureVariety, varietyTable } from '../variety.ts';
import { evaluateVerse, type VerseOptions } from '../verse-evaluation.ts';
import { verseTable } from '../verse-table.ts';

const HELP = `npm run evaluate -- [--checkpoint NAME] [--json] [--engine E]
npm run evaluate -- --verse [--poems N] [--meter M] [--mood M] [--candidates N] [--kept N] [--seed N] [--checkpoint NAME] [--json] [--engine E]
npm run evaluate -- --sheet DIR [--poems N] [--against SIDE…] [--mood M] [--candidates N] [--kept N] [--seed N] [--checkpoint NAME] [--engine E]
npm run evaluate -- --variety [--poems N] [--mood M] [--candidates N] [--kept N] [--checkpoint NAME] [--json] [--engine E]
npm run evaluate -- --scores FILE… --key FILE

  --checkpoint NAME   a folder under checkpoints/ (default: tang)
  --json              the last line is the numbers as JSON
  --engine E          auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)
  --verse             generate poems of every form, and measure them beside those of people
  --sheet DIR         write a sheet of poems for blind readers (sheet.md), and its key (key.json), to a folder
  --against SIDE…     other checkpoints, moods or searches on the sheet: NAME:MOOD:CANDIDATES:KEPT, of which each part may
                      be empty and those at the end may be missing
  --variety           write many poems on one opening, and count the lines and phrases that come back
  --scores FILE…      average what readers gave the poems of a sheet, by side
  --key FILE          the key of that sheet
  --poems N           poems of each form (default: 1000), of each side of a sheet (default: 24), or on
                      each opening with --variety (default: 100)
  --meter M           ${METERS.join(', ')} (default: strict)
  --mood M            ${MOODS.join(', ')} (default: free)
  --candidates N      rows generated for each poem, of which the best is shown (default: ${DEFAULT_SEARCH.candidates}, as in the bot)
  --kept N            rows that go on after each stage (default: ${DEFAULT_SEARCH.kept}, as in the bot)
  --seed N            the seed of the openings and the poems (default: 1)`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: {
      checkpoint: { type: 'string', default: 'tang' },
      json: { type: 'boolean', default: false },
      engine: { type: 'string' },
      verse: { type: 'boolean', default: false },
      poems: { type: 'string' },
      sheet: { type: 'string' },
      against: { type: 'string', multiple: true },
      scores: { type: 'string', multiple: true },
      key: { type: 'string' },
      meter: { type: 'string', default: 'strict' },
      mood: { type: 'string', default: 'free' },
      candidates: { type: 'string', default: String(DEFAULT_SEARCH.candidates) },
      kept: { type: 'string', default: String(DEFAULT_SEARCH.kept) },
      variety: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (positionals.length > 0 && !values.against && !values.scores) {
    throw new UsageError(`there is no place for ${positionals[0]}\n\n${HELP}`);
  }
  if (values.scores) {
    if (!values.key) throw new UsageError('--scores needs the key of the sheet: --key FILE');
    await printScores([...values.scores, ...positionals], values.key);
    return;
  }
  if (values.poems !== undefined && !(values.verse || values.sheet || values.variety)) {
    throw new UsageError(
      '--poems says how many poems to write: it needs --verse, --sheet or --variety. The perplexity is of the whole test split',
    );
  }
  const choice = engineChoice(values.engine);
  const search = {
    candidates: count('candidates', values.candidates),
    kept: count('kept', values.kept),
  };
  const verse: VerseOptions | null = values.verse
    ? {
        poems: count('poems', values.poems ?? '1000'),
        meter: oneOf('meter', METERS, values.meter),
        mood: oneOf('mood', MOODS, values.mood),
        ...search,
        seed: count('seed', values.seed),
      }
    : null;
  const checkpoint = await loadCheckpoint(checkpointFolder(checkpointsRoot(), values.checkpoint));
  const corpus = await readCorpus();
  if (corpus.hash !== checkpoint.card.corpus.sha256) {
    console.error(
      `note: ${values.checkpoint} was trained on another corpus (${checkpoint.card.corpus.source}); its training poems may be among these test poems`,
    );
  }
  const engine = await startEngine(choice);
  console.error(describeEngine(engine));
  if (values.sheet) {
    const mood = oneOf('mood', MOODS, values.mood);
    const against = [...(values.against ?? []), ...positionals];
    const first = { checkpoint, mood, search };
    const others = await Promise.all(against.map((side) => readSide(side, first)));
    const sheet = await writeSheet([first, ...others], corpus.poems, {
      poems: count('poems', values.poems ?? '24'),
      seed: count('seed', values.seed),
    });
    await saveSheet(values.sheet, sheet);
    return;
  }
  if (values.variety) {
    const variety = await measureVariety(checkpoint, {
      poems: count('poems', values.poems ?? '100'),
      mood: oneOf('mood', MOODS, values.mood),
      ...search,
    });
    console.log(varietyTable(variety));
    if (values.json) console.log(JSON.stringify({ checkpoint: checkpoint.name, variety }));
    return;
  }
  const numbers = verse
    ? await asPoet(checkpoint, corpus, verse)
    : await asLanguageModel(checkpoint, corpus, engine);
  if (values.json) console.log(JSON.stringify(numbers));
});

/** A side by its words: NAME:MOOD:CANDIDATES:KEPT. What is left out is as in the first side. */
async function readSide(words: string, first: Side): Promise<Side> {
  const [name, mood, candidates, kept] = words.split(':');
  const number = (word: string | undefined, otherwise: number) => (word ? count('against', word) : otherwise);
  return {
    checkpoint: name ? await loadCheckpoint(checkpointFolder(checkpointsRoot(), name)) : first.checkpoint,
    mood: oneOf('against', MOODS, mood || first.mood),
    search: {
      candidates: number(candidates, first.search.candidates),
      kept: number(kept, first.search.kept),
    },
  };
}

async function saveSheet(folder: string, { sheet, key }: { sheet: string; key: SheetKey }): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, 'sheet.md'), sheet);
  await writeAtomically(join(folder, 'key.json'), `${JSON.stringify(key, null, 1)}\n`);
  console.log(
    `wrote ${join(folder, 'sheet.md')} and ${join(folder, 'key.json')}; readers get the sheet alone`,
  );
}

async function printScores(files: readonly string[], keyFile: string): Promise<void> {
  const key = parseKey(await readText(keyFile), keyFile);
  const readers: ReaderScores[] = [];
  for (const file of files) readers.push(parseScores(await readText(file), file, key));
  console.log(scoresTable(averageScores(key, readers)));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ScoresError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/** Prints the NLL and perplexity of the checkpoint and of the trigram. Returns the numbers for `--json`. */
async function asLanguageModel(checkpoint: Checkpoint, corpus: Corpus, engine: EngineInfo): Promise<object> {
  const dataset = openHeldOutPoems(checkpoint, corpus);
  const network = openForScoring(checkpoint.architecture, checkpoint.parameters);
  const model = await scoreBatches(network, dataset.heldOut('test'));
  const titled = await scoreBatches(network, dataset.heldOut('test', 'titled'));
  network.dispose();
  const trigram = scoreTrigram(dataset);
  const row = (name: string, nll: string, perplexity: string) =>
    console.log(`${name.padEnd(22)}${nll.padStart(14)}${perplexity.padStart(20)}`);
  console.log(
    `test split: ${model.tokens} tokens, ${(100 * model.unknownShare).toFixed(2)} % of hanzi unknown`,
  );
  row('', 'nats a token', 'perplexity a hanzi');
  row(checkpoint.name, model.nll.toFixed(4), model.hanziPerplexity.toFixed(1));
  row('  behind their titles', titled.nll.toFixed(4), titled.hanziPerplexity.toFixed(1));
  row('Kneser-Ney trigram', trigram.nll.toFixed(4), trigram.hanziPerplexity.toFixed(1));
  row('their ratio', '', (model.hanziPerplexity / trigram.hanziPerplexity).toFixed(3));
  return {
    checkpoint: checkpoint.name,
    engine: engine.name,
    tokens: model.tokens,
    nll: model.nll,
    hanziPerplexity: model.hanziPerplexity,
    unknownShare: model.unknownShare,
    titled: { nll: titled.nll, hanziPerplexity: titled.hanziPerplexity },
    trigram: { nll: trigram.nll, hanziPerplexity: trigram.hanziPerplexity },
  };
}

/** Prints the table of verse measurements. Returns the numbers for `--json`. */
async function asPoet(checkpoint: Checkpoint, corpus: Corpus, options: VerseOptions): Promise<object> {
  const network = openForScoring(checkpoint.architecture, checkpoint.parameters);
  let shown = '';
  const forms = await evaluateVerse(
    checkpoint,
    corpus.poems,
    options,
    async (poems) => {
      const dataset = openHeldOutPoems(checkpoint, { ...corpus, poems });
      const scores = await scoreBatches(network, dataset.heldOut('test'));
      return Math.log(scores.hanziPerplexity);
    },
    (form, done) => {
      const words = `${form} ${done}/${options.poems}`;
      if (!process.stderr.isTTY || words === shown) return;
      shown = words;
      process.stderr.write(`\r\x1b[2K${words}`);
    },
  );
  network.dispose();
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  console.log(
    `${options.poems} poems a form, meter ${options.meter}, mood ${options.mood}, best of ${options.candidates}`,
  );
  console.log(verseTable(forms));
  return { checkpoint: checkpoint.name, forms };
}
