/**
 * A reward model: how readers rate lines, told from their characters and from what the poet's network makes of them. It is
 * linear: the reward of a character is the number of its token, and the product of `state` with the state of the last layer
 * from which the character was drawn. The reward of a line is the mean over the characters that the model wrote, in points
 * of five, and about 0 on the mean over all lines.
 */
export interface Reward {
  /** [V]. 0 for tokens that are not hanzi. */
  readonly tokens: Float32Array;
  /** [H]. All 0 for reward models that were fitted before states were read. */
  readonly state: Float32Array;
}

/** The names and shapes of its tensors, for a vocabulary of V tokens and H units a layer. */
export function rewardShapes({
  vocabulary,
  hidden,
}: {
  readonly vocabulary: number;
  readonly hidden: number;
}): ReadonlyMap<keyof Reward, readonly number[]> {
  return new Map([
    ['tokens', [vocabulary]],
    ['state', [hidden]],
  ]);
}
