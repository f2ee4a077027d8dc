/**
 * The sizes of a model, and the name and shape of every parameter. This file does not import TensorFlow.js, so a
 * program can inspect a checkpoint without it.
 */

export const CELL_NAMES = ['lstm', 'gru', 'rnn'] as const;
export type CellName = (typeof CELL_NAMES)[number];

/** The layout of a cell's weights and states. */
export interface CellWeights {
  /** g: number of blocks of H columns in a kernel. */
  readonly gates: 1 | 3 | 4;
  /** Whether the recurrent product has its own bias. */
  readonly hasRecurrentBias: boolean;
  /** Number of [B, H] tensors that a step hands to the next step. The first one is the output h. */
  readonly states: 1 | 2;
}

export const CELL_WEIGHTS: { readonly [name in CellName]: CellWeights } = {
  lstm: { gates: 4, hasRecurrentBias: false, states: 2 },
  gru: { gates: 3, hasRecurrentBias: true, states: 1 },
  rnn: { gates: 1, hasRecurrentBias: false, states: 1 },
};

export interface Architecture {
  readonly cell: CellName;
  /** V: number of token ids. */
  readonly vocabulary: number;
  /** E: size of an embedding vector. */
  readonly embedding: number;
  /** H: number of units in a layer. */
  readonly hidden: number;
  readonly layers: number;
  /**
   * If true, the output uses the embedding matrix, after a projection from H to E (Press and Wolf 2017). If false, the
   * output has a matrix of its own.
   */
  readonly tied: boolean;
}

/** The name and shape of every parameter, in the order of the stored file. */
export function shapesOf(architecture: Architecture): ReadonlyMap<string, readonly number[]> {
  const { vocabulary: V, embedding: E, hidden: H, layers, tied } = architecture;
  const { gates, hasRecurrentBias } = CELL_WEIGHTS[architecture.cell];
  const width = gates * H;
  const shapes = new Map<string, readonly number[]>([['embedding', [V, E]]]);
  for (let layer = 0; layer < layers; layer++) {
    shapes.set(`layer${layer}/kernel`, [layer === 0 ? E : H, width]);
    shapes.set(`layer${layer}/recurrent`, [H, width]);
    shapes.set(`layer${layer}/bias`, [width]);
    if (hasRecurrentBias) shapes.set(`layer${layer}/recurrentBias`, [width]);
  }
  if (tied) shapes.set('down', [H, E]);
  else shapes.set('output', [H, V]);
  shapes.set('outputBias', [V]);
  return shapes;
}

/** Number of values in a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Number of values in all parameters. */
export function countParameters(architecture: Architecture): number {
  let sum = 0;
  for (const shape of shapesOf(architecture).values()) sum += sizeOf(shape);
  return sum;
}

/** The values of a parameter. Throws a RangeError if there is none of that name. */
export function valuesOf(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const found = values.get(name);
  if (!found) throw new RangeError(`parameter ${name} is missing`);
  return found;
}
