/** `npm start`: runs the bot on Discord if DISCORD_TOKEN is set, else in the terminal. */

import { inspect } from 'node:util';
import { CardStudio } from '../card/studio.ts';
import { openInference } from '../service/embedded.ts';
import type { Inference } from '../service/inference.ts';
import type { Database } from '../storage/database.ts';
import { openDatabase } from '../storage/open.ts';
import { loadEnvironment } from '../system/environment.ts';
import { OperatorError } from '../system/operator-error.ts';
import { printFailure } from '../system/print-failure.ts';
import { onStopRequest } from '../system/stop-signals.ts';
import { DiscordError } from './discord/discord-error.ts';
import type { DiscordService } from './discord/serve.ts';
import { terminalLocale } from './locale.ts';
import { type Log, openLog } from './log.ts';
import { warmUp } from './prepare-poem.ts';
import { limitsOf, readSettings, type Settings } from './settings.ts';
import { historyFile } from './terminal/history.ts';
import { serveTerminal } from './terminal/terminal.ts';

/** By the convention of shells, a program that a signal ended has the exit code 128 plus the signal's number. */
const SIGNAL_EXIT = 128;

const HELP = `npm start: runs the bot on Discord if DISCORD_TOKEN is set, else in the terminal.

  It takes no options. Settings are environment variables, or lines in a file .env; .env.example lists them all.
  In the terminal every line is a command, as on Discord: /help lists them, /quit ends.`;

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words.includes('--help')) {
    console.log(HELP);
    return;
  }
  if (words[0] !== undefined) {
    throw new OperatorError(`npm start takes no options, so ${words[0]} means nothing; --help says more.`);
  }
  // If nobody reads standard error, errors cannot be reported anywhere, so a failed write is ignored.
  process.stderr.on('error', () => {});
  const settings = readSettings(process.env, loadEnvironment());
  const token = settings.DISCORD_TOKEN;
  // In the terminal the log appears between the poems, so by default it has warnings only.
  const log = openLog(
    settings.LOG_LEVEL ?? (token === undefined ? 'warn' : 'info'),
    [token, settings.REDIS_URL].filter((secret) => secret !== undefined),
  );
  const starting = startInference(settings, log);
  // The tables load on this thread while the engine starts on another. The await below reports an engine failure.
  starting.catch(() => {});
  warmUp();
  const inference = await starting;
  if (token === undefined) await runTerminal(inference, log);
  else await runDiscord({ ...settings, DISCORD_TOKEN: token }, inference, log);
}

async function startInference(settings: Settings, log: Log): Promise<Inference> {
  const { REDIS_URL } = settings;
  if (REDIS_URL !== undefined) {
    // BullMQ takes time to load. Without Redis it is not needed.
    const { openFleet } = await import('../fleet/fleet-inference.ts');
    const { openTracing } = await import('../fleet/tracing.ts');
    const tracing = await openTracing({
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      service: 'shiren-bot',
      logger: log,
    });
    return openFleet({
      redisUrl: REDIS_URL,
      limits: limitsOf(settings),
      checkpoint: settings.CHECKPOINT,
      tracing,
      logger: log,
    });
  }
  return openInference({
    engine: settings.ENGINE,
    checkpointsRoot: settings.CHECKPOINTS,
    checkpoint: settings.CHECKPOINT,
    search: { candidates: settings.CANDIDATES, kept: settings.KEPT },
    limits: limitsOf(settings),
    logger: log,
  });
}

async function runTerminal(inference: Inference, log: Log): Promise<void> {
  // A reader such as `head` may close the pipe before the end. That is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const studio = new CardStudio();
  await serveTerminal({
    input: process.stdin,
    output: process.stdout,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    historyFile: historyFile(process.env),
    locale: terminalLocale(process.env),
    inference,
    studio,
    log,
  });
  await studio.close();
  await inference.close(0);
}

async function runDiscord(
  settings: Settings & { readonly DISCORD_TOKEN: string },
  inference: Inference,
  log: Log,
): Promise<void> {
  // discord.js takes several hundred milliseconds to load. The terminal does not need it.
  const { serveDiscord } = await import('./discord/serve.ts');
  let service: DiscordService | null = null;
  let stopping = false;
  onStopRequest(async ({ signalNumber }) => {
    if (stopping || service === null) process.exit(SIGNAL_EXIT + signalNumber);
    stopping = true;
    await service.stop();
    process.exit(0);
  });
  // discord.js may reject a promise because of one malformed packet. That must not end the bot for everyone.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'Unhandled promise rejection'));
  const database = await openStorage(settings, log);
  service = await serveDiscord(settings, inference, database, log).catch(async (error) => {
    await inference.close(0);
    throw error;
  });
  const reason = await service.closedForGood;
  stopping = true;
  await service.stop();
  throw new DiscordError(reason);
}

/** Null if nothing can be stored; then the bot serves everything else. */
async function openStorage(settings: Settings, log: Log): Promise<Database | null> {
  const storage = { folder: settings.DATA_DIR, address: settings.DATABASE_URL };
  try {
    const database = await openDatabase(storage);
    log.info({ place: database.place }, 'Storage opened');
    return database;
  } catch (error) {
    const name = storage.address === undefined ? 'DATA_DIR' : 'DATABASE_URL';
    log.warn(
      { err: error },
      `Nothing can be stored, so there are no favourites and no daily poems: ${name} cannot be used. Everything else is served`,
    );
    return null;
  }
}

try {
  await main();
} catch (error) {
  // The operator can correct an OperatorError. Any other error is a bug, so it is printed with its stack.
  printFailure(error instanceof OperatorError ? error.message : inspect(error));
  process.exit(1);
}
