import { describe, expect, it } from 'vitest';
import type { LineLength } from '../../src/poetry/form.ts';
import { alternativesOf, fitLine, patternsFor, rhymedLines } from '../../src/poetry/meter.ts';
import { TONE, tonesOf } from '../../src/poetry/prosody.ts';

const tones = (line: string) => [...line].map(tonesOf);
const named = (name: string, lines: number, length: LineLength) =>
  patternsFor(lines, length, 'strict').find((pattern) => pattern.name === name);

describe('patternsFor', () => {
  it('has four patterns for each form, by their names', () => {
    expect(patternsFor(4, 7, 'strict').map(({ name }) => name)).toEqual([
      '七絕仄起首句不入韻',
      '七絕平起首句不入韻',
      '七絕平起首句入韻',
      '七絕仄起首句入韻',
    ]);
    expect(patternsFor(7, 5, 'loose').map(({ name }) => name)).toContain('五言仄起首句入韻');
    expect(patternsFor(4, 7, 'none')).toEqual([]);
  });

  it('has opposite tones within a couplet and equal ones between couplets, for any number of lines', () => {
    for (const length of [5, 7] as const) {
      for (let lines = 2; lines <= 16; lines++) {
        for (const pattern of patternsFor(lines, length, 'strict')) {
          expect(pattern.lines).toHaveLength(lines);
          const second = pattern.lines.map((line) => (length === 7 ? line[1] : alternativesOf(line)[0]?.[1]));
          for (let line = 1; line < lines; line++) {
            expect(second[line] === second[line - 1], `${pattern.name} line ${line}`).toBe(line % 2 === 0);
          }
        }
      }
    }
  });

  it('rhymes the even lines, an odd last line, and the first line if its name says so', () => {
    expect(rhymedLines(8)).toEqual([1, 3, 5, 7]);
    expect(rhymedLines(7)).toEqual([1, 3, 5, 6]);
    expect(named('七絕平起首句入韻', 4, 7)?.rhymed).toEqual([0, 1, 3]);
    expect(named('七絕平起首句不入韻', 4, 7)?.rhymed).toEqual([1, 3]);
    for (const pattern of patternsFor(9, 7, 'strict')) {
      for (const [line, shape] of pattern.lines.entries()) {
        const end = pattern.rhymed.includes(line) ? TONE.level : TONE.oblique;
        for (const alternative of alternativesOf(shape)) expect(alternative.at(-1)).toBe(end);
      }
    }
  });

  it('allows in loose lines everything that strict lines allow', () => {
    for (const length of [5, 7] as const) {
      const loose = patternsFor(8, length, 'loose');
      for (const [i, strict] of patternsFor(8, length, 'strict').entries()) {
        for (const [line, shape] of strict.lines.entries()) {
          for (const allowed of alternativesOf(shape)) {
            const within = alternativesOf(loose[i]?.lines[line] ?? '').some((wide) =>
              allowed.every((bits, place) => ((wide[place] ?? 0) & bits) === bits),
            );
            expect(within, `${strict.name} ${shape}`).toBe(true);
          }
        }
      }
    }
  });
});

describe('fitLine', () => {
  const firstLine = (name: string, length: LineLength) => {
    const line = named(name, 4, length)?.lines[0];
    if (line === undefined) throw new Error(`no pattern ${name}`);
    return line;
  };
  const B5 = firstLine('五絕平起首句入韻', 5);
  const A5 = firstLine('五絕仄起首句入韻', 5);
  const b7 = firstLine('七絕仄起首句不入韻', 7);

  it('fits a regular line', () => {
    expect(fitLine(tones('黃河入海流'), B5).broken).toEqual([]);
    expect(fitLine(tones('更上一層樓'), A5).broken).toEqual([]);
    expect(fitLine(tones('兩岸猿聲啼不住'), b7).broken).toEqual([]);
  });

  it('refuses a single level tone besides the rhyme, unless the third is level', () => {
    expect(fitLine(tones('日河入海流'), B5).broken).toEqual([0]);
    expect(fitLine(tones('日河山海流'), B5).broken).toEqual([]);
  });

  it('refuses three level tones at the end', () => {
    expect(fitLine(tones('更上江層樓'), A5).broken).toEqual([2]);
  });

  it('accepts a swapped third and fourth tone', () => {
    expect(fitLine(tones('正是江南好風景'), b7).broken).toEqual([]);
    // The swap needs a level tone before it.
    expect(fitLine(tones('正是月南好風景'), b7).broken).toEqual([2]);
  });

  it('accepts an unknown tone, or a character not yet written, at any place', () => {
    expect(fitLine([0, 0, 0, 0, 0], B5).broken).toEqual([]);
    expect(fitLine(tones('黃'), B5).broken).toEqual([]);
  });
});
