import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../src/service/inference.ts';
import { FakeInference } from '../fake-inference.ts';
import { session } from './session.ts';

describe('the terminal', () => {
  it('shows one couplet in each line, then an empty line', async () => {
    expect(await session('/poem 月 seed:1\n')).toMatch(/^月.{6}，.{7}。\n.{7}，.{7}。\n\n$/u);
  });

  it('shows one verse line of an acrostic in each line', async () => {
    const shown = await session('/acrostic 日红山夜湖海月\n');
    expect(
      shown
        .split('\n')
        .map((line) => line[0] ?? '')
        .join(''),
    ).toBe('日红山夜湖海月');
    expect(shown).toMatch(/^(.{7}[，。]\n){7}\n$/u);
  });

  it('shows the title in front of the poem, whoever gave it', async () => {
    const inference = new FakeInference();
    inference.title = '山雲';
    expect(await session('/poem 月 seed:1\n', 'en-US', inference)).toMatch(/^《山云》\n月.{6}，.{7}。\n/u);
    expect(await session('/poem title:中秋夜\n', 'en-US', inference)).toMatch(/^《中秋夜》\n/u);
    expect(await session('/acrostic 生日快乐 title:贺寿\n')).toMatch(/^《贺寿》\n生/u);
  });

  it('takes the hanzi of a title, however it is typed', async () => {
    expect(await session('/poem title:送 友人 2024, a seed:3\n')).toMatch(/^《送友人》\n/u);
    const heads = /^日.{6}，\n红.{6}。\n山.{6}。\n/u;
    expect(await session('/acrostic 日 红 山 seed:3\n')).toMatch(heads);
    expect(await session('/acrostic seed:3 heads:日 红、山\n')).toMatch(heads);
    expect(await session('/poem 明 月\n')).toMatch(/^! Only the first option/u);
    expect(await session('/poem title:《静夜思》\n')).toMatch(/^《静夜思》\n/u);
    expect(await session('/poem 月 title:abc\n')).toMatch(/^! .*“a”/u);
  });

  it('shows what was typed as it was typed', async () => {
    const headsOf = (shown: string) =>
      shown
        .split('\n')
        .map((line) => [...line][0] ?? '')
        .join('');
    expect(headsOf(await session('/acrostic 宮商角徵羽\n', 'zh-CN'))).toBe('宫商角徵羽');
    expect(headsOf(await session('/acrostic 皇后 script:traditional\n', 'zh-TW'))).toBe('皇后');
    expect(headsOf(await session('/acrostic 岁岁平安 script:traditional\n'))).toBe('歲歲平安');
    expect(await session('/poem 沈郎 seed:1\n', 'zh-CN')).toMatch(/^沈郎/u);
    expect(await session('/poem 浮沈 seed:1\n', 'zh-CN')).toMatch(/^浮沈/u);
    const checked = await session('/check 白日依山尽，黄河入海流。欲穷千里目，更上一层邨。\n', 'zh-CN');
    expect(checked).toContain('更上一层邨　');
  });

  it('checks a whole poem, however it is typed', async () => {
    const poem =
      '《草》 离离原上草，一岁一枯荣。野火烧不尽，春风吹又生。 远芳侵古道：晴翠接荒城。又送王孙去，萋萋满别情。';
    for (const line of [`/check ${poem}`, `/check text:${poem}`, `／查律 ${poem}`]) {
      const shown = await session(`${line}\n`, 'zh-CN');
      expect(shown).toMatch(/^格律\n离离原上草　中平平仄仄\n/u);
      expect(shown).toContain(
        '格式：五律平起首句不入韵\n韵部：庚\n第 3 句第 4 字“不”：拗，对句已救。\n字字合律。\n',
      );
    }
    const bare = '朝辭白帝彩雲間千里江陵一日還兩岸猿聲啼不住輕舟已過萬重山';
    expect(await session(`/check ${bare}\n`, 'zh-TW')).toContain('格式：七絕平起首句入韻\n');
    expect(
      await session('/check 渭城朝雨浥轻尘，客舍青青柳色新。劝君更尽一杯酒，西出阳关无故人。\n'),
    ).toContain('Pattern: 七绝平起首句入韵\nRhyme: 真\nLine 3 does not adhere (失黏)');
    expect(await session('/check 白日依山盡，黃𠮷入海流。欲窮千里目，更上一層樓。\n', 'ja')).toContain(
      '第 2 句 2 字目「𠮷」：平仄が分かりません。',
    );
  });

  it('says what is wrong with a text that is no poem', async () => {
    expect(await session('/check 白日依山尽，黄河入海。\n', 'zh-CN')).toMatch(/^! 请给一整首诗.*5 4。\n$/u);
    expect(await session('/check hello\n')).toMatch(/^! There are no Chinese characters/u);
    expect(await session('/check\n')).toMatch(/^! \/check needs text, as in \/check 白日/u);
    expect(await session(`/check ${'白日依山尽，'.repeat(17)}\n`, 'ja')).toMatch(/^! 詩を一首まるごと/u);
  });

  it('takes 々 and 〇 as characters', async () => {
    expect(await session('/poem 悠々\n')).toMatch(/^悠悠.{5}，/u);
    expect(await session('/acrostic 二〇二六\n')).toMatch(/^二.{6}，\n〇.{6}。\n二/u);
  });

  it('says which characters the model has never met, as they were typed', async () => {
    const inference = new FakeInference();
    inference.unknownCharacters = ['𠮷'];
    expect(await session('/poem 𠮷 seed:1\n', 'en-US', inference)).toMatch(
      /。\nThe model has never met 𠮷\.\n\n$/u,
    );
    expect(await session('/poem 月 seed:1\n', 'en-US', inference)).not.toContain('never met');
  });

  it('answers in order, errors included, even if the last line has no line break', async () => {
    const shown = await session('/poem 月\n\n   \n/poem 🔥\n/nonsense\nhello\n/poem 山');
    expect(
      shown
        .split('\n')
        .map((line) => line[0] ?? '')
        .join(''),
    ).toMatch(/^月.!!!山.$/u);
  });

  it('passes the seed on, and draws one if none is given', async () => {
    const inference = new FakeInference();
    await session('/poem 月 seed:4294967295\n/poem 月\n/poem 月\n', 'en-US', inference);
    const [given, one, other] = inference.orders.map(({ order }) => order.seed);
    expect(given).toBe(4294967295);
    expect(one).not.toBe(other);
  });

  it('serves its user as an owner', async () => {
    const inference = new FakeInference();
    await session('/poem 月\n', 'en-US', inference);
    expect(inference.orders[0]?.asker).toEqual({ user: 'terminal', guild: null, owner: true });
  });

  it.each([
    '/poem 明月 form:五律 script:traditional meter:loose mood:wild',
    '/POEM 明月 FORM:wulv Script:繁体 meter:宽 mood:kuang',
    '／poem　明月　form：五律　script：fanti　meter：kuan　mood：狂放',
    '/作诗 开头:明月 体裁:五言律诗 字体:繁體 格律:寬 心境:狂',
    '/漢詩 起句:明月 詩体:wulv 字体:traditional 平仄:loose 気分:kuangfang',
    '/poem opening: 明月 form: 五律 script: traditional meter: loose mood: wild',
    '/poem 明月 form:5律 script:traditional meter:loose mood:wild',
    '/poem 明月 form:五律诗 script:traditional meter:loose mood:wild',
    '/poem 明月 form:wǔlǜ script:traditional meter:loose mood:wild',
    '/poem 明月 form:wu lü script:traditional meter:loose mood:wild',
    '/poem 明月 form: wǔ yán lǜ shī script:traditional meter:loose mood:wild',
  ])('understands %s', async (line) => {
    const inference = new FakeInference();
    const shown = await session(line, 'en-US', inference);
    expect(inference.orders).toMatchObject([
      { order: { mood: 'wild', plan: { form: 'wulv', meter: 'loose' } } },
    ]);
    expect(shown).toContain('過');
  });

  it.each([
    ['/poem', 'or a title'],
    ['/poem 月a', '“a”'],
    ['/poem 🔥', '“🔥”'],
    [`/poem ${'月'.repeat(9)}`, 'at most 8'],
    ['/poem 月 山', 'Only the first option'],
    ['/poem 月 form:', 'no value'],
    ['/poem 月 form:sonnet', 'wujue, qijue, wulv, qilv'],
    ['/poem 月 colour:red', 'opening: form: title:'],
    ['/poem 月 seed:1 seed:2', 'twice'],
    ['/poem 月 seed:4294967296', '0 to 4294967295'],
    ['/poem 月 seed:1e3', '0 to 4294967295'],
    ['/poem 月 report:maybe', 'yes or no'],
    ['/poem 月 seed=1', 'seed:1'],
    ['/poem 月 体裁＝七绝', 'form:七绝'],
    ['/poem 月 form:qi jue 山', 'wujue, qijue, wulv, qilv'],
    ['/poem 月 rhyme:dong', '東 冬'],
    ['/poem 月 rhyme:月', '“月”'],
    ['/acrostic', 'heads'],
    ['/acrostic 月', 'at least 2'],
    [`/acrostic ${'月'.repeat(17)}`, 'at most 16'],
    ['/reload ../../etc', 'not a path'],
    [`/reload \u202e${'x'.repeat(30_000)}\u2066`, 'not a path'],
    ['/reload broken', 'card.json'],
    ['/about now', '/about takes no options. Write only the command.'],
    ['/help me:now', '/help takes no options'],
    ['/reload tang now:yes', 'It has: checkpoint:.'],
    ['poem 月', 'slash'],
    ['/', 'slash'],
    ['/\u001b[31mred', '/help'],
  ])('answers %s with one line that says %s', async (line, reason) => {
    const shown = await session(`${line}\n`);
    expect(shown).toMatch(/^! \P{C}+\n$/u);
    expect(shown).toContain(reason);
    expect(shown).not.toMatch(/[{}]/);
    expect(shown.length).toBeLessThan(200);
  });

  it('answers ten thousand characters with one line', async () => {
    for (const line of [
      `/poem ${'月'.repeat(10_000)}`,
      `/${'x'.repeat(10_000)}`,
      `/poem 月 form:${'x'.repeat(10_000)}`,
    ]) {
      expect(await session(line)).toMatch(/^! .{10,150}\n$/u);
    }
  });

  it('says in one line that the service is unavailable', async () => {
    const inference = new FakeInference();
    inference.fault = new Unavailable('queue-full', 3200);
    expect(await session('/poem 月\n', 'zh-CN', inference)).toBe('! 此刻求诗的人太多了。请 4 秒后再试。\n');
    inference.fault = new Error('a fault\nof ours');
    expect(await session('/poem 月\n', 'ja', inference)).toMatch(/^! こちらで問題が起きました。[^\n]*\n$/);
  });

  it('answers a reload with one line', async () => {
    const inference = new FakeInference();
    expect(await session('/reload other\n', 'en-US', inference)).toBe('Now serving other (LSTM 2×512).\n');
    expect(await session('/reload\n', 'zh-CN', inference)).toBe('现在用的是 other（LSTM 2×512）。\n');
  });

  it('reports under the poem', async () => {
    const shown = await session('/poem 月 report:yes seed:3\n', 'zh-TW');
    const lines = shown.split('\n');
    expect(lines).toHaveLength(lines.indexOf('') + 2);
    expect(shown).toMatch(/\n月.{6}　[平仄中？]{7}\n/u);
    expect(shown).toContain('格式：');
    expect(shown).toMatch(/語料中最相近的句子：.{7}，與第 2 句有 6 字相同（共 7 字）。\n種子 3\n\n$/u);
    // The fake inference ignores tones, so there are deviations.
    expect(shown).toMatch(/第 4 句第 7 字「色」：應平。/u);
  });

  it('reports on no pattern if none was requested', async () => {
    const shown = await session('/poem 月 meter:none report:yes\n');
    expect(shown).toMatch(/\n月.{6}　[平仄中？]{7}\n/u);
    expect(shown).not.toContain('attern');
    const missed = await session('/poem 月 meter:none rhyme:東 report:yes seed:3\n');
    expect(missed).toMatch(/Rhyme: 东\nLine 4, character 7, 色: should be 平\.\n/u);
  });

  it('describes every command and option, and the checkpoint', async () => {
    const shown = await session('/help\n/about\n');
    for (const word of ['/poem', '/acrostic', '/reload', 'report:yes|no', 'form:wujue|qijue|wulv|qilv']) {
      expect(shown).toContain(word);
    }
    expect(shown).toContain('LSTM of 2 layers with 512 units, 5,000 characters, 5,000,000 parameters');
    expect(shown).toContain('Uptime  1 d 01:01:01');
  });
});
