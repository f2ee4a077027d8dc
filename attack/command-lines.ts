/**
 * Types strange lines into the terminal. Each one must be answered, with a poem or a sentence: never with a fault of the
 * program, never with characters that change how the terminal shows the rest, and never after seconds.
 */

import { PassThrough, Readable } from 'node:stream';
import { pino } from 'pino';
import { type Option, optionsOf } from '../src/bot/command.ts';
import { COMMANDS } from '../src/bot/command-list.ts';
import { LOCALES, texts } from '../src/bot/locale.ts';
import { OPTION_NAMES, type OptionName } from '../src/bot/names.ts';
import { serveTerminal } from '../src/bot/terminal/terminal.ts';
import { CardError } from '../src/card/studio.ts';
import type { Random } from '../src/model/random.ts';
import { type Attack, pick, type Tally } from './attack.ts';
import { damaged, garbage } from './garbage.ts';
import { InstantInference } from './instant-inference.ts';

/** An answer may take this long. The machine may be busy, so the limit is far above what a line takes. */
const LIMIT_MS = 5000;
/** A page of help has about 3,000 characters. */
const MAX_ANSWER = 20_000;
/** Control characters but the line feed, and those that change the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for.
const UNSAFE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/u;

const NUMBERS = ['0', '1', '42', '7', '99', '4294967295', '4294967296', '-1', '1e3', '１２', 'NaN'];
const TEXTS = [
  ...['月', '明月', '静夜思', '《静夜思》', '送 友人', '赠汪伦（其二）', '日、红、山', '床前明月光，疑是'],
  ...[
    '日红山夜湖海月',
    '皇后',
    '宮商角徵羽',
    '荆',
    '𠮷',
    '恍',
    '白日依山尽，黄河入海流。欲穷千里目，更上一层楼。',
  ],
  ...['7绝', '七律诗', 'qi jue', '五絶', 'auto', '东', '真', 'zhēn', '十一真', 'tang'],
];

/** A painted card would be written to a file. */
const NO_STUDIO = {
  paint: async (): Promise<Uint8Array> => {
    throw new CardError('card-failed', 'the attack paints nothing');
  },
};

export const commandLines: Attack = {
  name: 'command lines',
  what: 'strange lines in the terminal, in four languages; each gets a poem or a sentence',
  tries: { full: 156_000, quick: 3000 },
  async run(tally, { random }) {
    while (!tally.isOver) {
      tally.tried++;
      await tryLine(tally, typedLine(random), pick(random, LOCALES));
    }
  },
};

/** Types one line, and looks at the answer. */
export async function tryLine(tally: Tally, line: string, locale: (typeof LOCALES)[number]): Promise<void> {
  const output = new PassThrough({ highWaterMark: 10 * MAX_ANSWER });
  const fault = (what: string) => tally.fault(`${what}: ${JSON.stringify(line.slice(0, 200))}`);
  const startedAt = performance.now();
  try {
    await serveTerminal({
      input: Readable.from([`${line}\n`]),
      output,
      interactive: false,
      locale,
      inference: new InstantInference(),
      studio: NO_STUDIO,
      log: pino({ level: 'error' }, { write: (entry) => fault(`logged ${entry}`) }),
    });
  } catch (error) {
    fault(`thrown ${error}`);
  }
  const took = performance.now() - startedAt;
  tally.most('slowest ms', took);
  if (took > LIMIT_MS) fault(`answered after ${Math.round(took)} ms`);
  const answer: string = output.setEncoding('utf8').read() ?? '';
  // A line of nothing but spaces has no answer.
  if (answer === '' && line.trim() !== '' && line.trim() !== '/quit') fault('not answered');
  if (answer.length > MAX_ANSWER) fault(`answered with ${answer.length} characters`);
  if (UNSAFE.test(answer)) fault('answered with control characters');
  tally.count(answer === '' ? 'no line' : answer.startsWith('!') ? 'sentences' : 'poems and pages');
}

function typedLine(random: Random): string {
  const kind = random.below(10);
  if (kind === 0) return withoutBreaks(garbage(random, 60));
  const line = commandLine(random);
  return withoutBreaks(kind < 8 ? line : damaged(random, line));
}

/** The terminal would take the rest for another line. */
function withoutBreaks(text: string): string {
  return text.replaceAll(/[\n\r\u2028\u2029\u0085]/gu, '');
}

/** Most options are of the command, have a value that fits, and are given once. */
function commandLine(random: Random): string {
  const locale = pick(random, LOCALES);
  const writing = COMMANDS.filter(({ options }) => Object.keys(options).length > 0);
  const command = pick(random, random.below(5) > 0 ? writing : COMMANDS);
  const [first, ...options] = optionsOf(command);
  const words = [`/${pick(random, [command.name, texts(locale).commands[command.name].name])}`];
  if (first && random.below(10) > 0) words.push(fittingValue(random, first[1]).replaceAll(' ', ''));
  const given = random.shuffle(options).slice(0, random.below(4));
  for (const [name, option] of given) words.push(optionWord(random, name, fittingValue(random, option)));
  if (random.below(10) === 0) words.push(optionWord(random, pick(random, OPTION_NAMES), pick(random, TEXTS)));
  return words.join(pick(random, [' ', ' ', '  ', '\u3000', '\t']));
}

function optionWord(random: Random, name: OptionName, value: string): string {
  const typed = pick(random, [name, texts(pick(random, LOCALES)).options[name].name]);
  return `${typed}${random.below(20) === 0 ? '=' : pick(random, [':', '：', ': '])}${value}`;
}

function fittingValue(random: Random, option: Option): string {
  const kind = random.below(16);
  if (kind === 0) return garbage(random);
  const value = valueFor(random, option);
  return kind <= 2 ? damaged(random, value) : value;
}

function valueFor(random: Random, option: Option): string {
  switch (option.kind) {
    case 'choice': {
      const { value, also } = pick(random, option.choices);
      return pick(random, [String(value), ...also]);
    }
    case 'integer':
      return pick(random, NUMBERS);
    case 'text':
      return pick(random, TEXTS);
    case 'picture':
      // Anything else would write a file.
      return pick(random, ['no', '否', 'card.jpg']);
    default:
      return pick(random, ['yes', 'no', '是', 'maybe']);
  }
}
