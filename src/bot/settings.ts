/** All settings of the bot. They are read from the environment and validated here. */

import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Limits } from '../service/admission.ts';
import { ENGINE_CHOICES } from '../service/engine-names.ts';
import { DEFAULT_SEARCH } from '../service/inference-options.ts';
import { dataFolder } from '../storage/data-folder.ts';
import { CHECKPOINT_NAME } from '../system/checkpoint-name.ts';
import { withoutQuotes } from '../system/environment.ts';
import { OperatorError } from '../system/operator-error.ts';
import { repositoryRoot } from '../system/package-root.ts';

/** A setting has a value that cannot be used. The message is one sentence that names the variable. */
export class SettingsError extends OperatorError {
  override readonly name = 'SettingsError';
}

/** Characters of a wrong value that an error repeats. */
const MAX_QUOTED = 100;

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
};

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

const SCHEMA = z.object({
  DISCORD_TOKEN: z
    .string()
    .regex(/^\S+$/, 'must not contain spaces')
    .regex(
      /^[!-~]+$/,
      'has characters that no token has: copy it again from the Bot page of your application',
    )
    .optional(),
  DISCORD_API: z
    .string()
    .refine(
      isSafeApi,
      'must be an https: address, or an http: one on this machine (127.0.0.1, [::1], localhost)',
    )
    .default('https://discord.com/api'),
  OWNER_IDS: z
    .string()
    .transform((text) => text.split(/[,\s]+/).filter(Boolean))
    .refine(
      (ids) => ids.every((id) => /^\d{15,20}$/.test(id)),
      'must be Discord user ids (15 to 20 digits), with commas between',
    )
    .default([]),
  SHARDS: z
    .string()
    .transform(readShards)
    .refine(
      (shards) => shards !== null,
      'must be auto, a whole number from 1 to 9999, or a range as in 0-3/16',
    )
    .transform((shards) => shards ?? ('auto' as const))
    .default('auto'),
  HTTP_PORT: whole(0, 65535).optional(),
  INTERACTIONS_PORT: whole(0, 65535).optional(),
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/iu, 'must have 64 hexadecimal digits, as on the General Information page')
    .optional(),
  HTTP_HOST: z
    .string()
    .refine(
      (address) => isIP(address) !== 0,
      'must be an address of this machine, as in 127.0.0.1 or 0.0.0.0',
    )
    .default('127.0.0.1'),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).optional(),
  CHECKPOINTS: z
    .string()
    .default('checkpoints')
    .transform((folder) => resolve(repositoryRoot(), folder)),
  CHECKPOINT: z
    .string()
    .regex(CHECKPOINT_NAME, 'must be the name of a folder in the checkpoints folder')
    .default('tang'),
  DATA_DIR: z.string().optional().transform(dataFolder),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, 'must be an address of PostgreSQL, as in postgres://user@host/database')
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'must be an address of Redis, as in redis://:password@host:6379')
    .optional(),
  ENGINE_ID: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, dashes and underscores')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .regex(/^https?:\/\/[^\s/]+/, 'must be the address of a collector, as in http://localhost:4318')
    .optional(),
  ENGINE: oneOf(ENGINE_CHOICES).default('auto'),
  USER_PER_MINUTE: whole(1, 100_000).default(10),
  USER_RUNNING: whole(1, 1_000).default(2),
  USER_WAITING: whole(0, 10_000).default(5),
  GUILD_PER_MINUTE: whole(1, 1_000_000).default(300),
  QUEUE_LIMIT: whole(1, 100_000).default(512),
  DEADLINE_SECONDS: whole(1, 600).default(30),
  BATCH_ROWS: whole(1, 4_096).default(256),
  CANDIDATES: whole(1, 64).default(DEFAULT_SEARCH.candidates),
  KEPT: whole(1, 64).default(DEFAULT_SEARCH.kept),
});

export type Settings = Readonly<z.infer<typeof SCHEMA>>;

/**
 * Reads the settings from `environment`. An empty variable counts as unset; white space and quotes around a value do
 * not count. `lines` says where `.env` sets a variable. Throws {@link SettingsError} for the first variable that has an
 * invalid value, or that `.env` spells with other letters than it has.
 */
export function readSettings(
  environment: NodeJS.ProcessEnv,
  lines: ReadonlyMap<string, number> = new Map(),
): Settings {
  requireSpelling(lines);
  const given = Object.fromEntries(
    Object.entries(environment)
      .map(([name, value]) => [name, withoutQuotes(value ?? '')] as const)
      .filter(([, value]) => value !== ''),
  );
  const result = SCHEMA.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const variable = String(issue?.path[0]);
  // The message never contains a token or a password, not even an invalid one.
  const was =
    variable === 'DISCORD_TOKEN' || variable === 'DATABASE_URL' || variable === 'REDIS_URL'
      ? ''
      : `, not ${JSON.stringify(given[variable]?.slice(0, MAX_QUOTED))}`;
  const line = lines.get(variable);
  const where = line === undefined ? '' : ` (.env, line ${line})`;
  throw new SettingsError(`${variable} ${issue?.message}${was}${where}.`);
}

/** A token under the name discord_token would start the terminal in silence. */
function requireSpelling(lines: ReadonlyMap<string, number>): void {
  const plain = (name: string) => name.toUpperCase().replaceAll(/[^A-Z]/gu, '');
  for (const [name, line] of lines) {
    const meant = Object.keys(SCHEMA.shape).find((known) => plain(known) === plain(name));
    if (meant !== undefined && meant !== name) {
      throw new SettingsError(`.env, line ${line}: ${name} is spelled ${meant}.`);
    }
  }
}

/** All shards of a number, or some of them, from `first` to `last`, counted from 0. */
export interface ShardRange {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Null if the text means none. */
function readShards(text: string): 'auto' | ShardRange | null {
  if (text === 'auto') return 'auto';
  const [, first, last, count] = /^(?:(\d{1,4})(?:-(\d{1,4}))?\/)?([1-9]\d{0,3})$/u.exec(text) ?? [];
  if (count === undefined) return null;
  const range = {
    first: Number(first ?? 0),
    last: Number(last ?? first ?? Number(count) - 1),
    count: Number(count),
  };
  return range.first <= range.last && range.last < range.count ? range : null;
}

/** Plain http would send the bot's token unencrypted, so it is allowed to this machine only. */
function isSafeApi(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:') return true;
  const host = hostname.replace(/^\[|\]$/g, '');
  const loopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return protocol === 'http:' && loopback;
}

/** The limits of the inference service. */
export function limitsOf(settings: Settings): Limits {
  return {
    userPerMinute: settings.USER_PER_MINUTE,
    userRunning: settings.USER_RUNNING,
    userWaiting: settings.USER_WAITING,
    guildPerMinute: settings.GUILD_PER_MINUTE,
    rows: settings.BATCH_ROWS,
    queue: settings.QUEUE_LIMIT,
    deadlineMs: settings.DEADLINE_SECONDS * 1000,
  };
}
