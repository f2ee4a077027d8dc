/**
 * What a model is made of: its sizes, and the name and shape of every parameter. Knows no tensors, so that a
 * checkpoint can be looked at without TensorFlow.js.
 */

export const CELL_NAMES = ['lstm', 'gru', 'rnn'] as const;
export type CellName = (typeof CELL_NAMES)[number];

/** What a cell has for weights. */
export interface CellWeights {
  /** g: how many blocks of H columns a kernel has. */
  readonly gates: 1 | 3 | 4;
  /** Whether the recurrent product has a bias of its own. */
  readonly hasRecurrentBias: boolean;
  /** How many [B, H] tensors are carried from step to step; the first is the output h. */
  readonly states: 1 | 2;
}

export const CELL_WEIGHTS: { readonly [name in CellName]: CellWeights } = {
  lstm: { gates: 4, hasRecurrentBias: false, states: 2 },
  gru: { gates: 3, hasRecurrentBias: true, states: 1 },
  rnn: { gates: 1, hasRecurrentBias: false, states: 1 },
};

export interface Architecture {
  readonly cell: CellName;
  /** V */
  readonly vocabulary: number;
  /** E */
  readonly embedding: number;
  /** H */
  readonly hidden: number;
  readonly layers: number;
  /**
   * Tied: the embedding serves as the output's matrix too, behind a product from H down to E (Press and Wolf
   * 2017). Otherwise the output has a matrix of its own.
   */
  readonly tied: boolean;
}

/** The name and shape of every parameter, in the order in which they are stored. */
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

export function countParameters(architecture: Architecture): number {
  let sum = 0;
  for (const shape of shapesOf(architecture).values()) sum += shape.reduce((a, b) => a * b, 1);
  return sum;
}

/** A parameter's values. Throws a RangeError where there are none of that name. */
export function valuesOf(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const found = values.get(name);
  if (!found) throw new RangeError(`parameter ${name} is missing`);
  return found;
}
