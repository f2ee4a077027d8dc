import { type APIInteraction, InteractionType, REST } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { ButtonCodec } from '../../../src/bot/discord/button.ts';
import { InteractionHandler } from '../../../src/bot/discord/interaction-handler.ts';
import { InteractionMetrics } from '../../../src/bot/discord/interaction-metrics.ts';
import { openLog } from '../../../src/bot/log.ts';
import { FakeInference } from '../fake-inference.ts';

const TAKEN = { status: 400, body: { code: 40060, message: 'Interaction has already been acknowledged.' } };
const FAULT = { status: 502, body: {} };

/** A handler whose first answers get these responses, the last one again and again. */
function setUp(...callbacks: readonly { status: number; body: object }[]) {
  const requests: string[] = [];
  let asked = 0;
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
    owners: new Set(),
    codec: new ButtonCodec('a token'),
    log: openLog('silent'),
    metrics,
    drawSeed: () => 1,
  });
  return { handler, inference, requests, outcomes: () => metrics.text() };
}

/** /poem 月, as Discord delivers it. */
function poemInteraction(id: string): APIInteraction {
  const delivered = {
    id,
    token: 'token',
    application_id: '9',
    type: InteractionType.ApplicationCommand,
    version: 1,
    locale: 'zh-CN',
    user: { id: '1' },
    data: { id: '2', type: 1, name: 'poem', options: [{ type: 3, name: 'opening', value: '月' }] },
  };
  return JSON.parse(JSON.stringify(delivered));
}

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

  it('is remembered among the latest ten thousand', async () => {
    const { handler, inference } = setUp(TAKEN);
    for (let id = 0; id <= 10_000; id++) handler.handle({ ...poemInteraction('5'), id: String(id) });
    handler.handle(poemInteraction('10000'));
    handler.handle(poemInteraction('0'));
    await handler.drain();
    expect(inference.orders).toHaveLength(10_002);
  });
});
