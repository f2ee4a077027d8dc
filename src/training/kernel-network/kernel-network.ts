/**
 * A network in training on our own WebAssembly kernels, by all threads. It computes what `network/backpropagation.ts`
 * computes with tensors, which is its oracle in the tests. Once the largest batch has been seen, a step allocates
 * nothing in the kernels' memory.
 */

import type { Pointer } from '../../kernels/memory.ts';
import { TrainingKernels, trainingThreads } from '../../kernels/training-kernels.ts';
import type { DenseMatrix } from '../../kernels/training-operations.ts';
import { type Architecture, CELL_WEIGHTS } from '../../model/architecture.ts';
import { Random } from '../../model/random.ts';
import type { Batch } from '../batch.ts';
import { drawMask } from '../network/dropout.ts';
import { type OptimizerSettings, SLOT_NAMES, type UpdateOptions } from '../network/optimizer.ts';
import type { BatchGradient, Dropout, NamedValues, TrainableNetwork } from '../network/trainable-network.ts';
import { type Buffers, type Capacity, layOut } from './buffers.ts';
import { Layer, type LayerParameters } from './layer.ts';
import { Output, type OutputParameters } from './output.ts';
import { ParameterLayout } from './parameter-layout.ts';

export class KernelNetwork implements TrainableNetwork {
  readonly #architecture: Architecture;
  readonly #optimizer: OptimizerSettings | null;
  readonly #kernels: TrainingKernels;
  readonly #layout: ParameterLayout;
  readonly #layer: Layer;
  readonly #output: Output;
  readonly #parameters: Pointer;
  readonly #gradients: Pointer;
  /** By slot. */
  readonly #slots = new Map<string, Pointer>();
  readonly #partialSums: Pointer;
  /** The last allocation, which grows if a batch is larger than those before. */
  readonly #base: Pointer;
  #capacity: Capacity = { positions: 0, rows: 0, predictions: 0 };
  #buffers: Buffers;
  #keepsGradients = false;

  /** `slots` may be empty before the first step. Without an optimiser it is only scored. Throws a RangeError if a value is missing. */
  constructor(
    architecture: Architecture,
    optimizer: OptimizerSettings | null,
    parameters: NamedValues,
    slots: NamedValues = new Map(),
    threads = trainingThreads(),
  ) {
    this.#architecture = architecture;
    this.#optimizer = optimizer;
    this.#layout = new ParameterLayout(architecture);
    const slotNames = optimizer ? SLOT_NAMES[optimizer.kind] : [];
    // Before threads start, which would otherwise outlive a failure.
    this.#layout.check(parameters);
    if (slots.size > 0) for (const slot of slotNames) this.#layout.check(slots, `/${slot}`);
    this.#kernels = new TrainingKernels(threads);
    const { memory, operations } = this.#kernels;
    this.#layer = new Layer(architecture.cell, operations);
    this.#output = new Output(operations);
    const { length } = this.#layout;
    this.#parameters = memory.alloc(length);
    this.#gradients = memory.alloc(length);
    this.#layout.write(memory, this.#parameters, parameters);
    for (const slot of slotNames) {
      const pointer = memory.alloc(length);
      this.#slots.set(slot, pointer);
      if (slots.size > 0) this.#layout.write(memory, pointer, slots, `/${slot}`);
    }
    this.#partialSums = memory.alloc(2 * operations.partialSums(length));
    this.#base = memory.alloc(0);
    this.#buffers = layOut(architecture, this.#capacity, operations, this.#base).buffers;
  }

  async computeGradients(batch: Batch, dropout: Dropout): Promise<BatchGradient> {
    const { operations, memory } = this.#kernels;
    this.#keepsGradients = false;
    const buffers = this.#upload(batch);
    const { embedding: E, vocabulary, tied } = this.#architecture;
    const masked = dropout.rate > 0;
    if (masked) this.#drawMasks(batch.rows, dropout, buffers);
    const { inputs, top } = this.#runLayers(batch, masked, buffers);
    const count = batch.targets.length;
    const output = {
      parameters: this.#outputOf(this.#parameters),
      gradients: this.#outputOf(this.#gradients),
    };
    let { dOutput, dInput } = buffers;
    this.#output.learn(top, count, output, buffers, dOutput);
    for (const [layer, own] of [...buffers.layers.entries()].reverse()) {
      const x = inputs[layer];
      if (!x) throw new RangeError(`layer ${layer} has no input`);
      if (masked) operations.mask({ ...top, pointer: dOutput }, own.mask, batch.rows, dOutput);
      const both = {
        parameters: this.#layerOf(this.#parameters, layer),
        gradients: this.#layerOf(this.#gradients, layer),
      };
      this.#layer.backward(x, dOutput, dInput, both, batch, buffers, own);
      [dOutput, dInput] = [dInput, dOutput];
    }
    const dEmbedded = { pointer: dOutput, rows: top.rows, columns: E };
    if (masked) operations.mask(dEmbedded, buffers.inputMask, batch.rows, dOutput);
    const dEmbedding = this.#layout.at(this.#gradients, 'embedding').pointer;
    if (!tied) operations.clear(dEmbedding, vocabulary * E);
    operations.scatterAdd(dEmbedded, buffers.inputs, dEmbedding);
    operations.sumSquares(this.#gradients, this.#layout.length, this.#partialSums);
    operations.run();
    this.#keepsGradients = true;
    const parts = memory.doubles(this.#partialSums, operations.partialSums(this.#layout.length));
    return { loss: sum(memory.floats(buffers.nll, count)) / count, norm: Math.sqrt(sum(parts)) };
  }

  async readGradients(): Promise<NamedValues> {
    this.#assertGradients();
    const values = new Map<string, Float32Array>();
    this.#layout.read(this.#kernels.memory, this.#gradients, values);
    return values;
  }

  update({ learningRate, scale, step }: UpdateOptions): void {
    this.#assertGradients();
    const { operations } = this.#kernels;
    const arrays = {
      parameters: this.#parameters,
      gradients: this.#gradients,
      mean: this.#slots.get('mean') ?? 0,
      square: this.#slots.get('square') ?? 0,
    };
    const settings = this.#optimizer;
    if (!settings) throw new Error('a network without an optimiser takes no steps');
    const { epsilon } = settings;
    const factors =
      settings.kind === 'adam'
        ? {
            beta1: settings.beta1,
            beta2: settings.beta2,
            correction: 1 / (1 - settings.beta2 ** step),
            rate: learningRate / (1 - settings.beta1 ** step),
          }
        : { beta1: 0, beta2: settings.decay, correction: 1, rate: learningRate };
    operations.update(this.#layout.length, arrays, { ...factors, scale, epsilon });
    operations.run();
    this.#keepsGradients = false;
  }

  async negativeLogLikelihoods(batch: Batch): Promise<Float32Array> {
    const { operations, memory } = this.#kernels;
    const buffers = this.#upload(batch);
    const { top } = this.#runLayers(batch, false, buffers);
    const count = batch.targets.length;
    this.#output.score(top, count, this.#outputOf(this.#parameters), buffers);
    operations.run();
    return new Float32Array(memory.floats(buffers.nll, count));
  }

  async read(): Promise<{ parameters: NamedValues; slots: NamedValues }> {
    const { memory } = this.#kernels;
    const parameters = new Map<string, Float32Array>();
    const slots = new Map<string, Float32Array>();
    this.#layout.read(memory, this.#parameters, parameters);
    for (const [slot, pointer] of this.#slots) this.#layout.read(memory, pointer, slots, `/${slot}`);
    return { parameters, slots };
  }

  /** Bytes of the kernels' memory. */
  get bytes(): number {
    return this.#kernels.memory.bytes;
  }

  dispose(): void {
    this.#kernels.dispose();
  }

  /** Makes room for the batch and copies it to the memory. */
  #upload({ steps, rows, inputs, positions, targets, weights }: Batch): Buffers {
    const { memory, operations } = this.#kernels;
    const before = this.#capacity;
    const capacity = {
      positions: Math.max(before.positions, steps * rows),
      rows: Math.max(before.rows, rows),
      predictions: Math.max(before.predictions, targets.length),
    };
    if (
      capacity.positions > before.positions ||
      capacity.rows > before.rows ||
      capacity.predictions > before.predictions
    ) {
      const { buffers, length } = layOut(this.#architecture, capacity, operations, this.#base);
      memory.extend(this.#base, length);
      this.#buffers = buffers;
      this.#capacity = capacity;
    }
    const buffers = this.#buffers;
    memory.integers(buffers.inputs, inputs.length).set(inputs);
    memory.integers(buffers.positions, positions.length).set(positions);
    memory.integers(buffers.targets, targets.length).set(targets);
    const factors = memory.floats(buffers.factors, targets.length);
    if (weights) factors.set(weights);
    else factors.fill(1);
    return buffers;
  }

  /** Draws the masks in the order of `network/dropout.ts`. */
  #drawMasks(rows: number, { rate, seed }: Dropout, { inputMask, layers }: Buffers): void {
    const { memory } = this.#kernels;
    const { embedding, hidden } = this.#architecture;
    const random = new Random(seed);
    drawMask(memory.floats(inputMask, rows * embedding), rate, random);
    for (const { mask } of layers) drawMask(memory.floats(mask, rows * hidden), rate, random);
  }

  /** The input of each layer, and the output of the last, [N, H]. */
  #runLayers(batch: Batch, masked: boolean, buffers: Buffers): { inputs: DenseMatrix[]; top: DenseMatrix } {
    const { operations } = this.#kernels;
    const embedding = this.#layout.at(this.#parameters, 'embedding');
    const N = batch.steps * batch.rows;
    let x: DenseMatrix = { pointer: buffers.embedded, rows: N, columns: embedding.columns };
    operations.gather(N, embedding.pointer, embedding.columns, buffers.inputs, x.pointer);
    if (masked) operations.mask(x, buffers.inputMask, batch.rows, x.pointer);
    const inputs: DenseMatrix[] = [];
    for (const [layer, own] of buffers.layers.entries()) {
      inputs.push(x);
      x = this.#layer.forward(x, this.#layerOf(this.#parameters, layer), batch, buffers, own);
      if (!masked) continue;
      operations.mask(x, own.mask, batch.rows, own.output);
      x = { ...x, pointer: own.output };
    }
    return { inputs, top: x };
  }

  /** A layer's part of the array of parameters, or of gradients, at `base`. */
  #layerOf(base: Pointer, layer: number): LayerParameters {
    const at = (name: string) => this.#layout.at(base, `layer${layer}/${name}`);
    return {
      kernel: at('kernel'),
      recurrent: at('recurrent'),
      bias: at('bias').pointer,
      recurrentBias: CELL_WEIGHTS[this.#architecture.cell].hasRecurrentBias ? at('recurrentBias').pointer : 0,
    };
  }

  #outputOf(base: Pointer): OutputParameters {
    const { tied } = this.#architecture;
    return {
      weights: this.#layout.at(base, tied ? 'embedding' : 'output'),
      down: tied ? this.#layout.at(base, 'down') : null,
      bias: this.#layout.at(base, 'outputBias').pointer,
    };
  }

  #assertGradients(): void {
    if (!this.#keepsGradients) throw new Error('no gradients are kept');
  }
}

function sum(values: ArrayLike<number> & Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
