/** When the daily poem is posted, and that it is posted once, whatever fails. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../../src/bot/daily/daily-claims.ts';
import { ButtonCodec } from '../../../src/bot/discord/button.ts';
import { LATE_MS } from '../../../src/bot/discord/daily-poster.ts';
import { Unavailable } from '../../../src/service/inference.ts';
import { READ_MESSAGE_HISTORY } from '../../discord/channels.ts';
import { DAY, DailyWorld, databaseKinds, HOUR, KEY } from './daily-world.ts';

let world: DailyWorld;
beforeEach(async () => {
  world = await DailyWorld.open();
});
afterEach(() => world.close());

describe.each(databaseKinds('daily_poster_test'))(
  'the daily poem, in %s',
  (_name, { open: openIn, clear }) => {
    const open = () => openIn(world);
    beforeEach(clear);

    it('comes at its hour each day, and not before', async () => {
      const { store, poster, outcomes } = await world.startBot(open);
      const next = await store.set(KEY, world.settings());
      expect(next).toEqual({ day: '2026-11-26', at: world.now + HOUR / 2 });
      world.now = next.at - 1;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(0);
      for (let day = 0; day < 3; day++) {
        world.now = next.at + day * DAY;
        for (let again = 0; again < 3; again++) {
          await poster.poll();
          world.now += 5_000;
        }
        expect(world.channel.messages).toHaveLength(day + 1);
      }
      expect(outcomes).toEqual(['posted', 'posted', 'posted']);
      expect(new Set([0, 1, 2].map((n) => world.verses(n))).size).toBe(3);
      expect(world.verses(0)).toMatch(/^(.{5}，.{5}。){2}$/u);
      expect(world.channel.messages.map(({ content }) => content)).toEqual([
        '每日一诗 · 2026年11月26日',
        '每日一诗 · 2026年11月27日',
        '每日一诗 · 2026年11月28日',
      ]);
    });

    it('has the title of a festival, and the server’s theme on other days', async () => {
      const { store, poster } = await world.startBot(open);
      world.now = Date.parse('2026-09-24T00:31:00Z');
      await store.set(KEY, world.settings({ theme: '山水', locale: 'en-US' }));
      for (let day = 0; day < 2; day++) {
        world.now += DAY;
        await poster.poll();
      }
      expect(world.channel.messages.map(({ content }) => content)).toEqual([
        'A poem a day · September 25, 2026 · Mid-Autumn Festival (中秋)',
        'A poem a day · September 26, 2026',
      ]);
      expect(world.channel.messages.map(({ embeds }) => embeds?.[0]?.title)).toEqual([
        '《中秋夜》',
        '《山水》',
      ]);
    });

    it('is posted once by two bots that share the database, and by either', async () => {
      const bots = [await world.startBot(open), await world.startBot(open)];
      const { at } = (await bots[0]?.store.set(KEY, world.settings())) ?? { at: 0 };
      world.now = at;
      await Promise.all(bots.map(({ poster }) => poster.poll()));
      await Promise.all(bots.map(({ poster }) => poster.poll()));
      expect(world.channel.messages).toHaveLength(1);
      expect(bots.flatMap(({ outcomes }) => outcomes)).toEqual(['posted']);
      expect(bots.flatMap(({ inference }) => inference.orders)).toHaveLength(1);
      world.now += DAY;
      await bots[1]?.poster.poll();
      expect(world.channel.messages).toHaveLength(2);
    });

    it('is not posted by another bot, which may not be in that server', async () => {
      const own = await world.startBot(open);
      const other = await world.startBot(open, '8');
      world.now = (await own.store.set(KEY, world.settings())).at;
      await other.poster.poll();
      expect(world.channel.messages).toHaveLength(0);
    });

    it('is written by the next process if one died while it wrote', async () => {
      const first = await world.startBot(open);
      world.now = (await first.store.set(KEY, world.settings())).at;
      const [daily] = await first.store.due('9');
      if (!daily) throw new Error('nothing is due');
      await first.claims.claim(daily);
      const second = await world.startBot(open);
      await second.poster.poll();
      expect(world.channel.messages).toHaveLength(0);
      world.now += LEASE_MS;
      await second.poster.poll();
      expect(world.channel.messages).toHaveLength(1);
    });

    it.each([
      ['soon', LEASE_MS, 0n],
      ['hours later', 2 * HOUR, 0n],
      ['soon, without reading the channel', LEASE_MS, READ_MESSAGE_HISTORY],
      ['hours later, without reading the channel', 2 * HOUR, READ_MESSAGE_HISTORY],
    ])(
      'is not posted twice if a process died between the post and its note, and another takes over %s',
      async (_when, later, denied) => {
        world.channel.denied = denied;
        const first = await world.startBot(open);
        world.now = (await first.store.set(KEY, world.settings())).at;
        // The process gets no further than the post: nothing that it writes after that arrives.
        first.services.store.advance = () => new Promise(() => {});
        void first.poster.poll();
        await expect.poll(() => world.channel.messages.length).toBe(1);
        world.now += later;
        const second = await world.startBot(open);
        await second.poster.poll();
        await second.poster.poll();
        expect(world.channel.messages).toHaveLength(1);
        world.now = Date.parse('2026-11-27T00:30:00Z');
        await second.poster.poll();
        expect(world.channel.messages).toHaveLength(2);
      },
    );

    it.each([
      ['soon', LEASE_MS],
      ['hours later', 2 * HOUR],
    ])(
      'is posted if a process died before its post was sent, and another takes over %s',
      async (_when, later) => {
        world.channel.messages.push({
          id: '1',
          channel_id: world.channel.id,
          author: {},
          timestamp: new Date(0).toISOString(),
        });
        const first = await world.startBot(open);
        world.now = (await first.store.set(KEY, world.settings())).at;
        const [daily] = await first.store.due('9');
        if (!daily) throw new Error('nothing is due');
        await first.claims.claim(daily);
        await first.claims.sending(daily);
        world.now += later;
        await (await world.startBot(open)).poster.poll();
        expect(world.channel.messages).toHaveLength(2);
      },
    );

    it.each([
      ['failed before it was carried out', { kind: 'status', status: 500 }, 0],
      ['was carried out and never answered', { kind: 'lost' }, 1],
    ] as const)('is posted once if the request %s', async (_what, how, posted) => {
      const { store, poster } = await world.startBot(open, '9', 1_000);
      world.now = (await store.set(KEY, world.settings())).at;
      world.discord.faults.push({ method: 'POST', path: /messages/, times: 1, how });
      await poster.poll();
      world.now += 10_000;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(posted);
      world.now += 20_000;
      await poster.poll();
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
      expect(await store.get(KEY)).toMatchObject({ next: { day: '2026-11-27' } });
    });

    it('is tried again soon if it could not be written', async () => {
      const { store, poster, inference } = await world.startBot(open);
      world.now = (await store.set(KEY, world.settings())).at;
      inference.fault = new Unavailable('breaker-open');
      await poster.poll();
      world.now += 30_000;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
      expect(inference.orders.map(({ asker }) => asker.owner)).toEqual([true, true]);
    });

    it('comes late if no bot was running at its hour, and not later than six hours', async () => {
      const { store, poster, outcomes } = await world.startBot(open);
      const { at } = await store.set(KEY, world.settings());
      world.now = at + LATE_MS;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
      world.now = at + DAY + LATE_MS + 1;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
      expect(outcomes).toEqual(['posted', 'missed']);
      world.now = at + 5 * DAY + 1;
      await poster.poll();
      await poster.poll();
      expect(world.channel.messages).toHaveLength(1);
      world.now = at + 6 * DAY;
      await poster.poll();
      expect(world.channel.messages).toHaveLength(2);
    });

    it('comes once on the days on which the clocks change, and once if a clock is set back', async () => {
      const { store, poster } = await world.startBot(open);
      for (const [from, zone] of [
        ['2026-03-28', 'Europe/Berlin'],
        ['2026-10-24', 'Europe/Berlin'],
      ] as const) {
        world.channel.messages.length = 0;
        world.now = Date.parse(`${from}T12:00:00Z`);
        await store.set(KEY, world.settings({ minute: 150, zone }));
        for (const until = world.now + DAY; world.now < until; world.now += 600_000) await poster.poll();
        expect(world.channel.messages, from).toHaveLength(1);
        world.now -= 13 * HOUR;
        for (const until = world.now + 13 * HOUR; world.now < until; world.now += 600_000)
          await poster.poll();
        expect(world.channel.messages, from).toHaveLength(1);
      }
    });

    it('comes although another server’s row cannot be read by this version', async () => {
      const { store, poster } = await world.startBot(open);
      world.now = (await store.set(KEY, world.settings())).at;
      await store.set({ bot: '9', guild: '1' }, world.settings());
      await store.database.query("UPDATE daily SET zone = 'Mars/Olympus', next_at = ? WHERE guild = '1'", [
        world.now - 1,
      ]);
      await poster.poll();
      await poster.poll();
      const { id } = world.channel;
      expect(world.channel.messages.filter(({ channel_id }) => channel_id === id).length).toBeGreaterThan(0);
      expect(await store.get(KEY)).toMatchObject({ next: { day: '2026-11-27' } });
      await store.database.query("UPDATE daily SET form = 'later', locale = 'xx'");
      expect(await store.get(KEY)).toMatchObject({ form: 'qijue', locale: 'en-US' });
    });
  },
);

it('buttons under a daily poem belong to nobody', async () => {
  const { store, poster } = await world.startBot(() => world.openSqlite());
  world.now = (await store.set(KEY, world.settings())).at;
  await poster.poll();
  const ids =
    world.channel.messages[0]?.components?.[0]?.components.map(({ custom_id = '' }) => custom_id) ?? [];
  const codec = new ButtonCodec(world.discord.token);
  expect(ids.map((id) => codec.decode(id)?.action)).toEqual(['again', 'form', 'report', 'card', 'keep']);
  expect(new Set(ids.map((id) => codec.decode(id)?.asker))).toEqual(new Set(['0']));
});
