import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { closureOf, type LockPackages } from '../../../tools/tensorflow/addon.ts';

const LOCK: LockPackages = {
  'node_modules/addon': { version: '1.0.0', dependencies: { shared: '^2', tool: '^1' } },
  'node_modules/shared': { version: '2.0.0' },
  'node_modules/tool': { version: '1.0.0', dependencies: { shared: '^1', deep: '^1' } },
  'node_modules/tool/node_modules/shared': { version: '1.0.0', dependencies: { deep: '^1' } },
  'node_modules/deep': {
    version: '1.0.0',
    optionalDependencies: { absent: '^1' },
    dependencies: { tool: '^1' },
  },
  'node_modules/unrelated': { version: '1.0.0' },
};

describe('the closure of a package in a lock file', () => {
  it('finds each dependency once, where Node would find it, despite cycles and missing options', () => {
    expect([...closureOf(['addon'], LOCK)].sort()).toEqual([
      'node_modules/addon',
      'node_modules/deep',
      'node_modules/shared',
      'node_modules/tool',
      'node_modules/tool/node_modules/shared',
    ]);
  });

  it('is empty for a package that is not in the file', () => {
    expect(closureOf(['nobody'], LOCK).size).toBe(0);
  });

  it("has the addon's closure in the project's lock file, with all checksums", async () => {
    const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
      packages: Record<string, { version: string; integrity?: string }>;
    };
    const closure = closureOf(['@tensorflow/tfjs-node-gpu', 'node-api-headers'], lock.packages);
    expect(closure).toContain('node_modules/@tensorflow/tfjs');
    expect(closure).toContain('node_modules/@tensorflow/tfjs-core');
    expect(closure).toContain('node_modules/node-api-headers');
    for (const place of closure) expect(lock.packages[place]?.integrity, place).toMatch(/^sha512-/);
  });
});
