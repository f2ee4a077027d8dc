import { expect, test } from 'vitest';
import { seedDrawer } from '../../src/bot/seed.ts';
import type { EngineStatus } from '../../src/service/inference.ts';
import { FIRST_QUICK_SEED } from '../../src/service/quick-seed.ts';

const isQuick = (seed: number) => seed >= FIRST_QUICK_SEED;

function drawer(load: { running: number; waiting: number; engines?: readonly EngineStatus[] }) {
  const clock = { ms: 0 };
  return {
    clock,
    draw: seedDrawer(
      () => load,
      () => clock.ms,
    ),
  };
}

test('a service that is not busy gets seeds of at most six digits, which differ', () => {
  const { clock, draw } = drawer({ running: 1, waiting: 1 });
  const seeds = Array.from({ length: 50 }, () => {
    clock.ms += 5000;
    return draw();
  });
  expect(seeds.some(isQuick)).toBe(false);
  expect(new Set(seeds).size).toBeGreaterThan(45);
});

test('a busy service gets quick seeds of seven digits', () => {
  for (const load of [
    { running: 3, waiting: 0 },
    { running: 0, waiting: 3 },
  ]) {
    const seed = drawer(load).draw();
    expect(isQuick(seed)).toBe(true);
    expect(String(seed)).toHaveLength(7);
  }
});

test('requests of one moment count each other, although none is ordered yet', () => {
  const { clock, draw } = drawer({ running: 0, waiting: 0 });
  const seeds = Array.from({ length: 100 }, () => draw());
  expect(seeds.slice(0, 3).some(isQuick)).toBe(false);
  expect(seeds.slice(3).every(isQuick)).toBe(true);
  clock.ms += 2000;
  expect(isQuick(draw())).toBe(false);
});

test('several engines can do more', () => {
  const engine: EngineStatus = {
    id: 'a',
    engine: { name: 'wasm', device: '', version: '' },
    checkpoint: 'tang',
    running: 4,
    poems: 0,
  };
  const { draw } = drawer({ running: 4, waiting: 0, engines: [engine, { ...engine, id: 'b' }] });
  expect(isQuick(draw())).toBe(false);
});
