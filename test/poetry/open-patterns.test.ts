import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import { OpenPatterns } from '../../src/poetry/open-patterns.ts';
import { TONE } from '../../src/poetry/prosody.ts';
import { groupBits } from '../../src/poetry/rhyme-set.ts';

const plan = compilePlan({
  kind: 'poem',
  opening: '月',
  form: 'wujue',
  title: '',
  meter: 'strict',
  rhyme: 'auto',
});

describe('the open patterns of a poem', () => {
  it('allow at a place what any of them allows', () => {
    const open = new OpenPatterns(plan);
    expect(open.patterns).toHaveLength(4);
    expect(open.allowedAt(0, 1)).toEqual({ tones: TONE.either, groups: null, obliqueOnly: false });
  });

  it('are closed by a character that does not fit', () => {
    const open = new OpenPatterns(plan);
    expect(open.narrow('白', 0, 0)).toBeNull();
    expect(open.narrow('日', 0, 1)).toBeNull();
    expect(open.patterns.map(({ name }) => name)).toEqual(['五絕仄起首句不入韻', '五絕仄起首句入韻']);
    expect(open.allowedAt(0, 3)).toEqual({ tones: TONE.level, groups: null, obliqueOnly: false });
  });

  it('read a character of two tones as a rhyme at the end of a line, so that no other line ends on it', () => {
    const open = new OpenPatterns(plan);
    for (const [position, char] of [...'白日依山'].entries()) open.narrow(char, 0, position);
    expect(open.allowedAt(0, 4)).toMatchObject({ obliqueOnly: true });
    const oblique = new OpenPatterns(plan);
    for (const [position, char] of [...'白日依樓'].entries()) oblique.narrow(char, 0, position);
    expect(oblique.narrow('看', 0, 4)).toBeNull();
    expect(oblique.patterns.map(({ name }) => name)).toEqual(['五絕仄起首句不入韻']);
  });

  it('stay as they are if a character fits none, and name the rule', () => {
    const open = new OpenPatterns(plan);
    for (const [position, char] of [...'白日依山盡'].entries()) open.narrow(char, 0, position);
    open.startLine(1);
    const before = open.patterns;
    expect(open.narrow('海', 1, 4)).toBe('tone');
    expect(open.patterns).toEqual(before);
    expect(open.narrow('流', 1, 4)).toBeNull();
    expect(open.allowedAt(3, 4)).toEqual({
      tones: TONE.level,
      groups: groupBits(['尤']),
      obliqueOnly: false,
    });
    expect(open.narrow('山', 3, 4)).toBe('rhyme');
  });
});
