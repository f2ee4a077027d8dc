import { describe, expect, it } from 'vitest';
import { Random } from '../../src/model/random.ts';
import { verseLines } from '../../src/poetry/verse-lines.ts';
import { RunIndex, runsOf } from '../../src/text-index/ngram-filter.ts';
import { REGULATED } from '../poetry/poems.ts';

const LINES = REGULATED.flatMap(({ text }) => verseLines(text));
const random = new Random(3);
const anyRun = () =>
  Array.from({ length: 5 }, () => String.fromCodePoint(0x4e00 + random.below(6000))).join('');

describe('runsOf', () => {
  it('cuts a line into runs of five characters', () => {
    expect(runsOf('白日依山盡')).toEqual(['白日依山盡']);
    expect(runsOf('朝辭白帝彩雲間')).toEqual(['朝辭白帝彩', '辭白帝彩雲', '白帝彩雲間']);
    expect(runsOf('白日依山')).toEqual([]);
    expect(runsOf('𠮷白日依山')).toEqual(['𠮷白日依山']);
  });
});

describe('RunIndex', () => {
  it('finds every run of its lines', () => {
    const index = RunIndex.build(LINES);
    for (const run of LINES.flatMap(runsOf)) expect(index.hasRun(run), run).toBe(true);
    expect(index.runs).toBe(new Set(LINES.flatMap(runsOf)).size);
  });

  it('takes fewer than one other run in a hundred for its own, at ten bits a run', () => {
    const own = new Set(Array.from({ length: 20_000 }, anyRun));
    const index = RunIndex.build(own);
    const others = Array.from({ length: 20_000 }, anyRun).filter((run) => !own.has(run));
    const mistaken = others.filter((run) => index.hasRun(run)).length;
    expect(mistaken / others.length).toBeLessThan(0.012);
    expect(index.bytes.length).toBeLessThan(20_000 * 1.3);
  });

  it('knows a run by its order, and by its last character', () => {
    const index = RunIndex.build(['白日依山盡']);
    expect(index.hasRun('盡山依日白')).toBe(false);
    const ends = index.endings('白日依山');
    expect(ends('盡')).toBe(true);
    expect(ends('川')).toBe(false);
  });

  it('is the same after its bytes are read again, from within a larger buffer too', () => {
    const { bytes } = RunIndex.build(LINES);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const again = RunIndex.parse(larger.subarray(3));
    for (const run of LINES.flatMap(runsOf)) expect(again.hasRun(run)).toBe(true);
    expect(again.bytes).toEqual(bytes);
  });

  it('may be empty', () => {
    expect(RunIndex.parse(RunIndex.build([]).bytes).hasRun('白日依山盡')).toBe(false);
  });

  it('refuses other bytes', () => {
    const { bytes } = RunIndex.build(LINES);
    expect(() => RunIndex.parse(new Uint8Array(0))).toThrow(RangeError);
    expect(() => RunIndex.parse(new Uint8Array(64))).toThrow(RangeError);
    expect(() => RunIndex.parse(bytes.subarray(0, bytes.length - 1))).toThrow('cut short');
  });
});
