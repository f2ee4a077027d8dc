import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SuspectGate } from '../../src/fleet/suspect-gate.ts';

it('a suspect runs alone, and the others in their order', async () => {
  const gate = new SuspectGate();
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const enter = async (name: string, alone: boolean) => {
    const left = await gate.enter(alone);
    inside.push(name);
    leave.set(name, () => {
      inside.splice(inside.indexOf(name), 1);
      left();
    });
  };
  for (const name of ['a', 'b']) void enter(name, false);
  void enter('suspect', true);
  void enter('c', false);
  void enter('second suspect', true);
  await turn();
  expect(inside).toEqual(['a', 'b']);
  leave.get('a')?.();
  await turn();
  expect(inside).toEqual(['b']);
  leave.get('b')?.();
  await turn();
  expect(inside).toEqual(['suspect']);
  leave.get('suspect')?.();
  await turn();
  expect(inside).toEqual(['c']);
  leave.get('c')?.();
  await turn();
  expect(inside).toEqual(['second suspect']);
});
