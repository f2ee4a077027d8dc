/** The lines that were typed in the terminal, kept from one session to the next in a file of the user's. */

import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../../system/atomic-write.ts';

const MAX_LINES = 500;

/** Where the history is kept: in the folder for state of the XDG Base Directory Specification, or of Windows. */
export function historyFile(environment: NodeJS.ProcessEnv): string {
  const state = environment.XDG_STATE_HOME || environment.LOCALAPPDATA || join(homedir(), '.local', 'state');
  return join(state, 'shiren', 'history');
}

/** The lines of earlier sessions, the latest first. Empty if there are none that can be read. */
export async function readHistory(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).reverse().slice(0, MAX_LINES);
}

/** Keeps lines, the latest first. If the file cannot be written, they are lost: the terminal works without them. */
export async function keepHistory(file: string, lines: readonly string[]): Promise<void> {
  const text = [...lines].slice(0, MAX_LINES).reverse().join('\n');
  await mkdir(dirname(file), { recursive: true })
    .then(() => writeAtomically(file, `${text}\n`))
    .catch(() => {});
}
