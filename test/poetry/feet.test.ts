import { expect, it } from 'vitest';
import { feetOf } from '../../src/poetry/feet.ts';

it.each([
  ['白日依山盡', ['白日', '依山盡']],
  ['故人西辭黃鶴樓', ['故人', '西辭', '黃鶴樓']],
  ['月', ['月']],
  ['', []],
])('%s falls into its feet', (line, feet) => expect(feetOf(line)).toEqual(feet));
