import { describe, expect, it } from 'vitest';
import { CHECKPOINT_NAME } from '../../src/system/checkpoint-name.ts';

describe('a checkpoint name', () => {
  it.each(['tang', 'tang-2', 'a.b_c', '詩', '7', 'x'.repeat(64)])('can be %s', (name) => {
    expect(name).toMatch(CHECKPOINT_NAME);
  });

  it.each(['', '.', '..', '.hidden', '../tang', 'a/b', 'a\\b', 'a b', '-x', 'x'.repeat(65), 'tang\n'])(
    'cannot be %j',
    (name) => {
      expect(name).not.toMatch(CHECKPOINT_NAME);
    },
  );
});
