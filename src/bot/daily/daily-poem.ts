/**
 * The poem of one day in one server. Its seed follows from both, so it is the same poem in every process that writes it
 * with the same checkpoint and engine.
 */

import { createHash } from 'node:crypto';
import { readTitle } from '../../poetry/compile.ts';
import type { FormName } from '../../poetry/form.ts';
import type { PoemSpec } from '../answer.ts';
import { dayTheme } from './day-theme.ts';

/** The buttons under a daily poem belong to nobody: whoever presses one gets a message of their own. */
export const NOBODY = '0';

/** The form of a server that has chosen none. */
export const DEFAULT_FORM: FormName = 'qijue';

export interface DailyPoem {
  readonly form: FormName;
  /** Empty for a theme of the season. */
  readonly theme: string;
}

export function dailySpec(guild: string, day: string, { form, theme }: DailyPoem): PoemSpec {
  return {
    request: {
      kind: 'poem',
      opening: '',
      title: readTitle(dayTheme(day, theme).title),
      form,
      meter: 'strict',
      rhyme: 'auto',
    },
    mood: 'free',
    seed: digest(guild, day).readUInt32BE(0) % 1_000_000,
    script: null,
  };
}

/** A text of at most 25 characters that only this poem has. */
export function dailyNonce(guild: string, day: string): string {
  return digest(guild, day).toString('hex', 4, 16);
}

function digest(guild: string, day: string): Buffer {
  return createHash('sha256').update(`${guild} ${day}`).digest();
}
