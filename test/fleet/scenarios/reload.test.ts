/** A reload is for the whole fleet or for nobody. */

import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OWNER } from '../../end-to-end/harness.ts';
import { describeFleet, expectPoems, Fleet, sentenceOf } from '../fleet.ts';

let fleet: Fleet;

async function served(): Promise<string[]> {
  const { client } = fleet.redis;
  const ids = await client.smembers('{shiren}:engines');
  const reports = await Promise.all(ids.map((id) => client.get(`{shiren}:engine:${id}`)));
  return reports.map((text) => JSON.parse(text ?? '{}').checkpoint);
}

const reload = (checkpoint: string) =>
  fleet.harness
    .user({ id: OWNER, guild: fleet.guilds[0], administrator: true })
    .use('reload', { checkpoint });

describeFleet('15: a reload', () => {
  beforeAll(async () => {
    fleet = await Fleet.open();
  });
  afterAll(() => fleet?.close());

  it('is for all engines or none, and an engine that joins later follows', async () => {
    const { checkpoints } = fleet.harness;
    const own = join(checkpoints, 'of-the-second');
    for (const name of ['tiny', 'other'])
      await cp(join(checkpoints, name), join(own, name), { recursive: true });
    const card = join(own, 'other', 'card.json');
    await writeFile(card, '{ damaged');
    await fleet.engine();
    await fleet.engine({ CHECKPOINTS: own });
    await fleet.bot(0);
    await fleet.engines(2);

    expect(await sentenceOf(reload('other'))).toMatch(/card\.json/u);
    expect(await served()).toEqual(['tiny', 'tiny']);
    await expectPoems([fleet.ask(0)]);

    await cp(join(checkpoints, 'other', 'card.json'), card);
    const joiner = fleet.startEngine();
    expect(await sentenceOf(reload('other'))).toMatch(/other/u);
    await joiner.logged('serving the checkpoint of the fleet');
    await expect.poll(served, { timeout: 30_000 }).toEqual(['other', 'other', 'other']);
    await expectPoems([fleet.ask(0)]);
  });

  it('says so if the engines have different checkpoints under one name', async () => {
    await fleet.harness.stopAll();
    await fleet.redis.client.flushall();
    const { checkpoints } = fleet.harness;
    const own = join(checkpoints, 'of-the-third');
    await cp(join(checkpoints, 'tiny'), join(own, 'tiny'), { recursive: true });
    await cp(join(checkpoints, 'tiny'), join(own, 'other'), { recursive: true });
    await fleet.engine();
    await fleet.engine({ CHECKPOINTS: own });
    await fleet.bot(0);
    await fleet.engines(2);
    expect(await sentenceOf(reload('other'))).toMatch(/different checkpoints/u);
    expect(await served()).toEqual(['tiny', 'tiny']);
  });
});
