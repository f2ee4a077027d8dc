/** Makes a decoder from a checkpoint. */

import { decodingThreads } from '../kernels/thread-pool.ts';
import { valuesOf } from '../model/architecture.ts';
import type { Card } from '../model/card.ts';
import { type Checkpoint, loadLines } from '../model/checkpoint.ts';
import { NGRAM_LENGTH } from '../text-index/ngram-filter.ts';
import { PairAssociation } from '../text-index/pair-association.ts';
import { AllowedTokens } from './allowed-tokens.ts';
import { CriticScorer } from './critic-scorer.ts';
import { Decoder } from './decoder.ts';
import type { PromptSkills } from './decoder-model.ts';
import { fastestProducts } from './product-kinds.ts';
import { Stepper } from './stepper.ts';
import type { DecodingOptions } from './weights.ts';

/**
 * Uploads a checkpoint to this thread's engine and makes a decoder of it. The caller disposes of the decoder. If an error
 * is thrown, nothing is left on the engine. The kernels use all threads that pay, unless `threads` is given. `onProgress` is awaited between the parts of the work, which may take seconds.
 */
export async function openDecoder(checkpoint: Checkpoint, options: DecodingOptions = {}): Promise<Decoder> {
  const { architecture, parameters, vocabulary, ngrams, parallels, reward, card, critic } = checkpoint;
  const { onProgress = async () => {}, threads = decodingThreads() } = options;
  const stepper = await Stepper.create(architecture, parameters, {
    products: fastestProducts(),
    ...options,
    threads,
  });
  try {
    await onProgress();
    const allowedTokens = new AllowedTokens(vocabulary);
    await onProgress();
    const ngramBan = ngrams && { length: NGRAM_LENGTH, has: (ngram: string) => ngrams.has(ngram) };
    const lines = await loadLines(checkpoint);
    const association = lines && new PairAssociation(lines);
    return await Decoder.create({
      stepper,
      vocabulary,
      allowedTokens,
      ngramBan,
      association: association && ((first, second) => association.of(first, second)),
      prompts: promptSkills(card),
      parallels,
      reward,
      critic:
        critic && (await CriticScorer.create(stepper.kernels, critic, valuesOf(parameters, 'embedding'))),
    });
  } catch (error) {
    stepper.dispose();
    throw error;
  }
}

/** From this share of titled training poems on, a model is taken to have learnt titles. */
const TITLE_SHARE = 0.5;

/** A recipe that says nothing of titles or announcements trained none. */
function promptSkills({ recipe }: Card): PromptSkills {
  const share = (value: unknown) => (typeof value === 'number' ? value : 0);
  const announced = share(recipe.announcedShare) > 0;
  // A recipe from before announcements showed titles without learning to write them.
  return { writesTitles: announced && share(recipe.titleShare) >= TITLE_SHARE, announced };
}
