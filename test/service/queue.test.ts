import { expect, test } from 'vitest';
import { Line } from '../../src/service/queue.ts';

function fill(line: Line, entered: string[], names: readonly string[], privileged = false) {
  return names.map((name) => line.join(privileged, () => entered.push(name)));
}

test('places are taken in turn and passed on', () => {
  const line = new Line(2, 3);
  const entered: string[] = [];
  const [, , third, fourth] = fill(line, entered, ['a', 'b', 'c', 'd']);
  expect(entered).toEqual(['a', 'b']);
  expect([third, fourth].map((each) => each && line.placeOf(each))).toEqual([1, 2]);
  line.leave();
  expect(entered).toEqual(['a', 'b', 'c']);
  expect(third && line.placeOf(third)).toBeNull();
  expect(fourth && line.placeOf(fourth)).toBe(1);
  line.leave();
  line.leave();
  line.leave();
  fill(line, entered, ['e', 'f', 'g']);
  expect(entered).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('the line is full when its places are taken and its limit waits', () => {
  const line = new Line(1, 1);
  const entered: string[] = [];
  expect(line.full).toBe(false);
  fill(line, entered, ['a']);
  expect(line.full).toBe(false);
  const [b] = fill(line, entered, ['b']);
  expect(line.full).toBe(true);
  if (b) line.quit(b);
  expect(line.full).toBe(false);
  expect(line.length).toBe(0);
  line.leave();
  expect(entered).toEqual(['a']);
});

test('the privileged pass the others but not each other', () => {
  const line = new Line(1, 9);
  const entered: string[] = [];
  fill(line, entered, ['a', 'b', 'c']);
  fill(line, entered, ['x', 'y'], true);
  fill(line, entered, ['d']);
  for (let i = 0; i < 6; i++) line.leave();
  expect(entered).toEqual(['a', 'x', 'y', 'b', 'c', 'd']);
});
