import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { CheckpointError } from '../../src/model/checkpoint.ts';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { extrapolate } from '../../src/training/extrapolation.ts';

const ARCHITECTURE: Architecture = {
  cell: 'lstm',
  vocabulary: 14,
  embedding: 2,
  hidden: 2,
  layers: 1,
  tied: true,
};

const checkpoint = (values: number[], hanzi = '月山', hidden = 2) => ({
  name: `of ${values}`,
  architecture: { ...ARCHITECTURE, hidden },
  vocabulary: new Vocabulary([...hanzi]),
  parameters: new Map([['embedding', Float32Array.from(values)]]),
});

describe('weights that go further', () => {
  test('change by a share of what training changed', () => {
    const further = extrapolate([checkpoint([1, 2, 3]), checkpoint([2, 2, 1])], 0.5);
    expect([...further.keys()]).toEqual(['embedding']);
    expect([...(further.get('embedding') ?? [])]).toEqual([2.5, 2, 0]);
  });

  test('are those after training if they go no further', () => {
    const after = checkpoint([2, 2, 1]);
    expect(extrapolate([checkpoint([1, 2, 3]), after], 0)).toEqual(after.parameters);
  });

  test.each([
    ['another vocabulary', checkpoint([1, 2, 3], '月水')],
    ['other sizes', checkpoint([1, 2, 3], '月山', 4)],
  ])('are refused between checkpoints of %s', (_, other) => {
    expect(() => extrapolate([other, checkpoint([2, 2, 1])], 0.5)).toThrow(CheckpointError);
  });
});
