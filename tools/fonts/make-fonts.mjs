/**
 * `node tools/fonts/make-fonts.mjs`: makes the fonts of `assets/fonts` from packages of npm. Run it if a checkpoint has
 * another vocabulary; needs a build, and npm.
 *
 * The fonts are cut down because the packages are 100 MB, and because a font of 30,000 glyphs takes a second to load.
 * `kai.woff2` has the characters of the vocabulary in both scripts. The other files have those that are asked for
 * rarely, and are loaded when one is. `fonts.json` says which file has which characters.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toSimplified } from '../../dist/src/poetry/script.js';
import { ROOT } from '../build.mjs';

const { convert } = await import('fontverter');
const { Blob, Face } = await import('harfbuzzjs');
const { default: subsetFont } = await import('subset-font');

const OUT = join(ROOT, 'assets', 'fonts');
/** The brush-like hand of the cards, and the font for characters that it lacks. Both are under the OFL. */
const KAI = {
  source: '@fontsource/lxgw-wenkai@5.3.0',
  files: ['files/lxgw-wenkai-latin-500-normal.woff2'],
};
const SUNG = {
  source: 'chiron-sung-hk-webfont@1.0.24',
  files: ['kx_5', 'kx_7', 'kx_15']
    .map((slice) => `woff2/vf/t2/${slice}.woff2`)
    .concat('woff2/vf/t0/gf_85.woff2'),
};
/** What a card has besides hanzi: the marks of verse, the middle dot, and 〓, which stands for a missing character. */
const MARKS = '，。《》·〓';
const HAN = /^\p{Script=Han}$/u;

const folder = mkdtempSync(join(tmpdir(), 'shiren-fonts-'));
try {
  await makeFonts();
} finally {
  rmSync(folder, { recursive: true });
}

async function makeFonts() {
  const wanted = new Set([
    ...vocabulary().flatMap((hanzi) => [hanzi, toSimplified(hanzi)]),
    ...MARKS,
    ...'诗詩人',
  ]);
  const fonts = [];
  const [kai] = await read(KAI);
  fonts.push(await write('kai', kai, (character) => wanted.has(character)));
  fonts.push(await write('kai-rare', kai, (character) => !wanted.has(character) && HAN.test(character)));
  for (const [index, sung] of (await read(SUNG)).entries()) {
    const has = new Set(fonts.flatMap(({ characters }) => [...characters]));
    fonts.push(
      await write(`sung-${index + 1}`, sung, (character) => !has.has(character) && HAN.test(character)),
    );
  }
  writeFileSync(join(OUT, 'fonts.json'), `${JSON.stringify(fonts, null, 1)}\n`);
  const has = new Set(fonts.flatMap(({ characters }) => [...characters]));
  console.log(
    `Without a glyph: ${[...wanted].filter((character) => !has.has(character)).join('') || 'none'}`,
  );
}

function vocabulary() {
  const checkpoint = join(ROOT, 'checkpoints', 'tang');
  const file = readdirSync(checkpoint).find((name) => name.startsWith('vocabulary-'));
  return [...JSON.parse(readFileSync(join(checkpoint, file), 'utf8')).hanzi];
}

/** The files of a font in a package, unpacked to TrueType. */
async function read({ source, files }) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const archive = execFileSync(npm, ['pack', source, '--silent'], { cwd: folder, encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', archive], { cwd: folder });
  const fonts = [];
  for (const file of files) {
    const font = await convert(readFileSync(join(folder, 'package', file)), 'truetype');
    // The converter returns its own memory, which it uses again for the next font.
    fonts.push(Buffer.from(font));
  }
  return fonts;
}

/** Writes the characters of `font` that `isWanted` accepts, and returns the entry for fonts.json. */
async function write(name, font, isWanted) {
  const face = new Face(new Blob(font));
  const covered = [...face.collectUnicodes()].map((code) => String.fromCodePoint(code));
  const characters = covered.filter(isWanted).join('');
  const isVariable = 'wght' in face.getAxisInfos();
  const subset = await subsetFont(font, characters, {
    targetFormat: 'woff2',
    ...(isVariable ? { variationAxes: { wght: 500 } } : {}),
  });
  writeFileSync(join(OUT, `${name}.woff2`), subset);
  console.log(`${name}: ${[...characters].length} characters, ${subset.length} bytes`);
  return { name, file: `${name}.woff2`, characters };
}
