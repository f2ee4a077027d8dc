import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Admission, DEFAULT_LIMITS, type Limits } from '../../src/service/admission.ts';
import type { Asker } from '../../src/service/inference.ts';
import { Unavailable } from '../../src/service/inference.ts';
import type { Ticket } from '../../src/service/ticket.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const asker = (user: string, guild: string | null = null): Asker => ({ user, guild, owner: false });
const OWNER: Asker = { user: 'owner', guild: 'guild', owner: true };

/** An admission whose orders run for `ms` milliseconds each, and the outcomes of its orders. */
function bench(limits: Partial<Limits>, running: number, ms: number) {
  const admission = new Admission({ ...DEFAULT_LIMITS, ...limits }, running, (place) => place * ms);
  const outcomes: string[] = [];
  let now = 0;
  let most = 0;
  const ask = (name: string, who: Asker, stop = new AbortController()): Ticket<void> => {
    const ticket = admission.admit(who, stop.signal, async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, ms));
      now--;
    });
    ticket.done.then(
      () => outcomes.push(name),
      (error) => outcomes.push(`${name}: ${error instanceof Unavailable ? error.code : error}`),
    );
    return ticket;
  };
  return { admission, ask, outcomes, most: () => most };
}

describe('a user', () => {
  test('has two poems at a time, five wait, and more are refused at once', async () => {
    const { ask, outcomes, most } = bench({}, 100, 1000);
    for (let n = 0; n < 9; n++) ask(String(n), asker('u'));
    ask('other', asker('v'));
    await vi.advanceTimersByTimeAsync(100);
    expect(outcomes).toEqual(['7: user-busy', '8: user-busy']);
    expect(most()).toBe(3);
    await vi.advanceTimersByTimeAsync(5000);
    expect(outcomes.slice(2).sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', 'other']);
  });

  test('has ten poems a minute, and the rest in the next', async () => {
    const { ask, outcomes } = bench({ userWaiting: 50, deadlineMs: 90_000 }, 100, 10);
    const tickets = Array.from({ length: 14 }, (_, n) => ask(String(n), asker('u')));
    await vi.advanceTimersByTimeAsync(55_000);
    expect(outcomes).toHaveLength(10);
    expect(tickets.map((ticket) => ticket.wait())).toEqual([
      ...Array(10).fill(null),
      ...Array(4).fill({ place: null, expectedMs: 5000 }),
    ]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(outcomes).toHaveLength(14);
    for (let minute = 0; minute < 3; minute++) {
      for (let n = 0; n < 10; n++) ask('later', asker('u'));
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(outcomes).toHaveLength(44);
  });

  test('who has used the ten is refused at once if the next minute is too late, and told when it starts', async () => {
    const { ask, outcomes } = bench({ userWaiting: 50 }, 100, 10);
    for (let n = 0; n < 10; n++) ask(String(n), asker('u'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(outcomes).toHaveLength(10);
    await expect(ask('early', asker('u')).done).rejects.toMatchObject({ code: 'user-busy', retryMs: 40_000 });
    await vi.advanceTimersByTimeAsync(15_000);
    const late = ask('late', asker('u'));
    expect(late.wait()).toEqual({ place: null, expectedMs: 25_000 });
    await vi.advanceTimersByTimeAsync(25_100);
    expect(outcomes.slice(10)).toEqual(['early: user-busy', 'late']);
  });

  test('who waits behind two poems of their own has no place and no time', async () => {
    const { ask } = bench({}, 100, 1000);
    const tickets = Array.from({ length: 3 }, (_, n) => ask(String(n), asker('u')));
    await vi.advanceTimersByTimeAsync(100);
    expect(tickets.map((ticket) => ticket.wait())).toEqual([null, null, { place: null, expectedMs: null }]);
  });

  test('who cancels waiting orders may have others wait instead', async () => {
    const { ask, outcomes } = bench({}, 100, 1000);
    const stop = new AbortController();
    for (const name of ['a', 'b']) ask(name, asker('u'));
    for (let n = 0; n < 5; n++) ask(String(n), asker('u'), stop);
    await vi.advanceTimersByTimeAsync(10);
    stop.abort(new Unavailable('deadline'));
    for (const name of ['c', 'd', 'e', 'f', 'g', 'h']) ask(name, asker('u'));
    await vi.advanceTimersByTimeAsync(0);
    expect(outcomes.sort()).toEqual([...[0, 1, 2, 3, 4].map((n) => `${n}: deadline`), 'h: user-busy']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(outcomes.slice(6).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  test('whose poem fails has the next one written within the same minute', async () => {
    const limits = { ...DEFAULT_LIMITS, userPerMinute: 1, deadlineMs: 150_000 };
    const admission = new Admission(limits, 10, () => 0);
    const { signal } = new AbortController();
    const fail = () =>
      new Promise<string>((_, reject) => setTimeout(() => reject(new Error('a fault')), 500));
    const first = admission.admit(asker('u'), signal, fail).done.catch((error) => error.message);
    const second = admission.admit(asker('u'), signal, () => Promise.resolve('a poem')).done;
    const third = admission.admit(asker('u'), signal, () => Promise.resolve('late'));
    await vi.advanceTimersByTimeAsync(1000);
    expect([await first, await second]).toEqual(['a fault', 'a poem']);
    expect(third.wait()).toEqual({ place: null, expectedMs: 59_000 });
  });

  test('who cancels an order for the next minute has the one behind it written then', async () => {
    const { ask, outcomes } = bench({ userPerMinute: 1, userRunning: 1, deadlineMs: 150_000 }, 100, 10);
    const stop = new AbortController();
    ask('first', asker('u'));
    await vi.advanceTimersByTimeAsync(1000);
    ask('cancelled', asker('u'), stop);
    const behind = ask('behind', asker('u'));
    await vi.advanceTimersByTimeAsync(1000);
    stop.abort(new Unavailable('cancelled'));
    await vi.advanceTimersByTimeAsync(0);
    expect(behind.wait()).toEqual({ place: null, expectedMs: 58_000 });
    await vi.advanceTimersByTimeAsync(58_100);
    expect(outcomes).toEqual(['first', 'cancelled: cancelled', 'behind']);
  });

  test('who cancels is answered at once, and the poem does not count', async () => {
    const { ask, outcomes } = bench({ userWaiting: 50, deadlineMs: 90_000 }, 100, 10);
    const stop = new AbortController();
    for (let n = 0; n < 10; n++) ask(String(n), asker('u'));
    for (let n = 10; n < 14; n++) ask(String(n), asker('u'), stop);
    await vi.advanceTimersByTimeAsync(1000);
    stop.abort(new Unavailable('cancelled'));
    await vi.advanceTimersByTimeAsync(0);
    expect(outcomes.slice(10)).toEqual(['10', '11', '12', '13'].map((name) => `${name}: cancelled`));
    await vi.advanceTimersByTimeAsync(60_000);
    for (let n = 20; n < 30; n++) ask(String(n), asker('u'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(outcomes).toHaveLength(24);
  });
});

describe('a guild', () => {
  test('has a number of poems per minute for all its users', async () => {
    const { ask, outcomes } = bench({ guildPerMinute: 6, deadlineMs: 90_000 }, 100, 10);
    for (let n = 0; n < 9; n++) ask(String(n), asker(`u${n}`, 'g'));
    ask('elsewhere', asker('w', 'h'));
    ask('alone', asker('x'));
    await vi.advanceTimersByTimeAsync(50_000);
    expect(outcomes).toHaveLength(8);
    expect(outcomes).toContain('elsewhere');
    expect(outcomes).toContain('alone');
    await vi.advanceTimersByTimeAsync(15_000);
    expect(outcomes).toHaveLength(11);
  });

  test('that has used them is told when there will be more, and its users keep theirs', async () => {
    const { ask, outcomes } = bench({ guildPerMinute: 2, userPerMinute: 1 }, 100, 10);
    for (let n = 0; n < 2; n++) ask(String(n), asker(`u${n}`, 'g'));
    await vi.advanceTimersByTimeAsync(10_000);
    const refusal = { code: 'guild-busy', retryMs: 50_000 };
    await expect(ask('refused', asker('v', 'g')).done).rejects.toMatchObject(refusal);
    ask('elsewhere', asker('v', 'h'));
    await vi.advanceTimersByTimeAsync(100);
    expect(outcomes).toEqual(['0', '1', 'refused: guild-busy', 'elsewhere']);
  });

  test('refuses the last of many simultaneous orders', async () => {
    const { ask, outcomes } = bench({ guildPerMinute: 3 }, 100, 10);
    for (let n = 0; n < 5; n++) ask(String(n), asker(`u${n}`, 'g'));
    await vi.advanceTimersByTimeAsync(100);
    expect(outcomes.sort()).toEqual(['0', '1', '2', '3: guild-busy', '4: guild-busy']);
  });
});

describe('an order without a poem does not count', () => {
  const FULL = new Unavailable('queue-full');

  /** Lets the only poem of the minute end with `outcome`. Returns the poem or the refusal of the next order. */
  async function afterwards(outcome: Error, stop = new AbortController()): Promise<string> {
    const admission = new Admission({ ...DEFAULT_LIMITS, userPerMinute: 1 }, 10, () => 0);
    const lost = admission.admit(asker('u'), stop.signal, () => Promise.reject(outcome)).done;
    await Promise.all([expect(lost).rejects.toBe(outcome), vi.advanceTimersByTimeAsync(10)]);
    const { signal } = new AbortController();
    const again = admission.admit(asker('u'), signal, () => Promise.resolve('a poem')).done;
    const told = again.catch((error) => error.code);
    await vi.advanceTimersByTimeAsync(10);
    return told;
  }

  test('if a place, the engine or the time was missing', async () => {
    expect(await afterwards(FULL)).toBe('a poem');
    expect(await afterwards(new Unavailable('breaker-open'))).toBe('a poem');
    expect(await afterwards(new Unavailable('deadline'))).toBe('a poem');
    expect(await afterwards(new Error('a fault'))).toBe('a poem');
  });

  test('unless the asker cancelled it', async () => {
    expect(await afterwards(new Unavailable('cancelled'))).toBe('user-busy');
  });

  test('and gives nothing to the next minute', async () => {
    const admission = new Admission({ ...DEFAULT_LIMITS, userPerMinute: 1 }, 10, () => 0);
    const { signal } = new AbortController();
    const slow = () => new Promise((_, reject) => setTimeout(() => reject(FULL), 50_000));
    await vi.advanceTimersByTimeAsync(20_000);
    admission.admit(asker('u'), signal, () => Promise.resolve()).done.catch(() => {});
    await vi.advanceTimersByTimeAsync(59_000);
    // This one starts in the user's second minute and fails in the third.
    await vi.advanceTimersByTimeAsync(2000);
    admission.admit(asker('u'), signal, slow).done.catch(() => {});
    await vi.advanceTimersByTimeAsync(70_000);
    const outcomes = [1, 2].map(
      () => admission.admit(asker('u'), signal, () => Promise.resolve('a poem')).done,
    );
    const told = Promise.all(outcomes.map((done) => done.catch((error) => error.code)));
    await vi.advanceTimersByTimeAsync(10);
    expect(await told).toEqual(['a poem', 'user-busy']);
  });
});

test('a poem whose user waits beyond the minute of the guild counts in the next minute of the guild', async () => {
  const { ask, outcomes } = bench({ userPerMinute: 1, guildPerMinute: 2, deadlineMs: 59_000 }, 100, 10);
  // The guild's first poem, and its minute, are two seconds older than the user's.
  ask('guild', asker('v', 'g'));
  await vi.advanceTimersByTimeAsync(2000);
  ask('first', asker('u', 'g'));
  await vi.advanceTimersByTimeAsync(2000);
  ask('second', asker('u', 'g'));
  // Now the guild's minute ends with nothing of it under way, then the user's.
  await vi.advanceTimersByTimeAsync(58_200);
  expect(outcomes).toEqual(['guild', 'first', 'second']);
  // Of the guild's new minute one poem is spent.
  for (const name of ['third', 'fourth']) ask(name, asker(name, 'g'));
  await vi.advanceTimersByTimeAsync(100);
  expect(outcomes.slice(3).sort()).toEqual(['fourth: guild-busy', 'third']);
});

describe('the batch', () => {
  test('runs a number of orders at a time, and its queue holds a number more', async () => {
    const { admission, ask, outcomes, most } = bench({ queue: 3 }, 2, 100);
    const tickets = Array.from({ length: 7 }, (_, n) => ask(String(n), asker(`u${n}`)));
    await vi.advanceTimersByTimeAsync(50);
    expect(outcomes).toEqual(['5: queue-full', '6: queue-full']);
    expect(tickets.map((ticket) => ticket.wait()?.place ?? null)).toEqual([null, null, 1, 2, 3, null, null]);
    expect(admission.waiting).toBe(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(outcomes.slice(2)).toEqual(['0', '1', '2', '3', '4']);
    expect(most()).toBe(2);
    expect(admission.waiting).toBe(0);
  });

  test('says when to try again', async () => {
    const { ask } = bench({ queue: 1 }, 1, 100);
    ask('a', OWNER);
    ask('b', OWNER);
    await expect(ask('c', asker('u')).done).rejects.toMatchObject({ code: 'queue-full', retryMs: 200 });
  });

  test('refuses no owner, however long the queue is', async () => {
    const { admission, ask, outcomes } = bench({ queue: 1 }, 1, 100);
    for (const name of ['a', 'b', 'c', 'd']) ask(name, OWNER);
    expect(admission.waiting).toBe(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(outcomes).toEqual(['a', 'b', 'c', 'd']);
  });

  test('serves owners first, without a limit of their own', async () => {
    const { ask, outcomes } = bench({}, 1, 10);
    ask('first', asker('u'));
    await vi.advanceTimersByTimeAsync(5);
    ask('user', asker('v'));
    await vi.advanceTimersByTimeAsync(2);
    for (let n = 0; n < 20; n++) ask(`owner ${n}`, OWNER);
    await vi.advanceTimersByTimeAsync(1000);
    expect(outcomes).toHaveLength(22);
    expect(outcomes[0]).toBe('first');
    expect(outcomes.at(-1)).toBe('user');
  });

  test('removes a cancelled order from the queue', async () => {
    const { admission, ask, outcomes } = bench({}, 1, 100);
    const stop = new AbortController();
    ask('a', OWNER);
    ask('b', OWNER, stop);
    const c = ask('c', OWNER);
    expect(c.wait()).toEqual({ place: 2, expectedMs: 200 });
    stop.abort(new Unavailable('deadline'));
    await vi.advanceTimersByTimeAsync(0);
    expect(c.wait()).toEqual({ place: 1, expectedMs: 100 });
    expect(admission.waiting).toBe(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(outcomes).toEqual(['b: deadline', 'a', 'c']);
  });

  test('gives the place of a failed order to the next', async () => {
    const admission = new Admission(DEFAULT_LIMITS, 1, () => 0);
    const { signal } = new AbortController();
    const failing = admission.admit(OWNER, signal, () => Promise.reject(new Error('no')));
    const next = admission.admit(OWNER, signal, () => Promise.resolve('yes'));
    await expect(failing.done).rejects.toThrow('no');
    await expect(next.done).resolves.toBe('yes');
  });
});

test('a clock that is set back by an hour keeps no user and no guild waiting', async () => {
  const { ask, outcomes } = bench({}, 100, 10);
  ask('before', asker('u', 'g'));
  await vi.advanceTimersByTimeAsync(1000);
  vi.setSystemTime(Date.now() - 3_600_000);
  ask('after', asker('u', 'g'));
  ask('neighbour', asker('v', 'g'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(outcomes.sort()).toEqual(['after', 'before', 'neighbour']);
});
