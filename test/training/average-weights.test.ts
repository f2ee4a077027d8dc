import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/model/checkpoint.ts';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { averageWeights } from '../../src/training/average-weights.ts';
import { architecture, vocabulary } from '../model/trial-network.ts';

const network = (name: string, ...values: number[]) => ({
  name,
  architecture,
  vocabulary,
  parameters: new Map([['outputBias', Float32Array.from(values)]]),
});

describe('the mean of weights', () => {
  it('gives each network its share', () => {
    const mean = averageWeights(network('first', 0, 4), network('second', 2, 0), 0.25);
    expect(mean).toEqual(new Map([['outputBias', Float32Array.of(0.5, 3)]]));
  });

  it('is refused for networks of other sizes or vocabularies', () => {
    const first = network('first', 0);
    const wider = { ...first, name: 'wider', architecture: { ...architecture, hidden: 5 } };
    expect(() => averageWeights(first, wider, 0.5)).toThrow('first and wider have other sizes');
    const other = { ...first, name: 'other', vocabulary: new Vocabulary([...'月日山火'], [9, 5, 5, 2]) };
    expect(() => averageWeights(first, other, 0.5)).toThrow(CheckpointError);
    expect(() => averageWeights(first, other, 0.5)).toThrow('other vocabularies');
  });
});
