import { describe, expect, it } from 'vitest';
import { Random } from '../../src/model/random.ts';
import { verseLines } from '../../src/poetry/verse-lines.ts';
import { NgramFilter, ngramsOf } from '../../src/text-index/ngram-filter.ts';
import { REGULATED } from '../poetry/poems.ts';

const LINES = REGULATED.flatMap(({ text }) => verseLines(text));
const random = new Random(3);
const randomNgram = () =>
  Array.from({ length: 5 }, () => String.fromCodePoint(0x4e00 + random.below(6000))).join('');

describe('ngramsOf', () => {
  it('cuts a line into sequences of five characters', () => {
    expect(ngramsOf('白日依山盡')).toEqual(['白日依山盡']);
    expect(ngramsOf('朝辭白帝彩雲間')).toEqual(['朝辭白帝彩', '辭白帝彩雲', '白帝彩雲間']);
    expect(ngramsOf('白日依山')).toEqual([]);
    expect(ngramsOf('𠮷白日依山')).toEqual(['𠮷白日依山']);
  });
});

describe('NgramFilter', () => {
  it('finds every n-gram of its lines', () => {
    const filter = NgramFilter.build(LINES);
    for (const ngram of LINES.flatMap(ngramsOf)) expect(filter.has(ngram), ngram).toBe(true);
    expect(filter.size).toBe(new Set(LINES.flatMap(ngramsOf)).size);
  });

  it('wrongly finds fewer than 1.2 % of other n-grams, at ten bits each', () => {
    const own = new Set(Array.from({ length: 20_000 }, randomNgram));
    const filter = NgramFilter.build(own);
    const others = Array.from({ length: 20_000 }, randomNgram).filter((ngram) => !own.has(ngram));
    const mistaken = others.filter((ngram) => filter.has(ngram)).length;
    expect(mistaken / others.length).toBeLessThan(0.012);
    expect(filter.bytes.length).toBeLessThan(20_000 * 1.3);
  });

  it('depends on the order of the characters and on the last one', () => {
    const filter = NgramFilter.build(['白日依山盡']);
    expect(filter.has('白日依山盡')).toBe(true);
    expect(filter.has('盡山依日白')).toBe(false);
    expect(filter.has('白日依山川')).toBe(false);
  });

  it('is the same after it is parsed again, also from within a larger buffer', () => {
    const { bytes } = NgramFilter.build(LINES);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const again = NgramFilter.parse(larger.subarray(3));
    for (const ngram of LINES.flatMap(ngramsOf)) expect(again.has(ngram)).toBe(true);
    expect(again.bytes).toEqual(bytes);
  });

  it('may be empty', () => {
    expect(NgramFilter.parse(NgramFilter.build([]).bytes).has('白日依山盡')).toBe(false);
  });

  it('refuses other bytes', () => {
    const { bytes } = NgramFilter.build(LINES);
    expect(() => NgramFilter.parse(new Uint8Array(0))).toThrow(RangeError);
    expect(() => NgramFilter.parse(new Uint8Array(64))).toThrow(RangeError);
    expect(() => NgramFilter.parse(bytes.subarray(0, bytes.length - 1))).toThrow('cut short');
  });
});
