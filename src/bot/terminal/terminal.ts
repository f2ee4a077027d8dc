/**
 * Runs the bot in a terminal. Each input line is one slash command. Lines are answered one at a time, in order. An
 * invalid line gets an error as its answer, which begins with `!`, and never ends the program.
 */

import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { CardStudio } from '../../card/studio.ts';
import type { Inference } from '../../service/inference.ts';
import type { Answer, Entry, ShownPoem } from '../answer.ts';
import type { CommandContext } from '../command.ts';
import { NUMERALS } from '../couplet.ts';
import type { Desk } from '../desk.ts';
import { type Locale, say } from '../locale.ts';
import type { Log } from '../log.ts';
import { markedTitle, neverMet, textLines, titleOf } from '../poem-layout.ts';
import { drawSeed } from '../seed.ts';
import { sentenceFor } from '../user-error.ts';
import { readCommandLine } from './command-line.ts';
import { complete, QUIT } from './completion.ts';
import { keepHistory, readHistory } from './history.ts';
import { saveCard } from './save-card.ts';
import { suspendOnCtrlZ } from './suspend.ts';

const PROMPT = '诗人> ';

export interface TerminalOptions {
  readonly input: Readable;
  readonly output: Writable;
  /**
   * True if a person types: show a hint and a prompt, complete with the tab key, keep a history. Ctrl-C cancels the
   * current poem, else it clears the line, and on an empty line it ends the terminal.
   */
  readonly interactive: boolean;
  /** Where the lines that are typed are kept; without it they are forgotten at the end. */
  readonly historyFile?: string;
  readonly locale: Locale;
  readonly inference: Inference;
  readonly studio: Pick<CardStudio, 'paint'>;
  readonly log: Log;
}

/** Answers commands until the input ends, or until a line says {@link QUIT}. */
export async function serveTerminal(options: TerminalOptions): Promise<void> {
  const { output, interactive, locale, inference, studio, log } = options;
  const context: CommandContext = {
    inference,
    // The terminal's user has started the program, so they are its owner.
    asker: { user: 'terminal', guild: null, owner: true },
    locale,
    script: 'simplified',
    platform: 'terminal',
    daily: null,
    server: null,
    studio,
    // The terminal has no hearts to press.
    favourites: null,
    desk: { poem: null, offer: null },
    drawSeed,
  };
  const history = options.historyFile ? await readHistory(options.historyFile) : [];
  // From here to the loop nothing is awaited: a line that came in between would be lost.
  const lines = openLines(options, context, history);
  let current: AbortController | null = null;
  lines.on('SIGINT', () => {
    if (current) current.abort();
    else if (lines.line !== '') clearLine(lines);
    else lines.close();
  });
  if (interactive) {
    suspendOnCtrlZ(lines, options.input, () => {
      if (current === null) lines.prompt(true);
    });
    output.write(`${say(locale, 'terminal-hint')}\n`);
    lines.prompt();
  }
  for await (const line of lines) {
    if (line.trim().toLowerCase() === QUIT) {
      lines.close();
      return;
    }
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

function openLines(
  { input, output, interactive, historyFile }: TerminalOptions,
  context: CommandContext,
  history: string[],
): Interface {
  if (!interactive) {
    return createInterface({ input, terminal: false, crlfDelay: Number.POSITIVE_INFINITY });
  }
  const lines = createInterface({
    input,
    output,
    prompt: PROMPT,
    completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
      complete(line, context).then(
        (result) => done(null, result),
        () => done(null, [[], line]),
      );
    },
    history,
    removeHistoryDuplicates: true,
    terminal: true,
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let kept = Promise.resolve();
  // One write after the other, so that the last one wins.
  lines.on('history', (typed: string[]) => {
    if (historyFile) kept = kept.then(() => keepHistory(historyFile, typed));
  });
  return lines;
}

/** Deletes what is typed, as the keys Ctrl-E and Ctrl-U do. */
function clearLine(lines: Interface): void {
  lines.write(null, { ctrl: true, name: 'e' });
  lines.write(null, { ctrl: true, name: 'u' });
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
    if (answer.kind === 'poem' && context.desk) layOnDesk(context.desk, answer.poem);
    return render(answer, await saveCard(answer, context), context.locale);
  } catch (error) {
    const sentence = sentenceFor(error, context.locale);
    if (sentence === null) log.error({ err: error }, 'A command failed');
    return `! ${(sentence ?? say(context.locale, 'fault')).replaceAll(/\s+/gu, ' ')}\n`;
  }
}

/** A poem or a page ends with an empty line, so that a program that reads the output finds its end. */
function render(answer: Answer, cardLines: readonly string[], locale: Locale): string {
  switch (answer.kind) {
    case 'notice':
      return `${answer.text}\n`;
    case 'page':
      return `${[answer.title, ...answer.entries.flatMap((entry) => entryLines(entry))].join('\n')}\n\n`;
    case 'poem':
      return `${[...(answer.heading === undefined ? [] : [answer.heading]), ...titleLines(answer.poem), ...textLines(answer.poem), ...neverMet(answer.poem, locale), ...answer.report, ...cardLines].join('\n')}\n\n`;
    case 'favourite':
      return `${[markedTitle(answer.kept.poem.title), ...answer.kept.poem.lines].join('\n')}\n\n`;
    case 'card':
    case 'mended':
    case 'chosen-couplet':
      return `${cardLines.join('\n')}\n`;
    case 'mend':
      return `${answer.offered.map(({ shown }) => shown).join('\n')}\n\n`;
    case 'couplet':
      return `${[`${answer.first}，`, ...answer.seconds.map((line, n) => `${NUMERALS[n]} ${line}。`), ...answer.remarks, ...cardLines].join('\n')}\n\n`;
  }
}

/** The poem can be mended from now on. What was offered for the one before it is gone. */
function layOnDesk(desk: Desk, { spec, plan, script, written }: ShownPoem): void {
  const { characters, title } = written;
  desk.poem = { spec, plan, characters, title: plan.title || title, script };
  desk.offer = null;
}

function titleLines(poem: ShownPoem): string[] {
  const title = titleOf(poem);
  return title ? [markedTitle(title)] : [];
}

function entryLines({ term, text, items = [] }: Entry, indent = ''): string[] {
  const first = term === undefined ? text : `${term}  ${text}`;
  return [indent + first, ...items.flatMap((item) => entryLines(item, `${indent}  `))];
}
