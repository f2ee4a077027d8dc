/** An inference service without a model, which answers at once. */

import type { Asker, GeneratedPoem, Order } from '../src/service/inference.ts';
import { FakeInference } from '../test/bot/fake-inference.ts';

export class InstantInference extends FakeInference {
  override async write({ plan, seed }: Order, _: Asker): Promise<GeneratedPoem> {
    const ink = [...'東風吹雨過青山卻望千門草色閒家在夢中何日到'];
    const characters = plan.slots.map((slot, i) => {
      if (slot.kind === 'given') return slot.text;
      return (slot.kind === 'choice' ? slot.among[0] : ink[(i + seed) % ink.length]) ?? '';
    });
    return {
      characters,
      title: '',
      others: [],
      nllHanzi: 4,
      unknownCharacters: [],
      checkpoint: this.serving,
      seed,
      waitedMs: 0,
      ranMs: 0,
    };
  }
}
