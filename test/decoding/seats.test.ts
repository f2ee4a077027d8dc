import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Decoder } from '../../src/decoding/decoder.ts';
import { DecodingError, type Row, type RowSpec } from '../../src/decoding/row.ts';
import { SAMPLING, type Sampling } from '../../src/decoding/sampling.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import type { CellName } from '../../src/model/architecture.ts';
import { acrosticPlan, poemPlan, tinyModel } from '../model/tiny-model.ts';

const TITLED = { writesTitles: true, announced: true };
/** Cool enough that rows draw the same now and then. */
const COOL: Sampling = { temperature: 0.4, topP: 1 };
const GUIDED: Sampling = { temperature: 0.6, topP: 1, guidance: 1.5 };
const LINES = [8, 16, 24];

afterEach(() => {
  vi.restoreAllMocks();
});

/** How many network rows each step has had since. */
function stepSizes(): () => number[] {
  const steps = vi.spyOn(Stepper.prototype, 'recordStep');
  return () => steps.mock.calls.map(([, rows]) => rows).filter((rows) => rows > 0);
}

async function runToPause(decoder: Decoder, rows: readonly Row[]): Promise<void> {
  while (rows.some((row) => row.isActive)) await decoder.tick();
}

/** Everything that a row has written. */
const written = (row: Row) => ({
  ...row.result(),
  titleNll: row.titleNll,
  status: row.status,
  drawn: row.drawn,
});

/** Writes poems in stages, all rows together or one after the other. In each stage every second row goes on, with a fork. */
async function writeInStages(decoder: Decoder, specs: readonly RowSpec[], together: boolean) {
  const run = async (entries: readonly (() => Row)[]): Promise<Row[]> => {
    const rows: Row[] = [];
    for (const enter of entries) {
      rows.push(enter());
      if (!together) await runToPause(decoder, rows);
    }
    await runToPause(decoder, rows);
    return rows;
  };
  let rows = await run(specs.map((spec) => () => decoder.join(spec)));
  const stages = [rows.map(written)];
  for (let stage = 1; rows.some(({ status }) => status === 'paused'); stage++) {
    const kept = rows.filter(({ status }, n) => n % 2 === 0 && status === 'paused');
    const next = kept.flatMap((row, n) => [row, row.fork(1000 * stage + n)]);
    rows = await run(
      next.map((row) => () => {
        decoder.resume(row);
        return row;
      }),
    );
    stages.push(rows.map(written));
  }
  return stages;
}

describe('rows in the same state', () => {
  test('share a place from their start until they are fed different tokens', async () => {
    const { decoder } = await tinyModel();
    const sizes = stepSizes();
    const plan = poemPlan({ opening: '明月' });
    const rows = Array.from({ length: 12 }, (_, seed) => decoder.join({ plan, sampling: COOL, seed }));
    await runToPause(decoder, rows);
    const texts = rows.map(({ characters }) => characters);
    // The n-th step feeds the n-th character.
    const different = sizes().map((_, n) => new Set(texts.map((text) => text.slice(0, n + 1).join(''))).size);
    expect(sizes()).toEqual(different);
    expect(different.slice(0, 2)).toEqual([1, 1]);
    expect(different.at(-1)).toBeGreaterThan(4);
    // Some first draws are the same.
    expect(different[2]).toBeLessThan(12);
  });

  test('share it again after a fork, and cost fewer multiply-adds than rows that run alone', async () => {
    const { decoder } = await tinyModel();
    const row = decoder.join({ plan: poemPlan(), sampling: SAMPLING.wild, seed: 1, pauses: LINES });
    await runToPause(decoder, [row]);
    const sizes = stepSizes();
    const forks = [1, 2, 3, 4, 5].map((seed) => row.fork(seed));
    const before = decoder.multiplyAdds;
    for (const fork of forks) decoder.resume(fork);
    await runToPause(decoder, forks);
    const together = decoder.multiplyAdds - before;
    // The last character and the mark are pending.
    expect(sizes().slice(0, 2)).toEqual([1, 1]);
    expect(sizes().at(-1)).toBe(
      new Set(forks.map(({ characters }) => characters.slice(0, 14).join(''))).size,
    );
    for (const seed of [1, 2, 3, 4, 5]) {
      const alone = row.fork(seed);
      decoder.resume(alone);
      await runToPause(decoder, [alone]);
      expect(written(alone)).toEqual(written(forks[seed - 1] as Row));
    }
    expect(together).toBeLessThan(decoder.multiplyAdds - before - together);
  });

  test('share the place without their title as well', async () => {
    const { decoder } = await tinyModel('lstm', { prompts: TITLED });
    const plan = poemPlan({ title: '秋山' });
    const row = decoder.join({ plan, sampling: GUIDED, seed: 1, pauses: LINES });
    await runToPause(decoder, [row]);
    const sizes = stepSizes();
    const rows = [row, row.fork(2), row.fork(3), row.fork(4)];
    for (const each of rows) decoder.resume(each);
    expect(decoder.active).toBe(4);
    await decoder.tick();
    expect(decoder.active).toBe(8);
    await decoder.tick();
    expect(sizes()).toEqual([2, 2]);
    await decoder.tick();
    expect(sizes()[2]).toBe(2 * new Set(rows.map(({ characters }) => characters[8])).size);
  });

  test('go on sharing after a pause if they have written the same', async () => {
    const { decoder } = await tinyModel('lstm', { prompts: TITLED });
    const sizes = stepSizes();
    const spec = {
      plan: poemPlan({ title: '秋山' }),
      sampling: { ...GUIDED, temperature: 0 },
      pauses: LINES,
    };
    const rows = [1, 2, 3].map((seed) => decoder.join({ ...spec, seed }));
    while (rows.some(({ status }) => status !== 'finished')) {
      await runToPause(decoder, rows);
      for (const row of rows) if (row.status === 'paused') decoder.resume(row);
    }
    expect(Math.max(...sizes())).toBe(2);
  });

  test('are in the same one of two batches', async () => {
    const { decoder, stepper } = await tinyModel('lstm', { threads: 2 });
    onTestFinished(() => stepper.dispose());
    const plan = poemPlan();
    const kept = Array.from({ length: 8 }, (_, seed) =>
      decoder.join({ plan, sampling: SAMPLING.wild, seed, pauses: LINES }),
    );
    await runToPause(decoder, kept);
    expect(new Set(kept.map(({ characters }) => characters.join(''))).size).toBe(8);
    const sizes = stepSizes();
    const forks = [1, 2, 3, 4].flatMap((seed) => kept.map((row, n) => row.fork(10 * n + seed)));
    for (const fork of forks) decoder.resume(fork);
    await decoder.tick();
    // Both batches have begun their second step.
    expect(sizes()).toEqual([4, 4, 4, 4]);
  });
});

test.each([
  ['lstm', 1],
  ['lstm', 2],
  ['gru', 1],
  ['rnn', 2],
] as const satisfies readonly (readonly [CellName, number])[])(
  '%s rows that share write what they write alone, to the last bit, with %i threads',
  async (cell, threads) => {
    const { decoder, stepper } = await tinyModel(cell, { threads, prompts: TITLED });
    onTestFinished(() => stepper.dispose());
    const kinds: Omit<RowSpec, 'seed'>[] = [
      { plan: poemPlan({ opening: '明月' }), sampling: COOL, pauses: LINES },
      { plan: poemPlan({ title: '秋山' }), sampling: GUIDED, pauses: LINES },
      { plan: acrosticPlan(), sampling: GUIDED, writesTitle: true, pauses: LINES },
      { plan: poemPlan(), sampling: GUIDED, titleSampling: GUIDED, writesTitle: true, pauses: LINES },
      { plan: poemPlan({ opening: '春江' }), sampling: COOL, pausesFirst: true, scored: false },
    ];
    const specs = kinds.flatMap((kind) => [0, 1, 2, 3, 4, 5].map((seed) => ({ ...kind, seed })));
    const sizes = stepSizes();
    const sum = () => sizes().reduce((a, b) => a + b, 0);
    const together = await writeInStages(decoder, specs, true);
    const shared = sum();
    const alone = await writeInStages(decoder, specs, false);
    expect(together).toEqual(alone);
    expect(together.at(-1)?.every(({ status }) => status === 'finished')).toBe(true);
    expect(shared).toBeLessThan(0.9 * (sum() - shared));
  },
);

describe('rows that share a place are not disturbed', () => {
  const plan = poemPlan({ meter: 'none' });

  /** What a row writes without company. */
  async function alone(spec: RowSpec) {
    const { decoder } = await tinyModel();
    const row = decoder.join(spec);
    await runToPause(decoder, [row]);
    return written(row);
  }

  test('if one is cancelled, fails, pauses or ends', async () => {
    const { characters } = await alone({ plan, sampling: COOL, seed: 1 });
    const { decoder } = await tinyModel();
    const sizes = stepSizes();
    const whole: RowSpec = { plan, sampling: COOL, seed: 1, forced: characters };
    const short = { ...whole, plan: { ...plan, slots: plan.slots.slice(0, 12) } };
    const pausing = { ...whole, pauses: [8] };
    const rows = [whole, short, whole, pausing, whole, whole].map((spec) => decoder.join(spec));
    const [first, ending, cancelled, paused, failed, last] = rows as [Row, Row, Row, Row, Row, Row];
    for (let tick = 1; first.isActive; tick++) {
      await decoder.tick();
      if (tick === 5) decoder.leave(cancelled);
      if (tick === 6) failed.fail(new DecodingError('for the test'));
    }
    expect(rows.map(({ status }) => status)).toEqual([
      'finished',
      'finished',
      'cancelled',
      'paused',
      'failed',
      'finished',
    ]);
    expect(new Set(sizes())).toEqual(new Set([1]));
    decoder.resume(paused);
    await runToPause(decoder, [paused]);
    expect(decoder.active).toBe(0);
    vi.restoreAllMocks();
    const expected = await alone(whole);
    expect(written(first)).toEqual(expected);
    expect(written(last)).toEqual(expected);
    expect(written(paused)).toEqual(expected);
    expect(written(ending)).toEqual(await alone(short));
  });

  test('if the first of them leaves, or others join later', async () => {
    const { decoder } = await tinyModel();
    const spec = (seed: number): RowSpec => ({ plan, sampling: COOL, seed });
    const rows: Row[] = [];
    for (let tick = 0; tick < 80; tick++) {
      if (tick < 24 && tick % 3 === 0) {
        for (let n = 0; n < 4; n++) rows.push(decoder.join(spec(rows.length)));
      }
      // One that leaves before its first tick, in its shared place, and after the rows have parted.
      for (const [at, n] of [
        [3, 4],
        [4, 6],
        [9, 0],
        [11, 5],
        [12, 12],
      ]) {
        if (at === tick) decoder.leave(rows[n as number] as Row);
      }
      await decoder.tick();
    }
    const cancelled = rows.filter(({ status }) => status === 'cancelled');
    expect(cancelled).toHaveLength(5);
    for (const [seed, row] of rows.entries()) {
      if (row.status !== 'cancelled') expect(written(row)).toEqual(await alone(spec(seed)));
    }
  });
});
