/** What a decoder needs to know: the network, its vocabulary, and what must not be written. */

import type { Reward } from '../model/reward.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import type { ParallelPairs } from '../text-index/parallel-pairs.ts';
import type { AllowedTokens } from './allowed-tokens.ts';
import type { Association } from './ranking.ts';
import type { Stepper } from './stepper.ts';

/** The n-grams that no line may contain: those of the training corpus, so that a poem does not copy it. */
export interface NgramBan {
  /** n, in characters. */
  readonly length: number;
  has(ngram: string): boolean;
}

/** What a model was trained to read before a poem. */
export interface PromptSkills {
  /** It can write a title that fits what is announced. */
  readonly writesTitles: boolean;
  /** It can be told the opening or the heads in advance. */
  readonly announced: boolean;
}

export interface DecoderModel {
  readonly stepper: Stepper;
  readonly vocabulary: Vocabulary;
  readonly allowedTokens: AllowedTokens;
  /** Null if nothing is banned. */
  readonly ngramBan: NgramBan | null;
  readonly prompts: PromptSkills;
  /** Null if it is not known what stands opposite what; couplets are then written by the model alone. */
  readonly parallels: ParallelPairs | null;
  /** How strongly two neighbours belong together in the corpus, in nats; null if nobody knows. */
  readonly association: Association | null;
  /** Null if poems are ranked without a reward model. */
  readonly reward: Reward | null;
  /** Null if poems are judged without a critic. */
  readonly critic: PoemCritic | null;
}

/** A critic that is ready to judge. */
export interface PoemCritic {
  /** For each sequence of token ids, how much it looks like the beginning of a poem by a person. */
  logits(sequences: readonly ArrayLike<number>[]): number[];
  /** Phrases that the model writes much more often than people do. */
  readonly wornPhrases: ReadonlySet<string>;
}
