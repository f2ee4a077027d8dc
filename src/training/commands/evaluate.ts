/** `npm run evaluate`: scores a checkpoint on the test split, beside a trigram trained on the same poems. */

import { parseArgs } from 'node:util';
import { checkpointFolder, loadCheckpoint } from '../../model/checkpoint.ts';
import { describeEngine, startEngine } from '../../model/engine.ts';
import { toTensors } from '../../model/network.ts';
import { checkpointsRoot } from '../../model/paths.ts';
import { readCorpus } from '../corpus/corpus.ts';
import { Dataset } from '../dataset.ts';
import { scoreBatches, scoreTrigram } from '../evaluation.ts';
import { engineChoice, runCommand } from './command.ts';

const HELP = `npm run evaluate -- [--checkpoint NAME] [--json] [--engine E]

  --checkpoint NAME   a folder under checkpoints/ (default: tang)
  --json              the last line is the numbers as JSON
  --engine E          auto, tensorflow, webgpu, wasm or cpu (default: the ENGINE variable, or auto)`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      checkpoint: { type: 'string', default: 'tang' },
      json: { type: 'boolean', default: false },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const choice = engineChoice(values.engine);
  const checkpoint = await loadCheckpoint(checkpointFolder(checkpointsRoot(), values.checkpoint));
  const corpus = await readCorpus();
  if (corpus.hash !== checkpoint.card.corpus.sha256) {
    console.error(
      `note: ${values.checkpoint} was trained on another corpus (${checkpoint.card.corpus.source}); its training poems may be among these test poems`,
    );
  }
  const engine = await startEngine(choice);
  console.error(describeEngine(engine));
  const dataset = new Dataset(corpus.poems, checkpoint.vocabulary, { batchRows: 64, titleShare: 0, seed: 0 });
  const parameters = toTensors(checkpoint.architecture, checkpoint.parameters);
  const model = scoreBatches(checkpoint.architecture, parameters, dataset.heldOut('test'));
  const trigram = scoreTrigram(dataset);

  const row = (name: string, nll: number, perplexity: number) =>
    console.log(`${name.padEnd(22)}${nll.toFixed(4).padStart(12)}${perplexity.toFixed(1).padStart(18)}`);
  console.log(
    `test split: ${model.tokens} tokens, ${(100 * model.unknownShare).toFixed(2)} % of hanzi unknown`,
  );
  console.log(`${''.padEnd(22)}${'nats a token'.padStart(12)}${'perplexity a hanzi'.padStart(18)}`);
  row(values.checkpoint, model.nll, model.hanziPerplexity);
  row('Kneser-Ney trigram', trigram.nll, trigram.hanziPerplexity);
  const ratio = model.hanziPerplexity / trigram.hanziPerplexity;
  console.log(`${'ratio'.padEnd(34)}${ratio.toFixed(3).padStart(18)}`);
  if (values.json) {
    console.log(
      JSON.stringify({
        checkpoint: values.checkpoint,
        engine: engine.name,
        tokens: model.tokens,
        nll: model.nll,
        hanziPerplexity: model.hanziPerplexity,
        unknownShare: model.unknownShare,
        trigram: { nll: trigram.nll, hanziPerplexity: trigram.hanziPerplexity },
      }),
    );
  }
});
