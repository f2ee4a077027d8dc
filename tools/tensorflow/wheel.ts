/** Gets TensorFlow's C library out of its Python wheel. For current versions of CUDA, it is published in no other form. */

import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotObtainable, SetupError } from './setup-error.ts';
import { run } from './subprocess.ts';

export interface Wheel {
  /** Name of the Python package. */
  readonly project: string;
  readonly version: string;
  /** Checksum of the one file that fits. pip checks it. If it is null, pip uses the checksum of the package index. */
  readonly sha256: string | null;
  /** The manylinux tag of the file. */
  readonly platform: string;
  readonly gpu: boolean;
  /** Bytes to download, with CUDA. */
  readonly download: number;
  /** The most bytes of disk that the setup uses at once. */
  readonly disk: number;
}

/** The version of TensorFlow in every wheel. */
export const TENSORFLOW_VERSION = '2.21.0';
const MB = 1e6;

/** The published wheels. */
const WHEELS: readonly (Wheel & { readonly architecture: string })[] = [
  {
    architecture: 'x64',
    project: 'tensorflow-cpu',
    version: TENSORFLOW_VERSION,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    platform: 'manylinux_2_27_x86_64',
    gpu: false,
    download: 274 * MB,
    disk: 1_400 * MB,
  },
  {
    architecture: 'x64',
    project: 'tensorflow',
    version: TENSORFLOW_VERSION,
    sha256: null,
    platform: 'manylinux_2_27_x86_64',
    gpu: true,
    download: 3_000 * MB,
    disk: 10_000 * MB,
  },
  {
    architecture: 'arm64',
    project: 'tensorflow',
    version: TENSORFLOW_VERSION,
    sha256: null,
    platform: 'manylinux_2_27_aarch64',
    gpu: false,
    download: 280 * MB,
    disk: 1_500 * MB,
  },
];

/** The wheel for a machine. Throws {@link NotObtainable} if none is published. */
export function chooseWheel(architecture: string, gpu: boolean): Wheel {
  const wheel = WHEELS.find((each) => each.architecture === architecture && each.gpu === gpu);
  if (wheel !== undefined) return wheel;
  throw new NotObtainable(
    gpu
      ? `TensorFlow with CUDA is published for x86-64 only, and this machine is ${architecture}`
      : `TensorFlow is published for x86-64 and arm64 only, and this machine is ${architecture}`,
  );
}

/** The tags of the wheel. They need not match the Python that runs pip, because no Python code of the wheel is used. */
const PYTHON_TAGS = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];

/** Downloads a wheel into `folder` and returns its path. Throws {@link NotObtainable} with pip's error message. */
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
    // pip downloads to the temporary folder first, which is often a small memory disk.
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

/** A Python program that unpacks the members of a zip archive whose names begin with one of the prefixes. */
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
/** The headers that the addon includes, directly or indirectly. */
const HEADERS = ['absl', 'tsl', 'xla/tsl', 'tensorflow/c', 'tensorflow/core/platform'];

/**
 * Unpacks a wheel's library to `deps/lib` and its headers to `deps/include`, as the addon expects them. The library also
 * gets the names that the addon links. Returns the CUDA packages that the wheel requires, as pip requirements.
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

/** The NVIDIA packages in a wheel's metadata, without their conditions: `nvidia-cublas-cu12<13.0,>=12.5.3.2`. */
export function cudaRequirements(metadata: string): string[] {
  return [...metadata.matchAll(/^Requires-Dist: *(nvidia-[^;\n]+)/gm)].map(([, requirement = '']) =>
    requirement.replaceAll(/[() ]/g, ''),
  );
}

/** The n of a platform tag `manylinux_2_n`: the wheel needs glibc 2.n or later. */
export function glibcMinor(platform: string): number {
  return Number(/manylinux_2_(\d+)/.exec(platform)?.[1] ?? 17);
}

/**
 * The platform tags of NVIDIA's wheels. Each of them has the tag of the oldest glibc that it supports, and pip accepts
 * only the tags that it is given. So this lists all tags up to that of the TensorFlow wheel.
 */
function cudaPlatforms(wheel: Wheel): string[] {
  const newest = glibcMinor(wheel.platform);
  const tags = ['manylinux2014_x86_64', 'manylinux2010_x86_64', 'manylinux1_x86_64'];
  for (let minor = 5; minor <= newest; minor++) tags.unshift(`manylinux_2_${minor}_x86_64`);
  return tags;
}

/** Downloads CUDA's libraries and unpacks them to `deps/nvidia/<part>/lib`, one after another to save disk space. */
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
