import fc from 'fast-check';
import { contains, type Pair, pairWith, RDD, type Row, SparkConf, SparkContext, splitOn, sum } from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';
import { type Chunk, textChunk } from '../../src/rdd/chunk.ts';
import { dataPlan } from '../../src/rdd/make-plan.ts';
import { countOne } from '../../src/rdd/row-functions.ts';
import { anyBytes } from './any-text.ts';

/*
 * The law of kernels: what the engine understands and runs over bytes comes to what the functions say of the strings.
 *
 * The same program runs with kernels and without, on generated and on interpreted loops, over any bytes in any chunks,
 * and over rows among them. The results are equal, and in the same order; or the failures are.
 */

/** An end of a program. */
type Ending =
  | { readonly kind: 'count' | 'collect' | 'countOne' | 'countByValue' }
  | { readonly kind: 'take'; readonly n: number }
  | { readonly kind: 'reduce'; readonly value: Row; readonly isSum: boolean };

interface Program {
  readonly partitions: readonly (readonly Chunk[])[];
  readonly filters: readonly string[];
  readonly separator: string | undefined;
  /** A step that the engine does not understand, behind the filters or behind the words. */
  readonly foreign: 'none' | 'behind filters' | 'behind words';
  readonly ending: Ending;
}

const chunk: fc.Arbitrary<Chunk> = fc.oneof(
  { weight: 4, arbitrary: anyBytes.filter((bytes) => bytes.length > 0).map(textChunk) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom('', 'a', 'to be', 'é a', '\0', '\ufffd'), { maxLength: 3 }).map(rowsOf),
  },
  { weight: 1, arbitrary: fc.array(fc.constantFrom<unknown>('a', 7, null, ['b']), { maxLength: 2 }).map(rowsOf) },
);

function rowsOf(rows: readonly unknown[]): Chunk {
  return { kind: 'rows', rows };
}

const part = fc.constantFrom('a', ' ', 'e', 'to b', 'be\r', '\r', '\n', 'é', '€', '😀', '\0', '', '\ufffd', '\ud83d');
const whole = fc.constantFrom<Row>(1, 1, 1, -2, 0, -0, 1_000_000);
const other = fc.constantFrom<Row>(1_000_001, 0.1, Number.NaN, Number.MAX_SAFE_INTEGER, 'x', null);
const space = fc.constant(' ');
const separator = fc.constantFrom('a', 'b', '\0', '\r', '\n', 'é', '', 'to', '\x7f', '\x80');

const program: fc.Arbitrary<Program> = fc.record({
  partitions: fc.array(fc.array(chunk, { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
  filters: fc.array(part, { maxLength: 2 }),
  separator: fc.oneof({ weight: 3, arbitrary: space }, { weight: 2, arbitrary: separator }, fc.constant(undefined)),
  foreign: fc.constantFrom('none', 'none', 'none', 'behind filters', 'behind words'),
  ending: fc.oneof(
    fc.record({ kind: fc.constantFrom('count', 'collect', 'countOne', 'countByValue') }),
    fc.record({ kind: fc.constant('take'), n: fc.integer({ min: 1, max: 5 }) }),
    fc.record({
      kind: fc.constant('reduce'),
      value: fc.oneof({ weight: 2, arbitrary: whole }, other),
      isSum: fc.constantFrom(true, true, true, false),
    }),
  ),
});

const settings = fc.record({ slots: fc.integer({ min: 1, max: 3 }), seed: fc.nat() });

/** What comes of a program: its result, or the text of its failure. */
async function outcome(
  { partitions, filters, separator, foreign, ending }: Program,
  conf: SparkConf,
  seed: number,
): Promise<unknown> {
  const sc = new SparkContext(conf, { runtime: testRuntime({ seed }) });
  try {
    let rdd = new RDD<Row>(dataPlan(partitions, { name: 'rows', site: undefined }), sc.engine);
    for (const each of filters) rdd = rdd.filter(contains(each) as (row: Row) => boolean);
    if (foreign === 'behind filters') rdd = rdd.map((row) => row);
    if (separator !== undefined) rdd = rdd.flatMap(splitOn(separator) as (row: Row) => string[]);
    if (foreign === 'behind words') rdd = rdd.filter((row) => row !== 'be');
    return await resultOf(rdd, ending);
  } catch (error) {
    return String(error);
  } finally {
    await sc.stop();
  }
}

async function resultOf(rdd: RDD<Row>, ending: Ending): Promise<unknown> {
  switch (ending.kind) {
    case 'count':
      return rdd.count();
    case 'collect':
      return rdd.collect();
    case 'take':
      return rdd.take(ending.n);
    case 'countByValue':
      return [...(await rdd.countByValue())];
    case 'countOne':
      return rdd
        .map<Pair<Row, Row>>(countOne)
        .reduceByKey(sum as (a: Row, b: Row) => Row, 2)
        .collect();
    case 'reduce': {
      const add = (a: number, b: number): number => a + b;
      const pairs = rdd.map<Pair<Row, Row>>(pairWith(ending.value));
      return pairs.reduceByKey((ending.isSum ? sum : add) as (a: Row, b: Row) => Row, 2).collect();
    }
  }
}

test('kernels, generated loops and interpreted ones come to the same results in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(program, settings, async (given, { slots, seed }) => {
      const confOf = (kernels: boolean, codegen: boolean): SparkConf =>
        new SparkConf()
          .setMaster(`local[${slots}]`)
          .setAppName('law')
          .set('firesteel.executor.kernels', kernels)
          .set('firesteel.executor.codegen', codegen);
      const plain = await outcome(given, confOf(false, true), seed);
      expect(await outcome(given, confOf(true, true), seed)).toEqual(plain);
      expect(await outcome(given, confOf(true, false), seed)).toEqual(plain);
    }),
    { numRuns: runsOf(150) },
  );
});

/** More examples than other properties have: one takes a few milliseconds. */
function runsOf(usual: number): number {
  return Math.max(usual, fc.readConfigureGlobal().numRuns ?? 0);
}
