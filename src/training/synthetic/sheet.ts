/** Sheets of requests for writers, and the poems that they answer with. */

import { FORMS } from '../../poetry/form.ts';
import { verseLines } from '../../poetry/verse-lines.ts';
import { OperatorError } from '../../system/operator-error.ts';
import type { SourceText } from '../corpus/build.ts';
import { type WritingRequest, wordsOf } from './requests.ts';

/** The author in the corpus of synthetic poems. */
export const AUTHOR = 'language model';

/** A sheet or its answers cannot be read. The message is a full sentence for the operator. */
export class SheetError extends OperatorError {
  override name = 'SheetError';
}

const INSTRUCTIONS = `# Poems to write

You are a poet of the Tang: you write regulated verse (近體詩) that a careful reader finds clear, coherent, fresh and moving.
Each request below has a number, a form, a 《title》, and sometimes 首二字, two characters that the poem must begin with.
Some have 藏頭 instead of a title: the four lines must begin with these characters in this order, in traditional script. The
poem must make sense as a whole, and speak of what the phrase says if it can. Write one new poem of your own for every
request, in order.

- 五絕 has 4 lines of 5, 七絕 4 lines of 7, 五律 8 lines of 5, 七律 8 lines of 7. Count the characters of each line.
- Traditional script. A level rhyme of 平水韻 at the end of each even line; tones as regular as sense permits.
- Sense first. A poem says one thing about its title: one place, one season, one time of day. Each couplet follows from the
  one before; the third line, or the third couplet, turns; the end lands on something. Every group of two or three
  characters is a word or a natural phrase of classical Chinese. In 律詩 the two middle couplets are parallel.
- Concrete and particular, no stock filler such as 惆悵, 不知何處, 悠悠, and not the same images in poem after poem. Plain,
  common characters.
- No lines of known poems. Write from your own head: no program that composes, no other file.

Write one poem a line into a file of your own, its number first, with ， after odd lines and 。 after even lines. The title
is left out, but an acrostic gets a short title of your own, which is not the phrase itself:

    1 前度離歌唱未終，今朝又解驛亭驄。渡頭折盡長條柳，只把空鞭指去鴻。
    2 《秋興》……，……。……，……。
`;

/** The sheet as Markdown. Requests count from 1. */
export function layOutWritingSheet(requests: readonly WritingRequest[]): string {
  const rows = requests.map((request, i) => `${i + 1} ${wordsOf(request)}`);
  return `${INSTRUCTIONS}\n## Requests\n\n${rows.join('\n')}\n`;
}

/** The poems of a writer, and the numbers of the requests that have none in their form. */
export interface WrittenPoems {
  readonly poems: readonly SourceText[];
  readonly unusable: readonly number[];
}

/**
 * Reads the poems that a writer wrote for `requests`. `file` is for messages. Throws a {@link SheetError} if a row is no
 * poem or answers no request.
 */
export function readWrittenPoems(
  requests: readonly WritingRequest[],
  text: string,
  file: string,
): WrittenPoems {
  const answers = new Map<number, { readonly title: string; readonly text: string }>();
  for (const [i, line] of text.split(/\r?\n/u).entries()) {
    if (line.trim() === '') continue;
    const [, digits, title = '', poem] = /^(\d+)[\s.、]+(?:《(.*?)》\s*)?(\S+)$/u.exec(line.trim()) ?? [];
    const number = Number(digits);
    if (!poem) throw new SheetError(`${file}, line ${i + 1}: this is not a poem with its number in front.`);
    if (!requests[number - 1])
      throw new SheetError(`${file}, line ${i + 1}: the sheet has no request ${number}.`);
    if (answers.has(number)) throw new SheetError(`${file}: request ${number} is answered twice.`);
    answers.set(number, { title, text: poem });
  }
  const poems: SourceText[] = [];
  const unusable: number[] = [];
  for (const [i, request] of requests.entries()) {
    const answer = answers.get(i + 1);
    const title = request.title || answer?.title;
    if (answer && title && fits(answer.text, request))
      poems.push({ title, author: AUTHOR, text: answer.text });
    else unusable.push(i + 1);
  }
  return { poems, unusable };
}

/** Whether a poem has the lines of its form. */
function fits(text: string, { form }: WritingRequest): boolean {
  const lines = verseLines(text);
  return lines.length === FORMS[form].lines && lines.every((line) => [...line].length === FORMS[form].length);
}
