/**
 * The network in plain TypeScript numbers (float64), written from the equations and from nothing in src: what
 * the engines are checked against. Slow, and meant for sizes of a handful.
 */

import type { Architecture } from '../../src/model/architecture.ts';

type Values = ReadonlyMap<string, ArrayLike<number>>;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** x [in] · W [in, out] + bias [out]. */
function affine(x: readonly number[], W: ArrayLike<number>, bias?: ArrayLike<number>): number[] {
  const out = W.length / x.length;
  return Array.from({ length: out }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * (W[i * out + j] as number), bias?.[j] ?? 0),
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
  const [h, c] = state as [number[], number[]];
  const H = h.length;
  const a = affine(x, weights.kernel, weights.bias);
  const u = affine(h, weights.recurrent, weights.recurrentBias);
  const gate = (values: number[], g: number, j: number) => values[g * H + j] as number;
  const each = (f: (j: number) => number) => Array.from({ length: H }, (_, j) => f(j));
  if (cell === 'rnn') return [each((j) => Math.tanh(gate(a, 0, j) + gate(u, 0, j)))];
  if (cell === 'gru') {
    return [
      each((j) => {
        const z = sigmoid(gate(a, 0, j) + gate(u, 0, j));
        const r = sigmoid(gate(a, 1, j) + gate(u, 1, j));
        const n = Math.tanh(gate(a, 2, j) + r * gate(u, 2, j));
        return (1 - z) * n + z * (h[j] as number);
      }),
    ];
  }
  const sum = (g: number, j: number) => gate(a, g, j) + gate(u, g, j);
  const next = each((j) => sigmoid(sum(1, j)) * (c[j] as number) + sigmoid(sum(0, j)) * Math.tanh(sum(2, j)));
  return [each((j) => sigmoid(sum(3, j)) * Math.tanh(next[j] as number)), next];
}

/** A number added to one unit of a layer's state after a step: for gradients by differences. */
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
  const of = (name: string) => values.get(name) as ArrayLike<number>;
  const embeddingOf = (id: number) =>
    Array.from({ length: E }, (_, i) => of('embedding')[id * E + i] as number);
  const zeros = () => new Array<number>(H).fill(0);
  const states = Array.from({ length: layers }, () => (cell === 'lstm' ? [zeros(), zeros()] : [zeros()]));
  return tokens.map((token, t) => {
    let x = embeddingOf(token);
    for (let layer = 0; layer < layers; layer++) {
      const recurrentBias = values.get(`layer${layer}/recurrentBias`);
      states[layer] = step(cell, x, states[layer] as number[][], {
        kernel: of(`layer${layer}/kernel`),
        recurrent: of(`layer${layer}/recurrent`),
        bias: of(`layer${layer}/bias`),
        ...(recurrentBias ? { recurrentBias } : {}),
      });
      x = states[layer]?.[0] as number[];
      if (nudge?.step === t && nudge.layer === layer) {
        const handedOn = states[layer] as number[][];
        states[layer] = handedOn.map((values, i) =>
          i === nudge.state ? values.map((x, unit) => (unit === nudge.unit ? x + nudge.by : x)) : values,
        );
      }
    }
    const bias = of('outputBias');
    if (!tied) return affine(x, of('output'), bias);
    const lowered = affine(x, of('down'));
    return Array.from({ length: V }, (_, id) =>
      embeddingOf(id).reduce((sum, value, i) => sum + value * (lowered[i] as number), bias[id] as number),
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
      const row = logits[t - 1] as number[];
      const most = Math.max(...row);
      const total = row.reduce((a, x) => a + Math.exp(x - most), 0);
      sum += most + Math.log(total) - (row[tokens[t] as number] as number);
      count++;
    }
  }
  return sum / count;
}
