/** Ridge regression: least squares with a penalty on the squares of the weights (Hoerl and Kennard 1970). */

/** The sums over examples that ridge regression needs. Sums of parts of the examples can be added and taken off. */
export class NormalEquations {
  readonly size: number;
  /** [size, size]: Σ x xᵀ. */
  readonly #products: Float64Array;
  /** [size]: Σ y x. */
  readonly #targets: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#products = new Float64Array(size * size);
    this.#targets = new Float64Array(size);
  }

  /** Adds an example with features x [size] and the target y. */
  add(x: Float32Array | Float64Array, y: number): void {
    for (let i = 0; i < this.size; i++) {
      const value = x[i] ?? 0;
      if (value === 0) continue;
      for (let j = 0; j <= i; j++) {
        const at = i * this.size + j;
        this.#products[at] = (this.#products[at] ?? 0) + value * (x[j] ?? 0);
      }
      this.#targets[i] = (this.#targets[i] ?? 0) + value * y;
    }
  }

  /** Adds the sums over other examples. A negative `times` takes them off. */
  addSums(other: NormalEquations, times = 1): void {
    for (const [i, sum] of other.#products.entries())
      this.#products[i] = (this.#products[i] ?? 0) + times * sum;
    for (const [i, sum] of other.#targets.entries()) this.#targets[i] = (this.#targets[i] ?? 0) + times * sum;
  }

  /** The weights [size] that minimise Σ (y − w·x)² + `penalty` |w|². `penalty` is above 0. */
  solve(penalty: number): Float64Array {
    const lower = choleskyFactor(this.#products, this.size, penalty);
    const weights = Float64Array.from(this.#targets);
    for (let i = 0; i < this.size; i++) {
      let rest = weights[i] ?? 0;
      for (let j = 0; j < i; j++) rest -= (lower[i * this.size + j] ?? 0) * (weights[j] ?? 0);
      weights[i] = rest / (lower[i * this.size + i] ?? 1);
    }
    for (let i = this.size - 1; i >= 0; i--) {
      let rest = weights[i] ?? 0;
      for (let j = i + 1; j < this.size; j++) rest -= (lower[j * this.size + i] ?? 0) * (weights[j] ?? 0);
      weights[i] = rest / (lower[i * this.size + i] ?? 1);
    }
    return weights;
  }
}

/** L with L Lᵀ = A + penalty·I, from the lower triangle of A [n, n]. */
function choleskyFactor(products: Float64Array, n: number, penalty: number): Float64Array {
  const lower = Float64Array.from(products);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (lower[i * n + j] ?? 0) + (i === j ? penalty : 0);
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] ?? 0) * (lower[j * n + k] ?? 0);
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * n + j] ?? 1);
    }
  }
  return lower;
}
