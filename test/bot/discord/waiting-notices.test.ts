import { expect, onTestFinished, test, vi } from 'vitest';
import { WaitingNotices } from '../../../src/bot/discord/waiting-notices.ts';

test.each([
  [4, 2500, 'You are number 4 in the queue, about 3 s to go.'],
  [4, null, 'You are number 4 in the queue.'],
  [null, 25_000, 'A limit has been reached. Your poem starts in about 25 s.'],
  [null, null, 'Your poem starts when the ones before it are finished.'],
])('place %s and an expected wait of %s ms have their own sentence', async (place, expectedMs, sentence) => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const shown: unknown[] = [];
  const edit = async (message: unknown) => {
    shown.push(message);
  };
  const notices = new WaitingNotices({ edit }, 'en-US', Promise.resolve());
  vi.advanceTimersByTime(2000);
  notices.onWaiting(place, expectedMs);
  await notices.end();
  expect(JSON.stringify(shown)).toContain(sentence);
});

test('nothing is shown after the end, which would cover the answer', async () => {
  const shown: unknown[] = [];
  const edit = async (message: unknown) => {
    shown.push(message);
  };
  const notices = new WaitingNotices({ edit }, 'en-US', Promise.resolve());
  const ended = notices.end();
  notices.onWaiting(1, 5_000);
  await ended;
  notices.onWaiting(1, 5_000);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(shown).toEqual([]);
});
