import { describe, expect, test } from 'vitest';
import type { Decoder } from '../../src/decoding/decoder.ts';
import { type LineRequest, LineSearch } from '../../src/decoding/line-search.ts';
import { parallelism } from '../../src/decoding/parallelism.ts';
import { SAMPLING } from '../../src/decoding/sampling.ts';
import { readFirstLine } from '../../src/poetry/couplet.ts';
import { mendingPlan } from '../../src/poetry/mend.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import { ParallelPairs } from '../../src/text-index/parallel-pairs.ts';
import { poemPlan, tinyModel, VOCABULARY } from '../model/tiny-model.ts';

const SETTINGS = { candidates: 6, kept: 2 };

/** 月 is answered by 風, and 山 by 水, whatever the model thinks. */
const PAIRS = ParallelPairs.build(
  Array.from({ length: 2000 }, (): [string, string] => ['明月青山', '清風白水']),
  VOCABULARY.hanzi,
);

async function run(
  decoder: Decoder,
  request: Partial<LineRequest> & { plan: VersePlan },
): Promise<LineSearch> {
  const search = new LineSearch(
    decoder,
    { sampling: SAMPLING.free, seed: 1, answers: 3, ...request },
    SETTINGS,
  );
  while (!search.hasEnded) {
    await decoder.tick();
    search.advance();
  }
  expect(decoder.active).toBe(0);
  return search;
}

const textsOf = ({ result, others }: LineSearch) =>
  [result, ...others].map((each) => each?.characters.join('') ?? '');

describe('the search for a couplet’s second line', () => {
  const { plan } = readFirstLine('江月青山遠');

  test('gives several different answers to one first line, the same ones for the same seed', async () => {
    const { decoder } = await tinyModel('lstm', { parallels: PAIRS });
    const search = await run(decoder, { plan });
    const answers = textsOf(search);
    expect(new Set(answers).size).toBe(3);
    for (const answer of answers) expect(answer).toMatch(/^江月青山遠，[^江月青山遠，。]{5}。$/u);
    expect(search.drawn).toBeGreaterThan(0);
    expect(textsOf(await run(decoder, { plan }))).toEqual(answers);
    expect(textsOf(await run(decoder, { plan, seed: 2 }))).not.toEqual(answers);
  });

  test('prefers what stands opposite each other, while it draws and when it chooses', async () => {
    const [plain, paired] = [await tinyModel('lstm'), await tinyModel('lstm', { parallels: PAIRS })];
    const hits = async (decoder: Decoder) => {
      let count = 0;
      for (let seed = 1; seed <= 5; seed++) {
        const [best = ''] = textsOf(await run(decoder, { plan, seed }));
        for (const [at, char] of [
          [7, '風'],
          [9, '水'],
        ] as const)
          if (best[at] === char) count++;
      }
      return count;
    };
    // 月 and 山 are oblique and level here, so 風 and 水 may stand there.
    expect(await hits(paired.decoder)).toBeGreaterThan(await hits(plain.decoder));
  });

  test('repeats what the first line repeats', async () => {
    const { decoder } = await tinyModel('lstm', { parallels: PAIRS });
    for (const answer of textsOf(await run(decoder, { plan: readFirstLine('山山水水長').plan }))) {
      expect(answer).toMatch(/，(.)\1(.)\2.。$/u);
    }
  });

  test('works for lines of any length, with marks within them', async () => {
    const { decoder } = await tinyModel('lstm', { parallels: PAIRS });
    for (const first of ['天', '三山', '人間有此生', '江山如此多，日月長新色']) {
      const length = [...first].length;
      const answers = textsOf(await run(decoder, { plan: readFirstLine(first).plan }));
      for (const answer of answers) expect([...answer]).toHaveLength(2 * length + 2);
    }
  });

  test('can be cancelled at any stage', async () => {
    const { decoder } = await tinyModel('lstm', { parallels: PAIRS });
    const request = { plan, sampling: SAMPLING.free, seed: 1, answers: 3 };
    for (const ticks of [1, 9, 11]) {
      const search = new LineSearch(decoder, request, SETTINGS);
      for (let tick = 0; tick < ticks; tick++) {
        await decoder.tick();
        search.advance();
      }
      search.cancel();
      expect(decoder.active).toBe(0);
    }
  });
});

describe('the search for another line of a poem', () => {
  const plan = poemPlan({ opening: '月', form: 'wujue', meter: 'none' });
  const poem = [...'月出青山外，人歸白水間。何時同一醉，明日見君還。'];

  test('changes that line alone, and never gives the one that is there', async () => {
    const { decoder } = await tinyModel();
    const mending = mendingPlan(plan, poem, 1, '');
    const answers = textsOf(await run(decoder, { plan: mending, besides: poem }));
    expect(new Set(answers).size).toBe(3);
    for (const answer of answers) {
      expect(answer).toMatch(/^月出青山外，.{5}。何時同一醉，明日見君還。$/u);
      expect(answer).not.toBe(poem.join(''));
    }
    const [only] = answers;
    const again = textsOf(await run(decoder, { plan: mending, besides: [...(only ?? '')] }));
    expect(again).not.toContain(only);
  });

  test('is judged by the whole poem, the lines after it included', async () => {
    const { decoder } = await tinyModel();
    const mending = mendingPlan(plan, poem, 1, '');
    const search = new LineSearch(
      decoder,
      { plan: mending, sampling: SAMPLING.free, seed: 1, answers: 2 },
      SETTINGS,
    );
    const stages: number[] = [];
    while (!search.hasEnded) {
      await decoder.tick();
      if (search.advance()) stages.push(search.rows.length);
    }
    // One row reads what is given, many write, and the best are read.
    expect(stages).toEqual([6 * SETTINGS.candidates, SETTINGS.candidates]);
    // The line and the two after it were read; five hanzi of that were written.
    expect(search.rows.every(({ hanzi }) => hanzi === 15)).toBe(true);
    expect(search.result?.hanzi).toBe(5);
    expect(search.result?.nll).toBeCloseTo(
      search.rows.find((row) => row.nll === search.result?.nll)?.nll ?? 0,
    );
  });

  test('reads nothing after the last line', async () => {
    const { decoder } = await tinyModel();
    const search = await run(decoder, { plan: mendingPlan(plan, poem, 3, ''), besides: poem });
    expect(search.rows).toHaveLength(6 * SETTINGS.candidates);
  });

  test('leaves characters that the network does not know as they are', async () => {
    const { decoder } = await tinyModel();
    const strange = poem.map((char) => (char === '何' ? '𠮷' : char));
    const [answer] = textsOf(
      await run(decoder, { plan: mendingPlan(plan, strange, 1, ''), besides: strange }),
    );
    expect(answer).toMatch(/。𠮷時同一醉，/u);
  });
});

describe('parallelism', () => {
  const { plan } = readFirstLine('明月青山');

  test('is higher for what stands opposite each other, and for words that do', () => {
    const score = (second: string) => parallelism([...`明月青山，${second}。`], plan, PAIRS);
    expect(score('清風白水')).toBeGreaterThan(score('清風白日'));
    expect(score('清風白日')).toBeGreaterThan(score('人心一日'));
    // The same characters, but not as words.
    const split = (PAIRS.score('明', '清') + PAIRS.score('月', '風')) / 2;
    expect(score('清風白水')).toBeGreaterThan(split);
  });

  test('is measured on a part of the line too', () => {
    expect(parallelism([...'明月青山，清風'], plan, PAIRS)).toBeGreaterThan(0);
    expect(parallelism([...'明月青山，'], plan, PAIRS)).toBe(0);
  });
});
