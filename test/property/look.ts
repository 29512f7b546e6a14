import fc from 'fast-check';
import type { DStream, Row, StreamingContext } from 'firesteel';
import { Feed, type FeedBatch, run } from 'firesteel/testing';
import { haveSameRows } from '../../src/testing/oracle.ts';
import { textOf } from './program.ts';

/** How a program is run, and what it is given. */
export interface World {
  /** The batches of each input. */
  readonly inputs: readonly (readonly FeedBatch<number>[])[];
  readonly partitions: number;
  readonly using: 'actors' | 'loop';
  readonly seed: number;
  /** Whether batches may fail beside what is looked at: state may not be brought to them, or they are refused. */
  readonly mayFail?: boolean;
}

/** Any numbers in some batches, some of which are not there. */
export function anyWorld({ inputs = 1, from = -9, withoutRDD = true } = {}): fc.Arbitrary<World> {
  const rows = fc.array(fc.integer({ min: from, max: 9 }), { maxLength: 5 });
  const batch = withoutRDD ? fc.oneof({ weight: 6, arbitrary: rows }, fc.constant(null)) : rows;
  return fc.integer({ min: 1, max: 7 }).chain((length) =>
    fc.record({
      inputs: fc.tuple(
        ...Array.from({ length: inputs }, () => fc.array(batch, { minLength: length, maxLength: length })),
      ),
      partitions: fc.integer({ min: 1, max: 3 }),
      using: fc.constantFrom('actors', 'loop'),
      seed: fc.nat(),
    }),
  );
}

/** What an output saw of a batch: its rows, or why it did not see them. */
export interface Look {
  readonly timeMs: number;
  readonly rows?: readonly Row[];
  readonly error?: unknown;
}

/** Some streams of a program that has inputs of numbers, and a checkpoint directory. */
export type Program = (inputs: readonly DStream<number>[], ssc: StreamingContext) => readonly DStream<Row>[];

/** What is seen of each of the streams that a program returns. */
export async function looksAt(program: Program, world: World): Promise<readonly (readonly Look[])[]> {
  const { inputs, partitions, using, seed, mayFail = false } = world;
  const looks: Look[][] = [];
  const define = (ssc: StreamingContext, input: DStream<number>): DStream<number> => {
    const others = inputs.slice(1).map((batches) => ssc.inputStream(new Feed(batches, partitions)));
    for (const stream of program([input, ...others], ssc)) looks.push(looksInto(stream));
    return input;
  };
  await run(define, inputs[0] ?? [], { using, seed, partitions }).catch((error) => {
    if (!mayFail) throw error;
  });
  return looks;
}

/** Fills the list that it returns; what fails is in the list, and the batch goes on. */
function looksInto(stream: DStream<Row>): Look[] {
  const looks: Look[] = [];
  stream.foreachRDD(async (rdd, { milliseconds: timeMs }) => {
    try {
      looks.push({ timeMs, rows: await rdd.collect() });
    } catch (error) {
      looks.push({ timeMs, error });
    }
  });
  return looks;
}

/** @throws what differs: outputs come at the same times and have the same rows, or both fail */
export function checkSame(got: readonly Look[], expected: readonly Look[], how: 'in order' | 'in any order'): void {
  const isSame =
    got.length === expected.length &&
    got.every(({ timeMs, rows }, i) => {
      const other = expected[i] as Look;
      if (timeMs !== other.timeMs || rows === undefined || other.rows === undefined) {
        return timeMs === other.timeMs && rows === other.rows;
      }
      return haveSameRows(rows, other.rows, how === 'in order');
    });
  if (!isSame) throw new Error(`got ${textOf(got)}\nright is ${textOf(expected)}`);
}

/** Fewer examples than other properties have: each is a whole run. */
export function runsOf(): number {
  return Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 5);
}
