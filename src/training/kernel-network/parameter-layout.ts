/**
 * Where each parameter is in an array of all parameters. The gradients and the slots of the optimiser have the same
 * layout, so that the optimiser and the norm see one array.
 */

import type { KernelMemory, Pointer } from '../../kernels/memory.ts';
import type { DenseMatrix } from '../../kernels/training-operations.ts';
import { type Architecture, shapesOf, sizeOf, valuesOf } from '../../model/architecture.ts';

/** Parameters begin on a cache line. What is between them stays zero. */
const ALIGNMENT = 16;

export class ParameterLayout {
  /** Numbers in the array, a multiple of {@link ALIGNMENT}. */
  readonly length: number;
  readonly #places = new Map<string, { offset: number; rows: number; columns: number }>();

  constructor(architecture: Architecture) {
    let offset = 0;
    for (const [name, shape] of shapesOf(architecture)) {
      const columns = shape.at(-1) ?? 1;
      this.#places.set(name, { offset, rows: sizeOf(shape) / columns, columns });
      offset += Math.ceil(sizeOf(shape) / ALIGNMENT) * ALIGNMENT;
    }
    this.length = offset;
  }

  /** A parameter of the array at `base`; a vector is a matrix of one row. Throws a RangeError if there is none. */
  at(base: Pointer, name: string): DenseMatrix {
    const place = this.#places.get(name);
    if (!place) throw new RangeError(`there is no parameter ${name}`);
    return { pointer: base + 4 * place.offset, rows: place.rows, columns: place.columns };
  }

  /** Throws a RangeError if a value is missing; `suffix` is behind the parameters' names. */
  check(values: ReadonlyMap<string, Float32Array>, suffix = ''): void {
    for (const name of this.#places.keys()) valuesOf(values, name + suffix);
  }

  /** Copies all values to the array at `base`; `suffix` is behind the parameters' names. Throws if one is missing. */
  write(memory: KernelMemory, base: Pointer, values: ReadonlyMap<string, Float32Array>, suffix = ''): void {
    for (const name of this.#places.keys()) {
      const { pointer, rows, columns } = this.at(base, name);
      memory.floats(pointer, rows * columns).set(valuesOf(values, name + suffix));
    }
  }

  /** Copies all values from the array at `base` to `values`. */
  read(memory: KernelMemory, base: Pointer, values: Map<string, Float32Array>, suffix = ''): void {
    for (const name of this.#places.keys()) {
      const { pointer, rows, columns } = this.at(base, name);
      values.set(name + suffix, new Float32Array(memory.floats(pointer, rows * columns)));
    }
  }
}
