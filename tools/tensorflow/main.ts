/**
 * `npm run setup:tensorflow [-- --gpu] [-- --remove]`: installs TensorFlow on machines where the installer of its npm
 * package fails. It takes the C library out of the Python wheel, which pip downloads, and compiles the package's addon
 * against it. Everything is in `.tensorflow/`, next to node_modules; no folder of the system changes. The folder gets
 * this name only when it is complete and has passed a test.
 *
 * Exit codes, as in sysexits.h: 0 done or nothing to do, 64 wrong usage, 69 something that it needs is not available,
 * 1 the build failed.
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
  readHomeManifest,
  SETUP_COMMAND,
  tensorflowHome,
} from '../../src/engines/tensorflow-home.ts';
import { repositoryRoot } from '../../src/system/package-root.ts';
import { printFailure } from '../../src/system/print-failure.ts';
import { compileAddon, installPackages, preludeHash } from './addon.ts';
import type { Proof } from './prove.ts';
import { checkRequirements, gigabytes, type Tools } from './requirements.ts';
import { NotObtainable, SetupError } from './setup-error.ts';
import { run } from './subprocess.ts';
import {
  addCuda,
  chooseWheel,
  downloadWheel,
  TENSORFLOW_VERSION,
  unpackLibrary,
  type Wheel,
} from './wheel.ts';

function say(line: string): void {
  stdout.write(`${line}\n`);
}

/** Runs `prove.js` on an addon package. Throws {@link SetupError} with its error message. */
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

/**
 * Tests the addon that is already installed. Null if there is none, if it fails, if the setup would build another version
 * now, or if it has no support for a GPU and `gpu` is set.
 */
async function proveExisting(root: string, gpu: boolean): Promise<Proof | null> {
  const folder = findAddonPackage(root);
  if (folder === null) return null;
  const manifest = readHomeManifest(tensorflowHome(root));
  const isCurrent =
    manifest?.tensorflow === TENSORFLOW_VERSION && manifest.prelude === (await preludeHash(root));
  if (manifest !== null && !isCurrent) return null;
  const proof = await prove(folder).catch(() => null);
  // If CUDA's libraries are installed and the machine has no card, another build would change nothing.
  const suits = !gpu || proof?.gpu === true || manifest?.gpu === true;
  return suits ? proof : null;
}

/** Removes the temporary folders of setups that were killed. Keeps those of setups that still run. */
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
  const { tools, missing } = await checkRequirements(wheel, root);
  if (missing.length > 0) {
    throw new NotObtainable(
      `the setup cannot start, because these are missing:\n${missing.map((part) => `  - ${part}`).join('\n')}`,
    );
  }
  if (gpu && (await readNvidia()) === null) {
    say('nvidia-smi finds no NVIDIA card. TensorFlow will compute on the processor until there is one.');
  }

  await removeLeftovers(home);
  const part = `${home}.part-${process.pid}`;
  try {
    await mkdir(part);
    const proof = await build(root, part, wheel, tools);
    await replace(home, part);
    say(`Done: ${describe(proof)}.`);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Builds the whole TensorFlow folder in `part`, and tests it. */
async function build(root: string, part: string, wheel: Wheel, tools: Tools): Promise<Proof> {
  const { gpu } = wheel;
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

  say('4/4 testing it with a matrix product');
  const proof = await prove(folder);
  if (gpu && !proof.gpu && (await readNvidia()) !== null) {
    throw new SetupError(
      'TensorFlow does not use the card that nvidia-smi shows',
      'its driver may be too old for CUDA 12',
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
  return proof;
}

/** Renames the finished folder to its final name. An older folder of this name is renamed first, and then removed. */
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
  // Deleting takes a while. After the rename, no program finds the folder any more.
  const old = `${home}.old-${process.pid}`;
  await rename(home, old);
  await rm(old, { recursive: true });
  say('Removed .tensorflow.');
}

function describe(proof: Proof): string {
  return `TensorFlow ${proof.version} computes on ${proof.device}, ${proof.gigaflops} GFLOP/s`;
}

const HELP = `${SETUP_COMMAND} [-- --gpu | -- --remove]

  Installs TensorFlow, which trains several times as fast as what npm installs, into .tensorflow/. Nothing else changes.
  It needs pip and a C++ compiler, and says so if they are missing.

  --gpu      with CUDA, for an NVIDIA graphics card
  --remove   remove it again`;

/** The options of the command line. Null if they are wrong. */
function settings(): { gpu: boolean; remove: boolean; help: boolean } | null {
  try {
    const { gpu, remove, help } = parseArgs({
      args: argv.slice(2),
      options: {
        gpu: { type: 'boolean', default: false },
        remove: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
    return { gpu, remove, help };
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
if (wanted.help) {
  say(HELP);
  exit(0);
}
try {
  const root = repositoryRoot();
  await (wanted.remove ? remove(root) : setUp(root, wanted.gpu));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  printFailure([error.message, error.remedy].filter((part) => part !== null).join('; '));
  exit(error instanceof NotObtainable ? EXIT_UNAVAILABLE : EXIT_FAILED);
}
