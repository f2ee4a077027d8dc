import { expect, test } from 'vitest';
import { rankLines } from '../../src/decoding/line-ranking.ts';
import { poemPlan, tinyModel } from '../model/tiny-model.ts';

test('a line that contradicts the season of the title comes after one that does not', async () => {
  const { decoder } = await tinyModel();
  const result = (text: string) => {
    const characters = [...text];
    const nlls = characters.map(() => 3);
    return {
      characters,
      nlls,
      rewards: nlls.map(() => null),
      nll: 3 * nlls.length,
      hanzi: nlls.length,
      title: '',
    };
  };
  const [spring, autumn] = [result('春聲一夜來'), result('秋聲一夜來')];
  const first = (title: string) =>
    rankLines(decoder, poemPlan({ opening: '', title }), [spring, autumn])[0]?.characters.join('');
  expect(first('春望')).toBe('春聲一夜來');
  expect(first('秋望')).toBe('秋聲一夜來');
});
