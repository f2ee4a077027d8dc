/**
 * The log: pino, on standard error, so that poems on standard output are never mixed with it. JSON lines for
 * machines; on a terminal one short line each, for the person who looks.
 */

import { type Logger, pino, stdSerializers } from 'pino';

export type Log = Logger;

const SHORTEST_SECRET = 16;

/**
 * Errors of discord.js carry the interaction's token in `url` and the user's words in `requestBody`: only what
 * helps to find a fault is kept of any error.
 */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  const code = 'code' in error ? error.code : undefined;
  const status = 'status' in error ? error.status : undefined;
  return { type, message: redact(message), code, status, stack: stack && redact(stack) };
}

/** Strikes out interaction tokens (in webhook and callback addresses) and bot tokens. */
export function redact(text: string): string {
  return text
    .replace(/(\/(?:webhooks|interactions)\/\d+\/)[^/\s?]+/g, '$1[token]')
    .replace(/[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}/g, '[token]');
}

/** `secrets` are struck out of every line, whatever put them there; none that is too short to be one. */
export function openLog(level: string, secrets: readonly string[] = []): Log {
  const short = process.stderr.isTTY === true;
  const long = secrets.filter(({ length }) => length >= SHORTEST_SECRET);
  const write = (line: string): void => {
    let safe = line;
    for (const secret of long) safe = safe.replaceAll(secret, '[token]');
    process.stderr.write(short ? shorten(safe) : safe);
  };
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
    },
    { write },
  );
}

/** `10:02:03 info  message key=value …`, of one JSON line. */
function shorten(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line);
  const values = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const fault = err ? [err.stack ?? err.message] : [];
  return `${[String(time).slice(11, 19), level.padEnd(5), msg, ...values, ...fault].filter(Boolean).join(' ')}\n`;
}
