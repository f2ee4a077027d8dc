/**
 * One fault after another, at random, while people ask for poems: engines, bots and Redis are killed or stopped. Nothing
 * that was acknowledged may stay unanswered. FLEET_FAULTS=1000 makes it the long run of docs/scale.md.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import type { ClientInteraction } from '../../discord/client-interaction.ts';
import type { Program } from '../../end-to-end/program.ts';
import { describeFleet, Fleet } from '../fleet.ts';

const FAULTS = Number(process.env.FLEET_FAULTS ?? 6);
const SEED = Number(process.env.FLEET_SEED ?? 1);
const ASK_EVERY_MS = 200;
/** A long run says how far it is. */
const TOLD_EVERY = 50;

let fleet: Fleet;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A poem, or a sentence that only the asker sees. A notice of the wait is neither. */
const isAnswered = ({ messages }: ClientInteraction) =>
  messages.some(({ embeds, ephemeral, loading }) => embeds?.length === 1 || (ephemeral && !loading));

/** What Redis has of an interaction's order. */
async function jobsOf(id: string): Promise<object> {
  const { client } = fleet.redis;
  const keys = await client.keys(`*${id}*`);
  const values = keys.map(async (key) => [key, await client.hgetall(key).catch(() => client.get(key))]);
  return Object.fromEntries(await Promise.all(values));
}

const hasPoem = ({ messages }: ClientInteraction) => messages.some(({ embeds }) => embeds?.length === 1);

describeFleet('a fleet under faults', () => {
  beforeAll(async () => {
    fleet = await Fleet.open();
  });
  afterAll(() => fleet?.close());

  it('answers all that it has acknowledged', { timeout: 36_000_000 }, async () => {
    const random = new Random(SEED);
    const engines = [await fleet.engine({}, { tickMs: 5 }), await fleet.engine({}, { tickMs: 5 })];
    const bots = [await fleet.bot(0), await fleet.bot(1)];
    const asked: ClientInteraction[] = [];
    const asking = setInterval(() => asked.push(fleet.ask(random.uniform() < 0.5 ? 0 : 1)), ASK_EVERY_MS);
    const startEngine = () => fleet.engine({}, { tickMs: 5 });
    const kinds = {
      'an engine is killed': () => replace(engines, startEngine),
      'a bot is killed': () => replace(bots, (at) => fleet.bot(at === 0 ? 0 : 1)),
      'an engine is stopped': () => stand(engines),
      'a bot is stopped': () => stand(bots),
      'Redis is killed': async () => {
        await fleet.redis.kill();
        await sleep(1_000 * random.uniform());
        await fleet.redis.run();
      },
    };

    async function replace(programs: Program[], start: (at: number) => Promise<Program>): Promise<void> {
      const at = random.uniform() < 0.5 ? 0 : 1;
      programs[at]?.signal('SIGKILL');
      await programs[at]?.exit();
      programs[at] = await start(at);
    }

    async function stand(programs: readonly Program[]): Promise<void> {
      const program = programs[random.uniform() < 0.5 ? 0 : 1];
      program?.signal('SIGSTOP');
      await sleep(500 + 3_500 * random.uniform());
      program?.signal('SIGCONT');
    }

    const faultsAt: string[] = [];
    const names = Object.keys(kinds) as (keyof typeof kinds)[];
    for (let fault = 0; fault < FAULTS; fault++) {
      const name = names[fault < names.length ? fault : Math.floor(random.uniform() * names.length)];
      faultsAt.push(`${new Date().toISOString()} ${name}`);
      if (name) await kinds[name]();
      await sleep(500 + 1_000 * random.uniform());
      if ((fault + 1) % TOLD_EVERY === 0) console.log(`${fault + 1} faults, ${asked.length} asked`);
    }
    clearInterval(asking);
    const acknowledged = asked.filter(({ acknowledgement }) => acknowledgement !== null);
    await Promise.all(acknowledged.map((one) => one.until(isAnswered, 90_000).catch(() => {})));
    const unanswered = acknowledged.filter((one) => !isAnswered(one));
    for (const { id, history } of unanswered) console.log(id, history, await jobsOf(id), faultsAt);
    expect(unanswered.map(({ id }) => id)).toEqual([]);
    const poems = acknowledged.filter(hasPoem).length;
    console.log(
      `${FAULTS} faults, seed ${SEED}: ${asked.length} asked, ${acknowledged.length} acknowledged, ${poems} poems, the others told why`,
    );
    expect(poems).toBeGreaterThan(acknowledged.length / 2);
  });
});
