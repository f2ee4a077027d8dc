/**
 * The log, written with pino to standard error: standard output is for poems only. It has JSON lines for machines,
 * or one short line for each entry if standard error is a terminal.
 */

import { type Logger, pino, stdSerializers } from 'pino';

export type Log = Logger;

/** A shorter string is not treated as a secret: removing it everywhere would damage the log. */
const MIN_SECRET_LENGTH = 16;

/**
 * Keeps only the fields of an error that help to find its cause. The errors of discord.js have the interaction's
 * token in `url` and the user's text in `requestBody`; neither may be logged.
 */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  const code = 'code' in error ? error.code : undefined;
  const status = 'status' in error ? error.status : undefined;
  return { type, message: redact(message), code, status, stack: stack && redact(stack) };
}

/** A longer text is cut. A proxy may answer with a whole page, which becomes the message of an error. */
const MAX_TEXT = 4_000;

/**
 * Replaces interaction tokens (in webhook and callback URLs) and bot tokens with `[token]`. A text of more than
 * {@link MAX_TEXT} characters is cut first. A token begins at the edge of a run of its characters: an expression that
 * tries every place in the run takes a time that grows with the square of its length.
 */
export function redact(text: string): string {
  return cut(text)
    .replace(/(\/(?:webhooks|interactions)\/\d+\/)[^/\s?]+/g, '$1[token]')
    .replace(/(?<![\w-])[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}/g, '[token]');
}

/** Cuts between words: half of a token would not be recognised as one. */
function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).replace(/\S*$/u, '')}…`;
}

/** Opens a log. Each of `secrets` is replaced with `[token]` in every line, if it is at least 16 characters long. */
export function openLog(level: string, secrets: readonly string[] = []): Log {
  const short = process.stderr.isTTY === true;
  const removed = secrets.filter(({ length }) => length >= MIN_SECRET_LENGTH);
  const write = (line: string): void => {
    let safe = line;
    for (const secret of removed) safe = safe.replaceAll(secret, '[token]');
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

/** One JSON line as `10:02:03 info  message key=value …`. */
function shorten(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line);
  const values = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = err ? [err.stack ?? err.message] : [];
  return `${[String(time).slice(11, 19), level.padEnd(5), msg, ...values, ...stack].filter(Boolean).join(' ')}\n`;
}
