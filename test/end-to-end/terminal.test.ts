import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { PATIENCE_MS, Program } from './program.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS });

let checkpoints: string;

beforeAll(async () => {
  checkpoints = await mkdtemp(join(tmpdir(), 'shiren-'));
  await writeTinyCheckpoint(checkpoints, 'tiny', { seed: 1 });
  await writeTinyCheckpoint(checkpoints, 'other', { seed: 2 });
});
afterAll(() => rm(checkpoints, { recursive: true, force: true }));

const terminal = (environment: Readonly<Record<string, string>> = {}) =>
  new Program('main.js', { CHECKPOINTS: checkpoints, CHECKPOINT: 'tiny', ...environment });

describe('npm start without a token', () => {
  it('answers every line in order on standard output, and exits with 0', async () => {
    const program = terminal();
    program.type('/poem 月\n/acrostic 日红山夜湖海月\n/poem 🔥\n/poem 明月 form:wulv script:traditional');
    expect(await program.exit()).toBe(0);
    expect(program.stdout).toMatch(
      /^月.{6}，.{7}。\n.{7}，.{7}。\n\n日.{6}，\n红.{6}。\n山.{6}，\n夜.{6}。\n湖.{6}，\n海.{6}。\n月.{6}。\n\n! [^\n]*🔥[^\n]*\n明月.{3}，.{5}。\n(.{5}，.{5}。\n){3}\n$/u,
    );
    expect(program.stderr).toBe('');
  });

  it('answers the first line of a couplet with three second lines, and writes the card of the first', async () => {
    const program = terminal({ LANG: 'zh_CN.UTF-8' });
    const file = join(checkpoints, 'couplet.png');
    program.type(
      `/couplet 海上生明月 seed:1\n/对联 上联:海上生明月 种子:1 card:${file}\n/couplet\n/couplet 三尺剑 seed:1\n`,
    );
    expect(await program.exit()).toBe(0);
    const [first = '', second = '', short = ''] = program.stdout.split('\n\n');
    expect(first).toMatch(/^海上生明月，\n① .{5}。\n② .{5}。\n③ .{5}。\n这个模型没有对仗的字表/u);
    expect(second).toBe(`${first}\n诗笺：${file}`);
    expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');
    expect(short).toMatch(/^! .*\/couplet 海上生明月.*\n三尺剑，\n① .{3}。\n/u);
    expect(short).toContain('上联通常五字或七字。');
    expect(program.stderr).toBe('');
  });

  it('offers other lines for one of the poem above, and takes the one that is picked', async () => {
    const program = terminal();
    program.type(
      '/mend 2\n/poem 月 form:wujue seed:1\n/mend 2 seed:1\n/mend 1 pick:2\n/mend pick:2 report:yes\n/mend pick:1\n/mend 5\n/mend\n',
    );
    expect(await program.exit()).toBe(0);
    const [before = '', offer = '', picked = '', errors = ''] = program.stdout.split('\n\n');
    // A line that was not offered is not taken.
    const [otherLine, ...after] = picked.split('\n');
    expect(otherLine).toMatch(/^! First ask for other lines/);
    const [noPoem, one = '', two = ''] = before.split('\n');
    expect(noPoem).toMatch(/^! There is no poem to mend yet/);
    const offered = offer.split('\n').map((line) => /^\d {2}(.{5})$/u.exec(line)?.[1]);
    expect(offered.filter(Boolean)).toHaveLength(3);
    const [mendedOne, mendedTwo, ...report] = after;
    expect(mendedOne).toBe(one.replace(/，.*。/u, `，${offered[2]}。`));
    expect(mendedTwo).toBe(two);
    expect(report.join('\n')).toContain(offered[2]);
    expect(errors.trim().split('\n')).toEqual([
      '! First ask for other lines, as in /mend 2. Then pick one, as in /mend pick:1.',
      '! The poem has lines 1 to 4.',
      '! First ask for other lines, as in /mend 2. Then pick one, as in /mend pick:1.',
    ]);
    expect(program.stderr).toBe('');
  });

  it('writes a picture card', async () => {
    const program = terminal();
    const file = join(checkpoints, 'card.png');
    program.type(`/acrostic 一二三四五六七八九十百千万亿春秋 card:${file}\n`);
    expect(await program.exit()).toBe(0);
    expect(program.stdout).toContain(`Card: ${file}\n`);
    const png = await readFile(file);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.length).toBeLessThan(300_000);
    expect(program.stderr).toBe('');
  });

  it('writes the same poem for the same request, seed and checkpoint, and another from another', async () => {
    const program = terminal();
    program.type(
      '/poem 月 seed:9\n/reload other\n/poem 月 seed:9\n/reload nowhere\n/reload tiny\n/poem 月 seed:9\n',
    );
    expect(await program.exit()).toBe(0);
    const [first, second, third] = program.stdout.split('\n\n');
    const [served, ...fromOther] = second?.split('\n') ?? [];
    const [refused, again, ...fromTiny] = third?.split('\n') ?? [];
    expect(served).toBe('Now serving other (LSTM 2×24).');
    expect(refused).toMatch(/^! .*nowhere/);
    expect(again).toBe('Now serving tiny (LSTM 2×24).');
    expect(fromTiny.join('\n')).toBe(first);
    expect(fromOther.join('\n')).not.toBe(first);
    // The refusal is an answer on standard output, and not also in the log.
    expect(program.stderr).toBe('');
  });

  it('answers while its input stays open, in the language of the environment', async () => {
    const program = terminal({ LANG: 'zh_CN.UTF-8' });
    program.type('/poem x\n', true);
    await program.until(({ stdout }) => stdout.includes('\n'));
    expect(program.stdout).toBe('! 诗里只能有汉字，“x”不是。\n');
    program.type('/help\n');
    expect(await program.exit()).toBe(0);
    expect(program.stdout).toContain('我写古典诗');
  });

  it('ends without an error when its reader closes the pipe', async () => {
    const program = terminal();
    program.type('/poem 月\n', true);
    await program.until(({ stdout }) => stdout.endsWith('\n\n'));
    program.stopReading();
    program.type('/poem 月\n'.repeat(50));
    expect(await program.exit()).toBe(0);
    expect(program.stderr).toBe('');
  });

  it('says in one line that the checkpoint does not exist', async () => {
    const program = terminal({ CHECKPOINT: 'nowhere' });
    program.type('/poem 月\n');
    expect(await program.exit()).toBe(1);
    expect(program.stdout).toBe('');
    expect(program.stderr).toMatch(/^shiren: [^\n]*nowhere[^\n]*\n$/);
  });
});
