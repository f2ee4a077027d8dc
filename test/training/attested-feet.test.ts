import { describe, expect, it } from 'vitest';
import { AttestedFeet } from '../../src/training/attested-feet.ts';

const feet = new AttestedFeet(['白日依山盡', '白日到天涯', '遙見白日長', '依山', '依山', '山盡']);

describe('attested feet', () => {
  it('stand at least three times in the training lines', () => {
    expect(feet.has('白日')).toBe(true);
    expect(feet.has('到天')).toBe(false);
  });

  it('of three characters need one pair that does', () => {
    expect(feet.has('依山高')).toBe(true);
    expect(feet.has('高依山')).toBe(true);
    expect(feet.has('山盡頭')).toBe(false);
  });

  it('are counted as a share of all feet', () => {
    expect(feet.share(['白日依山盡', '機帽有煙絲'])).toBe(0.5);
    expect(feet.share([])).toBeNull();
  });
});
