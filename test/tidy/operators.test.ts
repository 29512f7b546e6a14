import { describe, expect, test } from 'vitest';
import { incompleteOperators } from './operators.ts';
import type { Source } from './source.ts';

const file = (path: string, ...lines: readonly string[]): Source => ({ path, text: `${lines.join('\n')}\n` });

describe('pieces of an operator', () => {
  const comment = [
    '/**',
    ' * Says it.',
    ' *',
    ' * Shape:  DStream<[K, V]> → DStream<[K, V]>',
    ' * Emits   one pair for each key.',
    ' * Waits   never.',
    ' * Keeps   nothing; for the length of the batch',
    ' *         one pair for each key.',
    ' * Ends    with its parent.',
    ' *',
    ' * @example',
    ' * firstPerKey([1]) // => [1]',
    ' */',
  ];
  const onBoth = [
    `import { engines } from './on-both.ts';`,
    `describe.each(engines)('firstPerKey, on the %s,', (using) => {`,
    `  test('keeps it', () => run(f, [], { using }));`,
    '});',
  ];
  const complete = [
    file('src/ops/first-per-key.ts', ...comment, 'export function firstPerKey() {}'),
    file('src/ops/define.ts', 'export const x = 1;'),
    file('src/dstream.ts', '/** Says it. {@link firstPerKey} */'),
    file('src/testing/oracle-pairs.ts', 'export const firstPerKey = () => [];'),
    file('test/ops/first-per-key.test.ts', ...onBoth),
    file('test/ops/code.test.ts', 'const programs = { firstPerKey };'),
    file('test/property/programs.ts', 'const ops = { firstPerKey };'),
  ];

  test('are all there', () => {
    expect(incompleteOperators(complete)).toEqual([]);
  });

  test('are missed one by one', () => {
    expect(
      incompleteOperators([file('src/ops/first-per-key.ts', '/** Keeps x. */', 'export function firstPerKey() {}')]),
    ).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:2 lacks 'Shape:' in its doc comment",
        "src/ops/first-per-key.ts:2 lacks 'Emits' in its doc comment",
        "src/ops/first-per-key.ts:2 lacks 'Waits' in its doc comment",
        "src/ops/first-per-key.ts:2 lacks 'Keeps' in its doc comment",
        "src/ops/first-per-key.ts:2 lacks 'Ends' in its doc comment",
        "src/ops/first-per-key.ts:2 lacks an @example that is run, uses it, and says with '// =>' what comes of it",
        "src/ops/first-per-key.ts:2 lacks a method with {@link firstPerKey} in src/dstream.ts or src/streaming-context.ts",
        "src/ops/first-per-key.ts:2 lacks test/ops/first-per-key.test.ts",
        "src/ops/first-per-key.ts:2 lacks a line in test/ops/code.test.ts",
        "src/ops/first-per-key.ts:2 lacks a function firstPerKey in a file src/testing/oracle*.ts",
        "src/ops/first-per-key.ts:2 lacks a place in test/property/programs.ts",
      ]
    `);
    expect(
      incompleteOperators([file('src/ops/first-per-key.ts', 'export function firstByKey() {}')]),
    ).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:1 exports no function named after its file",
      ]
    `);
    for (const absent of complete.slice(2)) {
      expect(incompleteOperators(complete.filter((source) => source !== absent)).length, absent.path).toBe(1);
    }
  });

  test('say something in its doc comment', () => {
    const [operator, ...others] = complete as [Source, ...Source[]];
    const breachesWith = (before: string, after: string) =>
      incompleteOperators([file(operator.path, operator.text.replace(before, after)), ...others]);
    expect(
      [
        ['DStream<[K, V]> → DStream<[K, V]>', 'DStream<[K, V]>'],
        ['DStream<[K, V]> → DStream<[K, V]>', '→'],
        ['one pair for each key.', 'x'],
        ['never.', 'x y z until it ends'],
        ['never.', 'for rows.'],
        ['with its parent.', ''],
      ].flatMap(([before = '', after = '']) => breachesWith(before, after)),
    ).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:14 lacks an arrow with both sides behind 'Shape:'",
        "src/ops/first-per-key.ts:14 lacks an arrow with both sides behind 'Shape:'",
        "src/ops/first-per-key.ts:14 lacks a sentence behind 'Emits' in its doc comment",
        "src/ops/first-per-key.ts:14 lacks a sentence behind 'Waits' in its doc comment",
        "src/ops/first-per-key.ts:14 lacks a sentence behind 'Waits' in its doc comment",
        "src/ops/first-per-key.ts:14 lacks a sentence behind 'Ends' in its doc comment",
      ]
    `);
  });

  test('have an example that runs, uses it and says what comes of it', () => {
    const [operator, ...others] = complete as [Source, ...Source[]];
    const shown = 'firstPerKey([1]) // => [1]';
    const hollow = ['', 'firstPerKey([1])', 'first([1]) // => [1]', `\`\`\`ts no-run\n * ${shown}\n * \`\`\``];
    for (const example of hollow) {
      const text = operator.text.replace(shown, example);
      expect(incompleteOperators([file(operator.path, text), ...others])).toEqual([
        expect.stringContaining(`lacks an @example that is run, uses it, and says with '// =>' what comes of it`),
      ]);
    }
  });

  test('are run on both engines', () => {
    const breachesOf = (...lines: readonly string[]) => {
      const path = 'test/ops/first-per-key.test.ts';
      return incompleteOperators(complete.map((source) => (source.path === path ? file(path, ...lines) : source)));
    };
    expect(breachesOf(`test('keeps it', () => run(f, []));`)).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:14 lacks a describe.each(engines) in test/ops/first-per-key.test.ts that hands the engine on",
      ]
    `);
    expect(breachesOf(`test('keeps it', () => run(f, [], { using: 'loop' }));`)).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:14 lacks a describe.each(engines) in test/ops/first-per-key.test.ts that hands the engine on",
        "src/ops/first-per-key.ts:14 lacks both engines where test/ops/first-per-key.test.ts:1 names 'loop'",
      ]
    `);
    const deaf = `describe.each(engines)('keeps it', (using) => test('a', () => run(f, [], { using: one })));`;
    expect(breachesOf(deaf)).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:14 lacks a describe.each(engines) in test/ops/first-per-key.test.ts that hands the engine on",
      ]
    `);
    expect(breachesOf(...onBoth, `test('keeps more', () => run(f, [], { using: 'loop' }));`)).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:14 lacks both engines where test/ops/first-per-key.test.ts:5 names 'loop'",
      ]
    `);
  });

  test('are code: a comment, an import or a method of that name is none of them', () => {
    const nothing = [
      `import { firstPerKey } from './a.ts';`,
      '// firstPerKey',
      `f(rows.firstPerKey(), 'firstPerKey');`,
    ];
    const named = ['test/ops/code.test.ts', 'test/property/programs.ts'];
    const hollow = complete.map((source) => (named.includes(source.path) ? file(source.path, ...nothing) : source));
    expect(incompleteOperators(hollow)).toMatchInlineSnapshot(`
      [
        "src/ops/first-per-key.ts:14 lacks a line in test/ops/code.test.ts",
        "src/ops/first-per-key.ts:14 lacks a place in test/property/programs.ts",
      ]
    `);
  });
});
