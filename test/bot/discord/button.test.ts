import { describe, expect, it } from 'vitest';
import type { PoemSpec } from '../../../src/bot/answer.ts';
import { ACTIONS, ButtonCodec } from '../../../src/bot/discord/button.ts';
import { RHYME_NAMES } from '../../../src/bot/rhyme-name.ts';
import { FORM_NAMES } from '../../../src/poetry/form.ts';
import { METERS, MOODS, SCRIPTS } from '../../../src/poetry/request.ts';

const codec = new ButtonCodec('a token');
const asker = '18446744073709551615';

function everySpec(): PoemSpec[] {
  const specs: PoemSpec[] = [];
  for (const mood of MOODS) {
    for (const meter of METERS) {
      for (const script of [null, ...SCRIPTS]) {
        for (const form of FORM_NAMES) {
          const request = { kind: 'poem', opening: '明月', title: '', form, meter, rhyme: 'auto' } as const;
          specs.push({ request, mood, seed: 0, script });
        }
        for (const length of [5, 7] as const) {
          const request = {
            kind: 'acrostic',
            title: '贺寿',
            heads: '日红山夜湖海月',
            length,
            meter,
            rhyme: '先',
          } as const;
          specs.push({ request, mood, seed: 0xffff_ffff, script });
        }
      }
    }
  }
  return specs;
}

const longest: PoemSpec = {
  // Characters outside the BMP take two UTF-16 units each.
  request: {
    kind: 'poem',
    opening: '𠀀'.repeat(8),
    title: '𠀀'.repeat(16),
    form: 'qilv',
    meter: 'none',
    rhyme: '咸',
  },
  mood: 'greedy',
  seed: 0xffff_ffff,
  script: 'traditional',
};

describe('a button', () => {
  it('encodes and decodes the whole spec of a poem', () => {
    for (const spec of [...everySpec(), longest]) {
      for (const action of ACTIONS) {
        const id = codec.encode({ action, spec, asker });
        expect(codec.decode(id)).toEqual({ action, spec, asker });
        expect(id.length).toBeLessThanOrEqual(100);
      }
    }
    for (const rhyme of RHYME_NAMES) {
      const spec = { ...longest, request: { ...longest.request, rhyme } };
      expect(codec.decode(codec.encode({ action: 'again', spec, asker: '1' }))).toEqual({
        action: 'again',
        spec,
        asker: '1',
      });
    }
  });

  it('is not encoded if its texts are too long', () => {
    const request = {
      ...longest.request,
      kind: 'acrostic',
      title: '',
      heads: '月'.repeat(80),
      length: 5,
    } as const;
    expect(() => codec.encode({ action: 'again', spec: { ...longest, request }, asker })).toThrow(RangeError);
  });

  it('is not decoded if any character was changed, or if it was made with another token', () => {
    const id = codec.encode({ action: 'again', spec: longest, asker });
    const characters = [...id];
    for (let i = 0; i < characters.length; i++) {
      const changed = characters.with(i, characters[i] === 'A' ? 'B' : 'A').join('');
      expect(codec.decode(changed), changed).toBeNull();
    }
    expect(new ButtonCodec('another').decode(id)).toBeNull();
    expect(codec.decode('')).toBeNull();
    expect(codec.decode('月'.repeat(100))).toBeNull();
  });
});
