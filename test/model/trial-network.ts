/** The sizes and the vocabulary of a tiny network, for tests of what is saved, loaded and averaged. */

import type { Architecture } from '../../src/model/architecture.ts';
import { Vocabulary } from '../../src/model/vocabulary.ts';

export const vocabulary = new Vocabulary([...'月日山水'], [9, 5, 5, 2]);
export const architecture: Architecture = {
  cell: 'lstm',
  vocabulary: vocabulary.size,
  embedding: 3,
  hidden: 4,
  layers: 2,
  tied: true,
};
