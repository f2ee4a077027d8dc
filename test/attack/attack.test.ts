import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Attack, Tally } from '../../attack/attack.ts';
import { bitFlips } from '../../attack/bit-flips.ts';
import { commandLines, tryLine } from '../../attack/command-lines.ts';
import { damaged, garbage } from '../../attack/garbage.ts';
import { interactions } from '../../attack/interactions.ts';
import { resultOf, tableOf } from '../../attack/table.ts';
import { Random } from '../../src/model/random.ts';
import { repositoryRoot } from '../../src/system/package-root.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shiren-attack-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('a tally', () => {
  it('is over after its tries, or after its time', () => {
    const tally = new Tally(2, 60_000);
    expect(tally.isOver).toBe(false);
    tally.tried = 2;
    expect(tally.isOver).toBe(true);
    expect(new Tally(2, -1).isOver).toBe(true);
  });

  it('counts every fault, and describes the first ones in the table', () => {
    const attack: Attack = { name: 'a', what: 'tries', tries: { full: 1, quick: 1 }, run: async () => {} };
    const tally = new Tally(1000, 60_000);
    tally.tried = 1000;
    for (let n = 1; n <= 30; n++) tally.fault(`fault ${n} ${'x'.repeat(1000)}`);
    tally.count('poems', 1234);
    tally.most('slowest ms', 3.4);
    tally.most('slowest ms', 2);
    const result = resultOf(attack, tally, 1.4);
    expect(result).toMatchObject({ tried: 1000, faults: 30, outcomes: { poems: 1234, 'slowest ms': 3 } });
    expect(result.descriptions).toHaveLength(20);
    const lines = tableOf([result]).split('\n');
    expect(lines[2]).toBe('| a | 1,000 | 30 | poems 1,234, slowest ms 3 | 1 s |');
    expect(lines[4]).toMatch(/^a: fault 1 x+$/);
  });
});

describe('strange texts', () => {
  it('are the same for the same seed', () => {
    const texts = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 50 }, () => [garbage(random), damaged(random, '/poem 月 form:七絕')]);
    };
    expect(texts(1)).toEqual(texts(1));
    expect(texts(2)).not.toEqual(texts(1));
  });
});

describe('the attacks that need no process', () => {
  it.each([
    [commandLines, 300],
    [interactions, 300],
    [bitFlips, 40],
  ] as const)('find nothing in a few tries: $name', async (attack, tries) => {
    const tally = new Tally(tries, 60_000);
    await attack.run(tally, { random: new Random(7), folder: temporaryFolder() });
    expect(tally.descriptions).toEqual([]);
    expect(tally.tried).toBeGreaterThanOrEqual(tries);
    expect([...tally.outcomes.values()].reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(
      tries / 2,
    );
  });

  it('find a line that is not answered, and tell which', async () => {
    const tally = new Tally(1, 60_000);
    // The terminal leaves when it reads this, so the rest has no answer.
    await tryLine(tally, '/quit\n/poem 月', 'en-US');
    expect(tally.descriptions).toEqual(['not answered: "/quit\\n/poem 月"']);
  });
});

describe('the clock of clock-steps', () => {
  it('is off by what its file says, and keeps dates that are given', () => {
    const file = join(temporaryFolder(), 'clock');
    writeFileSync(file, '-3600000');
    const preload = pathToFileURL(join(repositoryRoot(), 'attack', 'stepping-clock.mjs')).href;
    const program = 'console.log(JSON.stringify([Date.now(), new Date().getTime(), new Date(5).getTime()]))';
    const output = execFileSync(process.execPath, ['--import', preload, '-e', program], {
      env: { ...process.env, CLOCK_FILE: file },
      encoding: 'utf8',
    });
    const [now, made, given] = JSON.parse(output);
    expect(Math.abs(Date.now() - 3_600_000 - now)).toBeLessThan(60_000);
    expect(Math.abs(made - now)).toBeLessThan(60_000);
    expect(given).toBe(5);
  });
});
