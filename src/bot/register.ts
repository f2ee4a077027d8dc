/**
 * `npm run register -- [--guild ID] [--dry-run] [--clear]`: writes the commands to Discord, only where they differ
 * from what is there. `--guild` registers them in one server, where changes show at once, for development;
 * `--clear` takes them away again.
 */

import { parseArgs } from 'node:util';
import {
  REST,
  type RESTGetAPIApplicationCommandsResult,
  type RESTGetCurrentApplicationResult,
  Routes,
} from 'discord.js';
import { config } from 'dotenv';
import { definitions } from './discord/definitions.ts';
import { difference } from './discord/difference.ts';
import { faultLine } from './discord/fault.ts';
import { readSettings, type Settings } from './settings.ts';

const USAGE = 'usage: npm run register -- [--guild ID] [--dry-run] [--clear]';

interface Arguments {
  readonly guild: string | undefined;
  readonly dryRun: boolean;
  readonly clear: boolean;
}

async function register(settings: Settings, { guild, dryRun, clear }: Arguments): Promise<void> {
  if (settings.DISCORD_TOKEN === undefined) throw new Error('DISCORD_TOKEN is needed to register commands.');
  const rest = new REST({ api: settings.DISCORD_API, version: '10' }).setToken(settings.DISCORD_TOKEN);
  const { id } = (await rest.get(Routes.currentApplication())) as RESTGetCurrentApplicationResult;
  const route =
    guild === undefined ? Routes.applicationCommands(id) : Routes.applicationGuildCommands(id, guild);
  const registered = (await rest.get(route, {
    query: new URLSearchParams({ with_localizations: 'true' }),
  })) as RESTGetAPIApplicationCommandsResult;

  const everywhere = guild === undefined;
  const wanted = clear ? [] : definitions();
  const differences = difference(wanted, registered, everywhere);
  const signs = { added: '+', changed: '~', removed: '-', unchanged: '=' };
  for (const { name, kind, fields } of differences) {
    console.log(`${signs[kind]} /${name} ${kind}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}`);
  }
  const where = everywhere ? 'everywhere' : `in server ${guild}`;
  if (differences.every(({ kind }) => kind === 'unchanged')) {
    console.log(`Nothing to write: the commands ${where} are up to date.`);
  } else if (dryRun) {
    console.log(`Dry run: nothing was written ${where}.`);
  } else {
    const body = everywhere
      ? wanted
      : wanted.map(({ contexts: _, integration_types: __, ...command }) => command);
    await rest.put(route, { body });
    console.log(`Wrote ${wanted.length} commands ${where}.`);
  }
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: { guild: { type: 'string' }, 'dry-run': { type: 'boolean' }, clear: { type: 'boolean' } },
  });
  if (values.guild !== undefined && !/^\d{15,20}$/.test(values.guild)) {
    throw new Error(`--guild must be a server's id (15 to 20 digits), not ${JSON.stringify(values.guild)}.`);
  }
  return { guild: values.guild, dryRun: values['dry-run'] ?? false, clear: values.clear ?? false };
}

try {
  const given = readArguments();
  config({ quiet: true });
  await register(readSettings(process.env), given);
} catch (error) {
  const usage = error instanceof TypeError && 'code' in error ? `\n${USAGE}` : '';
  console.error(`shiren: ${faultLine(error)}${usage}`);
  process.exitCode = 1;
}
