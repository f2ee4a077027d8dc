/** Every command, in the order in which people meet them. */

import type { Command } from './command.ts';
import { about } from './commands/about.ts';
import { acrostic } from './commands/acrostic.ts';
import { helpOn } from './commands/help.ts';
import { poem } from './commands/poem.ts';
import { reload } from './commands/reload.ts';

const EXPLAINED: readonly Command[] = [poem, acrostic, reload, about];

export const COMMANDS: readonly Command[] = [...EXPLAINED, helpOn(EXPLAINED)];
