/**
 * Every text that somebody else writes goes through regular expressions. On 100,000 characters an expression that is
 * quadratic does billions of steps, and its test does not end.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nearestLocale } from '../../src/bot/locale.ts';
import { redact } from '../../src/bot/log.ts';
import { excerpt } from '../../src/bot/option-values.ts';
import { readSettings } from '../../src/bot/settings.ts';
import { readCommandLine } from '../../src/bot/terminal/command-line.ts';
import { complete } from '../../src/bot/terminal/completion.ts';
import { readPoem } from '../../src/poetry/read-poem.ts';
import { CHECKPOINT_NAME } from '../../src/system/checkpoint-name.ts';
import { loadEnvironment, withoutQuotes } from '../../src/system/environment.ts';
import { cudaRequirements, glibcMinor } from '../../tools/tensorflow/wheel.ts';
import { FakeInference } from './fake-inference.ts';

const LENGTH = 100_000;
/** A quadratic expression takes more than this for the two texts that it is slow on; the others take a moment. */
const LIMIT_MS = 20_000;
const fill = (unit: string) => unit.repeat(LENGTH / unit.length);

/** Long runs of what the expressions repeat, and an end that they do not match. */
const LONG = [
  '-',
  'a',
  '.',
  'a.',
  '1',
  ' ',
  '\n',
  '\t ',
  ':',
  '：',
  '=',
  'a=',
  '诗',
  '月',
  '月，',
  '《',
  '"',
  '{',
  '/',
  'ü',
  '\u0301',
]
  .map(fill)
  .flatMap((run) => [run, `a${run}!`]);

const SUGGESTIONS = {
  inference: new FakeInference(),
  asker: { user: '1', guild: null, owner: true },
  locale: 'en-US' as const,
};

/** Calls what may throw for such input. */
function tried(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    // No error repeats the whole text.
    expect((error as Error).message.length).toBeLessThan(2_000);
  }
}

const READERS: Record<string, (text: string) => unknown> = {
  redact,
  excerpt,
  nearestLocale,
  withoutQuotes,
  cudaRequirements: (text) => cudaRequirements(`Requires-Dist: nvidia-a${text}`),
  glibcMinor: (text) => glibcMinor(`manylinux_2_${text}`),
  'the name of a checkpoint': (text) => CHECKPOINT_NAME.test(text),
  'a poem to check': readPoem,
  'owner ids': (text) => readSettings({ OWNER_IDS: `111111111111111111${text}` }),
  'shards, a port and a token': (text) => {
    for (const name of ['SHARDS', 'HTTP_PORT', 'DISCORD_TOKEN', 'CHECKPOINT', 'DISCORD_API']) {
      tried(() => readSettings({ [name]: text }));
    }
  },
  'a command': readCommandLine,
  'the options of a command': (text) => {
    for (const name of ['form', 'rhyme', 'mood', 'seed', 'report', 'title']) {
      tried(() => readCommandLine(`/poem 月 ${name}:${text}`));
    }
  },
  'a webhook': (text) => redact(`/webhooks/1${text}`),
};

describe('100,000 characters', () => {
  it.each(Object.entries(READERS))(
    'are read by %s',
    (_, read) => {
      for (const text of LONG) tried(() => read(text));
    },
    LIMIT_MS,
  );

  it(
    'are completed by the tab key',
    async () => {
      for (const text of LONG) expect(await complete(`/poem ${text}`, SUGGESTIONS)).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it(
    'are read as a line of .env',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'shiren-long-'));
      const path = join(folder, '.env');
      for (const text of LONG) {
        await writeFile(path, `A${text}`);
        tried(() => loadEnvironment({}, path));
      }
      await rm(folder, { recursive: true });
    },
    LIMIT_MS,
  );
});

describe('an error’s text', () => {
  it('is cut before tokens are looked for, between words', () => {
    const cut = redact(`${'a b '.repeat(999)}/webhooks/1/${'secret'.repeat(9)} ${fill('-')}`);
    expect(cut.length).toBeLessThan(4_100);
    expect(cut).not.toContain('secret');
    expect(redact(fill('-'))).toBe('…');
  });
});

describe('a quoted text', () => {
  it('has neither many characters nor any that turn the line around', () => {
    expect(excerpt(`\u202e${fill('x')}\u2066`)).toBe(` ${'x'.repeat(23)}…`);
  });
});
