/**
 * A checkpoint's parameters in the form in which decoding uses them: as products, and the first layer's input products of
 * all tokens as a table.
 *
 * In the shapes below, V is the vocabulary's size, E the embedding's, H the hidden size, and g the cell's number of gates.
 */

import { Kernels } from '../kernels/kernels.ts';
import type { Pointer } from '../kernels/memory.ts';
import type { OutputWeights } from '../kernels/operation-list.ts';
import { type Architecture, CELL_WEIGHTS, valuesOf } from '../model/architecture.ts';
import { float32Products, type NewProduct, type ProductKind, productsOf } from './product-kinds.ts';
import type { RowProduct } from './row-product.ts';

/** Rows of the embedding that are multiplied at once for the table; bounds how long other work waits. */
const TABLE_CHUNK = 1024;

export interface LayerWeights {
  /**
   * The recurrent product. From the second layer on it also multiplies the input from the layer below, which stands
   * before the state, if `kernel` is null.
   */
  readonly recurrent: RowProduct;
  /** The input product with its bias, if it is separate; null in the first layer, which uses the table. */
  readonly kernel: RowProduct | null;
  /** What the gates add if one product serves both: [gH]. */
  readonly bias: Pointer;
}

export interface DecodingOptions {
  /** Threads of the kernels, the caller's included; default: 1. */
  readonly threads?: number;
  /** Default: float32, by whoever is faster. */
  readonly products?: ProductKind;
  /** Awaited now and then. On a slow engine the whole takes seconds. */
  readonly onProgress?: () => Promise<void>;
}

type Values = ReadonlyMap<string, Float32Array>;

export class DecodingWeights {
  readonly architecture: Architecture;
  readonly kernels: Kernels;
  /** The first layer's input products by token: [V, gH], bias included. */
  readonly table: Pointer;
  readonly layers: readonly LayerWeights[];
  /** From H to E, if the output is tied to the embedding; otherwise null. */
  readonly hiddenProjection: RowProduct | null;
  /** All logits. */
  readonly output: RowProduct;
  /** The same weights by token, for single logits. */
  readonly outputWeights: OutputWeights;
  /** Multiply-adds for the logits of single tokens. */
  singleTokenMultiplyAdds = 0;

  /** Uploads parameters (by the names of `shapesOf`) to this thread's engine. */
  static async create(
    architecture: Architecture,
    values: Values,
    { threads = 1, products = float32Products(), onProgress = async () => {} }: DecodingOptions = {},
  ): Promise<DecodingWeights> {
    const kernels = new Kernels(threads);
    try {
      // A table is exact, and its products are made once.
      const newTableProduct = productsOf(
        products === 'engine-float32' ? products : 'kernels-float32',
        kernels,
      );
      const table = await inputTable(kernels, newTableProduct, architecture, values, onProgress);
      const newProduct = productsOf(products, kernels);
      return new DecodingWeights(architecture, values, kernels, newProduct, table);
    } catch (error) {
      kernels.dispose();
      throw error;
    }
  }

  private constructor(
    architecture: Architecture,
    values: Values,
    kernels: Kernels,
    newProduct: NewProduct,
    table: Pointer,
  ) {
    const { vocabulary: V, embedding: E, hidden: H, tied } = architecture;
    this.architecture = architecture;
    this.kernels = kernels;
    this.table = table;
    this.layers = Array.from({ length: architecture.layers }, (_, layer) =>
      layerWeights(kernels, newProduct, architecture, values, layer),
    );
    const bias = valuesOf(values, 'outputBias');
    const byToken = tied ? valuesOf(values, 'embedding') : transposed(valuesOf(values, 'output'), H, V);
    const output = tied ? transposed(byToken, V, E) : valuesOf(values, 'output');
    const width = tied ? E : H;
    const { memory } = kernels;
    this.hiddenProjection = tied ? newProduct(valuesOf(values, 'down'), [H], null, 'largest') : null;
    this.output = newProduct(output, [width], bias, 'largest');
    this.outputWeights = { width, weights: memory.upload(byToken), bias: memory.upload(bias) };
  }

  #products(): RowProduct[] {
    const all = this.layers.flatMap(({ recurrent, kernel }) => [recurrent, kernel]);
    return [...all, this.hiddenProjection, this.output].filter((product) => product !== null);
  }

  /** Whether the kernels compute every product, so that the main thread is free meanwhile. */
  get byKernels(): boolean {
    return this.#products().every((product) => product.byKernels);
  }

  /** Multiply-adds so far, padding not counted. */
  get multiplyAdds(): number {
    return this.#products().reduce(
      (sum, product) => sum + product.multiplyAdds,
      this.singleTokenMultiplyAdds,
    );
  }

  dispose(): void {
    for (const product of this.#products()) product.dispose();
    this.kernels.dispose();
  }
}

function layerWeights(
  kernels: Kernels,
  newProduct: NewProduct,
  { cell, hidden: H }: Architecture,
  values: Values,
  layer: number,
): LayerWeights {
  const { hasRecurrentBias } = CELL_WEIGHTS[cell];
  const recurrent = valuesOf(values, `layer${layer}/recurrent`);
  const recurrentBias = hasRecurrentBias ? valuesOf(values, `layer${layer}/recurrentBias`) : null;
  const kernel = layer > 0 ? valuesOf(values, `layer${layer}/kernel`) : null;
  const inputBias = valuesOf(values, `layer${layer}/bias`);
  const bias = kernels.memory.upload(inputBias);
  // GRU's reset gate scales the recurrent product alone, so that product must be separate from the input's.
  if (kernel && !hasRecurrentBias) {
    return {
      recurrent: newProduct(concatenated(kernel, recurrent), [H, H], null, 'unit'),
      kernel: null,
      bias,
    };
  }
  return {
    recurrent: newProduct(recurrent, [H], recurrentBias, 'unit'),
    kernel: kernel && newProduct(kernel, [H], inputBias, 'unit'),
    bias,
  };
}

/** embedding · kernel + bias of the first layer: [V, gH]. A token's input product is then a lookup. */
async function inputTable(
  kernels: Kernels,
  newProduct: NewProduct,
  { cell, vocabulary: V, embedding: E, hidden: H }: Architecture,
  values: Values,
  onProgress: () => Promise<void>,
): Promise<Pointer> {
  const { memory } = kernels;
  const width = CELL_WEIGHTS[cell].gates * H;
  const table = memory.alloc(V * width);
  await memory.withScratch(async () => {
    const kernel = newProduct(
      valuesOf(values, 'layer0/kernel'),
      [E],
      valuesOf(values, 'layer0/bias'),
      'largest',
    );
    const embedding = memory.upload(valuesOf(values, 'embedding'));
    for (let from = 0; from < V; from += TABLE_CHUNK) {
      const rows = Math.min(V - from, TABLE_CHUNK);
      const chunk = { pointer: embedding + 4 * from * E, width: E };
      await kernel.multiply(rows, table + 4 * from * width, chunk);
      kernels.run();
      await onProgress();
    }
    kernel.dispose();
  });
  return table;
}

function concatenated(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The transpose of a matrix [rows, width]. */
function transposed(matrix: Float32Array, rows: number, width: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let n = 0; n < rows; n++) {
    // A hot loop (millions of numbers), and within bounds.
    for (let k = 0; k < width; k++) result[k * rows + n] = matrix[n * width + k] as number;
  }
  return result;
}
