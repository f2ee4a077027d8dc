/**
 * `npm run synthetic`: poems that language models write, for the network to learn from. It writes sheets of requests for
 * writers, and makes a corpus file of what they answer. docs/decisions/49 says why.
 */

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { count, runCommand, UsageError } from '../../cli/command.ts';
import { Random } from '../../model/random.ts';
import { writeAtomically } from '../../system/atomic-write.ts';
import { buildPretrainingCorpus, type SourceText } from '../corpus/build.ts';
import { CORPUS_PATH, readCorpus, SONG_PATH, SYNTHETIC_PATH, writeCorpus } from '../corpus/corpus.ts';
import { tableOf } from '../corpus/table.ts';
import { drawWritingRequests, type WritingRequest } from '../synthetic/requests.ts';
import { AUTHOR, layOutWritingSheet, readWrittenPoems, SheetError } from '../synthetic/sheet.ts';

const HELP = `npm run synthetic -- --write DIR [--sheets N] [--requests N] [--seed N]
npm run synthetic -- --collect DIR... [--out FILE]

  --write DIR      write sheets of requests for writers (sheet-1.md, …) and their keys (key-1.json, …) to a folder
  --sheets N       sheets, each for one writer (default: 8)
  --requests N     requests on each sheet (default: 150)
  --seed N         the seed of the requests (default: 1)
  --collect DIR... read the keys there, and what each writer wrote (poems-1.txt, …); sheets without poems are left out
  --out FILE       the corpus file to write (default: ${SYNTHETIC_PATH})

Poems that repeat each other, a poem of the corpus, or a line of what the corpus holds out are dropped.`;

/** What a key has. */
interface SheetKey {
  readonly format: 'shiren-writing-key';
  readonly version: 1;
  readonly requests: readonly WritingRequest[];
}

await runCommand(async () => {
  const { values, positionals: more } = parseArgs({
    allowPositionals: true,
    options: {
      write: { type: 'string' },
      collect: { type: 'string' },
      out: { type: 'string', default: SYNTHETIC_PATH },
      sheets: { type: 'string', default: '8' },
      requests: { type: 'string', default: '150' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
  } else if (values.collect) {
    await collect([values.collect, ...more], values.out);
  } else if (more.length > 0) {
    throw new UsageError(`${more[0]} is given without --collect\n\n${HELP}`);
  } else if (values.write) {
    await write(values.write, {
      sheets: count('sheets', values.sheets),
      requests: count('requests', values.requests),
      seed: count('seed', values.seed),
    });
  } else {
    throw new UsageError(`--write or --collect is needed\n\n${HELP}`);
  }
});

async function write(
  folder: string,
  { sheets, requests, seed }: { readonly sheets: number; readonly requests: number; readonly seed: number },
): Promise<void> {
  const corpora = await Promise.all([readCorpus(CORPUS_PATH), readCorpus(SONG_PATH)]);
  const poems = corpora.flatMap((corpus) => corpus.poems);
  const drawn = drawWritingRequests(poems, sheets * requests, new Random(seed));
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < sheets; n++) {
    const own = drawn.slice(n * requests, (n + 1) * requests);
    const key: SheetKey = { format: 'shiren-writing-key', version: 1, requests: own };
    await writeAtomically(join(folder, `sheet-${n + 1}.md`), layOutWritingSheet(own));
    await writeAtomically(join(folder, `key-${n + 1}.json`), `${JSON.stringify(key, null, 1)}\n`);
  }
  console.log(
    `wrote ${drawn.length} requests on ${sheets} sheets to ${folder}; a writer gets one sheet alone, and writes poems-N.txt`,
  );
}

async function collect(folders: readonly string[], out: string): Promise<void> {
  const corpus = await readCorpus(CORPUS_PATH);
  const sources: SourceText[] = [];
  for (const folder of folders) sources.push(...(await readFolder(folder)));
  if (sources.length === 0)
    throw new SheetError(`${folders.join(', ')}: nothing was written for the sheets there.`);
  const { poems, tally } = buildPretrainingCorpus(sources, corpus.poems);
  const hash = await writeCorpus(poems, AUTHOR, out);
  console.log(`${out}\nsha256 ${hash}\n\n${tableOf(tally)}`);
}

/** The poems for the sheets of a folder. Unusable ones are reported on standard error. */
async function readFolder(folder: string): Promise<SourceText[]> {
  const files = new Set(await filesOf(folder));
  const numbers = [...files].flatMap((file) => /^key-(\d+)\.json$/u.exec(file)?.[1] ?? []);
  if (numbers.length === 0) throw new SheetError(`${folder} has no keys of writing sheets.`);
  const sources: SourceText[] = [];
  for (const number of numbers.sort((a, b) => Number(a) - Number(b))) {
    const file = `poems-${number}.txt`;
    if (!files.has(file)) continue;
    const { requests } = parseKey(await readText(join(folder, `key-${number}.json`)), `key-${number}.json`);
    const { poems, unusable } = readWrittenPoems(requests, await readText(join(folder, file)), file);
    if (unusable.length > 0)
      console.error(`${join(folder, file)}: no poem in its form for ${unusable.join(', ')}`);
    sources.push(...poems);
  }
  return sources;
}

function parseKey(text: string, file: string): SheetKey {
  try {
    const key = JSON.parse(text) as SheetKey;
    if (key.format === 'shiren-writing-key' && key.version === 1) return key;
  } catch {
    // Said below.
  }
  throw new SheetError(`${file} is not the key of a writing sheet.`);
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    throw new SheetError(`${folder} cannot be read.`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new SheetError(`${file} cannot be read.`);
  }
}
