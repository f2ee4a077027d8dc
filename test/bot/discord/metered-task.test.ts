import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/bot/answer.ts';
import { TaskMeter } from '../../../src/bot/discord/metered-task.ts';
import { Unavailable } from '../../../src/service/inference.ts';

const ANSWER: Answer = { kind: 'notice', text: 'done' };
const ASKER = { user: '1', guild: null, owner: false };

/** Presses so many times at once. Returns what became of each, and how many tasks ran beside each other at most. */
async function press(meter: TaskMeter, times: number, asker = ASKER) {
  let running = 0;
  let most = 0;
  let prepared = 0;
  const task = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    return ANSWER;
  };
  const pressed = Array.from({ length: times }, async () =>
    meter.prepare(asker, () => {
      prepared++;
      return task;
    })({}),
  );
  const ends = await Promise.allSettled(pressed);
  const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  return { answered: times - refused.length, refused, most, prepared };
}

describe('tasks that write no poem', () => {
  it('run one after another for one asker, and more than a few that wait are refused unprepared', async () => {
    const { answered, refused, most, prepared } = await press(new TaskMeter(), 300);
    expect([answered, prepared, most]).toEqual([6, 6, 1]);
    for (const error of refused) expect(error).toBeInstanceOf(Unavailable);
    expect(refused[0]).toMatchObject({ code: 'user-busy' });
  });

  it('are limited to sixty a minute for one asker, and not for another', async () => {
    const meter = new TaskMeter();
    for (let n = 1; n <= 60; n++) expect((await press(meter, 1)).answered).toBe(1);
    const [refusal] = (await press(meter, 1)).refused;
    expect(refusal).toMatchObject({ code: 'user-busy', retryMs: expect.any(Number) });
    expect((await press(meter, 6, { ...ASKER, user: '2' })).answered).toBe(6);
  });

  it('of an asker do not wait for those of another', async () => {
    const meter = new TaskMeter();
    const order: string[] = [];
    const start = (user: string, name: string) =>
      meter.prepare({ ...ASKER, user }, () => async () => {
        order.push(name);
        return ANSWER;
      })({});
    await Promise.all([...['1a', '1b', '1c'].map((name) => start('1', name)), start('2', '2a')]);
    expect(order.indexOf('2a')).toBeLessThan(order.indexOf('1c'));
  });

  it('are not limited for owners', async () => {
    expect((await press(new TaskMeter(), 100, { ...ASKER, owner: true })).answered).toBe(100);
  });

  it('count again after one that failed', async () => {
    const meter = new TaskMeter();
    const failing = meter.prepare(ASKER, () => async () => {
      throw new Error('broken');
    });
    await expect(failing({})).rejects.toThrow('broken');
    expect((await press(meter, 6)).answered).toBe(6);
  });
});

describe('suggestions', () => {
  const ask = (meter: TaskMeter, times: number, asker = ASKER) =>
    Promise.all(Array.from({ length: times }, () => meter.suggest(asker, async () => ['月'])));
  const given = (answers: string[][]) => answers.filter(({ length }) => length > 0).length;

  it('are none for who asks for many at once, and are there again afterwards', async () => {
    const meter = new TaskMeter();
    expect(given(await ask(meter, 300))).toBe(6);
    expect(given(await ask(meter, 1))).toBe(1);
    expect(given(await ask(meter, 300, { ...ASKER, user: '2' }))).toBe(6);
    expect(given(await ask(meter, 300, { ...ASKER, owner: true }))).toBe(300);
  });

  it('are limited to 180 a minute, and take nothing from the other tasks', async () => {
    const meter = new TaskMeter();
    let all = 0;
    for (let n = 0; n < 200; n++) all += given(await ask(meter, 1));
    expect(all).toBe(180);
    expect((await press(meter, 1)).answered).toBe(1);
  });
});
