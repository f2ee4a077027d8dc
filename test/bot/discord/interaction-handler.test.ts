import { type APIInteraction, InteractionType, REST } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { ButtonCodec } from '../../../src/bot/discord/button.ts';
import { InteractionHandler } from '../../../src/bot/discord/interaction-handler.ts';
import { InteractionMetrics } from '../../../src/bot/discord/interaction-metrics.ts';
import { openLog } from '../../../src/bot/log.ts';
import { deferred } from '../../../src/service/deferred.ts';
import { Unavailable } from '../../../src/service/inference.ts';
import { FakeInference } from '../fake-inference.ts';
import { FakeStudio } from '../fake-studio.ts';

const TAKEN = { status: 400, body: { code: 40060, message: 'Interaction has already been acknowledged.' } };
const FAULT = { status: 502, body: {} };

/** A handler whose first answers get these responses, the last one again and again. */
function setUp(...callbacks: readonly { status: number; body: object }[]) {
  const requests: string[] = [];
  let asked = 0;
  const elsewhere = { serves: false };
  const options = {
    api: 'http://discord.test/api',
    makeRequest: async (url: string, { method }: { method?: string | undefined }) => {
      requests.push(`${method} ${new URL(url).pathname.split('/').at(-1)}`);
      const response = url.includes('/callback')
        ? (callbacks[asked++] ?? callbacks.at(-1))
        : { status: 200, body: {} };
      return Response.json(response?.body ?? {}, {
        status: response?.status ?? 200,
        headers: { 'content-type': 'application/json' },
      });
    },
  };
  const inference = new FakeInference();
  const metrics = new InteractionMetrics();
  const handler = new InteractionHandler({
    rest: new REST(options),
    firstRest: new REST({ ...options, retries: 0 }),
    inference,
    studio: new FakeStudio(),
    favourites: null,
    daily: null,
    missingToPost: () => null,
    servedElsewhere: async () => elsewhere.serves,
    owners: new Set(),
    codec: new ButtonCodec('a token'),
    log: openLog('silent'),
    metrics,
    drawSeed: () => 1,
  });
  return { handler, inference, requests, elsewhere, outcomes: () => metrics.text() };
}

/** A command with its first option, as Discord delivers it. */
function interactionOf(id: string, name: string, option: string, value: string): APIInteraction {
  const delivered = {
    id,
    token: 'token',
    application_id: '9',
    type: InteractionType.ApplicationCommand,
    version: 1,
    locale: 'zh-CN',
    user: { id: '1' },
    data: { id: '2', type: 1, name, options: [{ type: 3, name: option, value }] },
  };
  return JSON.parse(JSON.stringify(delivered));
}

const poemInteraction = (id: string) => interactionOf(id, 'poem', 'opening', '月');

describe('an interaction', () => {
  it('that is delivered twice gives one poem and one answer', async () => {
    const { handler, inference, requests } = setUp();
    handler.handle(poemInteraction('5'));
    handler.handle(poemInteraction('5'));
    await handler.drain();
    handler.handle(poemInteraction('5'));
    await handler.drain();
    expect(inference.orders).toHaveLength(1);
    expect(requests).toEqual(['POST callback', 'PATCH @original']);
  });

  it('that another process has answered is left to it', async () => {
    const { handler, requests, outcomes } = setUp(TAKEN);
    handler.handle(poemInteraction('5'));
    await handler.drain();
    expect(requests).toEqual(['POST callback']);
    expect(await outcomes()).toContain('shiren_interactions_total{kind="poem",outcome="taken"} 1');
  });

  it('is answered if an attempt was taken whose confirmation was lost', async () => {
    const { handler, requests, outcomes } = setUp(FAULT, TAKEN);
    handler.handle(poemInteraction('5'));
    await handler.drain();
    expect(requests).toEqual(['POST callback', 'POST callback', 'PATCH @original']);
    expect(await outcomes()).toContain('outcome="done"} 1');
  });

  it('that comes while the bot stops is refused, or left to a process that gets it too', async () => {
    const { handler, inference, requests, elsewhere, outcomes } = setUp();
    await handler.drain();
    handler.handle(poemInteraction('5'));
    await handler.drain();
    expect(requests).toEqual(['POST callback']);
    elsewhere.serves = true;
    handler.handle(poemInteraction('6'));
    await handler.drain();
    expect(requests).toHaveLength(1);
    expect(inference.orders).toHaveLength(0);
    expect(await outcomes()).toMatch(/outcome="stopping"\} 1[\s\S]*outcome="left"\} 1/u);
  });

  it('is remembered among the latest ten thousand', async () => {
    const { handler, inference } = setUp(TAKEN);
    for (let id = 0; id <= 10_000; id++) handler.handle({ ...poemInteraction('5'), id: String(id) });
    handler.handle(poemInteraction('10000'));
    handler.handle(poemInteraction('0'));
    await handler.drain();
    expect(inference.orders).toHaveLength(10_002);
  });
});

describe('an order that is kept outside of the process', () => {
  const refused = new Unavailable('disconnected');

  it('is deferred once it is kept', async () => {
    const { handler, inference, requests } = setUp();
    const write = deferred<void>();
    const before = inference.write;
    inference.keepsOrders = true;
    inference.write = async (order, asker, options) => {
      expect(requests).toEqual([]);
      options?.onKept?.();
      await write.promise;
      return before.call(inference, order, asker, options);
    };
    handler.handle(poemInteraction('5'));
    await expect.poll(() => requests).toEqual(['POST callback']);
    write.resolve();
    await handler.drain();
    expect(requests).toEqual(['POST callback', 'PATCH @original']);
  });

  it('is refused by the first answer, without a deferral, if it cannot be kept', async () => {
    const { handler, inference, requests, outcomes } = setUp();
    inference.keepsOrders = true;
    inference.write = () => Promise.reject(refused);
    handler.handle(poemInteraction('5'));
    await handler.drain();
    expect(requests).toEqual(['POST callback']);
    expect(await outcomes()).toContain('outcome="disconnected"} 1');
  });

  it('is refused after the deferral if it fails later', async () => {
    const { handler, inference, requests } = setUp();
    inference.keepsOrders = true;
    inference.write = async (_order, _asker, options) => {
      options?.onKept?.();
      await expect.poll(() => requests).toEqual(['POST callback']);
      throw refused;
    };
    handler.handle(poemInteraction('5'));
    await handler.drain();
    expect(requests.slice(0, 1)).toEqual(['POST callback']);
    expect(requests.length).toBeGreaterThan(1);
  });
});

describe('interactions that ask for no poem', () => {
  it('are refused to an asker who has too many of them under way', async () => {
    const { handler, outcomes } = setUp();
    const text = '白日依山盡，黃河入海流。欲窮千里目，更上一層樓。';
    for (let n = 0; n < 50; n++) handler.handle(interactionOf(String(n), 'check', 'text', text));
    await handler.drain();
    const counted = await outcomes();
    expect(counted).toContain('{kind="check",outcome="done"} 6');
    expect(counted).toContain('{kind="check",outcome="user-busy"} 44');
  });
});
