import { describe, expect, it } from 'vitest';
import { FORM_NAMES, FORM_SPELLINGS, FORMS, tagOf } from '../../src/poetry/form.ts';
import { toSimplified } from '../../src/poetry/script.ts';

describe('form', () => {
  it('has the tag of its lines', () => {
    for (const name of FORM_NAMES) expect(tagOf(FORMS[name].lines, FORMS[name].length)).toBe(name);
    expect(tagOf(7, 7)).toBe('qiyan');
    expect(tagOf(16, 5)).toBe('wuyan');
  });

  it('has its title as a spelling, and no spelling of another form', () => {
    for (const name of FORM_NAMES) expect(FORM_SPELLINGS[name]).toContain(toSimplified(FORMS[name].title));
    const all = FORM_NAMES.flatMap((name) => [name, ...FORM_SPELLINGS[name]]);
    expect(new Set(all).size).toBe(all.length);
  });
});
