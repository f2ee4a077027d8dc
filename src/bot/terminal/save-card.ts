/** Writes a picture card to a file, and says where it is. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeAtomically } from '../../system/atomic-write.ts';
import type { Answer } from '../answer.ts';
import type { CommandContext } from '../command.ts';
import { say } from '../locale.ts';

/** The lines that say what became of the answer's card; none if it has no card. */
export async function saveCard(
  answer: Answer,
  { locale }: Pick<CommandContext, 'locale'>,
): Promise<readonly string[]> {
  if (answer.kind === 'poem' && answer.notice !== undefined) return [`! ${answer.notice}`];
  if (!('picture' in answer) || answer.picture === undefined) return [];
  const { picture } = answer;
  const { seed } = 'poem' in answer ? answer.poem.spec : answer.spec;
  const file = picture.file === null ? unusedFile(`poem-${seed}`) : resolve(picture.file);
  try {
    await writeAtomically(file, picture.png);
    return [say(locale, 'card-saved', { file })];
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return [`! ${say(locale, 'card-not-saved', { file, reason })}`];
  }
}

/** NAME.png in the current folder, or NAME-2.png and so on: a picture that nobody named replaces no other. */
function unusedFile(name: string): string {
  for (let n = 1; ; n++) {
    const file = resolve(n === 1 ? `${name}.png` : `${name}-${n}.png`);
    if (!existsSync(file)) return file;
  }
}
