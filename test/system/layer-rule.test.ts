import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Override {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style: {
        readonly noRestrictedImports: {
          readonly options: { readonly patterns: readonly { readonly group: readonly string[] }[] };
        };
      };
    };
  };
}

const { overrides }: { overrides: readonly Override[] } = JSON.parse(readFileSync('biome.json', 'utf8'));
const entries = readdirSync('src', { withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const rules = new Map(
  overrides.map(({ includes: [path = ''], linter }) => [
    path.replace(/^src\/|\/\*\*$/gu, ''),
    linter.rules.style.noRestrictedImports.options.patterns.flatMap(({ group }) => group),
  ]),
);

it('every folder of src has a layer rule, and src has no files of its own', () => {
  expect([...rules.keys()].sort()).toEqual([...folders].sort());
  expect(entries.filter((entry) => entry.isFile())).toEqual([]);
});

it('of two folders at most one may import from the other', () => {
  for (const [folder, forbidden] of rules) {
    for (const other of folders) {
      if (other === folder || forbidden.includes(`**/${other}/**`)) continue;
      expect(rules.get(other), `${other} must not import from ${folder}`).toContain(`**/${folder}/**`);
    }
  }
});

it('no type is imported by import(), which the linter does not see', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const typed = files.filter((file) =>
    /(?<!await )\bimport\('\.[^']*'\)\./u.test(readFileSync(join('src', file), 'utf8')),
  );
  expect(typed).toEqual([]);
});
