/** The list of all commands, in the order in which Discord and /help show them. */

import type { Command } from './command.ts';
import { about } from './commands/about.ts';
import { acrostic } from './commands/acrostic.ts';
import { check } from './commands/check.ts';
import { couplet } from './commands/couplet.ts';
import { dailyOff, dailySet, dailyShow } from './commands/daily.ts';
import { favorites } from './commands/favorites.ts';
import { helpFor } from './commands/help.ts';
import { mend } from './commands/mend.ts';
import { poem } from './commands/poem.ts';
import { forgetMe, privacy } from './commands/privacy.ts';
import { reload } from './commands/reload.ts';

/** Every command but /help itself. */
const DOCUMENTED: readonly Command[] = [
  poem,
  acrostic,
  couplet,
  mend,
  check,
  favorites,
  dailySet,
  dailyShow,
  dailyOff,
  privacy,
  forgetMe,
  reload,
  about,
];

export const COMMANDS: readonly Command[] = [...DOCUMENTED, helpFor(DOCUMENTED)];
