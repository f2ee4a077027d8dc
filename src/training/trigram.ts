/**
 * An interpolated trigram model with modified Kneser-Ney discounts, with which the network is compared.
 * S. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", 1998, section 3.
 *
 * The model works on token ids. Counts are stored in sorted typed arrays and found by binary search, without an object
 * for each n-gram; two and a half million tokens are counted in a second or two. The loops over these arrays are hot,
 * which is why their elements are cast to `number`: every index is within its array.
 */

/** The discounts of counts of one, of two, and of three or more. */
type Discounts = readonly [number, number, number];

/** For a corpus too small to estimate discounts. Any values below one, two and three would do. */
const DEFAULT_DISCOUNTS: Discounts = [0.5, 1, 1.5];

/** The distinct n-grams, as ascending keys, and the count of each. */
interface Counts {
  readonly keys: Float64Array;
  readonly counts: Int32Array;
}

/** Sorts `keys` in place, and counts equal keys. */
function countEqual(keys: Float64Array): Counts {
  keys.sort();
  let distinct = 0;
  const counts = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    if (i === 0 || key !== keys[distinct - 1]) keys[distinct++] = key;
    counts[distinct - 1] = (counts[distinct - 1] as number) + 1;
  }
  return { keys: keys.slice(0, distinct), counts: counts.slice(0, distinct) };
}

/** The estimates of Chen and Goodman, equation 26, from the numbers of n-grams that occur once to four times. */
function discountsOf(counts: Int32Array): Discounts {
  const occurring = (times: number) => counts.reduce((sum, count) => (count === times ? sum + 1 : sum), 0);
  const [n1, n2, n3, n4] = [occurring(1), occurring(2), occurring(3), occurring(4)];
  if (n1 === 0 || n2 === 0 || n3 === 0 || n4 === 0) return DEFAULT_DISCOUNTS;
  const y = n1 / (n1 + 2 * n2);
  const discounts = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3] as const;
  // An estimate outside these bounds means that the counts are not those of natural text.
  return discounts.every((discount, i) => discount > 0 && discount <= i + 1) ? discounts : DEFAULT_DISCOUNTS;
}

/** The first index in [from, to) whose key is at least `key`; `to` if there is none. */
function lowerBound(keys: Float64Array, key: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One order of the model: the discounted counts of tokens after a context, and the weight of the lower order. */
class NgramOrder {
  readonly #vocabularySize: number;
  /** context · V + token, ascending. */
  readonly #keys: Float64Array;
  readonly #counts: Int32Array;
  readonly #discounts: Discounts;
  /** The distinct contexts, ascending. The keys of `contexts[i]` are at starts[i] to starts[i + 1]. */
  readonly #contexts: Float64Array;
  readonly #starts: Int32Array;
  readonly #totals: Float64Array;
  /** The share of probability that each context leaves to the lower order. */
  readonly #left: Float64Array;

  constructor({ keys, counts }: Counts, vocabularySize: number) {
    this.#vocabularySize = vocabularySize;
    this.#keys = keys;
    this.#counts = counts;
    this.#discounts = discountsOf(counts);
    const contexts = new Float64Array(keys.length);
    const starts = new Int32Array(keys.length + 1);
    const totals = new Float64Array(keys.length);
    const taken = new Float64Array(keys.length);
    let last = -1;
    for (let i = 0; i < keys.length; i++) {
      const context = Math.floor((keys[i] as number) / vocabularySize);
      if (last < 0 || context !== contexts[last]) {
        last += 1;
        contexts[last] = context;
        starts[last] = i;
      }
      const count = counts[i] as number;
      totals[last] = (totals[last] as number) + count;
      taken[last] = (taken[last] as number) + this.#discount(count);
    }
    starts[last + 1] = keys.length;
    this.#contexts = contexts.slice(0, last + 1);
    this.#starts = starts.slice(0, last + 2);
    this.#totals = totals.slice(0, last + 1);
    this.#left = taken.slice(0, last + 1).map((sum, i) => sum / (totals[i] as number));
  }

  #discount(count: number): number {
    return this.#discounts[Math.min(count, 3) - 1] as number;
  }

  /** The probability of `token` after `context`. `lower` is its probability by the lower order. */
  probability(context: number, token: number, lower: number): number {
    const contexts = this.#contexts;
    const at = lowerBound(contexts, context, 0, contexts.length);
    if (contexts[at] !== context) return lower;
    const key = context * this.#vocabularySize + token;
    const end = this.#starts[at + 1] as number;
    const index = lowerBound(this.#keys, key, this.#starts[at] as number, end);
    let own = 0;
    if (index < end && this.#keys[index] === key) {
      const count = this.#counts[index] as number;
      own = (count - this.#discount(count)) / (this.#totals[at] as number);
    }
    return own + (this.#left[at] as number) * lower;
  }
}

/** Drops the first token of each distinct n-gram, and counts by how many tokens each shorter n-gram is preceded. */
function continuations({ keys }: Counts, base: number): Counts {
  return countEqual(keys.map((key) => key % base));
}

export class Trigram {
  readonly #vocabularySize: number;
  readonly #trigrams: NgramOrder;
  readonly #bigrams: NgramOrder;
  /** By token. */
  readonly #unigrams: Float64Array;

  private constructor(trigrams: Counts, vocabularySize: number) {
    this.#vocabularySize = vocabularySize;
    const bigrams = continuations(trigrams, vocabularySize ** 2);
    const unigrams = new NgramOrder(continuations(bigrams, vocabularySize), vocabularySize);
    this.#trigrams = new NgramOrder(trigrams, vocabularySize);
    this.#bigrams = new NgramOrder(bigrams, vocabularySize);
    this.#unigrams = Float64Array.from({ length: vocabularySize }, (_, token) =>
      unigrams.probability(0, token, 1 / vocabularySize),
    );
  }

  /**
   * Counts the trigrams of the sequences. The first two tokens of a sequence (the tag of its form and the beginning of the
   * poem) are context only; every later token is predicted, including the end.
   *
   * `vocabularySize` is V. Ids are in [0, V), and V³ must be a safe integer, so V is at most 208,063. Throws a RangeError
   * if an id or V is out of range.
   */
  static train(sequences: Iterable<ArrayLike<number>>, vocabularySize: number): Trigram {
    if (!(vocabularySize > 0 && Number.isSafeInteger(vocabularySize ** 3))) {
      throw new RangeError(`a vocabulary of ${vocabularySize} is out of range`);
    }
    let keys = new Float64Array(1 << 16);
    let length = 0;
    for (const sequence of sequences) {
      for (let i = 0; i < sequence.length; i++) {
        const id = sequence[i] as number;
        if (!(Number.isInteger(id) && id >= 0 && id < vocabularySize)) {
          throw new RangeError(`token ${id} is not in a vocabulary of ${vocabularySize}`);
        }
      }
      for (let i = 2; i < sequence.length; i++) {
        if (length === keys.length) {
          const larger = new Float64Array(2 * length);
          larger.set(keys);
          keys = larger;
        }
        const context = (sequence[i - 2] as number) * vocabularySize + (sequence[i - 1] as number);
        keys[length++] = context * vocabularySize + (sequence[i] as number);
      }
    }
    return new Trigram(countEqual(keys.slice(0, length)), vocabularySize);
  }

  /** The natural logarithm of the probability of `token` after `context2, context1`. Over all tokens they sum to 1. */
  logProbability(context2: number, context1: number, token: number): number {
    const unigram = this.#unigrams[token];
    if (unigram === undefined) throw new RangeError(`token ${token} is not in the vocabulary`);
    const bigram = this.#bigrams.probability(context1, token, unigram);
    const context = context2 * this.#vocabularySize + context1;
    return Math.log(this.#trigrams.probability(context, token, bigram));
  }
}
