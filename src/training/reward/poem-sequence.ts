/** A rated poem as tokens, and the line that each prediction is part of. */

import { FIRST_HANZI, UNK, type Vocabulary } from '../../model/vocabulary.ts';
import type { Sequence } from '../batch.ts';
import type { RatedPoem } from './ratings.ts';

export interface PoemSequence extends Sequence {
  /** For each prediction, the line that it is part of; -1 if the model did not choose it: marks, ends, what was asked for. */
  readonly lineOf: Int8Array;
}

export function poemSequence(
  { form, title, opening, heads, lines }: RatedPoem,
  vocabulary: Vocabulary,
): PoemSequence {
  const text = lines.map((line, i) => line.text + (i % 2 === 0 ? '，' : '。')).join('');
  const prompt = { title, opening, heads };
  const tokens = vocabulary.encode({ form, text }, prompt);
  const prefix = vocabulary.prefix(form, prompt).length;
  const lineOf = new Int8Array(tokens.length - prefix).fill(-1);
  const asked = [...opening].length;
  let [line, place] = [0, 0];
  for (const [t, id] of tokens.slice(prefix).entries()) {
    if (id !== UNK && id < FIRST_HANZI) {
      line++;
      place = 0;
      continue;
    }
    const isAsked = heads ? place === 0 : line === 0 && place < asked;
    if (!isAsked) lineOf[t] = line;
    place++;
  }
  return { tokens, prefix, lineOf };
}
