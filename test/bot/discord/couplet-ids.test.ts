import { describe, expect, it } from 'vitest';
import { type CoupletButton, coupletId, readCoupletId } from '../../../src/bot/discord/couplet-ids.ts';
import { KEEP, offeredValue, readOfferedValue } from '../../../src/bot/discord/mend-values.ts';

const button: CoupletButton = {
  action: 'take-2',
  spec: { first: '海上生明月', mood: 'free', seed: 0xffff_ffff, script: 'traditional' },
  asker: '18446744073709551615',
};

describe('the id of a button under a couplet', () => {
  it('holds all that its lines were written to, in the length that Discord allows', () => {
    const longest = { ...button.spec, first: `${'𠮷'.repeat(5)}，${'𠮷'.repeat(6)}` };
    for (const spec of [button.spec, longest, { ...button.spec, script: null }]) {
      for (const action of ['again', 'card', 'take-0'] as const) {
        const id = coupletId({ ...button, action, spec });
        expect(id.length).toBeLessThanOrEqual(100);
        expect(readCoupletId(id)).toEqual({ ...button, action, spec });
      }
    }
  });

  it('is of no other button', () => {
    for (const id of ['', 'couplet', coupletId(button).replace('free', 'mad'), `x${coupletId(button)}`]) {
      expect(readCoupletId(id)).toBeNull();
    }
  });
});

describe('the value of an offered line', () => {
  it('holds the line and its place', () => {
    expect(readOfferedValue(offeredValue(11, '黃河入海流'))).toEqual({ line: 11, text: '黃河入海流' });
    expect(readOfferedValue(KEEP)).toBeNull();
    for (const value of ['1 abcde', '黃河入海流', '1 黃河入海']) expect(readOfferedValue(value)).toBeNull();
  });
});
