/**
 * Breaks the bot's connections to a loopback Discord: dropped and closed gateway connections, forgotten sessions, and
 * requests that are refused, reset, answered late or never. Everybody who asks gets a poem.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../src/model/random.ts';
import type { LoopbackDiscord } from '../test/discord/loopback.ts';
import type { Harness } from '../test/end-to-end/harness.ts';
import { type Attack, pick } from './attack.ts';
import { isAnsweredWithPoem, withBot } from './bot.ts';

/** Long: a bot that identifies again may have to wait for five seconds, and again after a failure. */
const LIMIT_MS = 60_000;
/** Close codes after which a session may be resumed. */
const CODES = [1000, 1001, 4000, 4001, 4002, 4007, 4008, 4009];
const CALLBACK = /^\/interactions\/\d+\/[^/]+\/callback$/;
const WEBHOOK = /^\/webhooks\//;

type Break = (discord: LoopbackDiscord, random: Random) => void | Promise<void>;

/** The breaks of the gateway after which Discord still has the session. */
const RESUMABLE: Readonly<Record<string, Break>> = {
  dropped: ({ gateway }) => gateway.dropAll(),
  'asked to reconnect': ({ gateway }) => gateway.askToReconnect(),
  silent: async ({ gateway }) => {
    gateway.silent = true;
    await sleep(1500);
    gateway.silent = false;
    gateway.dropAll();
  },
};
const FORGETTING: Readonly<Record<string, Break>> = {
  forgotten: ({ gateway }) => {
    gateway.forget();
    gateway.dropAll();
  },
  'closed with a code': ({ gateway }, random) => gateway.closeAll(pick(random, CODES)),
};
const REQUESTS: Readonly<Record<string, Break>> = {
  'first answers fail': ({ faults }, random) => {
    const how = pick(random, [
      { kind: 'status', status: 502 } as const,
      { kind: 'status', status: 429, retryAfter: 0.3 } as const,
      { kind: 'late', ms: 1000 } as const,
      { kind: 'lost' } as const,
      { kind: 'reset' } as const,
    ]);
    faults.push({ method: 'POST', path: CALLBACK, how, times: 1 });
  },
  'poems fail': ({ faults }, random) => {
    const how = pick(random, [
      { kind: 'status', status: 503 } as const,
      { kind: 'status', status: 429, retryAfter: 0.5 } as const,
      { kind: 'late', ms: 1000 } as const,
      { kind: 'reset' } as const,
    ]);
    faults.push({ method: 'PATCH', path: WEBHOOK, how, times: 1 + random.below(3) });
  },
};
const ALL = { ...RESUMABLE, ...FORGETTING, ...REQUESTS };

export const gatewayBreaks: Attack = {
  name: 'gateway breaks',
  what: 'connections and requests of a bot fail in 7 ways; everybody who asks gets a poem',
  tries: { full: 66, quick: 7 },
  async run(tally, { random }) {
    await withBot(tally, { heartbeatMs: 1000 }, {}, async ({ harness }) => {
      const names = Object.keys(ALL);
      while (!tally.isOver) {
        const name = names[tally.tried++ % names.length] as string;
        const asked = Array.from({ length: 3 }, () => ask(harness));
        await sleep(random.below(100));
        await ALL[name as keyof typeof ALL]?.(harness.discord, random);
        // What Discord sends while it has no session of the bot is lost, as with the real one.
        if (name in FORGETTING) await reconnected(harness);
        asked.push(ask(harness));
        const answered = await Promise.all(asked);
        const lost = answered.filter((poem) => !poem).length;
        if (lost > 0) tally.fault(`${lost} of ${answered.length} got no poem: ${name}`);
        tally.count('poems', answered.length - lost);
        harness.discord.faults.length = 0;
      }
    });
  },
};

function ask(harness: Harness): Promise<boolean> {
  return isAnsweredWithPoem(harness.user().use('poem', { opening: '月' }), LIMIT_MS);
}

async function reconnected({ discord }: Harness): Promise<void> {
  // The old connection must be gone first.
  await sleep(200);
  const until = performance.now() + LIMIT_MS;
  while (discord.gateway.sessions.length === 0 && performance.now() < until) await sleep(50);
}
