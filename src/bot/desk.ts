/** What the terminal's user has before them: the poem written last, and the lines that were offered for it. */

import type { OfferedLine } from './answer.ts';
import type { Mendable } from './mend.ts';

export interface Desk {
  poem: Mendable | null;
  offer: { readonly line: number; readonly lines: readonly OfferedLine[] } | null;
}
