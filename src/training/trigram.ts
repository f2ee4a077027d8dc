/**
 * An interpolated trigram with modified Kneser-Ney discounts: the model that a recurrent one has to beat.
 * S. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", 1998, section 3.
 *
 * Knows token ids only. Counts are kept in sorted typed arrays and looked up by binary search: a corpus of two and a
 * half million tokens is counted in a second or two, and no object is made per n-gram.
 */

/** What is taken off counts of one, of two, and of three and more. */
type Discounts = readonly [number, number, number];

/** Where counts of counts cannot be had, as in a toy corpus; any values below one, two and three would do. */
const DEFAULT_DISCOUNTS: Discounts = [0.5, 1, 1.5];

/** Distinct n-grams and how often each stands; keys ascending. */
interface Counts {
  readonly keys: Float64Array;
  readonly counts: Int32Array;
}

/** Sorts `keys` in place and counts equal ones. */
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

/** Chen and Goodman's estimates, equation 26, from the numbers of n-grams that stand once to four times. */
function discountsOf(counts: Int32Array): Discounts {
  const of = [0, 0, 0, 0, 0];
  for (const count of counts) if (count <= 4) of[count] = (of[count] as number) + 1;
  const [, n1, n2, n3, n4] = of as [number, number, number, number, number];
  if (n1 === 0 || n2 === 0 || n3 === 0 || n4 === 0) return DEFAULT_DISCOUNTS;
  const y = n1 / (n1 + 2 * n2);
  const discounts = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3] as const;
  // Outside these bounds an estimate says that the counts are no natural ones.
  return discounts.every((discount, i) => discount > 0 && discount <= i + 1) ? discounts : DEFAULT_DISCOUNTS;
}

/** The first index in [from, to) whose key is not below `key`; `to` if there is none. */
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

/** One order of the model: discounted counts of tokens after a context, and the weight of the order below. */
class Order {
  readonly #vocabularySize: number;
  /** context · V + token, ascending. */
  readonly #keys: Float64Array;
  readonly #counts: Int32Array;
  readonly #discounts: Discounts;
  /** The distinct contexts, ascending; tokens of `contexts[i]` stand at starts[i] to starts[i + 1] in the keys. */
  readonly #contexts: Float64Array;
  readonly #starts: Int32Array;
  readonly #totals: Float64Array;
  /** The share of probability that each context leaves to the order below. */
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

  /** The probability of `token` after `context`, where the order below gives it `lower`. */
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

/** Drops the first token of each n-gram: what is left are the distinct ways in which shorter n-grams continue. */
function continuations({ keys }: Counts, base: number): Counts {
  return countEqual(keys.map((key) => key % base));
}

export class Trigram {
  readonly #vocabularySize: number;
  readonly #trigrams: Order;
  readonly #bigrams: Order;
  /** By token. */
  readonly #unigrams: Float64Array;

  private constructor(trigrams: Counts, vocabularySize: number) {
    this.#vocabularySize = vocabularySize;
    const bigrams = continuations(trigrams, vocabularySize ** 2);
    const unigrams = new Order(continuations(bigrams, vocabularySize), vocabularySize);
    this.#trigrams = new Order(trigrams, vocabularySize);
    this.#bigrams = new Order(bigrams, vocabularySize);
    this.#unigrams = Float64Array.from({ length: vocabularySize }, (_, token) =>
      unigrams.probability(0, token, 1 / vocabularySize),
    );
  }

  /**
   * Counts the trigrams of the sequences. The first two tokens of each are context only (a form's tag and the mark
   * where the poem begins); every later one, the end included, is predicted.
   * @param vocabularySize V; ids are in [0, V), and V³ must be a safe integer: V is at most 208,063.
   * @throws RangeError for an id or a vocabulary out of range.
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
