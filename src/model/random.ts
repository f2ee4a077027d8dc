/**
 * Seeded pseudo-random numbers: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state, passes PractRand and
 * TestU01's BigCrush. The same seed gives the same numbers on every engine, which TensorFlow's own generators
 * do not promise.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  /** Numbers that were looked at and not taken yet. */
  readonly #ahead: number[] = [];

  /** `seed` is taken as an unsigned 32-bit integer. */
  constructor(seed: number) {
    this.#a = 0;
    this.#b = seed >>> 0;
    this.#c = 0x9e3779b9;
    this.#counter = 1;
    // The author's advice: discard the first dozen, so that near seeds part ways.
    for (let i = 0; i < 15; i++) this.uint32();
  }

  uint32(): number {
    return this.#ahead.shift() ?? this.#next();
  }

  /** The n-th of what {@link uniform} will give, from 0, and takes nothing. */
  peek(n: number): number {
    while (this.#ahead.length <= n) this.#ahead.push(this.#next());
    return (this.#ahead[n] as number) / 0x1_0000_0000;
  }

  /** Takes so many numbers. */
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

  /** In [0, 1), with 32 random bits. */
  uniform(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher and Yates). */
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
