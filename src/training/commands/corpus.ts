import { dirname } from 'node:path';
import { buildCorpus } from '../corpus/build.ts';
import { CORPUS_PATH, writeCorpus } from '../corpus/corpus.ts';
import { fetchPackage, PACKAGE, readPackage } from '../corpus/package.ts';

const tarball = await fetchPackage(dirname(CORPUS_PATH), (line) => console.error(line));
console.time('read');
const sources = await readPackage(tarball);
console.timeEnd('read');
console.time('build');
const { poems, tally } = buildCorpus(sources);
console.timeEnd('build');
console.log(tally, poems.length);
console.log(await writeCorpus(poems, PACKAGE));
