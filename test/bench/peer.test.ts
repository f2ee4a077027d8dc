import { expect, it } from 'vitest';
import { runTrainingPeer } from '../../bench/peer.ts';
import { OperatorError } from '../../src/system/operator-error.ts';

it('a peer that fails is one sentence with its last words', async () => {
  const failure = runTrainingPeer('nowhere.py', { vocabulary: 10, embedding: 2, hidden: 2 }, 1, 4);
  await expect(failure).rejects.toThrow(OperatorError);
  await expect(failure).rejects.toThrow(/^nowhere\.py failed: \S.*$/u);
});
