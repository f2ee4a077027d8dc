/**
 * Batches of rated poems, from which the poet learns what readers like: direct reward optimisation (Richemond et al. 2024;
 * REBEL of Gao et al. 2024 has the same loss).
 *
 * For each line there is a wanted change of its log-likelihood: its advantage divided by β. The loss is the squared
 * difference between the wanted change and the change so far, since the weights with which the run began. So what readers
 * like becomes likelier, but only so far, and what they dislike is not unlearned without end.
 *
 * Batches of the corpus come in between, one after each, so that the language is not forgotten.
 */

import { Random } from '../../model/random.ts';
import { type Batch, batchesByLength, makeBatch } from '../batch.ts';
import type { StageData } from '../curriculum.ts';
import type { Dataset } from '../dataset.ts';
import type { TrainableNetwork } from '../network/trainable-network.ts';
import { advantages } from './advantages.ts';
import { characterExcess } from './character-excess.ts';
import { overusedPhrases } from './overused-phrases.ts';
import { type PoemSequence, poemSequence } from './poem-sequence.ts';
import type { RatedPoem } from './ratings.ts';

export interface RatedSettings {
  /** The files of ratings, relative to the root of the repository. */
  readonly files: readonly string[];
  /** Poems in a batch. */
  readonly batchRows: number;
  /** β, in points a nat: the smaller, the further the poet moves away from what it was. */
  readonly beta: number;
  /** What a batch of the corpus counts, against one of rated poems. */
  readonly corpusWeight: number;
  /** Points that are taken off a line with an overused phrase; `overused-phrases.ts` says which these are. */
  readonly overusePenalty: number;
  /** Points that a line loses for each nat by which its characters are commoner in the rated poems than in people's. */
  readonly excessPenalty: number;
}

/** A poem as it is learned from. */
interface RatedSequence extends PoemSequence {
  /** Of each line, in points. */
  readonly advantages: readonly number[];
  /** The number of the first prediction, over all sequences. */
  readonly first: number;
}

/** Batches in a bucket of {@link batchesByLength}. */
const BUCKET = 8;
const SCORING_ROWS = 128;

export class RatedDataset implements StageData {
  readonly #sequences: readonly RatedSequence[];
  readonly #corpus: Dataset;
  readonly #settings: RatedSettings;
  readonly #seed: number;
  /** Predictions of all sequences. */
  readonly #predictions: number;
  #reference: Float32Array | null = null;

  /** `peoples` are poems by people, from which overused phrases are told. */
  constructor(
    poems: readonly RatedPoem[],
    peoples: readonly string[],
    corpus: Dataset,
    settings: RatedSettings,
    seed: number,
  ) {
    const { overusePenalty, excessPenalty } = settings;
    const byPoem = advantages(poems, {
      overused: overusePenalty > 0 ? overusedPhrases(poems, peoples) : new Set(),
      phrasePenalty: overusePenalty,
      excess: characterExcess(
        poems.flatMap(({ lines }) => lines.map(({ text }) => text)),
        peoples.map((text) => text.replace(/\P{Script=Han}/gu, '')),
      ),
      excessPenalty,
    });
    let first = 0;
    this.#sequences = poems.map((poem, i) => {
      const sequence = { ...poemSequence(poem, corpus.vocabulary), advantages: byPoem[i] ?? [], first };
      first += sequence.lineOf.length;
      return sequence;
    });
    this.#predictions = first;
    this.#corpus = corpus;
    this.#settings = settings;
    this.#seed = seed;
  }

  get batchesPerEpoch(): number {
    return 2 * Math.ceil(this.#sequences.length / this.#settings.batchRows);
  }

  /** The NLL of every prediction under the weights with which the run began. Null until it is measured or set. */
  get reference(): Float32Array | null {
    return this.#reference;
  }

  /** Throws a RangeError if it is of other poems. */
  setReference(nlls: Float32Array): void {
    if (nlls.length !== this.#predictions) throw new RangeError('the reference is of other poems than these');
    this.#reference = nlls;
  }

  /** Measures the reference. The network has the weights with which the run began. */
  async measureReference(network: Pick<TrainableNetwork, 'negativeLogLikelihoods'>): Promise<void> {
    const reference = new Float32Array(this.#predictions);
    for (const part of batchesByLength(this.#sequences, SCORING_ROWS, this.#sequences.length)) {
      const nlls = await network.negativeLogLikelihoods(makeBatch(part));
      let n = 0;
      for (const { first, lineOf } of part) {
        reference.set(nlls.subarray(n, n + lineOf.length), first);
        n += lineOf.length;
      }
    }
    this.#reference = reference;
  }

  /** Batches of all rated poems, and of as many poems of the corpus, in turn. They depend on the number of the epoch only. */
  *trainingEpoch(epoch: number): Generator<Batch> {
    const { batchRows } = this.#settings;
    const random = new Random(this.#seed ^ Math.imul(epoch + 1, 0x9e3779b1));
    const sequences = random.shuffle([...this.#sequences]);
    let corpus = this.#corpus.trainingEpoch(epoch);
    for (const part of random.shuffle(batchesByLength(sequences, batchRows, BUCKET))) {
      yield { ...makeBatch(part), weigh: (nlls) => this.#weigh(part, nlls) };
      let next = corpus.next();
      if (next.done) {
        corpus = this.#corpus.trainingEpoch(epoch);
        next = corpus.next();
      }
      if (!next.done) yield this.#ofCorpus(next.value);
    }
  }

  #ofCorpus(batch: Batch): Batch {
    return { ...batch, weights: new Float32Array(batch.targets.length).fill(this.#settings.corpusWeight) };
  }

  /** The weight of each prediction's NLL in the gradient: for all of a line, what is still wanted of it. */
  #weigh(part: readonly RatedSequence[], nlls: Float32Array): Float32Array {
    const reference = this.#reference;
    if (!reference) throw new Error('the reference has not been measured');
    const weights = new Float32Array(nlls.length);
    let n = 0;
    for (const { lineOf, advantages, first } of part) {
      const changes = advantages.map(() => 0);
      for (const [t, line] of lineOf.entries()) {
        if (line >= 0)
          changes[line] = (changes[line] ?? 0) + (reference[first + t] ?? 0) - (nlls[n + t] ?? 0);
      }
      for (const [t, line] of lineOf.entries()) {
        if (line >= 0) weights[n + t] = (advantages[line] ?? 0) - this.#settings.beta * (changes[line] ?? 0);
      }
      n += lineOf.length;
    }
    return weights;
  }
}
