/**
 * Downloads wheels with pip and unpacks them into the folder from which the addon loads CUDA's libraries. The wheels are
 * made here, because the real ones have gigabytes.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotObtainable } from '../../../tools/tensorflow/setup-error.ts';
import { addCuda, chooseWheel, downloadWheel, unpackLibrary } from '../../../tools/tensorflow/wheel.ts';

const execute = promisify(execFile);
const hasPip = await execute('python3', ['-m', 'pip', '--version']).then(
  () => true,
  () => false,
);

/** A Python program that writes a wheel. Its arguments are the file name, then pairs of member and content. */
const MAKE_WHEEL = `
import sys, zipfile
archive, *members = sys.argv[1:]
with zipfile.ZipFile(archive, 'w') as wheel:
    for name, content in zip(members[::2], members[1::2]):
        wheel.writestr(name, content)
`;

describe.runIf(hasPip && process.platform === 'linux')('wheels with CUDA', () => {
  let root: string;
  let index: string;
  let deps: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'shiren-cuda-'));
    index = join(root, 'index');
    deps = join(root, 'deps');
    await mkdir(index);
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_EXTRA_INDEX_URL', '');
    vi.stubEnv('PIP_FIND_LINKS', index);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true });
  });

  async function publish(project: string, version: string, tag: string, members: Record<string, string>) {
    const name = project.replaceAll('-', '_');
    const info = `${name}-${version}.dist-info`;
    const files: Record<string, string> = {
      [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`,
      [`${info}/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: ${tag}\n`,
      [`${info}/RECORD`]: '',
      ...members,
    };
    const archive = join(index, `${name}-${version}-${tag}.whl`);
    await execute('python3', ['-c', MAKE_WHEEL, archive, ...Object.entries(files).flat()]);
  }

  const wheel = chooseWheel('x64', true);

  it('are unpacked next to the library', { timeout: 60_000 }, async () => {
    await publish('tensorflow', wheel.version, 'cp311-cp311-manylinux_2_27_x86_64', {
      'tensorflow/libtensorflow_cc.so.2': 'the library',
      'tensorflow/libtensorflow_framework.so.2': 'the framework',
      'tensorflow/include/tensorflow/c/c_api.h': '// a header',
      'tensorflow/python/huge.py': 'not needed',
      [`tensorflow-${wheel.version}.dist-info/METADATA`]: [
        'Metadata-Version: 2.1',
        'Name: tensorflow',
        `Version: ${wheel.version}`,
        'Requires-Dist: numpy>=1.26.0',
        'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
        'Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == "and-cuda"',
      ].join('\n'),
    });
    const archive = await downloadWheel('python3', wheel, join(root, 'wheels'));
    const requirements = await unpackLibrary('python3', archive, deps);
    expect(requirements).toEqual(['nvidia-cublas-cu12<13.0,>=12.5.3.2', 'nvidia-nccl-cu12<3.0,>=2.27.7']);
    expect(await readdir(deps)).toEqual(['include', 'lib']);
    expect(await readlink(join(deps, 'lib/libtensorflow.so'))).toBe('libtensorflow_cc.so.2');
    expect(await readFile(join(deps, 'include/tensorflow/c/c_api.h'), 'utf8')).toBe('// a header');

    // Too old, in range, too new.
    for (const version of ['12.4.0', '12.9.1', '13.0.0']) {
      await publish('nvidia-cublas-cu12', version, 'py3-none-manylinux_2_27_x86_64', {
        'nvidia/cublas/lib/libcublas.so.12': `cublas ${version}`,
      });
    }
    await publish('nvidia-nccl-cu12', '2.28.3', 'py3-none-manylinux_2_18_x86_64', {
      'nvidia/nccl/lib/libnccl.so.2': 'nccl',
      'nvidia/nccl/include/nccl.h': '// a header',
    });
    const lines: string[] = [];
    await addCuda('python3', wheel, requirements, deps, (line) => lines.push(line.trim()));
    expect(lines).toEqual(requirements);
    expect(await readFile(join(deps, 'nvidia/cublas/lib/libcublas.so.12'), 'utf8')).toBe('cublas 12.9.1');
    expect(await readFile(join(deps, 'nvidia/nccl/lib/libnccl.so.2'), 'utf8')).toBe('nccl');
    expect((await readdir(deps)).sort()).toEqual(['include', 'lib', 'nvidia']);
  });

  it('are reported if pip cannot find them', { timeout: 60_000 }, async () => {
    const fetching = addCuda('python3', wheel, ['nvidia-cufft-cu12<12.0,>=11.2.3.61'], deps, () => {});
    await expect(fetching).rejects.toThrow(NotObtainable);
    await expect(fetching).rejects.toThrow('pip could not fetch nvidia-cufft-cu12');
  });
});

describe.runIf(hasPip)('a wheel with another checksum than the pinned one', () => {
  it('is refused', { timeout: 60_000 }, async () => {
    const root = await mkdtemp(join(tmpdir(), 'shiren-wheel-'));
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', root);
    try {
      const wheel = chooseWheel('x64', false);
      const archive = join(root, `tensorflow_cpu-${wheel.version}-cp311-cp311-${wheel.platform}.whl`);
      await execute('python3', [
        '-c',
        MAKE_WHEEL,
        archive,
        'tensorflow/libtensorflow_cc.so.2',
        'other content',
      ]);
      const fetching = downloadWheel('python3', wheel, join(root, 'wheels'));
      await expect(fetching).rejects.toThrow(/do not match the hashes/i);
    } finally {
      vi.unstubAllEnvs();
      await rm(root, { recursive: true });
    }
  });
});
