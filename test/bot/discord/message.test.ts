import { describe, expect, it } from 'vitest';
import type { ShownPoem } from '../../../src/bot/answer.ts';
import { ButtonCodec } from '../../../src/bot/discord/button.ts';
import { versesShown } from '../../../src/bot/discord/embed-lines.ts';
import { answerMessage, poemMessage } from '../../../src/bot/discord/message.ts';
import { compilePlan } from '../../../src/poetry/compile.ts';
import type { Script, VerseRequest } from '../../../src/poetry/request.ts';
import { markedVerseLines } from '../../../src/poetry/verse-lines.ts';
import { checkMessage, type MessageBody } from '../../discord/message-rules.ts';

const codec = new ButtonCodec('a token');

function poemOf(text: string, request: VerseRequest, script: Script): ShownPoem {
  return {
    spec: { request, mood: 'free', seed: 1234567, script },
    plan: compilePlan(request),
    lines: markedVerseLines(text),
    script,
    written: {
      characters: [...text],
      title: '',
      others: [],
      nllHanzi: null,
      unknownCharacters: [],
      checkpoint: 'tang',
      seed: 1234567,
      waitedMs: 0,
      ranMs: 0,
    },
  };
}

const common = { meter: 'none', rhyme: 'auto' } as const;
const quatrain = (opening: string, title: string, script: Script) =>
  poemOf(
    '雲來山更佳，雲去山如畫。山因雲晦明，雲共山高下。',
    { kind: 'poem', opening, title, form: 'wujue', ...common },
    script,
  );

describe('a poem on Discord', () => {
  it('is one embed with the opening or theme as its heading, in its script', () => {
    const { body } = poemMessage(quatrain('云来', '', 'traditional'), '1', 'zh-TW', codec);
    expect(body.embeds).toEqual([
      {
        title: '雲來',
        description: '## 雲來山更佳，雲去山如畫。\n## 山因雲晦明，雲共山高下。',
        color: expect.any(Number),
        footer: { text: '五絕 · 種子 1234567' },
      },
    ]);
    const simplified = poemMessage(quatrain('', '雲山', 'simplified'), '1', 'en-US', codec).body.embeds?.[0];
    expect(simplified?.title).toBe('《云山》');
    expect(simplified?.footer?.text).toBe('五绝 · seed 1234567');
  });

  it.each([
    ['云来', '', '雲來'],
    ['雲\u{E0100}來', '', '雲來'],
    ['云来山更佳，', '', '雲來山更佳'],
    ['云来山更佳，云', '', '雲來山更佳雲'],
    ['云来', '云\uFE00山', '《雲山》 · 雲來'],
    ['', '云山', '《雲山》'],
  ])('with the opening “%s” and the theme “%s” has the heading %s', (opening, title, heading) => {
    const { body } = poemMessage(quatrain(opening, title, 'traditional'), '1', 'zh-TW', codec);
    expect(body.embeds?.[0]?.title).toBe(heading);
  });

  it('shows the heads of an acrostic below one another', () => {
    const request = { kind: 'acrostic', title: '', heads: '云云山云', length: 5, ...common } as const;
    const text = '雲來山更佳，雲去山如畫。山因雲晦明，雲共山高下。';
    const embed = poemMessage(poemOf(text, request, 'traditional'), '1', 'ja', codec).body.embeds?.[0];
    expect(embed?.title).toBe('雲雲山雲');
    expect(
      embed?.description
        ?.split('\n')
        .map((line) => line.slice(3, 4))
        .join(''),
    ).toBe('雲雲山雲');
    expect(embed?.footer?.text).toBe('五言 · 蔵頭 · 種 1234567');
  });

  it('has the title that the model wrote as its heading, in its script', () => {
    const poem = quatrain('云来', '', 'simplified');
    const written = { ...poem.written, title: '山雲' };
    const titled = poemMessage({ ...poem, written }, '1', 'zh-CN', codec).body.embeds?.[0];
    expect(titled?.title).toBe('《山云》');
    const request = { kind: 'acrostic', title: '贺寿', heads: '云云山云', length: 5, ...common } as const;
    const text = '雲來山更佳，雲去山如畫。山因雲晦明，雲共山高下。';
    const acrostic = poemMessage(poemOf(text, request, 'traditional'), '1', 'zh-TW', codec).body.embeds?.[0];
    expect(acrostic?.title).toBe('《賀壽》 · 雲雲山雲');
  });

  it('can be read back from its embed, and other embeds give null', () => {
    const poem = quatrain('云', '', 'traditional');
    expect(versesShown(poemMessage(poem, '1', 'ja', codec).body.embeds?.[0])).toEqual(poem.lines);
    expect(versesShown({ description: 'no poem' })).toBeNull();
    expect(versesShown({})).toBeNull();
    expect(versesShown(undefined)).toBeNull();
  });
});

describe('a text that is too long for Discord', () => {
  it.each([
    ['a notice', { kind: 'notice', text: '月'.repeat(2001) } as const],
    ['a page', { kind: 'page', title: 'T', entries: [{ text: '月'.repeat(4097) }] } as const],
  ])('as %s goes into a file', (_, answer) => {
    const { body, files = [] } = answerMessage(answer, '1', 'zh-CN', codec);
    const sent = files.map(({ name, data }) => ({ name, text: String(data) }));
    expect(() => checkMessage(body as MessageBody, sent)).not.toThrow();
    expect(body.content).toBe('内容太长，放在附件里了。');
    expect(sent[0]?.text).toContain('月'.repeat(2001));
  });

  it('begins one character after the limit', () => {
    for (const length of [2000, 4096]) {
      const answer =
        length === 2000
          ? ({ kind: 'notice', text: 'x'.repeat(length) } as const)
          : ({ kind: 'page', title: 'T', entries: [{ text: 'x'.repeat(length) }] } as const);
      const { body, files } = answerMessage(answer, '1', 'en-US', codec);
      expect(files).toBeUndefined();
      expect(() => checkMessage(body as MessageBody, [])).not.toThrow();
    }
  });
});
