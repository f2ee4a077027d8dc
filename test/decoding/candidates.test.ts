import { describe, expect, test } from 'vitest';
import { Candidates } from '../../src/decoding/candidates.ts';

import { ALL_RHYMES } from '../../src/poetry/prosody.ts';
import { admits, type SlotConstraint } from '../../src/poetry/slot-constraint.ts';
import { VOCABULARY } from '../model/tiny-model.ts';

describe('the candidates of a slot', () => {
  const candidates = new Candidates(VOCABULARY);

  test('are those that the plan admits', () => {
    const lists = [null, ALL_RHYMES, ['東'], ['支', '微', '齊'], ['尤']];
    for (const tones of [1, 2, 3]) {
      for (const rhymes of lists) {
        const need: SlotConstraint = { tones, rhymes, used: new Set(), line: 0, position: 6 };
        const expected = VOCABULARY.hanzi.filter((char) => admits(need, char));
        expect([...candidates.of(need)].map((id) => VOCABULARY.char(id))).toEqual(expected);
      }
    }
    expect(candidates.of({ tones: 3, rhymes: null })).toHaveLength(VOCABULARY.hanzi.length);
  });

  test('are one list for one need', () => {
    const need = { tones: 1, rhymes: ['東', '冬'] };
    expect(candidates.of({ ...need })).toBe(candidates.of(need));
    expect(candidates.of({ tones: 1, rhymes: ['東'] })).not.toBe(candidates.of(need));
  });

  test('are counted by rhyme', () => {
    expect(candidates.rhymeSize('尤')).toBe(candidates.of({ tones: 1, rhymes: ['尤'] }).length);
    expect(candidates.rhymeSize('no such group')).toBe(0);
  });
});
