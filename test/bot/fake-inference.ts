/** An inference service without a model: it fills the free slots with characters from a fixed list. */

import type {
  Asker,
  CheckpointSummary,
  GeneratedPoem,
  Inference,
  Order,
  ServiceStatus,
  WriteOptions,
} from '../../src/service/inference.ts';
import { LoadError, Unavailable } from '../../src/service/inference.ts';

const INK = [...'東風吹雨過青山卻望千門草色閒家在夢中何日到'];

export class FakeInference implements Inference {
  readonly orders: { readonly order: Order; readonly asker: Asker }[] = [];
  /** The title that the model writes if none is given. */
  title = '';
  unknownCharacters: readonly string[] = [];
  /** If not null, the next order fails with this error. */
  fault: Error | null = null;
  serving = 'fake';
  /** If true, a test says when an order is kept. */
  keepsOrders = false;
  /** If true, orders wait until they are cancelled. */
  hold = false;

  async write(order: Order, asker: Asker, { signal }: WriteOptions = {}): Promise<GeneratedPoem> {
    this.orders.push({ order, asker });
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.hold && !signal?.aborted)
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    if (signal?.aborted) throw new Unavailable('cancelled');
    const { fault } = this;
    this.fault = null;
    if (fault) throw fault;
    const write = (shift: number) =>
      order.plan.slots.map((slot, i) => {
        if (slot.kind === 'given') return slot.text;
        if (slot.kind === 'choice') return slot.among[0] ?? '';
        const at = slot.kind === 'same' ? slot.as : i;
        return INK[(at + order.seed + shift) % INK.length] ?? '';
      });
    const { answers = 1 } = order.line ?? {};
    return {
      characters: write(0),
      others: Array.from({ length: answers - 1 }, (_, n) => write(n + 1)),
      title: order.plan.title === '' ? this.title : '',
      nllHanzi: 4,
      unknownCharacters: this.unknownCharacters,
      checkpoint: this.serving,
      seed: order.seed,
      waitedMs: 0,
      ranMs: 1,
    };
  }

  async reload(name: string): Promise<CheckpointSummary> {
    if (name === 'broken') throw new LoadError('checkpoint', 'checkpoints/broken/card.json: no such file');
    this.serving = name;
    return this.#summary(name);
  }

  async checkpoints(): Promise<readonly CheckpointSummary[]> {
    return [this.#summary('fake'), this.#summary('other')];
  }

  async nearest(lines: readonly string[]) {
    return lines.map((line, i) => (i === 1 ? { line, same: [...line].length - 1 } : { line: '東', same: 1 }));
  }

  status(): ServiceStatus {
    return {
      engine: { name: 'none', device: 'imagination', version: '1' },
      checkpoint: this.#summary(this.serving),
      running: 0,
      waiting: 0,
      poems: this.orders.length,
      restarts: 0,
      uptimeMs: 90_061_000,
    };
  }

  async metrics(): Promise<string> {
    return '';
  }

  async close(): Promise<{ readonly dropped: number }> {
    return { dropped: 0 };
  }

  #summary(name: string): CheckpointSummary {
    return {
      name,
      cell: 'lstm',
      layers: 2,
      vocabulary: 5000,
      embedding: 256,
      hidden: 512,
      parameters: 5_000_000,
      nll: null,
      hanziPerplexity: null,
      parallels: true,
      corpus: { source: 'memory', poems: 1 },
    };
  }
}
