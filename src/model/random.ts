/**
 * Seeded pseudo-random numbers by sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand and
 * TestU01's BigCrush. The same seed gives the same numbers on every engine. TensorFlow's generators do not promise that.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  /** Numbers that {@link peek} drew in advance. */
  readonly #ahead: number[] = [];

  /** `seed` is converted to an unsigned 32-bit integer. */
  constructor(seed: number) {
    this.#a = 0;
    this.#b = seed >>> 0;
    this.#c = 0x9e3779b9;
    this.#counter = 1;
    // As the author advises, the first numbers are discarded: those of similar seeds are similar.
    for (let i = 0; i < 15; i++) this.uint32();
  }

  /** The next number: an integer in [0, 2^32). */
  uint32(): number {
    return this.#ahead.shift() ?? this.#next();
  }

  /** What the n-th next call of {@link uniform} will return, from 0. Does not advance. */
  peek(n: number): number {
    while (this.#ahead.length <= n) this.#ahead.push(this.#next());
    return (this.#ahead.at(n) ?? 0) / 0x1_0000_0000;
  }

  /** Advances by `count` numbers. */
  skip(count: number): void {
    for (let i = 0; i < count; i++) this.uint32();
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** The next number, in [0, 1), with 32 random bits. */
  uniform(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** The next number: an integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A number of the standard normal distribution, by the Box-Muller transform. Advances by two. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles `items` in place (Fisher-Yates) and returns it. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i] as T;
      items[i] = items[j] as T;
      items[j] = held;
    }
    return items;
  }
}
