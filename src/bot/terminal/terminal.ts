/**
 * The terminal: a slash command a line in, its answer out. Lines are answered in order, one at a time, and none
 * of them, however wrong, ends the program.
 */

import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Inference } from '../../service/inference.ts';
import type { Answer, Entry } from '../answer.ts';
import type { CommandContext } from '../command.ts';
import { sentenceFor } from '../complaint.ts';
import { type Locale, say } from '../locale.ts';
import type { Log } from '../log.ts';
import { drawSeed } from '../seed.ts';
import { textLines } from '../verse.ts';
import { readCommandLine } from './command-line.ts';
import { complete } from './completion.ts';

const PROMPT = '诗人> ';

export interface TerminalOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** A person types: show a prompt, complete with the tab key, and let Ctrl-C call a poem off. */
  readonly interactive: boolean;
  readonly locale: Locale;
  readonly inference: Inference;
  readonly log: Log;
}

/** Answers until the input ends. */
export async function serveTerminal(options: TerminalOptions): Promise<void> {
  const { input, output, interactive, locale, inference, log } = options;
  const lines = createInterface({
    input,
    ...(interactive ? { output, prompt: PROMPT, completer: complete } : {}),
    terminal: interactive,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const context: CommandContext = {
    inference,
    // Whoever sits at the terminal started the program.
    asker: { user: 'terminal', guild: null, owner: true },
    locale,
    script: 'simplified',
    front: 'terminal',
    drawSeed,
  };
  let writing: AbortController | null = null;
  lines.on('SIGINT', () => (writing ? writing.abort() : lines.close()));
  if (interactive) lines.prompt();
  for await (const line of lines) {
    if (line.trim() !== '') {
      writing = new AbortController();
      output.write(await answerTo(line, context, writing.signal, log));
      writing = null;
    }
    if (interactive) lines.prompt();
  }
  // The prompt that nobody answered still stands on the screen's last line.
  if (interactive) output.write('\n');
}

async function answerTo(
  line: string,
  context: CommandContext,
  signal: AbortSignal,
  log: Log,
): Promise<string> {
  try {
    const { command, values } = readCommandLine(line);
    return shown(await command.prepare(values, context)({ signal }));
  } catch (error) {
    const sentence = sentenceFor(error, context.locale);
    if (sentence === null) log.error({ err: error }, 'A command failed');
    return `! ${(sentence ?? say(context.locale, 'fault')).replaceAll(/\s+/gu, ' ')}\n`;
  }
}

/** A poem or a page ends with an empty line, so that a reader of the output knows where; a notice is one line. */
function shown(answer: Answer): string {
  switch (answer.kind) {
    case 'notice':
      return `${answer.text}\n`;
    case 'page':
      return `${[answer.title, ...answer.entries.flatMap((entry) => entryLines(entry))].join('\n')}\n\n`;
    case 'poem':
      return `${[...textLines(answer.poem), ...answer.report].join('\n')}\n\n`;
  }
}

function entryLines({ term, text, items = [] }: Entry, indent = ''): string[] {
  const first = term === undefined ? text : `${term}  ${text}`;
  return [indent + first, ...items.flatMap((item) => entryLines(item, `${indent}  `))];
}
