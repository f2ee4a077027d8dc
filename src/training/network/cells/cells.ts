/** The recurrent cells by name. A new cell also needs an entry in `CELL_WEIGHTS`, and its gates in the kernels' `gates.ts`. */

import type { CellName } from '../../../model/architecture.ts';
import type { Cell } from './cell.ts';
import { gru } from './gru.ts';
import { lstm } from './lstm.ts';
import { rnn } from './rnn.ts';

export const CELLS: { readonly [name in CellName]: Cell } = { lstm, gru, rnn };
