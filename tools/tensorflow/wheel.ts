/** TensorFlow's C library, taken out of its Python wheel: the only form in which it is published for current CUDA. */

import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotObtainable, SetupError } from './setup-error.ts';
import { run } from './subprocess.ts';

export interface Wheel {
  /** The Python package. */
  readonly project: string;
  readonly version: string;
  /** Of the one file that fits, checked by pip; null where the file was never seen, and its index vouches for it. */
  readonly sha256: string | null;
  /** The manylinux tag of the file. */
  readonly platform: string;
  readonly gpu: boolean;
  /** Bytes to download, CUDA included. */
  readonly download: number;
  /** Bytes of disk at the worst moment. */
  readonly disk: number;
}

/** TensorFlow's own version, which every wheel here shares. */
export const TENSORFLOW_VERSION = '2.21.0';
const MB = 1e6;

/** The wheel for a machine. Throws {@link NotObtainable} where none is published. */
export function chooseWheel(architecture: string, gpu: boolean): Wheel {
  if (architecture === 'x64' && !gpu) {
    return {
      project: 'tensorflow-cpu',
      version: TENSORFLOW_VERSION,
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      platform: 'manylinux_2_27_x86_64',
      gpu,
      download: 274 * MB,
      disk: 1_400 * MB,
    };
  }
  if (architecture === 'x64') {
    const platform = 'manylinux_2_27_x86_64';
    return {
      project: 'tensorflow',
      version: TENSORFLOW_VERSION,
      sha256: null,
      platform,
      gpu,
      download: 3_000 * MB,
      disk: 10_000 * MB,
    };
  }
  if (architecture === 'arm64' && !gpu) {
    const platform = 'manylinux_2_27_aarch64';
    return {
      project: 'tensorflow',
      version: TENSORFLOW_VERSION,
      sha256: null,
      platform,
      gpu,
      download: 280 * MB,
      disk: 1_500 * MB,
    };
  }
  throw new NotObtainable(
    gpu
      ? `TensorFlow with CUDA is published for x86-64 only, and this machine is ${architecture}`
      : `TensorFlow is published for x86-64 and arm64 only, and this machine is ${architecture}`,
  );
}

/** The wheel is for this Python whatever the one that runs pip is; nothing of Python in it is used. */
const PYTHON_TAGS = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];

/** Fetches one wheel into `folder` and gives its path. Throws {@link NotObtainable} with pip's last word. */
export async function downloadWheel(python: string, wheel: Wheel, folder: string): Promise<string> {
  const name = `${wheel.project}==${wheel.version}`;
  await download(python, name, [...PYTHON_TAGS, '--platform', wheel.platform], wheel.sha256, folder);
  const file = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (file === undefined) throw new SetupError(`pip fetched no wheel for ${name}`);
  return join(folder, file);
}

async function download(
  python: string,
  requirement: string,
  tags: readonly string[],
  sha256: string | null,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const wanted = join(folder, 'requirements.txt');
  await writeFile(wanted, sha256 === null ? requirement : `${requirement} --hash=sha256:${sha256}\n`);
  const result = await run(
    python,
    [
      ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir'],
      ...['--disable-pip-version-check', '--quiet', ...tags, '-d', folder, '-r', wanted],
    ],
    // pip builds the file up in the temporary folder, which is often a small memory disk.
    { env: { TMPDIR: folder } },
  );
  if (result.code !== 0) {
    const complaints = result.errors.split('\n').filter((line) => line.startsWith('ERROR'));
    throw new NotObtainable(
      `pip could not fetch ${requirement}: ${complaints.join(' ').replaceAll('ERROR: ', '') || result.errors.trim()}`,
      'PIP_INDEX_URL chooses another package index',
    );
  }
}

/** Reads a zip archive and writes the members whose names begin with one of the prefixes. */
const EXTRACT = `
import sys, zipfile
archive, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(archive) as wheel:
    names = [n for n in wheel.namelist() if n.startswith(tuple(prefixes))]
    wheel.extractall(folder, names)
print(len(names))
`;

async function extract(
  python: string,
  archive: string,
  folder: string,
  prefixes: readonly string[],
): Promise<void> {
  const result = await run(python, ['-c', EXTRACT, archive, folder, ...prefixes]);
  if (result.code !== 0 || Number(result.output) === 0) {
    throw new SetupError(
      `${archive} cannot be unpacked: ${result.errors.trim() || 'it has none of the files'}`,
    );
  }
}

const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** The headers that the addon includes, directly or not. */
const HEADERS = ['absl', 'tsl', 'xla/tsl', 'tensorflow/c', 'tensorflow/core/platform'];

/**
 * Lays a wheel's library out as the addon expects it: `deps/lib` (also under the names that it links) and
 * `deps/include`. Returns what the wheel requires for CUDA, as pip requirements.
 */
export async function unpackLibrary(python: string, archive: string, deps: string): Promise<string[]> {
  const raw = join(deps, 'wheel');
  await extract(python, archive, raw, [
    ...LIBRARIES.map((name) => `tensorflow/${name}`),
    ...HEADERS.map((name) => `tensorflow/include/${name}/`),
    `tensorflow-${TENSORFLOW_VERSION}.dist-info/METADATA`,
    `tensorflow_cpu-${TENSORFLOW_VERSION}.dist-info/METADATA`,
  ]);
  const lib = join(deps, 'lib');
  await mkdir(lib, { recursive: true });
  for (const name of LIBRARIES) await rename(join(raw, 'tensorflow', name), join(lib, name));
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
  await rename(join(raw, 'tensorflow/include'), join(deps, 'include'));

  const info = (await readdir(raw)).find((entry) => entry.endsWith('.dist-info'));
  if (info === undefined) throw new SetupError(`${archive} has no metadata`);
  const metadata = await readFile(join(raw, info, 'METADATA'), 'utf8');
  await rm(raw, { recursive: true });
  return cudaRequirements(metadata);
}

/** The NVIDIA packages among a wheel's requirements, without their conditions: `nvidia-cublas-cu12<13.0,>=12.5.3.2`. */
export function cudaRequirements(metadata: string): string[] {
  return [...metadata.matchAll(/^Requires-Dist: *(nvidia-[^;\n]+?) *(?:;|$)/gm)].map(([, name]) =>
    (name as string).replaceAll(/[() ]/g, ''),
  );
}

/**
 * NVIDIA marks each of its wheels for the oldest glibc that it runs on, and pip takes only tags that it is given: all
 * up to the one that the TensorFlow wheel needs itself.
 */
function cudaPlatforms(wheel: Wheel): string[] {
  const newest = Number(/_2_(\d+)_/.exec(wheel.platform)?.[1]);
  const tags = ['manylinux2014_x86_64', 'manylinux2010_x86_64', 'manylinux1_x86_64'];
  for (let minor = 5; minor <= newest; minor++) tags.unshift(`manylinux_2_${minor}_x86_64`);
  return tags;
}

/** Fetches CUDA's libraries and unpacks them to `deps/nvidia/<part>/lib`, one after another to spare the disk. */
export async function addCuda(
  python: string,
  wheel: Wheel,
  requirements: readonly string[],
  deps: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const folder = join(deps, 'wheels');
  const tags = ['--python-version', '3.11', ...cudaPlatforms(wheel).flatMap((tag) => ['--platform', tag])];
  for (const requirement of requirements) {
    onProgress(`  ${requirement}`);
    await download(python, requirement, tags, null, folder);
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.whl')) continue;
      await extract(python, join(folder, file), deps, ['nvidia/']);
      await rm(join(folder, file));
    }
  }
  await rm(folder, { recursive: true, force: true });
}
