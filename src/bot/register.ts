/**
 * `npm run register -- [--guild ID] [--dry-run] [--clear]`: registers the commands with Discord if they differ from
 * the registered ones. `--guild` registers them in one server, where changes show at once; that is for development.
 * `--clear` removes them.
 */

import { parseArgs } from 'node:util';
import {
  REST,
  type RESTGetAPIApplicationCommandsResult,
  type RESTGetCurrentApplicationResult,
  Routes,
} from 'discord.js';
import { loadEnvironment } from '../system/environment.ts';
import { OperatorError } from '../system/operator-error.ts';
import { printFailure } from '../system/print-failure.ts';
import { compareCommands } from './discord/command-difference.ts';
import { definitions } from './discord/definitions.ts';
import { errorLine } from './discord/error-line.ts';
import { readSettings, type Settings } from './settings.ts';

const USAGE = 'usage: npm run register -- [--guild ID] [--dry-run] [--clear]';
const HELP = `npm run register -- [--guild ID] [--dry-run] [--clear]

  Registers the commands with Discord if they differ from the registered ones. Needs DISCORD_TOKEN.

  --guild ID   in one server only, where changes show at once; for development
  --dry-run    say what would change, and write nothing
  --clear      remove the commands`;

interface Arguments {
  readonly guild: string | undefined;
  readonly dryRun: boolean;
  readonly clear: boolean;
  readonly help: boolean;
}

async function register(settings: Settings, { guild, dryRun, clear }: Arguments): Promise<void> {
  if (settings.DISCORD_TOKEN === undefined) {
    throw new OperatorError('DISCORD_TOKEN is needed to register commands.');
  }
  const rest = new REST({ api: settings.DISCORD_API, version: '10' }).setToken(settings.DISCORD_TOKEN);
  const { id } = (await rest.get(Routes.currentApplication())) as RESTGetCurrentApplicationResult;
  const route =
    guild === undefined ? Routes.applicationCommands(id) : Routes.applicationGuildCommands(id, guild);
  const registered = (await rest.get(route, {
    query: new URLSearchParams({ with_localizations: 'true' }),
  })) as RESTGetAPIApplicationCommandsResult;

  const global = guild === undefined;
  const wanted = clear ? [] : definitions();
  const differences = compareCommands(wanted, registered, global);
  const signs = { added: '+', changed: '~', removed: '-', unchanged: '=' };
  for (const { name, kind, fields } of differences) {
    console.log(`${signs[kind]} /${name} ${kind}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}`);
  }
  const where = global ? 'everywhere' : `in server ${guild}`;
  if (differences.every(({ kind }) => kind === 'unchanged')) {
    console.log(`Nothing to write: the commands ${where} are up to date.`);
  } else if (dryRun) {
    console.log(`Dry run: nothing was written ${where}.`);
  } else {
    const body = global
      ? wanted
      : wanted.map(({ contexts: _, integration_types: __, ...command }) => command);
    await rest.put(route, { body });
    console.log(`Wrote ${wanted.length} commands ${where}.`);
  }
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      guild: { type: 'string' },
      'dry-run': { type: 'boolean' },
      clear: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.guild !== undefined && !/^\d{15,20}$/.test(values.guild)) {
    throw new OperatorError(
      `--guild must be a server's id (15 to 20 digits), not ${JSON.stringify(values.guild)}.`,
    );
  }
  return {
    guild: values.guild,
    dryRun: values['dry-run'] ?? false,
    clear: values.clear ?? false,
    help: values.help ?? false,
  };
}

try {
  const given = readArguments();
  if (given.help) console.log(HELP);
  else {
    await register(readSettings(process.env, loadEnvironment()), given);
  }
} catch (error) {
  // parseArgs throws a TypeError with a code.
  const usage = error instanceof TypeError && 'code' in error ? `\n${USAGE}` : '';
  printFailure(`${errorLine(error)}${usage}`);
  process.exitCode = 1;
}
