/** 19: interactions over HTTP, without a gateway. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { HttpEndpoint } from '../../discord/http-endpoint.ts';
import { describeFleet, expectPoems, Fleet } from '../fleet.ts';

let fleet: Fleet;
const endpoint = new HttpEndpoint();

const PING = { id: '1', application_id: '2', type: 1, token: 't', version: 1 };

describeFleet('19: a bot that takes interactions over HTTP', () => {
  beforeAll(async () => {
    fleet = await Fleet.open();
    await fleet.engine({ BATCH_ROWS: '64' });
    const bot = fleet.harness.start({
      REDIS_URL: fleet.redis.url,
      INTERACTIONS_PORT: '0',
      DISCORD_PUBLIC_KEY: endpoint.publicKey,
      GUILD_PER_MINUTE: '100000',
    });
    const { port } = await bot.logged('Serving on Discord over HTTP');
    endpoint.url = `http://127.0.0.1:${port}/`;
  });
  afterAll(() => fleet?.close());

  it('answers a PING, and connects to no gateway', async () => {
    const response = await endpoint.send(endpoint.signed(PING));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ type: 1 });
    expect(fleet.harness.discord.gateway.connections).toBe(0);
  });

  it('refuses a wrong signature, none, another body, and an old timestamp', async () => {
    const right = endpoint.signed(PING);
    const signature = right.headers['x-signature-ed25519'];
    const wrong = {
      ...right.headers,
      'x-signature-ed25519': signature.replace(/^../u, (two) => (two === '00' ? '11' : '00')),
    };
    expect((await endpoint.send({ ...right, headers: wrong })).status).toBe(401);
    expect((await endpoint.send({ ...right, headers: {} })).status).toBe(401);
    expect((await endpoint.send({ ...right, body: right.body.replace('"1"', '"3"') })).status).toBe(401);
    const minutesAgo = Math.floor(Date.now() / 1000) - 600;
    expect((await endpoint.send(endpoint.signed(PING, minutesAgo))).status).toBe(401);
    expect((await endpoint.send({ method: 'GET' })).status).toBe(405);
    const garbage = endpoint.signed(PING);
    expect((await endpoint.send({ ...garbage, body: '{' })).status).toBe(401);
  });

  it('answers a request that is sent again once', async () => {
    const { discord } = fleet.harness;
    const requests: RequestInit[] = [];
    discord.endpoint = endpoint;
    const { send } = endpoint;
    endpoint.send = async (request) => {
      requests.push(request);
      return send.call(endpoint, request);
    };
    const asked = fleet.ask(0);
    await expectPoems([asked]);
    endpoint.send = send;
    const [first] = requests;
    if (!first) throw new Error('nothing was sent');
    expect((await endpoint.send(first)).status).toBe(401);
    expect(asked.messages).toHaveLength(1);
    expect(asked.messages[0]?.edits).toBe(1);
  });

  it('answers 202 to each of 256 that come at once, and gives them their poems', async () => {
    const { discord } = fleet.harness;
    const requests: RequestInit[] = [];
    const { send } = endpoint;
    endpoint.send = async (request) => {
      requests.push(request);
      return new Response(null, { status: 202 });
    };
    discord.endpoint = endpoint;
    const asked = Array.from({ length: 256 }, () => fleet.ask(0));
    endpoint.send = send;
    const { statuses, took } = await endpoint.sendAtOnce(requests);
    expect(statuses).toEqual(asked.map(() => 202));
    console.log(`19: the slowest of 256 took ${Math.round(Math.max(...took))} ms`);
    // On a busy machine a first answer may come after Discord's three seconds.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const inTime = asked.filter(({ acknowledgement }) => acknowledgement !== null);
    expect(inTime.length).toBeGreaterThan(0);
    await expectPoems(inTime);
  });
});
