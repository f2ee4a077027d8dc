import { describe, expect, it } from 'vitest';
import { readPoem } from '../../src/poetry/read-poem.ts';
import { reportOn, reportOnText, type VerseReport } from '../../src/poetry/report.ts';
import { toSimplified } from '../../src/poetry/script.ts';
import { REGULATED } from './poems.ts';
import { VERDICTS } from './verdicts.ts';

/** What the report says besides the pattern and the rhyme, in the notation of `VERDICTS`. */
function remarksIn({ deviations, rescued, neighbourRhyme, unknown }: VerseReport): string[] {
  const at = ({ line, position, character }: { line: number; position: number; character: string }) =>
    `${line + 1}.${position + 1}${character}`;
  return [
    ...deviations.map((deviation) => `${deviation.rule} ${at(deviation)}${deviation.expected}`),
    ...rescued.map((place) => `rescued ${at(place)}`),
    ...unknown.map((place) => `unknown ${at(place)}`),
    ...(neighbourRhyme ? ['neighbour'] : []),
  ];
}

const POEMS = [...VERDICTS, ...REGULATED.map((poem) => ({ ...poem, remark: '' }))];

describe('the verdict on a famous poem', () => {
  it('is tested on thirty poems', () => expect(POEMS.length).toBeGreaterThanOrEqual(30));

  it.each(POEMS)('is that of the handbooks: 《$title》', ({ form, text, pattern, rhyme, remark }) => {
    const report = reportOnText(text, form);
    expect({ pattern: report.pattern, rhyme: report.rhyme, remarks: remarksIn(report) }).toEqual({
      pattern,
      rhyme,
      remarks: remark === '' ? [] : [remark],
    });
    expect(report.kept.toneStrict).toBe(!/adhesion|tone/u.test(remark));
  });

  it.each(POEMS)(
    'is the same if 《$title》 is typed in simplified script',
    ({ text, pattern, rhyme, remark }) => {
      const report = reportOn(readPoem(toSimplified(text)));
      expect({ pattern: report.pattern, rhyme: report.rhyme }).toEqual({ pattern, rhyme });
      const shown = remarksIn(report).map(toSimplified);
      expect(shown).toEqual(remark === '' ? [] : [toSimplified(remark)]);
    },
  );
});

describe('old-style verse', () => {
  it.each([
    ['春曉', 'wujue', '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。'],
    ['江雪', 'wujue', '千山鳥飛絕，萬徑人蹤滅。孤舟蓑笠翁，獨釣寒江雪。'],
    ['尋隱者不遇', 'wujue', '松下問童子，言師採藥去。只在此山中，雲深不知處。'],
    [
      '望嶽',
      'wulv',
      '岱宗夫如何，齊魯青未了。造化鍾神秀，陰陽割昏曉。盪胸生曾雲，決眥入歸鳥。會當凌絕頂，一覽眾山小。',
    ],
  ] as const)('is told from regulated verse by its oblique rhymes: 《%s》', (_, form, text) => {
    expect(reportOnText(text, form).oldStyle).toBe(true);
  });

  it.each(POEMS.filter(({ rhyme }) => rhyme !== null))('is not 《$title》', ({ form, text }) => {
    expect(reportOnText(text, form).oldStyle).toBe(false);
  });
});

describe('a poem with faults', () => {
  it('is told that a couplet lacks opposition', () => {
    const text = '白日依山盡，落日照江流。欲窮千里目，更上一層樓。';
    expect(remarksIn(reportOnText(text, 'wujue'))).toEqual(['opposition 2.2日平', 'adhesion 3.2窮仄']);
  });

  it('is told of a character of unknown tone, which keeps nothing', () => {
    const report = reportOnText('白日依山盡，黃𠮷入海流。欲窮千里目，更上一層樓。', 'wujue');
    expect(remarksIn(report)).toEqual(['unknown 2.2𠮷']);
    expect(report.kept).toMatchObject({ toneStrict: false, toneLoose: false });
    const ending = reportOnText('白日依山盡，黃河入海流。欲窮千里目，更上一層𠮷。', 'wujue');
    expect(remarksIn(ending)).toEqual(['unknown 4.5𠮷']);
    expect(ending.kept.rhyme).toBe(false);
  });

  it('is not rescued by a next line without a level third character from its end', () => {
    const report = reportOnText('離離原上草，一歲一枯榮。野火燒不盡，東風又北生。', 'wujue');
    expect(remarksIn(report)).toEqual(['tone 3.4不平']);
  });

  it('hears a first line in a far group as a wrong rhyme', () => {
    const report = reportOnText('清明時節雨濛濛，路上行人欲斷魂。借問酒家何處有，牧童遙指杏花村。', 'qijue');
    expect(report.rhyme).toBe('元');
    expect(report.deviations).toHaveLength(1);
    expect(report.neighbourRhyme).toBe(false);
  });
});
