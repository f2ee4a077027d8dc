import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FORM_NAMES } from '../../src/poetry/form.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import { METERS, MOODS } from '../../src/poetry/request.ts';
import { type Asker, type GeneratedPoem, LoadError, Unavailable } from '../../src/service/inference.ts';
import { acrosticPlan, poemPlan } from '../model/tiny-model.ts';
import { checkpointsFolder, type Fault, OWNER, order, serve, userNamed } from './served.ts';

const text = ({ characters }: GeneratedPoem) => characters.join('');

describe('a poem', () => {
  test('is written as ordered', async () => {
    const { inference } = await serve();
    const written = await inference.write(order(5, poemPlan({ opening: '明月' })), OWNER);
    expect(text(written)).toMatch(/^明月.{5}，.{7}。.{7}，.{7}。$/u);
    expect(written).toMatchObject({ checkpoint: 'one', seed: 5 });
    expect(inference.status()).toMatchObject({ poems: 1, running: 0, waiting: 0, restarts: 0 });
  });

  test('has a likelihood if candidates were compared by it', async () => {
    const { inference } = await serve({ search: { candidates: 2 } });
    expect((await inference.write(order(5), OWNER)).nllHanzi).toBeGreaterThan(0);
    expect((await inference.write({ ...order(5), mood: 'greedy' }, OWNER)).nllHanzi).toBeNull();
  });

  test('is the same alone as among 255 others', async () => {
    const { inference } = await serve();
    const plans = [
      ...FORM_NAMES.map((form) => poemPlan({ form })),
      ...METERS.map((meter) => poemPlan({ form: 'wujue', opening: '明月', title: '中秋夜', meter })),
      acrosticPlan({ heads: '春江' }),
      acrosticPlan({ heads: '春江花月', length: 5 }),
      acrosticPlan({ heads: '日月山水人天中時春花江月風雲千里' }),
    ];
    const orders = Array.from({ length: 256 }, (_, n) => ({
      ...order(7919 * n, plans[n % plans.length]),
      mood: MOODS[n % MOODS.length] ?? 'free',
    }));
    const together = await Promise.all(orders.map((each) => inference.write(each, OWNER)));
    // Every fifth order covers each plan with each mood, and poems that joined early and late.
    for (const [n, poem] of together.entries()) {
      const again = orders[n];
      if (n % 5 !== 0 || !again) continue;
      const alone = await inference.write(again, OWNER);
      expect([n, text(alone)]).toEqual([n, text(poem)]);
    }
  });

  test('is the best of several, and the same each time', async () => {
    const root = await checkpointsFolder();
    const two = await serve({ checkpointsRoot: root, search: { candidates: 2 } });
    const five = await serve({ checkpointsRoot: root, search: { candidates: 5 } });
    let better = 0;
    const gains: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const betterOfTwo = await two.inference.write(order(seed), OWNER);
      const best = await five.inference.write(order(seed), OWNER);
      gains.push((betterOfTwo.nllHanzi ?? 0) - (best.nllHanzi ?? 0));
      if (text(best) !== text(betterOfTwo)) better++;
      expect(text(await five.inference.write(order(seed), OWNER))).toBe(text(best));
    }
    expect(better).toBeGreaterThan(5);
    // Likelihood weighs most, but it is not the only measure.
    expect(gains.reduce((sum, gain) => sum + gain, 0)).toBeGreaterThan(0);
  });

  test('in mood greedy is the same whatever its seed', async () => {
    const { inference } = await serve({ search: { candidates: 4 } });
    const greedy = (seed: number) => inference.write({ ...order(seed), mood: 'greedy' }, OWNER);
    expect(text(await greedy(1))).toBe(text(await greedy(2)));
  });
});

describe('an order', () => {
  test('that cannot start fails alone', async () => {
    const { inference } = await serve();
    const nonsense = order(1, { ...poemPlan(), slots: null } as unknown as VersePlan);
    const sound = inference.write(order(1), OWNER);
    await expect(inference.write(nonsense, OWNER)).rejects.toThrow();
    expect((await sound).characters.join('')).toMatch(/^月/);
    expect(inference.status().restarts).toBe(0);
  });

  test('can be cancelled at any time, and does not affect others', async () => {
    const { inference } = await serve();
    const undisturbed = text(await inference.write(order(1), OWNER));
    const before = AbortSignal.abort();
    await expect(inference.write(order(2), OWNER, { signal: before })).rejects.toMatchObject({
      code: 'cancelled',
    });
    for (const ms of [0, 1, 2, 5, 20]) {
      const stops = Array.from({ length: 20 }, () => new AbortController());
      const cancelled = stops.map(({ signal }, n) => inference.write(order(n), OWNER, { signal }));
      const kept = inference.write(order(1), OWNER);
      // This thread is busy while the engine writes, so no message of the engine arrives before the orders are cancelled.
      for (const until = performance.now() + ms; performance.now() < until; );
      for (const stop of stops) stop.abort();
      for (const each of await Promise.allSettled(cancelled)) {
        expect(each).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
      }
      expect(text(await kept)).toBe(undisturbed);
    }
    expect(inference.status()).toMatchObject({ running: 0, waiting: 0 });
  });

  test('is refused at once if the queue is full, with the expected wait', async () => {
    // The engine hangs, so the order that runs keeps its place.
    const fault: Fault = { kind: 'hang', on: 'write', after: 1, again: true };
    const { inference } = await serve({ fault, limits: { rows: 1, queue: 2 } });
    const refused: unknown[] = [];
    for (let n = 0; n < 8; n++) {
      inference.write(order(n), userNamed(`u${n}`)).catch((error: unknown) => refused.push(error));
    }
    await expect.poll(() => refused.length, { timeout: 5000 }).toBeGreaterThanOrEqual(5);
    expect(inference.status().waiting).toBe(2);
    expect(refused).toHaveLength(5);
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(Unavailable);
      expect(reason).toMatchObject({ code: 'queue-full' });
      expect((reason as Unavailable).retryMs).toBeGreaterThan(0);
    }
    expect(await inference.metrics()).toMatch(/shiren_refusals_total\{reason="queue-full"\} 5/);
  });

  test('of a busy user waits, and is refused when too many wait; owners are not limited', async () => {
    const { inference } = await serve();
    const user: Asker = { user: 'u', guild: 'g', owner: false };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) => inference.write(order(n), user)),
    );
    expect(outcomes.filter((each) => each.status === 'fulfilled')).toHaveLength(7);
    for (const each of outcomes) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'user-busy' });
    }
    const owned = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => inference.write(order(n), OWNER)),
    );
    expect(owned.filter((each) => each.status === 'rejected')).toEqual([]);
  });
});

describe('a checkpoint', () => {
  test('that cannot be loaded is reported before anything is served', async () => {
    await expect(serve({ checkpoint: 'missing' })).rejects.toThrow(/missing/);
    const root = await checkpointsFolder();
    await writeFile(join(root, 'one', 'card.json'), '{"format":"something else"}');
    const error = await serve({ checkpointsRoot: root }).catch((caught) => caught);
    expect(error).toBeInstanceOf(LoadError);
    expect(error).toMatchObject({ code: 'checkpoint', message: expect.stringContaining('card.json') });
  });

  test('on an engine that does not exist is reported too', async () => {
    const error = await serve({ engine: 'no-such-engine' as 'wasm' }).catch((caught) => caught);
    expect(error).toBeInstanceOf(LoadError);
    expect(error).toMatchObject({ code: 'engine', message: expect.stringContaining('no-such-engine') });
  });

  test('is listed with the summary of its card', async () => {
    const { inference } = await serve();
    expect(await inference.checkpoints()).toMatchObject([
      { name: 'one', cell: 'lstm', hidden: 24 },
      { name: 'two', cell: 'lstm', hidden: 24 },
    ]);
  });
});

describe('a reload', () => {
  test('under load fails no order and changes the weights of new orders only', async () => {
    const { inference } = await serve();
    const two = await serve({ checkpoint: 'two' });
    const seen: GeneratedPoem[] = [];
    let reloaded = false;
    const poet = async (first: number) => {
      for (let n = 0; n < 400 && !(reloaded && n > 3 && seen.at(-1)?.checkpoint === 'two'); n++) {
        seen.push(await inference.write(order(first + n), OWNER));
      }
    };
    const poets = Promise.all(Array.from({ length: 16 }, (_, n) => poet(1000 * n)));
    await expect.poll(() => seen.length).toBeGreaterThan(30);
    const before = seen.length;
    expect(await inference.reload('two')).toMatchObject({ name: 'two' });
    // The new weights were loaded while the old ones went on writing.
    expect(seen.length).toBeGreaterThan(before);
    reloaded = true;
    await poets;
    expect(new Set(seen.map(({ checkpoint }) => checkpoint))).toEqual(new Set(['one', 'two']));
    expect(inference.status().checkpoint.name).toBe('two');
    for (const { checkpoint, seed, characters } of seen.slice(-3)) {
      expect(checkpoint).toBe('two');
      expect(characters).toEqual((await two.inference.write(order(seed), OWNER)).characters);
    }
  });

  test('frees the old weights once their last poem is written', async () => {
    const { inference } = await serve();
    const bytes = async () => Number(/shiren_engine_bytes (\d+)/.exec(await inference.metrics())?.[1]);
    const some = () => Promise.all([1, 2, 3, 4].map((seed) => inference.write(order(seed), OWNER)));
    await some();
    // The engine thread measures its memory twice a second, at first before any poem.
    await expect.poll(bytes, { timeout: 5000 }).toBeGreaterThan(100_000);
    const before = await bytes();
    for (let n = 0; n < 8; n++) {
      const poems = some();
      await inference.reload(n % 2 ? 'one' : 'two');
      await poems;
    }
    await expect.poll(bytes, { timeout: 5000 }).toBeLessThan(2 * before);
  });

  test('waits for the one before it, so that the checkpoint of the last one serves', async () => {
    const { inference } = await serve();
    const done: string[] = [];
    const reload = async (name: string) => done.push((await inference.reload(name)).name);
    await Promise.all([reload('two'), reload('one'), reload('two'), reload('one')]);
    expect(done).toEqual(['two', 'one', 'two', 'one']);
    expect((await inference.write(order(1), OWNER)).checkpoint).toBe('one');
    expect(inference.status().checkpoint.name).toBe('one');
  });

  test('that is in progress when the service closes is answered', async () => {
    const { inference } = await serve();
    const reloads = ['two', 'one', 'two'].map((name) => inference.reload(name).catch((error) => error));
    await inference.close(0);
    const outcomes = await Promise.all(reloads);
    expect(outcomes.at(-1)).toBeInstanceOf(LoadError);
    await expect(inference.reload('two')).rejects.toBeInstanceOf(LoadError);
  });

  test('of a checkpoint that cannot be loaded leaves the old one serving', async () => {
    const { inference, root } = await serve();
    const before = text(await inference.write(order(1), OWNER));
    await writeFile(join(root, 'two', 'card.json'), '{}');
    for (const [name, words] of [
      ['two', /card\.json/],
      ['three', /three/],
      ['../one', /name/],
      ['/etc', /name/],
      ['', /name/],
    ] as const) {
      const error = await inference.reload(name).catch((caught) => caught);
      expect(error).toBeInstanceOf(LoadError);
      expect(error.message).toMatch(words);
      expect(error.code).toBe('checkpoint');
    }
    expect(text(await inference.write(order(1), OWNER))).toBe(before);
    expect(inference.status().checkpoint.name).toBe('one');
  });
});

describe('closing', () => {
  test('lets active orders finish, and takes no new ones', async () => {
    const { inference } = await serve({ limits: { rows: 4 } });
    const taken = Array.from({ length: 30 }, (_, n) => inference.write(order(n), OWNER));
    const closed = inference.close(15_000);
    await expect(inference.write(order(99), OWNER)).rejects.toMatchObject({ code: 'closing' });
    const outcomes = await Promise.allSettled(taken);
    expect(outcomes.filter((each) => each.status === 'rejected')).toEqual([]);
    expect(await closed).toEqual({ dropped: 0 });
  });

  test('reports what it dropped', async () => {
    const { inference } = await serve({ limits: { rows: 1 } });
    const taken = Array.from({ length: 30 }, (_, n) =>
      inference.write(order(n), OWNER).then(
        () => 'written',
        (error: Unavailable) => error.code,
      ),
    );
    const { dropped } = await inference.close(0);
    const outcomes = await Promise.all(taken);
    expect(dropped).toBe(outcomes.filter((each) => each === 'closing').length);
    expect(dropped).toBeGreaterThan(0);
  });
});

test('metrics report the work', async () => {
  const { inference } = await serve();
  await Promise.all(Array.from({ length: 10 }, (_, n) => inference.write(order(n), OWNER)));
  const metrics = await inference.metrics();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
  expect(value('shiren_poems_total')).toBe(10);
  expect(value('shiren_tokens_total')).toBe(270);
  expect(value('shiren_rows_total') / value('shiren_ticks_total')).toBeGreaterThan(1);
  expect(value('shiren_queue_wait_seconds_count')).toBe(10);
  expect(value('shiren_run_seconds_sum')).toBeGreaterThan(0);
  expect(value('shiren_engine_bytes')).toBeGreaterThan(1000);
  expect(value('shiren_engine_restarts_total')).toBe(0);
});
