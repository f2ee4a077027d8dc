/**
 * The custom ids of the buttons under a couplet. They hold what the lines were written to, so that the buttons work after
 * a restart. They are not signed: whoever forged one could only ask for what /couplet gives them anyway.
 */

import { MOODS, SCRIPTS } from '../../poetry/request.ts';
import type { CoupletSpec } from '../answer.ts';

export interface CoupletButton {
  readonly action: 'again' | 'card' | `take-${number}`;
  readonly spec: CoupletSpec;
  /** The id of the user whose couplet it is. */
  readonly asker: string;
}

export function coupletId({ action, spec, asker }: CoupletButton): string {
  const script = spec.script === null ? '-' : spec.script;
  return ['couplet', action, asker, spec.seed, spec.mood, script, spec.first].join(' ');
}

const ID = /^couplet (again|card|take-[0-2]) (\d{1,20}) (\d{1,10}) (\w+) ([\w-]+) (\S{1,40})$/u;

/** Null if the id is of another button. */
export function readCoupletId(id: string): CoupletButton | null {
  const [, action, asker, seed, mood, script, first] = ID.exec(id) ?? [];
  const known = MOODS.find((name) => name === mood);
  if (action === undefined || asker === undefined || first === undefined || known === undefined) return null;
  const spec = {
    first,
    mood: known,
    seed: Number(seed) >>> 0,
    script: SCRIPTS.find((name) => name === script) ?? null,
  };
  return { action: action as CoupletButton['action'], spec, asker };
}
