/**
 * Runs the bot in a terminal. Each input line is one slash command. Lines are answered one at a time, in order. An
 * invalid line gets an error as its answer, which begins with `!`, and never ends the program.
 */

import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { CardStudio } from '../../card/studio.ts';
import type { Inference } from '../../service/inference.ts';
import type { Answer, Entry, ShownPoem } from '../answer.ts';
import type { CommandContext } from '../command.ts';
import { type Locale, say } from '../locale.ts';
import type { Log } from '../log.ts';
import { markedTitle, textLines, titleOf } from '../poem-layout.ts';
import { drawSeed } from '../seed.ts';
import { sentenceFor } from '../user-error.ts';
import { readCommandLine } from './command-line.ts';
import { complete } from './completion.ts';
import { saveCard } from './save-card.ts';

const PROMPT = '诗人> ';

export interface TerminalOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** True if a person types: show a prompt, complete with the tab key, and cancel the current poem with Ctrl-C. */
  readonly interactive: boolean;
  readonly locale: Locale;
  readonly inference: Inference;
  readonly studio: Pick<CardStudio, 'paint'>;
  readonly log: Log;
}

/** Answers commands until the input ends. */
export async function serveTerminal(options: TerminalOptions): Promise<void> {
  const { input, output, interactive, locale, inference, studio, log } = options;
  const lines = createInterface({
    input,
    ...(interactive ? { output, prompt: PROMPT, completer: complete } : {}),
    terminal: interactive,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const context: CommandContext = {
    inference,
    // The terminal's user has started the program, so they are its owner.
    asker: { user: 'terminal', guild: null, owner: true },
    locale,
    script: 'simplified',
    platform: 'terminal',
    studio,
    // The terminal has no hearts to press.
    favourites: null,
    drawSeed,
  };
  let current: AbortController | null = null;
  lines.on('SIGINT', () => (current ? current.abort() : lines.close()));
  if (interactive) lines.prompt();
  for await (const line of lines) {
    if (line.trim() !== '') {
      current = new AbortController();
      output.write(await answerTo(line, context, current.signal, log));
      current = null;
    }
    if (interactive) lines.prompt();
  }
  // The last prompt got no answer. End its line.
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
    const answer = await command.prepare(values, context)({ signal });
    return render(answer, await saveCard(answer, context));
  } catch (error) {
    const sentence = sentenceFor(error, context.locale);
    if (sentence === null) log.error({ err: error }, 'A command failed');
    return `! ${(sentence ?? say(context.locale, 'fault')).replaceAll(/\s+/gu, ' ')}\n`;
  }
}

/** A poem or a page ends with an empty line, so that a program that reads the output finds its end. */
function render(answer: Answer, cardLines: readonly string[]): string {
  switch (answer.kind) {
    case 'notice':
      return `${answer.text}\n`;
    case 'page':
      return `${[answer.title, ...answer.entries.flatMap((entry) => entryLines(entry))].join('\n')}\n\n`;
    case 'poem':
      return `${[...titleLines(answer.poem), ...textLines(answer.poem), ...answer.report, ...cardLines].join('\n')}\n\n`;
    case 'favourite':
      return `${[markedTitle(answer.kept.poem.title), ...answer.kept.poem.lines].join('\n')}\n\n`;
    case 'card':
      return `${cardLines.join('\n')}\n`;
  }
}

function titleLines(poem: ShownPoem): string[] {
  const title = titleOf(poem);
  return title ? [markedTitle(title)] : [];
}

function entryLines({ term, text, items = [] }: Entry, indent = ''): string[] {
  const first = term === undefined ? text : `${term}  ${text}`;
  return [indent + first, ...items.flatMap((item) => entryLines(item, `${indent}  `))];
}
