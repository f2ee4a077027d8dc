import { describe, expect, it } from 'vitest';
import type { WritingRequest } from '../../../src/training/synthetic/requests.ts';
import {
  AUTHOR,
  layOutWritingSheet,
  readWrittenPoems,
  SheetError,
} from '../../../src/training/synthetic/sheet.ts';

const requests: WritingRequest[] = [
  { form: 'wujue', title: '關山月', opening: '明月', heads: '' },
  { form: 'wujue', title: '', opening: '', heads: '明苍长吹' },
];
const moon = '明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門關。';
const read = (text: string) => readWrittenPoems(requests, text, 'poems-1.txt');

describe('a sheet for a writer', () => {
  it('has the instructions and the numbered requests', () => {
    const sheet = layOutWritingSheet(requests);
    expect(sheet).toContain('Poems to write');
    expect(sheet).toMatch(/\n1 五絕 《關山月》 首二字：明月\n2 五絕 藏頭：明苍长吹\n$/u);
  });
});

describe('the poems of a writer', () => {
  it('get the title of the request, and acrostics the title of the writer', () => {
    expect(read(`2 《邊思》${moon}\n\n1. ${moon}\n`)).toEqual({
      poems: [
        { title: '關山月', author: AUTHOR, text: moon },
        { title: '邊思', author: AUTHOR, text: moon },
      ],
      unusable: [],
    });
  });

  it('are left out, by number, if they are missing, have no title or have other lines than their form', () => {
    expect(read(`1 ${moon}`).unusable).toEqual([2]);
    expect(read(`1 ${moon}\n2 ${moon}`).unusable).toEqual([2]);
    expect(read(`1 明月出天山，蒼茫雲海間。\n2 《邊思》${moon.replace('長', '')}`)).toEqual({
      poems: [],
      unusable: [1, 2],
    });
  });

  it.each([
    ['a row has no number', moon, 'poems-1.txt, line 1: this is not a poem with its number in front.'],
    ['a row has a number alone', '1', 'poems-1.txt, line 1: this is not a poem with its number in front.'],
    ['the sheet has no such request', `3 ${moon}`, 'poems-1.txt, line 1: the sheet has no request 3.'],
    ['a request is answered twice', `1 ${moon}\n1 ${moon}`, 'poems-1.txt: request 1 is answered twice.'],
  ])('are refused if %s', (_, text, message) => {
    expect(() => read(text)).toThrow(new SheetError(message));
  });
});
