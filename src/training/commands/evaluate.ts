/** `npm run evaluate`: scores a checkpoint on the test split, as a language model or, with `--verse`, as a poet. */

import { parseArgs } from 'node:util';
import { count, engineChoice, oneOf, runCommand } from '../../cli/command.ts';
import { describeEngine, type EngineInfo, startEngine } from '../../engines/engine.ts';
import {
  type Checkpoint,
  checkpointFolder,
  checkpointsRoot,
  loadCheckpoint,
} from '../../model/checkpoint.ts';
import { METERS, MOODS } from '../../poetry/request.ts';
import { type Corpus, readCorpus } from '../corpus/corpus.ts';
import { Dataset } from '../dataset.ts';
import { scoreBatches, scoreTrigram } from '../evaluation.ts';
import { toTensors } from '../network/network.ts';
import { evaluateVerse, type VerseOptions } from '../verse-evaluation.ts';
import { verseTable } from '../verse-table.ts';

const HELP = `npm run evaluate -- [--checkpoint NAME] [--json] [--engine E]
npm run evaluate -- --verse [--poems N] [--meter M] [--mood M] [--candidates N] [--seed N] [--checkpoint NAME] [--json] [--engine E]

  --checkpoint NAME   a folder under checkpoints/ (default: tang)
  --json              the last line is the numbers as JSON
  --engine E          auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)
  --verse             generate poems of every form, and measure them beside those of people
  --poems N           poems of each form (default: 1000)
  --meter M           ${METERS.join(', ')} (default: strict)
  --mood M            ${MOODS.join(', ')} (default: free)
  --candidates N      rows generated for each poem, of which the best is kept (default: 4, as in the bot)
  --seed N            the seed of the openings and the poems (default: 1)`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      checkpoint: { type: 'string', default: 'tang' },
      json: { type: 'boolean', default: false },
      engine: { type: 'string' },
      verse: { type: 'boolean', default: false },
      poems: { type: 'string', default: '1000' },
      meter: { type: 'string', default: 'strict' },
      mood: { type: 'string', default: 'free' },
      candidates: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const choice = engineChoice(values.engine);
  const verse: VerseOptions | null = values.verse
    ? {
        poems: count('poems', values.poems),
        meter: oneOf('meter', METERS, values.meter),
        mood: oneOf('mood', MOODS, values.mood),
        candidates: count('candidates', values.candidates),
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
  const numbers = verse
    ? await asPoet(checkpoint, corpus, verse)
    : await asLanguageModel(checkpoint, corpus, engine);
  if (values.json) console.log(JSON.stringify(numbers));
});

/** Prints the NLL and perplexity of the checkpoint and of the trigram. Returns the numbers for `--json`. */
async function asLanguageModel(checkpoint: Checkpoint, corpus: Corpus, engine: EngineInfo): Promise<object> {
  const dataset = openTestPoems(checkpoint, corpus);
  const parameters = toTensors(checkpoint.architecture, checkpoint.parameters);
  const model = await scoreBatches(checkpoint.architecture, parameters, dataset.heldOut('test'));
  const trigram = scoreTrigram(dataset);
  const row = (name: string, nll: string, perplexity: string) =>
    console.log(`${name.padEnd(22)}${nll.padStart(14)}${perplexity.padStart(20)}`);
  console.log(
    `test split: ${model.tokens} tokens, ${(100 * model.unknownShare).toFixed(2)} % of hanzi unknown`,
  );
  row('', 'nats a token', 'perplexity a hanzi');
  row(checkpoint.name, model.nll.toFixed(4), model.hanziPerplexity.toFixed(1));
  row('Kneser-Ney trigram', trigram.nll.toFixed(4), trigram.hanziPerplexity.toFixed(1));
  row('their ratio', '', (model.hanziPerplexity / trigram.hanziPerplexity).toFixed(3));
  return {
    checkpoint: checkpoint.name,
    engine: engine.name,
    tokens: model.tokens,
    nll: model.nll,
    hanziPerplexity: model.hanziPerplexity,
    unknownShare: model.unknownShare,
    trigram: { nll: trigram.nll, hanziPerplexity: trigram.hanziPerplexity },
  };
}

/** Prints the table of verse measurements. Returns the numbers for `--json`. */
async function asPoet(checkpoint: Checkpoint, corpus: Corpus, options: VerseOptions): Promise<object> {
  const parameters = toTensors(checkpoint.architecture, checkpoint.parameters);
  let shown = '';
  const forms = await evaluateVerse(
    checkpoint,
    corpus.poems,
    options,
    async (poems) => {
      const dataset = openTestPoems(checkpoint, { ...corpus, poems });
      const scores = await scoreBatches(checkpoint.architecture, parameters, dataset.heldOut('test'));
      return Math.log(scores.hanziPerplexity);
    },
    (form, done) => {
      const words = `${form} ${done}/${options.poems}`;
      if (!process.stderr.isTTY || words === shown) return;
      shown = words;
      process.stderr.write(`\r\x1b[2K${words}`);
    },
  );
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  console.log(
    `${options.poems} poems a form, meter ${options.meter}, mood ${options.mood}, best of ${options.candidates}`,
  );
  console.log(verseTable(forms));
  return { checkpoint: checkpoint.name, forms };
}

function openTestPoems(checkpoint: Checkpoint, corpus: Corpus): Dataset {
  return new Dataset(corpus.poems, checkpoint.vocabulary, {
    batchRows: 64,
    titleShare: 0,
    announcedShare: 0,
    seed: 0,
  });
}
