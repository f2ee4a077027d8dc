/** Plans, and what a cursor allows in them. */

import { compilePlan } from '../../src/poetry/compile.ts';
import type { PlanCursor } from '../../src/poetry/cursor.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import type { AcrosticRequest, PoemRequest } from '../../src/poetry/request.ts';
import type { SlotConstraint } from '../../src/poetry/slot-constraint.ts';

export const poem = (opening: string, wishes: Partial<PoemRequest> = {}): VersePlan =>
  compilePlan({ kind: 'poem', opening, form: 'qijue', title: '', meter: 'strict', rhyme: 'auto', ...wishes });

export const acrostic = (heads: string, wishes: Partial<AcrosticRequest> = {}): VersePlan =>
  compilePlan({ kind: 'acrostic', title: '', heads, length: 7, meter: 'strict', rhyme: 'auto', ...wishes });

/** What the cursor's slot allows. The slot must not be a given one. */
export function constraintOf(cursor: PlanCursor): SlotConstraint {
  const constraint = cursor.constraint();
  if (constraint === null) throw new Error('the slot has no constraint');
  return constraint;
}
