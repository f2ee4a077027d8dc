import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/bot/log.ts';
import { complete } from '../../../src/bot/terminal/completion.ts';
import { historyFile, keepHistory, readHistory } from '../../../src/bot/terminal/history.ts';
import { serveTerminal } from '../../../src/bot/terminal/terminal.ts';
import { FakeInference } from '../fake-inference.ts';
import { FakeStudio } from '../fake-studio.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-'));
});
// The history may still be being written.
afterEach(() => rm(folder, { recursive: true, maxRetries: 10, retryDelay: 50 }));

/** A terminal at which somebody types. */
function terminal(inference = new FakeInference()) {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const ended = serveTerminal({
    input,
    output,
    interactive: true,
    historyFile: join(folder, 'history'),
    locale: 'en-US',
    inference,
    studio: new FakeStudio(),
    log: openLog('silent'),
  });
  /** Waits until what is shown matches. */
  const until = async (pattern: RegExp) => {
    while (!pattern.test(shown)) await new Promise((done) => output.once('data', done));
  };
  return { input, ended, until, inference, shown: () => shown };
}

const CTRL_C = '\u0003';

describe('the interactive terminal', () => {
  it('says at its start what to type, and ends with /quit', async () => {
    const { input, ended, until } = terminal();
    await until(/\/poem 月.*\/quit/u);
    input.write('/quit\n');
    await ended;
  });

  it('clears a half-typed line at Ctrl-C, and ends at the second', async () => {
    const { input, ended, until, inference } = terminal();
    await until(/诗人> /u);
    input.write(`/poem 山${CTRL_C}`);
    input.write('/poem 月\n');
    await until(/月.{6}，/u);
    expect(inference.orders).toHaveLength(1);
    input.write(`/poem${CTRL_C}${CTRL_C}`);
    await ended;
  });

  it('prompts, completes with the tab key, and ends with Ctrl-D', async () => {
    const { input, ended, shown } = terminal();
    await expect.poll(shown).toContain('诗人> ');
    for (const [keys, line] of [
      ['/acr', '/acr'],
      ['\t', '/acrostic '],
      ['春夏 le', '春夏 le'],
      ['\t', 'length:'],
      ['5', 'length:5'],
      ['\t', 'length:5 '],
    ] as const) {
      input.write(keys);
      await expect.poll(shown).toContain(line);
    }
    input.write('\r');
    await expect.poll(shown).toMatch(/春.{4}，\n夏.{4}。\n\n/u);
    input.write('\u0004');
    await ended;
    expect(shown().endsWith('\n')).toBe(true);
  });

  it('cancels a poem with Ctrl-C, and ends at the second one', async () => {
    const inference = new FakeInference();
    inference.hold = true;
    const { input, ended, shown } = terminal(inference);
    input.write('/poem 月\r');
    await expect.poll(() => inference.orders.length).toBe(1);
    input.write('\u0003');
    await expect.poll(shown).toContain('! The poem was cancelled.');
    input.write('\u0003');
    await ended;
  });

  it('keeps what was typed for the next session', async () => {
    const first = terminal();
    await first.until(/诗人> /u);
    first.input.write('/poem 月\n');
    await first.until(/月.{6}，/u);
    first.input.write('/quit\n');
    await first.ended;
    await expect.poll(() => readHistory(join(folder, 'history'))).toEqual(['/quit', '/poem 月']);
    const second = terminal();
    await second.until(/诗人> /u);
    // Up twice.
    second.input.write('\u001b[A\u001b[A\n');
    await second.until(/月.{6}，/u);
    second.input.write('/quit\n');
    await second.ended;
  });
});

describe('the history', () => {
  it('lies in the user’s folder for state', () => {
    expect(historyFile({ XDG_STATE_HOME: '/state' })).toBe(join('/state', 'shiren', 'history'));
    expect(historyFile({})).toMatch(/shiren.history$/);
  });

  it('keeps the latest lines in the order of time', async () => {
    const file = join(folder, 'new', 'history');
    await keepHistory(file, ['/about', '/poem 月']);
    expect(await readFile(file, 'utf8')).toBe('/poem 月\n/about\n');
    await keepHistory(
      file,
      Array.from({ length: 900 }, (_, n) => `/poem seed:${n}`),
    );
    const lines = await readHistory(file);
    expect([lines.length, lines[0]]).toEqual([500, '/poem seed:0']);
  });

  it('does without a file that cannot be read or written', async () => {
    await keepHistory('/dev/null/history', ['/about']);
    expect(await readHistory('/dev/null/history')).toEqual([]);
  });
});

describe('the tab key', () => {
  const context = (owner: boolean) => ({
    inference: new FakeInference(),
    asker: { user: 'terminal', guild: null, owner },
    locale: 'en-US' as const,
  });
  const completions = async (line: string) => (await complete(line, context(true)))[0];

  it('completes commands, options and values', async () => {
    expect(await completions('/po')).toEqual(['/poem ']);
    expect(await completions('/q')).toEqual(['/quit']);
    expect(await completions('/poem 月 me')).toEqual(['meter:']);
    expect(await completions('/poem 月 form:q')).toEqual(['form:qijue ', 'form:qilv ']);
    expect(await completions('/poem 月 report:')).toEqual(['report:yes ', 'report:no ']);
  });

  it('lists rhyme groups, also by their pinyin, and checkpoints', async () => {
    expect(await completions('/poem 月 rhyme:')).toContain('rhyme:東 ');
    expect(await completions('/poem 月 rhyme:dong')).toEqual(['rhyme:東 ', 'rhyme:冬 ']);
    const { inference } = context(true);
    const [first] = await inference.checkpoints();
    expect(await completions('/reload checkpoint:')).toContain(`checkpoint:${first?.name} `);
  });
});
