/** A bot process on a loopback Discord, for attacks. */

import type { ClientInteraction } from '../test/discord/client-interaction.ts';
import type { LoopbackSettings } from '../test/discord/loopback.ts';
import { Harness } from '../test/end-to-end/harness.ts';
import type { Program } from '../test/end-to-end/program.ts';
import type { Tally } from './attack.ts';

export interface AttackedBot {
  readonly harness: Harness;
  readonly bot: Program;
}

/** Starts a bot, attacks it, and looks at what it has logged. */
export async function withBot(
  tally: Tally,
  settings: LoopbackSettings,
  environment: Readonly<Record<string, string>>,
  attack: (attacked: AttackedBot) => Promise<void>,
): Promise<void> {
  const harness = await Harness.open(settings);
  try {
    await harness.register();
    const bot = await harness.serve({
      CANDIDATES: '2',
      USER_PER_MINUTE: '1000',
      GUILD_PER_MINUTE: '1000',
      ...environment,
    });
    await attack({ harness, bot });
    if (!bot.running) tally.fault(`the bot has ended: ${bot.stderr.slice(-300)}`);
    for (const { level, msg } of bot.log) {
      if (level === 'error' || level === 'fatal') tally.fault(`logged as an error: ${msg}`);
    }
    for (const error of harness.discord.unexpectedErrors) tally.fault(`Discord was sent nonsense: ${error}`);
  } finally {
    await harness.close();
  }
}

/** Waits for the poem that answers an interaction. False if another answer or none came. */
export async function isAnsweredWithPoem(interaction: ClientInteraction, limitMs: number): Promise<boolean> {
  try {
    const message = await interaction.until(
      ({ messages }) => messages.find(({ embeds }) => embeds?.length === 1),
      limitMs,
    );
    return /^## 月\p{Script=Han}{6}，\p{Script=Han}{7}。\n## /u.test(message.embeds?.[0]?.description ?? '');
  } catch {
    return false;
  }
}
