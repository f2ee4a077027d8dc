/**
 * The architecture of the critic: a bidirectional LSTM of two layers that reads a poem, finished or not, and says how
 * much it looks like people's verse. This file does not import TensorFlow.js.
 *
 * One direction reads the poem from its form tag to its end, the other from its end to its form tag. The outputs of
 * each direction's second layer are pooled over time, by mean and by maximum. A linear layer makes a logit of the four
 * vectors. If the logit is above zero, the critic takes the poem for one by a person.
 *
 * It reads characters by the poet's own embedding, which it does not change, so that it adds little to a checkpoint.
 */

export interface CriticArchitecture {
  /** V, as the poet has it. */
  readonly vocabulary: number;
  /** E, as the poet has it. */
  readonly embedding: number;
  /** H, of each direction. */
  readonly hidden: number;
}

/** A trained critic as plain arrays. It also needs the poet's embedding. */
export interface Critic {
  readonly architecture: CriticArchitecture;
  /** By the names of {@link criticShapes}. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Phrases that the model writes much more often than people do, in traditional script. */
  readonly wornPhrases: readonly string[];
}

export const CRITIC_LAYERS = 2;
export const DIRECTIONS = ['forward', 'backward'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The name and shape of every parameter of its own, in the order in which they are stored. */
export function criticShapes({
  embedding: E,
  hidden: H,
}: CriticArchitecture): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const direction of DIRECTIONS) {
    for (let layer = 0; layer < CRITIC_LAYERS; layer++) {
      shapes.set(`${direction}/layer${layer}/kernel`, [layer === 0 ? E : H, 4 * H]);
      shapes.set(`${direction}/layer${layer}/recurrent`, [H, 4 * H]);
      shapes.set(`${direction}/layer${layer}/bias`, [4 * H]);
    }
  }
  // Forward mean, forward maximum, backward mean, backward maximum.
  shapes.set('head', [4 * H, 1]);
  shapes.set('headBias', [1]);
  return shapes;
}
