/**
 * A sheet of poems for blind readers, and the key that says who wrote which.
 *
 * A group holds one poem of each side, in the same form and for the same wish, in an order drawn from a seed. A
 * reader sees the sheet alone.
 */

import { Random } from '../../model/random.ts';

/** What a reader gives a poem, 1 to 5 in half points. */
export const SCALES = ['fluency', 'coherence', 'meaning', 'poetry', 'freshness', 'overall'] as const;
export type Scale = (typeof SCALES)[number];

/** One poem of one side. */
export interface SheetPoem {
  /** Who wrote it: `people`, or a checkpoint and mood. */
  readonly side: string;
  /** Null if the poem has none. */
  readonly title: string | null;
  /** Verse lines with their marks, as a user sees them. */
  readonly lines: readonly string[];
}

/** Poems that were written for one wish, one a side. */
export interface SheetGroup {
  /** The wish in words that give no side away: `七绝`. */
  readonly wish: string;
  readonly poems: readonly SheetPoem[];
}

/** Says which side wrote the poem of a number. */
export interface SheetKey {
  readonly format: 'shiren-sheet-key';
  readonly version: 1;
  readonly seed: number;
  readonly poems: readonly { readonly number: number; readonly group: number; readonly side: string }[];
}

const INSTRUCTIONS = `# A sheet of poems

You read classical Chinese. Some of these poems are old, some are not; nobody tells you which. Poems of one group
answer the same wish. Read each poem on its own, then give it a score from 1 to 5, in half points, on each scale:

- fluency: real words, real grammar
- coherence: the lines belong together, turn and close
- meaning: it can be understood, and it is felt
- poetry: images, sound, what is left unsaid
- freshness: not a string of worn phrases
- overall: 5 a fine Tang poem, 3 a passable imitation, 1 word salad

Write one line for each poem, with its number first, in a file of your own:

    number,${SCALES.join(',')}
    1,3.5,3,3,2.5,3,3

Faults go into lines that begin with \`#\`: the number and the words.
`;

/** The sheet as Markdown, and its key. Poems are numbered from 1 over all groups. */
export function layOutSheet(groups: readonly SheetGroup[], seed: number): { sheet: string; key: SheetKey } {
  const random = new Random(seed);
  const parts = [INSTRUCTIONS];
  const poems: { number: number; group: number; side: string }[] = [];
  for (const [i, group] of random.shuffle([...groups]).entries()) {
    parts.push(`## Group ${i + 1}: ${group.wish}\n`);
    for (const poem of random.shuffle([...group.poems])) {
      const number = poems.length + 1;
      poems.push({ number, group: i + 1, side: poem.side });
      const title = poem.title ? `《${poem.title}》\n` : '';
      parts.push(`### ${number}\n\n\`\`\`\n${title}${poem.lines.join('\n')}\n\`\`\`\n`);
    }
  }
  return { sheet: parts.join('\n'), key: { format: 'shiren-sheet-key', version: 1, seed, poems } };
}
