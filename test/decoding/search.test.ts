import { describe, expect, test, vi } from 'vitest';
import { announcedOf } from '../../src/decoding/announced.ts';
import type { Decoder } from '../../src/decoding/decoder.ts';
import { AFTER_OPENING_SAMPLING, FIRST_SAMPLING, SAMPLING } from '../../src/decoding/sampling.ts';
import { PoemSearch, type SearchRequest, type SearchSettings } from '../../src/decoding/search.ts';
import { themeOf } from '../../src/poetry/theme.ts';
import { acrosticPlan, poemPlan, tinyModel, VOCABULARY } from '../model/tiny-model.ts';

const TITLED = { writesTitles: true, announced: true };
const PRUNED: SearchSettings = { candidates: 6, kept: 2 };
const WHOLE: SearchSettings = { candidates: 6, kept: 6 };

const request = (seed: number, plan = poemPlan()): SearchRequest => ({ plan, sampling: SAMPLING.free, seed });

/** Lets searches run to their end, all in one decoder; `onStage` sees the rows of each new stage. */
async function run(
  decoder: Decoder,
  searches: readonly PoemSearch[],
  onStage: (search: PoemSearch) => void = () => {},
): Promise<void> {
  while (searches.some((search) => !search.hasEnded)) {
    await decoder.tick();
    for (const search of searches) if (search.advance()) onStage(search);
  }
}

async function write(decoder: Decoder, settings: SearchSettings, each: SearchRequest) {
  const search = new PoemSearch(decoder, each, settings);
  await run(decoder, [search]);
  expect(search.error).toBeNull();
  return search.result;
}

describe('a search', () => {
  test('keeps the plan, and gives the same poem for the same seed, alone and among others', async () => {
    const { decoder } = await tinyModel('lstm', { prompts: TITLED });
    const alone = await write(decoder, PRUNED, request(3));
    expect(alone?.characters.join('')).toMatch(/^月.{6}，.{7}。.{7}，.{7}。$/u);
    const among = [1, 2, 3, 4].map((seed) => new PoemSearch(decoder, request(seed), PRUNED));
    await run(decoder, among);
    expect(among[2]?.result).toEqual(alone);
    expect(new Set(among.map(({ result }) => result?.characters.join(''))).size).toBe(4);
    expect(decoder.active).toBe(0);
  });

  test('has as finalists the poems that were kept, of which the first is the result', async () => {
    const { decoder } = await tinyModel();
    const search = new PoemSearch(decoder, request(1), PRUNED);
    expect(search.finalists).toEqual([]);
    await run(decoder, [search]);
    expect(search.finalists).toHaveLength(PRUNED.kept);
    expect(search.finalists[0]).toEqual(search.result);
    for (const { characters } of search.finalists) expect(characters).toHaveLength(32);
  });

  test('goes on after each line, and at each later caesura, with the best candidates and forks of them', async () => {
    const { decoder } = await tinyModel();
    const search = new PoemSearch(decoder, request(1, poemPlan({ form: 'wulv' })), PRUNED);
    const stages: string[][] = [];
    await run(decoder, [search], ({ rows }) =>
      stages.push(rows.map(({ characters }) => characters.join(''))),
    );
    expect(stages.map((rows) => rows.map((text) => text.length))).toEqual(
      // After each line, and from the second one on at the caesura, after two of five characters.
      [6, 8, 12, 14, 18, 20, 24, 26, 30, 32, 36, 38, 42, 44].map((length) => Array(6).fill(length)),
    );
    for (const rows of stages) expect(new Set(rows).size).toBeLessThanOrEqual(PRUNED.kept);
    // Forks part ways: what they write next differs.
    const written = stages.slice(1).map((rows, i) => rows.map((text) => text.slice(stages[i]?.[0]?.length)));
    expect(written.some((rows) => new Set(rows).size === 2)).toBe(true);
    expect(stages.flat().some((text) => search.result?.characters.join('').startsWith(text))).toBe(true);
  });

  test('compares whole poems if nothing is pruned', async () => {
    const { decoder } = await tinyModel();
    let stages = 0;
    const search = new PoemSearch(decoder, request(1), { candidates: 4, kept: 4 });
    await run(decoder, [search], () => stages++);
    expect(stages).toBe(0);
    expect(search.result?.hanzi).toBe(27);
  });

  test('draws the first characters most freely after an opening alone', async () => {
    const { decoder } = await tinyModel();
    const join = vi.spyOn(decoder, 'join');
    const first = (plan: SearchRequest['plan']) => {
      new PoemSearch(decoder, request(1, plan), PRUNED).cancel();
      return join.mock.lastCall?.[0].firstSampling;
    };
    expect(first(poemPlan())).toBe(AFTER_OPENING_SAMPLING);
    expect(first(poemPlan({ title: '秋夜' }))).toBe(FIRST_SAMPLING);
    expect(first(acrosticPlan())).toBe(FIRST_SAMPLING);
  });

  test('can be cancelled at any stage', async () => {
    const { decoder } = await tinyModel('lstm', { prompts: TITLED });
    const search = new PoemSearch(decoder, request(1), PRUNED);
    for (let tick = 0; tick < 12; tick++) {
      await decoder.tick();
      search.advance();
    }
    search.cancel();
    expect(decoder.active).toBe(0);
    expect(search.result).toBeNull();
  });
});

describe('a character that the network does not know', () => {
  test('takes part in the draw: two of them get two poems under one seed', async () => {
    const { decoder } = await tinyModel();
    const poemOn = async (opening: string) => {
      const poem = await write(decoder, PRUNED, request(1, poemPlan({ opening })));
      return poem?.characters.slice(1).join('');
    };
    expect(decoder.unknownCharacters(poemPlan({ opening: '𠮷月𠮷' }))).toEqual(['𠮷']);
    const [one, other, again] = [await poemOn('𠮷'), await poemOn('𠂤'), await poemOn('𠮷')];
    expect(one).not.toBe(other);
    expect(again).toBe(one);
  });
});

describe('a critic', () => {
  test('judges the complete poems', async () => {
    const daring = (seed: number) => ({ ...request(seed), sampling: { temperature: 1, topP: 1 } });
    /** Takes a poem for people's if a character stands in it, and counts what it was asked. */
    const asked: number[] = [];
    const mountain = VOCABULARY.id('山');
    const critic = {
      wornPhrases: new Set<string>(),
      logits: (sequences: readonly ArrayLike<number>[]) => {
        asked.push(sequences.length);
        return sequences.map((sequence) => (Array.from(sequence).includes(mountain) ? 100 : 0));
      },
    };
    const { decoder } = await tinyModel('lstm', { critic });
    const without = await tinyModel('lstm');
    let [found, before] = [0, 0];
    for (let seed = 1; seed <= 10; seed++) {
      if ((await write(decoder, WHOLE, daring(seed)))?.characters.includes('山')) found++;
      if ((await write(without.decoder, WHOLE, daring(seed)))?.characters.includes('山')) before++;
    }
    expect(asked).toEqual(Array(10).fill(WHOLE.candidates));
    expect(found).toBeGreaterThan(before);
  });

  test('reads a poem behind its title', async () => {
    const read: number[][] = [];
    const critic = {
      wornPhrases: new Set<string>(),
      logits: (sequences: readonly ArrayLike<number>[]) => {
        read.push(...sequences.map((sequence) => Array.from(sequence)));
        return sequences.map(() => 0);
      },
    };
    const { decoder } = await tinyModel('lstm', { critic });
    await write(decoder, PRUNED, request(1, acrosticPlan({ heads: '春江花月', title: '秋山' })));
    const prefix = VOCABULARY.prefix('qijue', { title: '秋山' });
    expect(read.map((tokens) => tokens.length)).toEqual(Array(6).fill(prefix.length + 32));
    for (const tokens of read) expect(tokens.slice(0, prefix.length)).toEqual(prefix);
  });
});

describe('a title', () => {
  test('is written before the poem, and says something', async () => {
    const { decoder } = await tinyModel('lstm', { prompts: TITLED });
    for (let seed = 1; seed <= 5; seed++) {
      const poem = await write(decoder, { candidates: 4, kept: 4 }, request(seed));
      expect(poem?.title).not.toBe('');
      expect(themeOf(poem?.title ?? '')).toBe(poem?.title);
      expect(new Set(poem?.title).size).toBe([...(poem?.title ?? '')].length);
    }
  });

  test('changes what is written under it', async () => {
    const untitled = await tinyModel('lstm');
    const titled = await tinyModel('lstm', { prompts: TITLED });
    const settings = { candidates: 1, kept: 1 };
    const [without, withTitle] = [
      await write(untitled.decoder, settings, request(1)),
      await write(titled.decoder, settings, request(1)),
    ];
    expect(without?.title).toBe('');
    expect(withTitle?.characters).not.toEqual(without?.characters);
  });

  test('is not written if the asker gives one, nor for the likeliest poem', async () => {
    const { decoder } = await tinyModel('lstm', { prompts: TITLED });
    const given = await write(decoder, PRUNED, request(1, poemPlan({ title: '秋山' })));
    expect(given?.title).toBe('');
    const greedy = { ...request(1), sampling: SAMPLING.greedy };
    expect((await write(decoder, { candidates: 1, kept: 1 }, greedy))?.title).toBe('');
  });
});

describe('what is announced', () => {
  test('is the opening, or the heads of all lines', () => {
    expect(announcedOf(poemPlan({ opening: '明月' }), VOCABULARY)).toEqual({ opening: '明月' });
    expect(announcedOf(poemPlan({ opening: '', title: '秋' }), VOCABULARY)).toEqual({});
    expect(announcedOf(acrosticPlan({ heads: '春江花月夜' }), VOCABULARY)).toEqual({ heads: '春江花月夜' });
  });

  test('goes past the mark of a whole line, in a spelling that the model knows', () => {
    const plan = poemPlan({ form: 'wujue', opening: '青山明月秋花' });
    expect(announcedOf(plan, VOCABULARY)).toEqual({ opening: '青山明月秋花' });
    expect(announcedOf(poemPlan({ opening: '靑' }), VOCABULARY)).toEqual({ opening: '青' });
  });
});
