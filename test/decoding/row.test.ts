import { describe, expect, test } from 'vitest';
import { AllowedTokens } from '../../src/decoding/allowed-tokens.ts';
import { DecodingError, Row } from '../../src/decoding/row.ts';
import { SAMPLING } from '../../src/decoding/sampling.ts';
import type { Slot } from '../../src/poetry/plan.ts';
import { poemPlan, VOCABULARY } from '../model/tiny-model.ts';

const allowedTokens = new AllowedTokens(VOCABULARY);
const given = (text: string): Slot => ({ kind: 'given', text });
const FREE: Slot = { kind: 'free' };

function rowOf(slots: readonly Slot[], prefix: readonly number[] = []): Row {
  const plan = { ...poemPlan({ meter: 'none' }), slots };
  return new Row({ plan, sampling: SAMPLING.free, seed: 1 }, VOCABULARY, allowedTokens, {
    state: null,
    prefix,
  });
}

describe('the status of a row', () => {
  test('is prefill while given tokens are fed, then generating, and prefill again for given ones', () => {
    const row = rowOf([given('日'), FREE, given('月'), FREE], [7]);
    expect(row.status).toBe('prefill');
    expect(row.nextToken()).toBe(7);
    expect(row.status).toBe('prefill');
    expect(row.nextToken()).toBe(VOCABULARY.id('日'));
    expect(row.status).toBe('generating');
    row.take('山');
    expect(row.nextToken()).toBe(VOCABULARY.id('山'));
    expect(row.status).toBe('prefill');
    expect(row.nextToken()).toBe(VOCABULARY.id('月'));
    expect(row.status).toBe('generating');
  });

  test('is finished at the end of a tick that completes the plan', () => {
    const row = rowOf([given('日'), FREE]);
    row.nextToken();
    row.finishIfComplete();
    expect(row.isActive).toBe(true);
    row.take('山');
    row.finishIfComplete();
    expect(row.status).toBe('finished');
    expect(row.isActive).toBe(false);
    expect(row.characters).toEqual(['日', '山']);
  });

  test('is cancelled from active states alone', () => {
    const cancelled = rowOf([FREE], [7]);
    cancelled.cancel();
    expect(cancelled.status).toBe('cancelled');
    cancelled.finishIfComplete();
    expect(cancelled.nextToken()).toBe(7);
    expect(cancelled.status).toBe('cancelled');

    const failed = rowOf([FREE]);
    const error = new DecodingError('no character');
    failed.fail(error);
    failed.cancel();
    expect(failed.status).toBe('failed');
    expect(failed.error).toBe(error);
  });
});

test('a line is what follows the last mark', () => {
  const row = rowOf([given('日'), given('月'), given('，'), given('山'), FREE]);
  expect(row.lineSoFar()).toEqual(['山']);
  expect(rowOf([given('日'), given('月'), FREE]).lineSoFar()).toEqual(['日', '月']);
  expect(rowOf([given('。'), FREE]).lineSoFar()).toEqual([]);
});
