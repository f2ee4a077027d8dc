/** Checks what the setup needs of the machine, before anything is downloaded. Reports everything that is missing. */

import { statfs } from 'node:fs/promises';
import { run } from './subprocess.ts';
import { glibcMinor, type Wheel } from './wheel.ts';

export interface Tools {
  /** A Python with pip. */
  readonly python: string;
  /** A C++ compiler that takes GCC's options. */
  readonly compiler: string;
}

export interface Requirements {
  readonly tools: Tools;
  /** One phrase for each missing thing. Empty if nothing is missing. */
  readonly missing: readonly string[];
}

/** The version of glibc. Null if the system has another C library (musl). */
export function glibcVersion(): string | null {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ?? null;
}

/** Finds the tools, and everything that is missing, to set up `wheel` in `folder`. */
export async function checkRequirements(wheel: Wheel, folder: string): Promise<Requirements> {
  const missing: string[] = [];
  const needed = glibcMinor(wheel.platform);
  const glibc = glibcVersion();
  if (glibc === null) {
    missing.push(`the GNU C library 2.${needed} or later (TensorFlow is not published for musl)`);
  } else if (Number(glibc.split('.')[1]) < needed) {
    missing.push(`the GNU C library 2.${needed} or later; here is ${glibc}`);
  }

  const python = await firstThatRuns([process.env.PYTHON, 'python3', 'python'], ['-m', 'pip', '--version']);
  if (python === null) missing.push('Python with pip (Debian, Ubuntu: apt-get install python3-pip)');
  const compiler = await firstThatRuns([process.env.CXX, 'c++', 'g++', 'clang++'], ['--version']);
  if (compiler === null) missing.push('a C++ compiler (Debian, Ubuntu: apt-get install g++)');

  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < wheel.disk)
    missing.push(`${gigabytes(wheel.disk)} of disk in ${folder}; ${gigabytes(free)} are free`);
  return { tools: { python: python ?? '', compiler: compiler ?? '' }, missing };
}

async function firstThatRuns(
  programs: readonly (string | undefined)[],
  parameters: readonly string[],
): Promise<string | null> {
  for (const program of programs) {
    if (program !== undefined && program !== '' && (await run(program, parameters)).code === 0)
      return program;
  }
  return null;
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
