import { contains, pairWith, RDD, type SparkContext, splitOn, sum } from 'firesteel';
import { describe, expect, test } from 'vitest';
import { type Chunk, textChunk, textChunkBytes } from '../../src/rdd/chunk.ts';
import { type Kernel, kernelOf } from '../../src/rdd/kernel.ts';
import { type Sink, sinkOf, type Terminal } from '../../src/rdd/loop.ts';
import { dataPlan } from '../../src/rdd/make-plan.ts';
import { understood } from '../../src/rdd/meaning.ts';
import { KernelRun, piecesOf } from '../../src/rdd/run-kernel.ts';
import type { Step } from '../../src/rdd/step.ts';
import { context } from './contexts.ts';

const text = (content: string): Chunk => textChunk(Buffer.from(content));
const rows = (...given: readonly string[]): Chunk => ({ kind: 'rows', rows: given });

/** Lines in one partition. */
function linesOf(sc: SparkContext, ...chunks: readonly Chunk[]): RDD<string> {
  return new RDD(dataPlan([chunks], { name: 'lines', site: undefined }), sc.engine);
}

const count = (lines: RDD<string>): Promise<[string, number][]> =>
  lines.flatMap(splitOn(' ')).map(pairWith(1)).reduceByKey(sum, 1).collect();

describe('text and values in one partition', () => {
  test('are counted together, in the order in which words first come', async () => {
    const lines = linesOf(context(), text('b a\na'), rows('c b', 'd'), text('d e\nc'));
    expect(await count(lines)).toEqual([
      ['b', 2],
      ['a', 2],
      ['c', 2],
      ['d', 2],
      ['e', 1],
    ]);
  });

  test('fail as values do, though the text before them is understood', async () => {
    const lines = linesOf(context(), text('a'), { kind: 'rows', rows: [7] });
    await expect(count(lines)).rejects.toMatchObject({ code: 'STAGE.FUNCTION_THREW' });
  });

  test('are filtered and counted together', async () => {
    const lines = linesOf(context(), text('xa\nb\n'), rows('x', 'y'), text('ax\nx'));
    expect(await lines.filter(contains('x')).count()).toBe(4);
  });
});

describe('functions that are understood', () => {
  /** The names of those that a word count calls, and what explain says of it. */
  async function calledFor(chunk: Chunk, by: string): Promise<readonly [called: readonly string[], explained: string]> {
    const called = new Set<string>();
    const noted =
      <A extends readonly unknown[], R>(name: string, f: (...args: A) => R) =>
      (...args: A): R => {
        called.add(name);
        return f(...args);
      };
    const counts = linesOf(context(), chunk)
      .filter(understood({ kind: 'contains', part: 'a' }, noted('contains', contains('a'))))
      .flatMap(understood({ kind: 'split', by }, noted('split', splitOn(by))))
      .map(
        understood(
          { kind: 'pair', value: 1 },
          noted('pair', (word: string): [string, number] => [word, 1]),
        ),
      )
      .reduceByKey(understood({ kind: 'sum' }, noted('sum', sum)), 1);
    await counts.collect();
    return [[...called], counts.explain()];
  }

  test('are not called for text, where explain says so', async () => {
    const [called, explained] = await calledFor(text('a a\nb\na'), ' ');
    expect(explained).toContain("text: kernel over bytes: lines with 'a', split on ' ', pair with 1, sum\n");
    expect(called).toEqual([]);
  });

  test('are called for lines that are left, where explain says so', async () => {
    const [called, explained] = await calledFor(text('a--a\nb\na'), '--');
    expect(explained).toContain("text: kernel over bytes: lines with 'a'; then generated loop: ");
    expect(called).toEqual(['contains', 'split', 'pair', 'sum']);
    expect(await calledFor(text('b\nc'), '--')).toEqual([[], explained]);
  });

  test('are called for values', async () => {
    const [called] = await calledFor(rows('a a', 'b'), ' ');
    expect(called).toEqual(['contains', 'split', 'pair', 'sum']);
  });
});

test('words whose bytes differ and whose text does not are one key, where the first of them came', async () => {
  const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from(' a '), Buffer.from([0xfe]), Buffer.from(' \ufffd')]);
  expect(await count(linesOf(context(), textChunk(bytes)))).toEqual([
    ['\ufffd', 3],
    ['a', 1],
  ]);
});

test('a word that begins with NUL is no encoded key', async () => {
  expect(await count(linesOf(context(), text('\0 \0 \0s1:a')))).toEqual([
    ['\0', 2],
    ['\0s1:a', 1],
  ]);
});

test('more words than a table holds keep their order and their counts', async () => {
  const words = Array.from({ length: 70_000 }, (_, i) => `w${i}`);
  const all = words.join(' ');
  const counted = await count(linesOf(context(), text(all), text(all)));
  expect(counted.length).toBe(words.length);
  expect(counted.every(([word, n], i) => word === words[i] && n === 2)).toBe(true);
});

test('take reads no more text than it needs, and gives the first lines that are kept', async () => {
  const lines = linesOf(context(), text('a\nxb\nxc\n'), text('xd\n'));
  expect(await lines.filter(contains('x')).take(1)).toEqual(['xb']);
  expect(await lines.filter(contains('x')).take(3)).toEqual(['xb', 'xc', 'xd']);
});

test('a filter that drops few lines leaves those behind them to the loop', () => {
  const filter = { kind: 'filter', f: contains('x'), label: { name: 'filter', site: undefined } } as const;
  const run = new KernelRun(kernelFor([filter], 'push'), sinkOf());
  const left = (content: string): unknown => {
    const taking = run.take(textChunk(Buffer.from(content)));
    let step = taking.next();
    while (step.done !== true) step = taking.next();
    return step.value?.bytes.toString();
  };
  expect(left('x\na\n')).toBe('x\n');
  expect(left('x\na\nx\n')).toBe('x\nx\n');
  expect(left('a\nb\n')).toBe('a\nb\n');
});

/** The kernel of steps that are understood. */
function kernelFor(steps: readonly Step[], terminal: Terminal): Kernel {
  const kernel = kernelOf(steps, terminal, sum as Sink['merge']);
  if (kernel === undefined) throw new Error('it is understood');
  return kernel;
}

describe('a long chunk', () => {
  const line = `${'x'.repeat(99)}\n`;

  test('is run in pieces that are no longer than a chunk should be', () => {
    const chunk = textChunk(Buffer.from(line.repeat(2000)));
    const pieces = [...piecesOf(chunk)];
    expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(textChunkBytes);
    expect(pieces.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(2000);
  });

  test('that is hardly longer is one piece', () => {
    const chunk = textChunk(Buffer.from(line.repeat(700)));
    expect([...piecesOf(chunk)]).toEqual([chunk]);
  });

  test('of one line lets others have a turn between its words', () => {
    const chunk = textChunk(Buffer.from('word '.repeat(textChunkBytes)));
    const steps = [
      { kind: 'flatMap', f: splitOn(' '), label: { name: 'flatMap', site: undefined } },
      { kind: 'map', f: pairWith(1), label: { name: 'map', site: undefined } },
    ] as const;
    const sink = sinkOf();
    const run = new KernelRun(kernelFor(steps, 'reduce'), sink);
    expect([...run.take(chunk)]).toEqual([1, 1, 1, 1, 1]);
    expect([...run.handOver()]).toEqual([]);
    expect([...sink.cells.values()]).toEqual([
      { key: 'word', value: textChunkBytes },
      { key: '', value: 1 },
    ]);
  });
});
