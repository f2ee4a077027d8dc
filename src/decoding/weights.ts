/**
 * A checkpoint's parameters where decoding wants them: as products, and the first layer's input product of every token
 * as a table. V is the vocabulary's size, E the embedding's, H the hidden size, g the cell's number of gates.
 */

import { type Columns, Kernels, type Place } from '../kernels/kernels.ts';
import { type Architecture, CELL_WEIGHTS, valuesOf } from '../model/architecture.ts';
import { Product } from './product.ts';

/** So many rows of the embedding are multiplied at once for the table; bounds what others wait. */
const TABLE_CHUNK = 1024;

interface Layer {
  /** Of the state; where one product serves both, of the input from the layer below and the state. */
  readonly recurrent: Product;
  /** Of the input from the layer below, bias included, where the state's must stand apart. */
  readonly kernel: Product | null;
  /** What the gates add where one product serves both: [gH]. */
  readonly bias: Place;
}

export interface DecodingOptions {
  /** Threads that the kernels work with, the caller's among them. */
  readonly threads?: number;
  /** Products of up to so many multiply-adds are the kernels'; what is best for this thread's engine unless given. */
  readonly few?: number;
  /** Awaited every now and then: on a slow engine it takes seconds. */
  readonly onProgress?: () => Promise<void>;
}

export class DecodingWeights {
  readonly architecture: Architecture;
  readonly kernels: Kernels;
  /** [V, gH], bias included. */
  readonly table: Place;
  readonly layers: readonly Layer[];
  /** From H to E; null where the output is not tied. */
  readonly down: Product | null;
  readonly output: Product;
  readonly columns: Columns;
  /** Multiply-adds made for single columns. */
  byColumn = 0;

  /** Uploads parameters (as `shapesOf` names them) to this thread's engine. */
  static async create(
    architecture: Architecture,
    values: ReadonlyMap<string, Float32Array>,
    { threads = 1, few, onProgress = async () => {} }: DecodingOptions = {},
  ): Promise<DecodingWeights> {
    const kernels = new Kernels(threads);
    try {
      const table = await inputTable(kernels, architecture, values, few, onProgress);
      return new DecodingWeights(architecture, values, kernels, table, few);
    } catch (error) {
      kernels.dispose();
      throw error;
    }
  }

  private constructor(
    architecture: Architecture,
    values: ReadonlyMap<string, Float32Array>,
    kernels: Kernels,
    table: Place,
    few: number | undefined,
  ) {
    const { vocabulary: V, embedding: E, hidden: H, tied } = architecture;
    const { hasRecurrentBias } = CELL_WEIGHTS[architecture.cell];
    this.architecture = architecture;
    this.kernels = kernels;
    this.table = table;
    this.layers = Array.from({ length: architecture.layers }, (_, layer) => {
      const recurrent = valuesOf(values, `layer${layer}/recurrent`);
      const kernel = layer > 0 ? valuesOf(values, `layer${layer}/kernel`) : null;
      const bias = valuesOf(values, `layer${layer}/bias`);
      // A gate that scales the recurrent product alone (GRU's reset) needs it apart from the input's.
      const apart = hasRecurrentBias || !kernel;
      return {
        recurrent: new Product(
          kernels,
          apart ? recurrent : concatenated(kernel, recurrent),
          apart ? H : 2 * H,
          hasRecurrentBias ? valuesOf(values, `layer${layer}/recurrentBias`) : null,
          few,
        ),
        kernel: apart && kernel ? new Product(kernels, kernel, H, bias, few) : null,
        bias: kernels.keep(bias),
      };
    });
    const width = tied ? E : H;
    const bias = valuesOf(values, 'outputBias');
    const columns = tied ? valuesOf(values, 'embedding') : transposed(valuesOf(values, 'output'), H, V);
    const output = tied ? transposed(columns, V, E) : valuesOf(values, 'output');
    this.down = tied ? new Product(kernels, valuesOf(values, 'down'), H, null, few) : null;
    this.output = new Product(kernels, output, width, bias, few);
    this.columns = { width, weights: kernels.keep(columns), bias: kernels.keep(bias) };
  }

  #products(): Product[] {
    const all = this.layers.flatMap(({ recurrent, kernel }) => [recurrent, kernel]);
    return [...all, this.down, this.output].filter((product) => product !== null);
  }

  /** Up to so many rows every product is the kernels', so that this thread is free while they are made. */
  get kernelRows(): number {
    return Math.min(...this.#products().map((product) => product.kernelRows));
  }

  /** Multiply-adds made for rows so far, padding not counted: what the benchmark holds against the engine's rate. */
  get multiplyAdds(): number {
    return this.#products().reduce((sum, product) => sum + product.multiplyAdds, this.byColumn);
  }

  dispose(): void {
    for (const product of this.#products()) product.dispose();
    this.kernels.dispose();
  }
}

function concatenated(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** A matrix [rows, width], transposed. */
function transposed(matrix: Float32Array, rows: number, width: number): Float32Array {
  const turned = new Float32Array(matrix.length);
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < width; k++) turned[k * rows + n] = matrix[n * width + k] as number;
  }
  return turned;
}

/** embedding · kernel + bias of the first layer: [V, gH]. A token's input product is then a lookup. */
async function inputTable(
  kernels: Kernels,
  architecture: Architecture,
  values: ReadonlyMap<string, Float32Array>,
  few: number | undefined,
  onProgress: () => Promise<void>,
): Promise<Place> {
  const { vocabulary: V, embedding: E, hidden: H } = architecture;
  const width = CELL_WEIGHTS[architecture.cell].gates * H;
  const table = kernels.reserve(V * width);
  await kernels.lend(async () => {
    const bias = valuesOf(values, 'layer0/bias');
    const kernel = new Product(kernels, valuesOf(values, 'layer0/kernel'), E, bias, few);
    const embedding = kernels.keep(valuesOf(values, 'embedding'));
    for (let from = 0; from < V; from += TABLE_CHUNK) {
      const rows = Math.min(V - from, TABLE_CHUNK);
      await kernel.write(rows, table + 4 * from * width, { at: embedding + 4 * from * E, width: E });
      kernels.run();
      await onProgress();
    }
    kernel.dispose();
  });
  return table;
}
