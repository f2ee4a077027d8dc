/** Order, limits, cancellation and deadlines, with the bot's side of a fleet in this process or in others. */

import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { WriteData } from '../../../src/fleet/protocol.ts';
import { type Inference, Unavailable } from '../../../src/service/inference.ts';
import type { ClientInteraction } from '../../discord/client-interaction.ts';
import { askerNamed, describeFleet, expectPoems, Fleet, order } from '../fleet.ts';

let fleet: Fleet;
const opened: Inference[] = [];

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function open(limits?: Parameters<Fleet['inference']>[0]): Inference {
  const inference = fleet.inference(limits);
  opened.push(inference);
  return inference;
}

const codeOf = (error: unknown) => (error instanceof Unavailable ? error.code : String(error));

describeFleet('orders of a fleet', () => {
  beforeAll(async () => {
    fleet = await Fleet.open();
  });
  afterAll(() => fleet?.close());
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close(0)));
    await fleet.harness.stopAll();
    await fleet.redis.client.flushall();
  });

  it("11: one user's 500 orders hold another user's first one back by a batch at most", async () => {
    const places = 4;
    await fleet.engine({ BATCH_ROWS: String(places) }, { tickMs: 10 });
    const inference = open({ deadlineMs: 600_000 });
    let written = 0;
    const flood = Array.from({ length: 500 }, (_, seed) =>
      inference.write(order(seed), askerNamed('flood')).then(
        () => written++,
        () => {},
      ),
    );
    const queued = () => fleet.redis.client.zcard('{shiren}:write:prioritized');
    await expect.poll(queued, { timeout: 60_000, interval: 50 }).toBeGreaterThan(400);
    const before = written;
    await inference.write(order(1), askerNamed('other'));
    console.log(`11: ${written - before} poems of the flood came before the other user's`);
    expect(written - before).toBeLessThanOrEqual(3 * places);
    await inference.close(0);
    await Promise.all(flood);
  });

  it('12: a user has one limit through two bots, also after one of them is killed', async () => {
    await fleet.engine();
    const limits = { USER_PER_MINUTE: '6', USER_RUNNING: '2', USER_WAITING: '50', DEADLINE_SECONDS: '8' };
    const [, victim] = await Promise.all([fleet.bot(0, limits), fleet.bot(1, limits)]);
    const ask = (shard: 0 | 1) => fleet.user(shard, '222222222222222222').use('poem', { opening: '月' });
    const asked = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1].map((shard) => ask(shard === 0 ? 0 : 1));
    await Promise.all(asked.map(ended));
    expect(asked.filter(hasPoem)).toHaveLength(6);
    victim.signal('SIGKILL');
    await victim.exit();
    const more = [ask(0), ask(0)];
    await Promise.all(more.map(ended));
    expect(more.filter(hasPoem)).toHaveLength(0);
    // Others are not held back.
    await expectPoems([fleet.ask(0)]);
  });

  it('12: a killed bot does not keep the places of its user', async () => {
    await fleet.engine({}, { tickMs: 100 });
    const limits = { USER_RUNNING: '1', DEADLINE_SECONDS: '20' };
    const [, victim] = await Promise.all([fleet.bot(0, limits), fleet.bot(1, limits)]);
    const ask = (shard: 0 | 1) => fleet.user(shard, '333333333333333333').use('poem', { opening: '月' });
    const first = ask(1);
    await expect.poll(() => fleet.redis.client.llen('{shiren}:write:active'), { timeout: 30_000 }).toBe(1);
    victim.signal('SIGKILL');
    await expectPoems([first]);
    // The place expires at the deadline of the first order. A waiting one sees that up to five seconds later, and then still
    // needs time to be written before its own deadline.
    await sleep(12_000);
    await expectPoems([ask(0)]);
  });

  it('13: an order is cancelled where it is, in the queue or in the batch of another process', async () => {
    await fleet.engine({ BATCH_ROWS: '1' }, { tickMs: 30 });
    const inference = open();
    const cancellations = [new AbortController(), new AbortController()];
    const [active, waiting] = cancellations.map(({ signal }, seed) =>
      inference.write(order(seed), askerNamed(`u${seed}`), { signal }).catch(codeOf),
    );
    await expect.poll(() => fleet.redis.client.llen('{shiren}:write:active'), { timeout: 30_000 }).toBe(1);
    for (const cancellation of cancellations) cancellation.abort();
    expect(await active).toBe('cancelled');
    expect(await waiting).toBe('cancelled');
    // The engine is free again: neither of them was written to its end.
    const poem = await inference.write(order(9), askerNamed('next'));
    expect(poem.characters.join('')).toMatch(/^月/u);
    await expect.poll(() => engineReport().then(({ poems }) => poems), { timeout: 10_000 }).toBe(3);
  });

  it('14: an order whose deadline passes in the queue is not written', async () => {
    const inference = open({ deadlineMs: 1_500 });
    expect(await inference.write(order(1), askerNamed('a')).catch(codeOf)).toBe('deadline');
    await fleet.engine();
    const open2 = open();
    await open2.write(order(2), askerNamed('b'));
    // Two poems of the engine's own start, and the one that came in time.
    await expect.poll(() => engineReport().then(({ poems }) => poems), { timeout: 10_000 }).toBe(3);
    await sleep(1_500);
    expect((await engineReport()).poems).toBe(3);
  });

  it('16: an engine leaves orders of a newer protocol to newer engines, and ignores fields that it does not know', async () => {
    await fleet.engine();
    const queue = new Queue('write', { connection: { url: fleet.redis.url }, prefix: '{shiren}' });
    const data: WriteData = {
      needs: 1,
      order: order(1),
      user: 'u',
      deadline: Date.now() + 20_000,
      askedAt: Date.now(),
      origin: 'nobody',
      delivered: true,
    };
    const newer = await queue.add('write', { ...data, needs: 2, deadline: Date.now() + 4_000 });
    const known = await queue.add('write', { ...data, wish: 'unknown' });
    await expect.poll(() => known.getState(), { timeout: 20_000 }).toBe('completed');
    expect(await newer.getState()).toBe('delayed');
    await expect.poll(() => newer.getState(), { timeout: 20_000 }).toBe('completed');
    const { returnvalue } = (await queue.getJob(newer.id ?? '')) ?? {};
    expect(returnvalue).toEqual({ ok: false, code: 'deadline' });
    await queue.close();
  });

  it('gives a terminal its poems, whose outcomes no bot delivers', async () => {
    await fleet.engine();
    await fleet.engines(1);
    const inference = open();
    const poem = await inference.write(order(5), { user: 'terminal', guild: null, owner: true });
    expect(poem).toMatchObject({ seed: 5, checkpoint: 'tiny' });
    const again = await inference.write(order(5), { user: 'terminal', guild: null, owner: true });
    expect(again.characters).toEqual(poem.characters);
    await expect.poll(() => inference.status().engines?.length, { timeout: 10_000 }).toBe(1);
    expect(await inference.nearest(['明月出天山'])).toMatchObject([{ line: '明月出天山' }]);
  });
});

const hasPoem = ({ messages }: ClientInteraction) => messages.some(({ embeds }) => embeds?.length === 1);

/** Resolves when an interaction shows a poem, or a refusal, which only the asker sees. */
async function ended(interaction: ClientInteraction): Promise<void> {
  await interaction.until(
    (seen) => hasPoem(seen) || seen.messages.some(({ ephemeral, loading }) => ephemeral && !loading),
  );
}

async function engineReport(): Promise<{ readonly poems: number }> {
  const [id = ''] = await fleet.redis.client.smembers('{shiren}:engines');
  return JSON.parse((await fleet.redis.client.get(`{shiren}:engine:${id}`)) ?? '{}');
}
