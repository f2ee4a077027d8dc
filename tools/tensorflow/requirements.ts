/** What the setup needs of the machine, checked before anything is downloaded, and all of it said at once. */

import { statfs } from 'node:fs/promises';
import { run } from './subprocess.ts';
import type { Wheel } from './wheel.ts';

export interface Tools {
  /** A Python that has pip. */
  readonly python: string;
  /** A C++ compiler that takes GCC's options. */
  readonly compiler: string;
}

export interface Survey {
  readonly tools: Tools;
  /** One sentence each; empty where nothing is missing. */
  readonly missing: readonly string[];
}

/** glibc's version, or null on another C library (musl) or system. */
export function glibcVersion(): string | null {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ?? null;
}

/** Looks for what is needed to set `wheel` up in `folder`. */
export async function survey(wheel: Wheel, folder: string): Promise<Survey> {
  const missing: string[] = [];
  const needed = (/manylinux_2_(\d+)/.exec(wheel.platform)?.[1] ?? '17') as string;
  const glibc = glibcVersion();
  if (glibc === null) {
    missing.push(`the GNU C library 2.${needed} or later (TensorFlow is not published for musl)`);
  } else if (Number(glibc.split('.')[1]) < Number(needed)) {
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
