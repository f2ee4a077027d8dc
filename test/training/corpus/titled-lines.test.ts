import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CorpusError } from '../../../src/training/corpus/corpus.ts';
import { parseTitledLines, readTitledLines } from '../../../src/training/corpus/titled-lines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-lines-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'poems.txt');
  await writeFile(path, content);
  return path;
}

describe('reading title:content lines', () => {
  it('takes half- and full-width colons, any line end, and text after a second colon', () => {
    const { texts, faults } = parseTitledLines('春曉:春眠不覺曉\r\n\n靜夜：牀前明月光\r登樓:問君：何處來');
    expect(texts.map(({ line, title, text }) => [line, title, text])).toEqual([
      [1, '春曉', '春眠不覺曉'],
      [3, '靜夜', '牀前明月光'],
      [4, '登樓', '問君：何處來'],
    ]);
    expect(faults).toEqual([]);
  });

  it('reports each malformed line with its number and reason, and takes the others', () => {
    const { texts, faults } = parseTitledLines('沒有冒號\n春曉:春眠不覺曉\n空:  \n：無題\nabc:hello\n\n');
    expect(texts.map(({ title }) => title)).toEqual(['春曉']);
    expect(faults).toEqual([
      { line: 1, reason: 'no colon between title and content' },
      { line: 3, reason: 'no content after the colon' },
      { line: 4, reason: 'no title before the colon' },
      { line: 5, reason: 'no hanzi in the content' },
    ]);
  });

  it('turns simplified lines into traditional ones, word by word', () => {
    const { texts } = parseTitledLines('白发:白发三千丈，缘愁似箇长。\n出发:皇后出发，头发如云。');
    expect(texts.map(({ title, text }) => `${title}:${text}`)).toEqual([
      '白髮:白髮三千丈，緣愁似箇長。',
      '出發:皇后出發，頭髮如雲。',
    ]);
  });

  it('lets tone and rhyme choose among the forms of a character', () => {
    const poem =
      '相见时难别亦难，东风无力百花残。春蚕到死丝方尽，蜡炬成灰泪始干。晓镜但愁云鬓改，夜吟应觉月光寒。蓬山此去无多路，青鸟殷勤为探看。';
    const [found] = parseTitledLines(`无题:${poem}`).texts;
    expect(found?.text).toContain('蠟炬成灰淚始乾。');
    expect(found?.text).toContain('曉鏡但愁雲鬢改，');
  });

  it('leaves traditional lines alone, also those whose characters could be of either script', () => {
    const rows = ['登樓:白日依山盡，黃河入海流。', '雲:皇后在後，里在裏。', '兩可:天子云云，千里之外。'];
    expect(parseTitledLines(rows.join('\n')).texts.map(({ title, text }) => `${title}:${text}`)).toEqual(
      rows,
    );
  });

  it('judges an undecided line by the rest of its file', () => {
    const undecided = '云:山中多白云。';
    const simplified = parseTitledLines(`${undecided}\n问:门前东风来。\n红:红尘万里飞。`);
    expect(simplified.texts[0]?.text).toBe('山中多白雲。');
    const traditional = parseTitledLines(`${undecided}\n問:門前東風來。\n紅:紅塵萬里飛。`);
    expect(traditional.texts[0]?.text).toBe('山中多白云。');
  });

  it('judges each line of a file in both scripts by itself', () => {
    const { texts } = parseTitledLines('門:門前東風來，千里之外。\n门:门前东风来。');
    expect(texts.map(({ text }) => text)).toEqual(['門前東風來，千里之外。', '門前東風來。']);
  });
});

describe('opening a file of poems', () => {
  it('passes over a byte order mark', async () => {
    const { texts } = await readTitledLines(await file('\ufeff春曉:春眠不覺曉'));
    expect(texts[0]?.title).toBe('春曉');
  });

  it('says what is wrong with a file that is no UTF-8 text', async () => {
    const gbk = Uint8Array.of(0xb4, 0xba, 0x3a, 0xb4, 0xba, 0xc3, 0xdf);
    await expect(readTitledLines(await file(gbk))).rejects.toThrow('poems.txt is not valid UTF-8');
    const utf16 = Buffer.from('\ufeffabc', 'utf16le');
    await expect(readTitledLines(await file(utf16))).rejects.toThrow('poems.txt is a binary file');
    await expect(readTitledLines(folder)).rejects.toThrow('is a directory');
    await expect(readTitledLines(join(folder, 'none.txt'))).rejects.toThrow(
      'none.txt: there is no such file',
    );
    await expect(readTitledLines(join(folder, 'none.txt'))).rejects.toBeInstanceOf(CorpusError);
  });
});
