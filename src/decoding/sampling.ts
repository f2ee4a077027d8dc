/**
 * How a token is drawn: temperature, top-p (Holtzman et al. 2020) and specificity. Specificity holds back tokens that are
 * likely everywhere, so that those that belong just here come forward (the mutual-information objective of Li et al.
 * 2016).
 */

import type { Mood } from '../poetry/request.ts';

export interface Sampling {
  /** Divides the logits; 0 takes the likeliest token. */
  readonly temperature: number;
  /** A token is drawn from the likeliest ones that have this share of the probability together; in (0, 1]. */
  readonly topP: number;
  /** How much of a token's log-frequency is taken off its logit; 0 leaves the logits as they are. Default: 0. */
  readonly specificity?: number;
  /**
   * How far the logits are moved away from those that the same poem would have without its title, as a share of the
   * difference (classifier-free guidance, Sanchez et al. 2023). Default: 0.
   */
  readonly guidance?: number;
}

/** How a title is drawn. It sets the subject of the poem, so it is to differ from seed to seed and to fit the opening. */
export const TITLE_SAMPLING: Sampling = { temperature: 1, topP: 0.9, guidance: 2 };

/** How the first hanzi of a poem are drawn. They set its direction, so they are to differ from seed to seed too. */
export const FIRST_SAMPLING: Sampling = { temperature: 1.3, topP: 0.95, guidance: 2 };

/** The same after an opening, if nothing else is asked for. Users type the same openings again and again. */
export const AFTER_OPENING_SAMPLING: Sampling = { temperature: 2.1, topP: 0.98, guidance: 2 };

/** The sampling of each mood that a user can ask for. */
export const SAMPLING: { readonly [mood in Mood]: Sampling } = {
  calm: { temperature: 0.5, topP: 0.9, guidance: 2 },
  free: { temperature: 0.75, topP: 0.9, guidance: 2 },
  wild: { temperature: 0.85, topP: 0.95, specificity: 0.05, guidance: 2 },
  greedy: { temperature: 0, topP: 1 },
};
