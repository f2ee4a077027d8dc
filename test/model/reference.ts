/**
 * The network in plain TypeScript numbers (float64). It is written from the equations and shares no code with src, so the
 * tests can compare the engines with it. It is slow, and only for small sizes.
 */

import type { Architecture } from '../../src/model/architecture.ts';

type Values = ReadonlyMap<string, ArrayLike<number>>;

/** An element of an array. Throws a RangeError if there is none. */
function at<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`there is no element ${index}`);
  return value;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** x [in] · W [in, out] + bias [out]. */
function affine(x: readonly number[], W: ArrayLike<number>, bias?: ArrayLike<number>): number[] {
  const out = W.length / x.length;
  return Array.from({ length: out }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * at(W, i * out + j), bias?.[j] ?? 0),
  );
}

function step(
  cell: Architecture['cell'],
  x: readonly number[],
  state: readonly number[][],
  weights: {
    kernel: ArrayLike<number>;
    recurrent: ArrayLike<number>;
    bias: ArrayLike<number>;
    recurrentBias?: ArrayLike<number>;
  },
): number[][] {
  const [h = [], c = []] = state;
  const H = h.length;
  const a = affine(x, weights.kernel, weights.bias);
  const u = affine(h, weights.recurrent, weights.recurrentBias);
  const gate = (values: number[], g: number, j: number) => at(values, g * H + j);
  const each = (f: (j: number) => number) => Array.from({ length: H }, (_, j) => f(j));
  if (cell === 'rnn') return [each((j) => Math.tanh(gate(a, 0, j) + gate(u, 0, j)))];
  if (cell === 'gru') {
    return [
      each((j) => {
        const z = sigmoid(gate(a, 0, j) + gate(u, 0, j));
        const r = sigmoid(gate(a, 1, j) + gate(u, 1, j));
        const n = Math.tanh(gate(a, 2, j) + r * gate(u, 2, j));
        return (1 - z) * n + z * at(h, j);
      }),
    ];
  }
  const sum = (g: number, j: number) => gate(a, g, j) + gate(u, g, j);
  const next = each((j) => sigmoid(sum(1, j)) * at(c, j) + sigmoid(sum(0, j)) * Math.tanh(sum(2, j)));
  return [each((j) => sigmoid(sum(3, j)) * Math.tanh(at(next, j))), next];
}

/** A number that is added to one unit of a layer's state after a step, to compute gradients by differences. */
export interface Nudge {
  readonly step: number;
  readonly layer: number;
  /** 0 is h, 1 the LSTM's c. */
  readonly state: number;
  readonly unit: number;
  readonly by: number;
}

/** Logits [V] after each token of a sequence. What is nudged is the state handed to the next step. */
export function referenceLogits(
  architecture: Architecture,
  values: Values,
  tokens: readonly number[],
  nudge?: Nudge,
): number[][] {
  const { cell, embedding: E, hidden: H, layers, tied, vocabulary: V } = architecture;
  const of = (name: string): ArrayLike<number> => {
    const found = values.get(name);
    if (!found) throw new RangeError(`there is no parameter ${name}`);
    return found;
  };
  const embeddingOf = (id: number) => Array.from({ length: E }, (_, i) => at(of('embedding'), id * E + i));
  const zeros = () => new Array<number>(H).fill(0);
  const states = Array.from({ length: layers }, () => (cell === 'lstm' ? [zeros(), zeros()] : [zeros()]));
  return tokens.map((token, t) => {
    let x = embeddingOf(token);
    for (let layer = 0; layer < layers; layer++) {
      const recurrentBias = values.get(`layer${layer}/recurrentBias`);
      states[layer] = step(cell, x, at(states, layer), {
        kernel: of(`layer${layer}/kernel`),
        recurrent: of(`layer${layer}/recurrent`),
        bias: of(`layer${layer}/bias`),
        ...(recurrentBias ? { recurrentBias } : {}),
      });
      x = at(at(states, layer), 0);
      if (nudge?.step === t && nudge.layer === layer) {
        const handedOn = at(states, layer);
        states[layer] = handedOn.map((values, i) =>
          i === nudge.state ? values.map((x, unit) => (unit === nudge.unit ? x + nudge.by : x)) : values,
        );
      }
    }
    const bias = of('outputBias');
    if (!tied) return affine(x, of('output'), bias);
    const projected = affine(x, of('down'));
    return Array.from({ length: V }, (_, id) =>
      embeddingOf(id).reduce((sum, value, i) => sum + value * at(projected, i), at(bias, id)),
    );
  });
}

/** Mean NLL in nats of the tokens from `prefix` on, over all sequences. */
export function referenceLoss(
  architecture: Architecture,
  values: Values,
  sequences: readonly { readonly tokens: readonly number[]; readonly prefix: number }[],
): number {
  let sum = 0;
  let count = 0;
  for (const { tokens, prefix } of sequences) {
    const logits = referenceLogits(architecture, values, tokens.slice(0, -1));
    for (let t = prefix; t < tokens.length; t++) {
      const row = at(logits, t - 1);
      const most = Math.max(...row);
      const total = row.reduce((a, x) => a + Math.exp(x - most), 0);
      sum += most + Math.log(total) - at(row, at(tokens, t));
      count++;
    }
  }
  return sum / count;
}
