import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Compilation, type Compiled, compile } from './docs/compile.ts';
import { type Fence, fencesOfComments, fencesOfDocument, whereIs } from './docs/fences.ts';
import { run } from './docs/run.ts';
import { repositoryFiles, typeScriptIn } from './tidy/source.ts';

const files = repositoryFiles();
const fences = [
  ...files.filter(({ path }) => /^(docs\/.*|[^/]+)\.md$/.test(path)).flatMap(fencesOfDocument),
  ...typeScriptIn(files, 'src').flatMap(fencesOfComments),
];

let compilation: Compilation;
beforeAll(() => {
  compilation = compile(fences);
}, 120_000);
afterAll(() => rmSync(compilation.folder, { recursive: true }));

function compiled(fence: Fence): Compiled {
  const found = compilation.fences.get(fence);
  if (found === undefined) throw new Error(`${whereIs(fence)} was not compiled.`);
  return found;
}

test('the documents and the doc comments show programs', () => {
  expect(fences.filter(({ isExample }) => isExample)).not.toEqual([]);
  expect(fences.filter(({ isExample }) => !isExample)).not.toEqual([]);
});

test.each(fences.map((fence) => [whereIs(fence), fence] as const))('%s type-checks', (_where, fence) => {
  expect(compiled(fence).complaints).toEqual([]);
});

test.each(fences.filter(({ isRun }) => isRun).map((fence) => [whereIs(fence), fence] as const))(
  '%s runs and gives what it says',
  async (_where, fence) => run(compiled(fence)),
);
