import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Compilation, type Compiled, compile } from './compile.ts';
import { fencesOfComments, fencesOfDocument } from './fences.ts';
import { programOf } from './program.ts';
import { run } from './run.ts';

const ticks = '```';
const document = (...lines: readonly string[]) => fencesOfDocument({ path: 'docs/a.md', text: lines.join('\n') });
const comment = (...lines: readonly string[]) =>
  fencesOfComments({ path: 'src/a.ts', text: ['/**', ...lines.map((line) => ` * ${line}`), ' */', 'f();'].join('\n') });

test('the fences of a document are those named ts, with their lines', () => {
  const found = document('# A', '', `${ticks}ts`, 'a();', '', 'b();', ticks, `${ticks}sh`, 'c', ticks, `- ${ticks}ts`);
  expect(found).toEqual([{ path: 'docs/a.md', line: 4, code: 'a();\n\nb();', isRun: true, isExample: false }]);
  expect(document(`  ${ticks}typescript no-run`, '  a();', `  ${ticks}`)).toEqual([
    { path: 'docs/a.md', line: 2, code: 'a();', isRun: false, isExample: false },
  ]);
});

test('a mark that is not known is refused', () => {
  expect(() => document(`${ticks}ts norun`, ticks)).toThrowErrorMatchingInlineSnapshot(
    `[Error: docs/a.md:1 marks its fence 'norun'; the only mark is no-run.]`,
  );
});

test('the example of a doc comment is its code up to what differs from Spark', () => {
  const found = comment('Says it.', '@example', 'a(); // => 1', '', 'b();', '', 'Spark: as there.', '', '@see b');
  expect(found).toEqual([{ path: 'src/a.ts', line: 4, code: 'a(); // => 1\n\nb();', isRun: true, isExample: true }]);
});

test('the example of a doc comment may stand in a fence', () => {
  const found = comment(
    '@example One',
    'Text.',
    `${ticks}ts no-run`,
    'a();',
    ticks,
    '@example',
    `${ticks}ts`,
    'b();',
    ticks,
  );
  expect(found.map(({ line, code, isRun }) => ({ line, code, isRun }))).toEqual([
    { line: 5, code: 'a();', isRun: false },
    { line: 9, code: 'b();', isRun: true },
  ]);
});

const samples = {
  'true.md': [
    'const a = [1];',
    'a // => [1]',
    'a.concat(2); // => [1, 2]',
    'await Promise.resolve(1); // => 1',
    'Promise.resolve(2) // => 2',
    'console.log({ a: 1 }); // => { a: 1 }',
    '[1, 2].map((n) => [n]); // => [',
    '//     [1],',
    '//     [2],',
    '//   ]',
    '[3];',
    '// Not a value.',
  ],
  'false.md': ['const a = [1];', '', 'a; // => [2]'],
  'promise.md': ['const f = () => {', '  Promise.resolve(1); // => 2', '};', 'f();'],
  'printed.md': ['console.log(1); // => 2'],
  'below.md': ['[1].map((n) => [n]); // => [', '//     [2],', '//   ]'],
  'hidden.md': ['try {', '  1; // => 2', '} catch (error) {', '  void error;', '}'],
  'unreached.md': ['const f = () => {', '  1; // => 1', '};', 'void f;'],
  'thrown.md': [`throw new Error('It broke.');`],
  'misplaced.md': ['const a = 1; // => 1'],
  'mistyped.md': ['const a: number = 1;', 'const b: string = a;'],
} as const;

describe('a fence', () => {
  let compilation: Compilation;
  const fences = Object.entries(samples).flatMap(([path, lines]) =>
    fencesOfDocument({ path, text: [`${ticks}ts`, ...lines, ticks].join('\n') }),
  );
  beforeAll(() => {
    compilation = compile(fences);
  }, 120_000);
  afterAll(() => rmSync(compilation.folder, { recursive: true }));

  function compiled(path: keyof typeof samples): Compiled {
    const found = [...compilation.fences].find(([fence]) => fence.path === path);
    if (found === undefined) throw new Error(`${path} was not compiled.`);
    return found[1];
  }

  function failure(path: keyof typeof samples): Promise<string> {
    expect(compiled(path).complaints).toEqual([]);
    return run(compiled(path)).then(
      () => 'none',
      (error: Error) => error.message,
    );
  }

  test('that gives what it says passes', async () => {
    expect(await failure('true.md')).toBe('none');
  });

  test('that gives another value fails', async () => {
    expect(await failure('false.md')).toMatchInlineSnapshot(`"false.md:4: expected [ 1 ] to strictly equal [ 2 ]"`);
    expect(await failure('promise.md')).toMatchInlineSnapshot(`"promise.md:3: expected 1 to strictly equal 2"`);
    expect(await failure('printed.md')).toMatchInlineSnapshot(`"printed.md:2: expected 1 to strictly equal 2"`);
    expect(await failure('below.md')).toMatchInlineSnapshot(
      `"below.md:2: expected [ [ 1 ] ] to strictly equal [ [ 2 ] ]"`,
    );
  });

  test('that gives another value where errors are caught fails', async () => {
    expect(await failure('hidden.md')).toMatchInlineSnapshot(`"hidden.md:3: expected 1 to strictly equal 2"`);
  });

  test('that never reaches a value fails', async () => {
    expect(await failure('unreached.md')).toMatchInlineSnapshot(
      `"these '// =>' were never reached: expected [ 'unreached.md:3' ] to deeply equal []"`,
    );
  });

  test('that throws fails', async () => {
    expect(await failure('thrown.md')).toBe('It broke.');
  });

  test('with a value behind no expression is refused', () => {
    expect(compiled('misplaced.md').complaints).toMatchInlineSnapshot(`
      [
        "Error: misplaced.md:2 has 1 '// =>', of which 0 end a statement with a value.",
      ]
    `);
  });

  test('with a mistake of types is refused, with its line', () => {
    expect(compiled('mistyped.md').complaints).toMatchInlineSnapshot(`
      [
        "mistyped.md:3 Type 'number' is not assignable to type 'string'.",
      ]
    `);
  });

  test('stands on the lines of its document', () => {
    expect(readFileSync(compiled('false.md').file, 'utf8').split('\n').slice(1)).toMatchInlineSnapshot(`
      [
        "const a = [1];",
        "",
        "await __same('false.md:4', a, ([2])); // => [2]",
        "export {};",
        "",
      ]
    `);
  });
});

test('an example imports by itself what it uses and does not declare', () => {
  const [fence] = comment('@example', 'const b: B = a(c);', 'function d() {}');
  if (fence === undefined) throw new Error('There is no fence.');
  const exported = (...names: readonly string[]) => names.map((name) => ({ name, isType: name === 'B' }));
  const doors = new Map([
    ['one', exported('a', 'B', 'd')],
    ['two', exported('a', 'c', 'e')],
  ]);
  const { text } = programOf(fence, doors, 'same');
  expect(text.split('\n')[0]).toMatchInlineSnapshot(
    `"import { same as __same } from 'same'; import { a, type B } from 'one'; import { c } from 'two';"`,
  );
});

test('an example without code is refused', () => {
  const [fence] = comment('@example', '// => 1');
  if (fence === undefined) throw new Error('There is no fence.');
  expect(() => programOf(fence, new Map(), 'same')).toThrowErrorMatchingInlineSnapshot(
    `[Error: src/a.ts:3 shows no code.]`,
  );
});
