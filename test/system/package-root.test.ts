import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../../src/system/package-root.ts';

it('is the folder of package.json', () => {
  expect(repositoryRoot()).toBe(resolve(import.meta.dirname, '../..'));
  expect(existsSync(join(repositoryRoot(), 'package.json'))).toBe(true);
});
