import { verseLines } from '../../src/poetry/verse-lines.ts';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { EOS, FIRST_HANZI, UNK, Vocabulary } from '../../src/model/vocabulary.ts';
import { Dataset } from '../../src/training/dataset.ts';
import { ScoreSum, scoreBatches, scoreTrigram } from '../../src/training/evaluation.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { openForScoring } from '../../src/training/network/open-network.ts';
import { smallCorpus } from './fixtures/small-run.ts';

const { poems } = smallCorpus();
const options = { batchRows: 8, titleShare: 0, announcedShare: 0, seed: 1 };

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe('a sum of scores', () => {
  it('counts marks and ends among tokens but not among hanzi, and unknown characters among both', () => {
    const sum = new ScoreSum();
    sum.add(FIRST_HANZI, 4);
    sum.add(UNK, 2);
    sum.add(FIRST_HANZI - 1, 0);
    sum.add(EOS, 0);
    const scores = sum.scores();
    expect(scores.tokens).toBe(4);
    expect(scores.nll).toBe(1.5);
    expect(scores.hanziPerplexity).toBeCloseTo(Math.exp(3));
    expect(scores.unknownShare).toBe(0.5);
  });

  it('has nothing to say of nothing', () => {
    expect(() => new ScoreSum().scores()).toThrow(RangeError);
  });
});

describe('a model that knows nothing', () => {
  it('is as perplexed as its vocabulary is large', async () => {
    const vocabulary = Vocabulary.build(
      poems.map(({ text }) => text),
      1,
    );
    const dataset = new Dataset(poems, vocabulary, options);
    const architecture: Architecture = {
      cell: 'rnn',
      vocabulary: vocabulary.size,
      embedding: 2,
      hidden: 2,
      layers: 1,
      tied: false,
    };
    const zeros = new Map(
      [...initialParameters(architecture, 1)].map(([name, v]) => [name, new Float32Array(v.length)]),
    );
    const scores = await scoreBatches(openForScoring(architecture, zeros), dataset.heldOut('test'));
    expect(scores.nll).toBeCloseTo(Math.log(vocabulary.size), 5);
    expect(scores.hanziPerplexity).toBeCloseTo(vocabulary.size, 2);
    expect(scores.unknownShare).toBe(0);
  });
});

describe('the share of unknown characters', () => {
  it('is that of the test hanzi which the vocabulary lacks', () => {
    const test = poems.filter(({ split }) => split === 'test').map(({ text }) => verseLines(text).join(''));
    const known = [...'春夏秋冬日'];
    const all = [...test.join('')];
    const share = all.filter((char) => !known.includes(char)).length / all.length;
    const scores = scoreTrigram(new Dataset(poems, new Vocabulary(known), options));
    expect(scores.unknownShare).toBeCloseTo(share);
  });
});

describe('the trigram', () => {
  it('learns from the training split alone', () => {
    const vocabulary = Vocabulary.build(
      poems.map(({ text }) => text),
      1,
    );
    const score = (train: string) =>
      scoreTrigram(
        new Dataset(
          poems.map((poem) => (poem.split === 'train' ? { ...poem, text: train } : poem)),
          vocabulary,
          options,
        ),
      ).nll;
    const test = poems.find(({ split }) => split === 'test')?.text as string;
    expect(score(test)).toBeLessThan(score('月月月月月，月月月月月。'));
  });
});
