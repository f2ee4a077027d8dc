/** `npm start`: the terminal, or Discord where there is a token for it. */

import { inspect } from 'node:util';
import { config } from 'dotenv';
import { openInference } from '../service/embedded.ts';
import { type Inference, LoadError } from '../service/inference.ts';
import { onStopRequest } from '../system/stop-signals.ts';
import { DiscordFault } from './discord/discord-fault.ts';
import type { Service } from './discord/serve.ts';
import { terminalLocale } from './locale.ts';
import { type Log, openLog } from './log.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';
import { serveTerminal } from './terminal/terminal.ts';
import { warmUp } from './writing.ts';

/** Exit code of a program ended by a signal, by the shells' convention. */
const SIGNAL_EXIT = 128;

async function main(): Promise<void> {
  // Where nobody reads standard error any more, there is nowhere left to say so.
  process.stderr.on('error', () => {});
  config({ quiet: true });
  const settings = readSettings(process.env);
  const token = settings.DISCORD_TOKEN;
  // The terminal is a person's: only what they should know stands between the poems.
  const log = openLog(
    settings.LOG_LEVEL ?? (token === undefined ? 'warn' : 'info'),
    token === undefined ? [] : [token],
  );
  const starting = startInference(settings, log);
  // Meanwhile, on this thread; what goes wrong over there is told where it is awaited.
  starting.catch(() => {});
  warmUp();
  const inference = await starting;
  if (token === undefined) await runTerminal(inference, log);
  else await runDiscord({ ...settings, DISCORD_TOKEN: token }, inference, log);
}

function startInference(settings: Settings, log: Log): Promise<Inference> {
  return openInference({
    engine: settings.ENGINE,
    checkpointsRoot: settings.CHECKPOINTS,
    checkpoint: settings.CHECKPOINT,
    candidates: settings.CANDIDATES,
    limits: {
      userPerMinute: settings.USER_PER_MINUTE,
      userRunning: settings.USER_RUNNING,
      userWaiting: settings.USER_WAITING,
      guildPerMinute: settings.GUILD_PER_MINUTE,
      rows: settings.BATCH_ROWS,
      queue: settings.QUEUE_LIMIT,
      deadlineMs: settings.DEADLINE_SECONDS * 1000,
    },
    logger: log,
  });
}

async function runTerminal(inference: Inference, log: Log): Promise<void> {
  // Whoever read the poems may stop reading, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  await serveTerminal({
    input: process.stdin,
    output: process.stdout,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    locale: terminalLocale(process.env),
    inference,
    log,
  });
  await inference.close(0);
}

async function runDiscord(
  settings: Settings & { readonly DISCORD_TOKEN: string },
  inference: Inference,
  log: Log,
): Promise<void> {
  // discord.js takes a good part of a second to load, which the terminal need not wait for.
  const { serveDiscord } = await import('./discord/serve.ts');
  let service: Service | null = null;
  let stopping = false;
  onStopRequest(async ({ signalNumber }) => {
    if (stopping || service === null) process.exit(SIGNAL_EXIT + signalNumber);
    stopping = true;
    await service.stop();
    process.exit(0);
  });
  // One packet that discord.js stumbles over must not end the bot for everybody.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'A rejection that nobody handled'));
  service = await serveDiscord(settings, inference, log).catch(async (error) => {
    await inference.close(0);
    throw error;
  });
  const reason = await service.dismissed;
  stopping = true;
  await service.stop();
  throw new DiscordFault(reason);
}

try {
  await main();
} catch (error) {
  // What the person who started it can put right is one line; anything else is a fault of ours, to be traced.
  const known = error instanceof SettingsError || error instanceof LoadError || error instanceof DiscordFault;
  process.stderr.write(`shiren: ${known ? error.message : inspect(error)}\n`);
  process.exit(1);
}
