import { describe, expect, it } from 'vitest';
import { readPoem } from '../../src/poetry/read-poem.ts';
import { REGULATED } from './poems.ts';

describe('readPoem', () => {
  it.each(REGULATED)('reads 《$title》 with and without marks', ({ text, form }) => {
    for (const typed of [
      text,
      text.replaceAll(/[，。]/gu, ''),
      text.replaceAll(/[，。]/gu, '\n'),
      `《題》${text}`,
    ]) {
      const { characters, plan } = readPoem(typed);
      expect(characters.join('')).toBe(text);
      expect(plan.form).toBe(form);
    }
  });

  it('reads a poem of any number of lines', () => {
    expect(readPoem('白日依山盡，黃河入海流').plan).toMatchObject({ form: 'wuyan', lines: 2, length: 5 });
    expect(readPoem('白日依山盡，'.repeat(16)).plan.lines).toBe(16);
  });

  it.each([
    ['', 'check-empty', {}],
    ['poem 1.', 'check-empty', {}],
    ['白日依山盡', 'check-shape', { lengths: '5' }],
    ['白日依山盡，黃河入海', 'check-shape', { lengths: '5 4' }],
    ['白日依山，黃河入海', 'check-shape', { lengths: '4 4' }],
    ['一，'.repeat(100), 'check-shape', { lengths: `${'1 '.repeat(20)}…` }],
  ])('refuses %s', (text, code, values) => {
    expect(() => readPoem(text)).toThrow(expect.objectContaining({ name: 'Refusal', code, values }));
  });
});
