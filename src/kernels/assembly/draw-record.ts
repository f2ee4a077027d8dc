/**
 * A draw as a record in the memory: what TypeScript asks for and what comes out of it. The offsets of the fields are
 * exported as constants of the compiled module, and TypeScript reads them from there.
 */

/** Proposals that one run of a draw can make. Few draws need more than one. */
export const DRAW_POINT_COUNT: i32 = 4;

/** Values of `Draw.outcome` that are not an index. */
export const NOTHING_LEFT: i32 = -1;
export const MORE_POINTS: i32 = -2;
export const NOT_NUMBERS: i32 = -3;

/**
 * No network that has learned anything gives a larger logit. Beyond it neighbouring float32 numbers are an eighth apart,
 * so that no distribution can be told.
 */
export const LARGEST_LOGIT: f32 = 1048576;

@unmanaged
export class Draw {
  // Inputs.
  /** Pointer to the row's logits [V]. The draw overwrites those that are masked. */
  logits: usize;
  /** Pointer to the ids of the allowed tokens, in rising order, and how many there are. */
  ids: usize;
  count: i32;
  /** Pointer to the vocabulary's log-frequencies [V]; `specificity` times as much is taken off a logit. */
  logFrequencies: usize;
  specificity: f32;
  /** Divides the logits; 0 takes the likeliest token. */
  temperature: f32;
  /** Pointer to the masked ids [maskedCount], with room behind them for the logits that they had. */
  masked: usize;
  maskedCount: i32;
  /** Pointer to what the output weights multiply, if the logits of `ids` are still to be computed; otherwise 0. */
  hidden: usize;
  /** Over how many logits the log-sum-exp is computed; 0 if it is not wanted. */
  summed: i32;
  /** 1 if this draw has run before and continues with new points. */
  resumed: i32;
  /** Tokens are drawn from the likeliest ones that have this share of the probability together. */
  topP: f64;
  /** Random numbers in [0, 1), one for each proposal. */
  point0: f64;
  point1: f64;
  point2: f64;
  point3: f64;

  // Outputs.
  /** The index in `ids` of the token that was drawn, or NOTHING_LEFT, MORE_POINTS or NOT_NUMBERS. */
  outcome: i32;
  /** How many points were used. */
  pointsUsed: i32;
  logSumExp: f64;

  // Kept for a resumed draw: only tokens heavier than `limit` are still proposed, and `remaining` is their mass.
  remaining: f64;
  limit: f32;
}

/** Bytes from one record to the next: whole cache lines. */
export const DRAW_BYTES: usize = (offsetof<Draw>() + 63) & ~63;

export const DRAW_LOGITS: usize = offsetof<Draw>('logits');
export const DRAW_IDS: usize = offsetof<Draw>('ids');
export const DRAW_COUNT: usize = offsetof<Draw>('count');
export const DRAW_LOG_FREQUENCIES: usize = offsetof<Draw>('logFrequencies');
export const DRAW_SPECIFICITY: usize = offsetof<Draw>('specificity');
export const DRAW_TEMPERATURE: usize = offsetof<Draw>('temperature');
export const DRAW_MASKED: usize = offsetof<Draw>('masked');
export const DRAW_MASKED_COUNT: usize = offsetof<Draw>('maskedCount');
export const DRAW_HIDDEN: usize = offsetof<Draw>('hidden');
export const DRAW_SUMMED: usize = offsetof<Draw>('summed');
export const DRAW_RESUMED: usize = offsetof<Draw>('resumed');
export const DRAW_TOP_P: usize = offsetof<Draw>('topP');
export const DRAW_POINTS: usize = offsetof<Draw>('point0');
export const DRAW_OUTCOME: usize = offsetof<Draw>('outcome');
export const DRAW_POINTS_USED: usize = offsetof<Draw>('pointsUsed');
export const DRAW_LOG_SUM_EXP: usize = offsetof<Draw>('logSumExp');
