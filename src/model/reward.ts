/**
 * A reward model: how readers rate lines, told from their characters. It is linear and has one number for each token: the
 * points, of five, by which a line is rated higher or lower if all of it were that token. The reward of a line is the mean
 * over its tokens.
 */

/** The name and shape of its only tensor. V is the size of the vocabulary. */
export function rewardShapes(vocabulary: number): ReadonlyMap<'reward', readonly number[]> {
  return new Map([['reward', [vocabulary]]]);
}
