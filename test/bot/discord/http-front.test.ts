import { expect, it, onTestFinished } from 'vitest';
import { HttpFront } from '../../../src/bot/discord/http-front.ts';
import { HttpEndpoint } from '../../discord/http-endpoint.ts';

it('handles one interaction a turn of the event loop, after its 202', async () => {
  let turn = 0;
  let counter = setImmediate(function count() {
    turn++;
    counter = setImmediate(count);
  });
  onTestFinished(() => clearImmediate(counter));
  const handled: { readonly id: string; readonly turn: number }[] = [];
  const endpoint = new HttpEndpoint();
  const front = new HttpFront({
    port: 0,
    address: '127.0.0.1',
    publicKey: endpoint.publicKey,
    onInteraction: ({ id }) => {
      handled.push({ id, turn });
      // Meanwhile other requests arrive, and are then read in one turn.
      const until = performance.now() + 100;
      while (performance.now() < until);
    },
  });
  const port = await front.open();
  onTestFinished(() => front.close());
  endpoint.url = `http://127.0.0.1:${port}/`;
  const ids = Array.from({ length: 8 }, (_, i) => String(i));
  const { statuses } = await endpoint.sendAtOnce(ids.map((id) => endpoint.signed({ id, type: 2 })));
  expect(statuses).toEqual(ids.map(() => 202));
  await expect.poll(() => handled.map(({ id }) => id).sort()).toEqual(ids);
  expect(new Set(handled.map((each) => each.turn)).size).toBe(ids.length);
});
