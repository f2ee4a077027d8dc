/**
 * `npm run setup:tensorflow [-- --gpu] [-- --remove]`: TensorFlow where the installer of its npm package does not get
 * it. The C library comes out of the Python wheel, through pip, and the package's addon is compiled against it, all in
 * `.tensorflow/` beside node_modules; no folder of the system is touched. The folder appears under its name only once
 * it is whole and has proved itself.
 *
 * Exit codes, as sysexits has them: 0 done or nothing to do, 64 called wrongly, 69 what it needs is not to be had
 * here, 1 the build failed.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { argv, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readNvidia } from '../../src/engines/nvidia.ts';
import {
  ADDON_PACKAGE,
  findAddonPackage,
  type HomeManifest,
  projectRoot,
  readHomeManifest,
  SETUP_COMMAND,
  tensorflowHome,
} from '../../src/engines/tensorflow-home.ts';
import { printFailure } from '../../src/system/print-failure.ts';
import { compileAddon, installPackages, preludeHash } from './addon.ts';
import type { Proof } from './prove.ts';
import { gigabytes, survey } from './requirements.ts';
import { NotObtainable, SetupError } from './setup-error.ts';
import { run } from './subprocess.ts';
import { addCuda, chooseWheel, downloadWheel, TENSORFLOW_VERSION, unpackLibrary } from './wheel.ts';

function say(line: string): void {
  stdout.write(`${line}\n`);
}

/** Runs `prove.js` beside this file on an addon package. Throws {@link SetupError} with what it complained of. */
async function prove(folder: string): Promise<Proof> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const program = join(dirname(fileURLToPath(import.meta.url)), `prove.${extension}`);
  const result = await run(process.execPath, [program, folder]);
  if (result.code !== 0) {
    throw new SetupError(
      `TensorFlow was built and does not compute: ${result.errors.trim() || `exit ${result.code}`}`,
    );
  }
  return JSON.parse(result.output) as Proof;
}

/** The addon that is there already, if it is what would be built, computes, and on a GPU where one is asked for. */
async function proveExisting(root: string, gpu: boolean): Promise<Proof | null> {
  const folder = findAddonPackage(root);
  if (folder === null) return null;
  const manifest = readHomeManifest(tensorflowHome(root));
  const asNow = manifest?.tensorflow === TENSORFLOW_VERSION && manifest.prelude === (await preludeHash(root));
  if (manifest !== null && !asNow) return null;
  const proof = await prove(folder).catch(() => null);
  // Where CUDA's libraries are there and no card, building them again would change nothing.
  const suits = !gpu || proof?.gpu === true || manifest?.gpu === true;
  return suits ? proof : null;
}

/** What an earlier setup left when it was killed. Those of setups that still run are theirs. */
async function removeLeftovers(home: string): Promise<void> {
  const prefix = `${basename(home)}.`;
  for (const entry of await readdir(dirname(home))) {
    if (!entry.startsWith(prefix)) continue;
    if (!isRunning(Number(entry.slice(entry.lastIndexOf('-') + 1)))) {
      await rm(join(dirname(home), entry), { recursive: true, force: true });
    }
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function setUp(root: string, gpu: boolean): Promise<void> {
  const home = tensorflowHome(root);
  if (process.platform !== 'linux') {
    throw new NotObtainable(
      `TensorFlow's C library is published for Linux only, and this is ${process.platform}`,
      'ENGINE=webgpu uses the GPU here, ENGINE=wasm the processor; both come with npm ci',
    );
  }
  const existing = await proveExisting(root, gpu);
  if (existing !== null) {
    say(`Nothing to do: ${describe(existing)}.`);
    return;
  }

  const wheel = chooseWheel(process.arch, gpu);
  const { tools, missing } = await survey(wheel, root);
  if (missing.length > 0) {
    throw new NotObtainable(
      `the setup needs what is not here:\n${missing.map((part) => `  - ${part}`).join('\n')}`,
    );
  }
  if (gpu && (await readNvidia()) === null) {
    say('No NVIDIA card answers here (nvidia-smi): what is set up computes on the processor until one does.');
  }

  await removeLeftovers(home);
  const part = `${home}.part-${process.pid}`;
  try {
    await mkdir(part);
    const folder = join(part, 'node_modules', ADDON_PACKAGE);
    say(`1/4 ${ADDON_PACKAGE}, from the npm registry`);
    await installPackages(root, part);

    say(`2/4 ${wheel.project} ${wheel.version}, through pip: ${gigabytes(wheel.download)}`);
    const wheels = join(part, 'wheels');
    const archive = await downloadWheel(tools.python, wheel, wheels);
    const cuda = await unpackLibrary(tools.python, archive, join(folder, 'deps'));
    await rm(wheels, { recursive: true });
    if (gpu) await addCuda(tools.python, wheel, cuda, join(folder, 'deps'), say);

    say(`3/4 compiling the addon with ${tools.compiler}`);
    await compileAddon(tools.compiler, root, part);

    say('4/4 a matrix product to prove it');
    const proof = await prove(folder);
    if (gpu && !proof.gpu && (await readNvidia()) !== null) {
      throw new SetupError(
        'TensorFlow does not use the card that nvidia-smi shows',
        `its driver may be too old for CUDA 12`,
      );
    }
    const manifest: HomeManifest = {
      tensorflow: proof.version,
      wheel: basename(archive),
      addon: ADDON_PACKAGE,
      prelude: await preludeHash(root),
      gpu,
    };
    await writeFile(join(part, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await replace(home, part);
    say(`Done: ${describe(proof)}.`);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Puts the finished folder under its name; one that is there already steps aside first. */
async function replace(home: string, part: string): Promise<void> {
  const old = `${home}.old-${process.pid}`;
  if (existsSync(home)) await rename(home, old);
  await rename(part, home);
  await rm(old, { recursive: true, force: true });
}

async function remove(root: string): Promise<void> {
  const home = tensorflowHome(root);
  await removeLeftovers(home);
  if (!existsSync(home)) {
    say('Nothing to remove.');
    return;
  }
  // Gone under its name at once, however long the deletion takes.
  const old = `${home}.old-${process.pid}`;
  await rename(home, old);
  await rm(old, { recursive: true });
  say('Removed .tensorflow.');
}

function describe(proof: Proof): string {
  return `TensorFlow ${proof.version} computes on ${proof.device}, ${proof.gigaflops} GFLOP/s`;
}

/** The command's settings, or null where it was called wrongly. */
function settings(): { gpu: boolean; remove: boolean } | null {
  try {
    const { gpu, remove } = parseArgs({
      args: argv.slice(2),
      options: { gpu: { type: 'boolean', default: false }, remove: { type: 'boolean', default: false } },
    }).values;
    return { gpu, remove };
  } catch (error) {
    printFailure(`${(error as Error).message}\nUsage: ${SETUP_COMMAND} [-- --gpu | -- --remove]`);
    return null;
  }
}

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;

const wanted = settings();
if (wanted === null) exit(EXIT_USAGE);
try {
  const root = projectRoot();
  await (wanted.remove ? remove(root) : setUp(root, wanted.gpu));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  printFailure([error.message, error.remedy].filter((part) => part !== null).join('; '));
  exit(error instanceof NotObtainable ? EXIT_UNAVAILABLE : EXIT_FAILED);
}
