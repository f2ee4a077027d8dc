import { describe, expect, test } from 'vitest';
import { AllowedTokens } from '../../src/decoding/allowed-tokens.ts';
import { ALL_RHYMES } from '../../src/poetry/prosody.ts';
import { admits, type SlotConstraint } from '../../src/poetry/slot-constraint.ts';
import { VOCABULARY } from '../model/tiny-model.ts';

describe('the tokens that a slot allows', () => {
  const allowed = new AllowedTokens(VOCABULARY);

  test('are those that the plan admits', () => {
    const lists = [null, ALL_RHYMES, ['東'], ['支', '微', '齊'], ['尤']];
    for (const tones of [1, 2, 3]) {
      for (const rhymes of lists) {
        for (const obliqueOnly of [false, true]) {
          const place = { tones, rhymes, obliqueOnly };
          const constraint: SlotConstraint = { ...place, used: new Set(), line: 0, position: 6 };
          const expected = VOCABULARY.hanzi.filter((char) => admits(constraint, char));
          expect([...allowed.of(constraint)].map((id) => VOCABULARY.char(id))).toEqual(expected);
        }
      }
    }
    expect(allowed.of({ tones: 3, rhymes: null })).toHaveLength(VOCABULARY.hanzi.length);
  });

  test('are one list for equal constraints', () => {
    const constraint = { tones: 1, rhymes: ['東', '冬'] };
    expect(allowed.of({ ...constraint })).toBe(allowed.of(constraint));
    expect(allowed.of({ tones: 1, rhymes: ['東'] })).not.toBe(allowed.of(constraint));
  });

  test('are counted by rhyme', () => {
    expect(allowed.rhymeSize('尤')).toBe(allowed.of({ tones: 1, rhymes: ['尤'] }).length);
    expect(allowed.rhymeSize('no such group')).toBe(0);
  });
});
