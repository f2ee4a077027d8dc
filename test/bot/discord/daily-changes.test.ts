/** What the daily poem does if it may not be posted, and if its settings change or end. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DailyStore } from '../../../src/bot/daily/daily-store.ts';
import { SEND_MESSAGES, VIEW_CHANNEL } from '../../discord/channels.ts';
import { DAY, DailyWorld, databaseKinds, HOUR, KEY, SETTER } from './daily-world.ts';

let world: DailyWorld;
beforeEach(async () => {
  world = await DailyWorld.open();
});
afterEach(() => world.close());

describe.each(databaseKinds('daily_changes_test'))(
  'a daily poem that is refused or changed, in %s',
  (_name, { open: openIn, clear }) => {
    const open = () => openIn(world);
    beforeEach(clear);

    it('tells whoever has set it that it may not be posted, and stops after three days', async () => {
      const { store, poster, outcomes } = await world.startBot(open);
      const { at } = await store.set(KEY, world.settings());
      world.channel.denied = SEND_MESSAGES;
      for (let day = 0; day < 5; day++) {
        world.now = at + day * DAY;
        await poster.poll();
        await poster.poll();
      }
      expect(outcomes).toEqual(['refused', 'refused', 'refused']);
      expect(await store.get(KEY)).toMatchObject({ refusals: 3, told: true, stopped: true });
      const told = world.discord.channels.toldTo(SETTER).map(({ content }) => content);
      expect(told).toHaveLength(2);
      expect(told[0]).toMatch(/今天的诗没能发在 https:\/\/discord\.com\/channels\/\d+\/\d+：/u);
      expect(told[1]).toMatch(/^连续 3 天没能.*停下了/u);
      world.channel.denied = 0n;
      const again = await store.set(KEY, world.settings());
      world.now = again.at;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
      expect(await store.get(KEY)).toMatchObject({ refusals: 0, stopped: false });
    });

    it('counts only days in a row, and a world.channel that is gone or hidden among them', async () => {
      const { store, poster } = await world.startBot(open);
      const { at } = await store.set(KEY, world.settings());
      for (const [day, denied] of [VIEW_CHANNEL, SEND_MESSAGES, 0n, VIEW_CHANNEL].entries()) {
        world.channel.denied = denied;
        world.now = at + day * DAY;
        await poster.poll();
      }
      expect(await store.get(KEY)).toMatchObject({ refusals: 1, stopped: false });
      world.discord.channels.remove(world.channel);
      world.now = at + 4 * DAY;
      await poster.poll();
      expect(await store.get(KEY)).toMatchObject({ refusals: 2, stopped: false });
    });

    it('remembers that whoever has set it could not be told', async () => {
      const { store, poster } = await world.startBot(open);
      world.discord.channels.closed.add(SETTER);
      world.now = (await store.set(KEY, world.settings())).at;
      world.channel.denied = SEND_MESSAGES;
      await poster.poll();
      expect(await store.get(KEY)).toMatchObject({ refusals: 1, told: false });
    });

    it('that is set to a later hour after it has come begins on the next day', async () => {
      const { store, poster } = await world.startBot(open);
      world.now = (await store.set(KEY, world.settings())).at;
      await poster.poll();
      const next = await store.set(KEY, world.settings({ minute: 20 * 60 }));
      expect(next.day).toBe('2026-11-27');
      world.now += 12 * HOUR;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
    });

    it('that could not be posted comes the same day at a later hour that is set', async () => {
      const { store, poster } = await world.startBot(open);
      world.now = (await store.set(KEY, world.settings())).at;
      world.channel.denied = SEND_MESSAGES;
      await poster.poll();
      world.channel.denied = 0n;
      const next = await store.set(KEY, world.settings({ minute: 20 * 60 }));
      expect(next.day).toBe('2026-11-26');
      world.now = next.at;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
    });

    it('ends with its settings, and is forgotten with its setter', async () => {
      const { store, poster } = await world.startBot(open);
      world.now = (await store.set(KEY, world.settings())).at;
      await store.set({ bot: '9', guild: '4' }, world.settings({ setter: '5' }));
      expect(await store.forget(SETTER)).toBe(1);
      expect(await store.get(KEY)).toBeNull();
      expect(await store.remove({ bot: '9', guild: '4' })).toBe(true);
      expect(await store.remove({ bot: '9', guild: '4' })).toBe(false);
      await poster.poll();
      expect(world.channel.messages).toHaveLength(0);
    });

    it.each([
      ['ended', (store: DailyStore) => store.remove(KEY), 0, 0],
      ['forgotten with its setter', (store: DailyStore) => store.forget(SETTER), 0, 0],
      [
        'set to another hour',
        (store: DailyStore) => store.set(KEY, world.settings({ minute: 20 * 60 })),
        0,
        1,
      ],
    ] as const)(
      'that is being written when it is %s is not posted at its old hour',
      async (_how, change, old, later) => {
        const { store, poster, inference } = await world.startBot(open);
        world.now = (await store.set(KEY, world.settings())).at;
        const write = inference.write.bind(inference);
        inference.write = async (...order) => {
          await change(store);
          inference.write = write;
          return write(...order);
        };
        await poster.poll();
        expect(inference.orders).toHaveLength(1);
        expect(world.channel.messages).toHaveLength(old);
        world.now = Date.parse('2026-11-26T12:00:00Z');
        await poster.poll();
        expect(world.channel.messages).toHaveLength(later);
      },
    );

    it('leaves nothing behind: old posts, and settings that stopped a month ago', async () => {
      const { store, poster } = await world.startBot(open);
      const { at } = await store.set(KEY, world.settings());
      world.channel.denied = SEND_MESSAGES;
      for (let day = 0; day < 3; day++) {
        world.now = at + day * DAY;
        await poster.poll();
      }
      world.now += 32 * DAY;
      await poster.poll();
      expect(await store.get(KEY)).toBeNull();
      expect(await store.database.query('SELECT day FROM daily_posts')).toEqual([]);
    });
  },
);
