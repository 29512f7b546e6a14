import type { Row } from 'firesteel';
import { run, testRuntime } from 'firesteel/testing';
import { describe, expect, test } from 'vitest';
import { type Batches, type Engine, engines, failureOf } from './on-both.ts';

/** All that is printed of these batches. */
async function printed(using: Engine, batches: Batches, n?: number, partitions = 2): Promise<string> {
  const runtime = testRuntime();
  await run<Row, Row>(
    (_ssc, input) => {
      input.print(n);
      return input;
    },
    batches,
    { using, runtime, partitions },
  );
  return runtime.terminal.output;
}

/** The lines of the rows of one batch. */
async function lines(using: Engine, rows: readonly Row[], n?: number): Promise<readonly string[]> {
  return (await printed(using, [rows], n)).split('\n').slice(3, -2);
}

const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe.each(engines)('print, on the %s,', (using) => {
  test('prints the time and the rows of every batch, and of an empty one the time', async () => {
    expect(await printed(using, [['to', 'be'], [], ['or']])).toMatchInlineSnapshot(`
      "-------------------------------------------
      Time: 1000 ms
      -------------------------------------------
      to
      be

      -------------------------------------------
      Time: 2000 ms
      -------------------------------------------

      -------------------------------------------
      Time: 3000 ms
      -------------------------------------------
      or

      "
    `);
  });

  test('prints nothing for a batch without an RDD', async () => {
    expect(await printed(using, [null])).toBe('');
  });

  test('prints 10 rows unless told otherwise, and dots for the others', async () => {
    expect(await lines(using, numbers(10))).toEqual(numbers(10).map(String));
    expect(await lines(using, numbers(11))).toEqual([...numbers(10).map(String), '...']);
  });

  test('prints as many rows as it is told, and dots only where there are more', async () => {
    expect(await lines(using, ['a', 'b', 'c'], 2)).toEqual(['a', 'b', '...']);
    expect(await lines(using, ['a', 'b', 'c'], 3)).toEqual(['a', 'b', 'c']);
    expect(await lines(using, ['a', 'b', 'c'], 4)).toEqual(['a', 'b', 'c']);
  });

  test('told to print no row says whether there is one', async () => {
    expect(await lines(using, ['a'], 0)).toEqual(['...']);
    expect(await lines(using, [], 0)).toEqual([]);
  });

  test('prints pairs and longer tuples as Spark does, and tuples inside of them', async () => {
    expect(await lines(using, [['a', 1], [1, 2, 3], [['a', 'b'], [1]], []])).toEqual([
      '(a,1)',
      '(1,2,3)',
      '((a,b),(1))',
      '()',
    ]);
  });

  test('prints each kind of row on a line', async () => {
    const rows = [
      'text, bare',
      1.5,
      -0,
      Number.NaN,
      10n,
      true,
      null,
      undefined,
      { a: 1, b: ['x'] },
      new Map([['k', 1]]),
    ];
    expect(await lines(using, rows as Row[])).toEqual([
      ...['text, bare', '1.5', '0', 'NaN', '10', 'true', 'null', 'undefined'],
      ...["{ a: 1, b: [ 'x' ] }", "Map(1) { 'k' => 1 }"],
    ]);
  });

  test('prints an object on one line, however long', async () => {
    const long = Object.fromEntries(numbers(30).map((i) => [`name of a property ${i}`, i]));
    expect(await lines(using, [long])).toHaveLength(1);
  });

  test('prints the output of each batch in one piece, in the order of the program', async () => {
    const runtime = testRuntime();
    await run<number, number>(
      (_ssc, input) => {
        input.map((n) => `a${n}`).print();
        input.map((n) => `b${n}`).print();
        return input;
      },
      [[1], [2]],
      { using, runtime },
    );
    const rows = runtime.terminal.output.split('\n').filter((line) => /^[abT]/.test(line));
    expect(rows).toEqual(['Time: 1000 ms', 'a1', 'Time: 1000 ms', 'b1', 'Time: 2000 ms', 'a2', 'Time: 2000 ms', 'b2']);
  });

  test('reads no more rows than it prints, and one', async () => {
    let calls = 0;
    const runtime = testRuntime();
    await run<number, number>(
      (_ssc, input) => {
        input
          .map((n) => {
            calls += 1;
            return n;
          })
          .print(2);
        return input;
      },
      [numbers(1000)],
      { using, runtime, partitions: 4 },
    );
    expect(calls).toBe(3);
  });

  test('prints nothing of a batch that fails', async () => {
    const runtime = testRuntime();
    const ran = run<number, number>(
      (_ssc, input) => {
        input
          .map((n) => {
            if (n === 2) throw new Error('no two');
            return n;
          })
          .print();
        return input;
      },
      [[1, 2], [3]],
      { using, runtime },
    );
    expect(await failureOf(ran)).toMatchInlineSnapshot(`
      "JobError: [STAGE.FUNCTION_THREW] The function of map threw in batch 1000 ms, print (print.test.ts:…): no two
        why  It was given the row 2.
        fix  Make the function answer for such rows (drop them with a filter before it, or catch inside it).
        at   feed → map (print.test.ts:…)"
    `);
    expect(runtime.terminal.output).toBe(`${'-'.repeat(43)}\nTime: 2000 ms\n${'-'.repeat(43)}\n3\n\n`);
  });

  test('refuses a count that is none, at the call', async () => {
    expect(await failureOf(() => printed(using, [['a']], -1))).toMatchInlineSnapshot(`
      "UsageError: [PRINT.BAD_COUNT] print(-1) was called.
        why  It prints so many rows of every batch, so it takes a whole number of at least 0.
        fix  print() prints 10 rows, print(n) prints n."
    `);
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null])('refuses %o as a count', async (n) => {
    await expect(printed(using, [['a']], n as number)).rejects.toHaveProperty('code', 'PRINT.BAD_COUNT');
  });
});
