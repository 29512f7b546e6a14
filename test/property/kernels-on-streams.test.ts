import fc from 'fast-check';
import {
  contains,
  type DStream,
  Milliseconds,
  pairWith,
  type Row,
  SparkConf,
  StreamingContext,
  splitOn,
  sum,
} from 'firesteel';
import { testRuntime } from 'firesteel/testing';
import { expect, test } from 'vitest';
import { anyBytes, lengths, pieces } from './any-text.ts';

/*
 * The law of kernels, on streams: a server sends any bytes in any pieces at any time, and all that can be counted of
 * them is the same with kernels and without, in every batch.
 */

const words = (lines: DStream<string>): DStream<string> => lines.flatMap(splitOn(' '));
const pairs = (lines: DStream<string>): DStream<[string, number]> => words(lines).map(pairWith(1));
const subtract = (a: number, b: number): number => a - b;
const addTo = (counts: number[], before: number | undefined): number => counts.reduce(sum, before ?? 0);

/** What is made of the lines; each is an output. */
const streams: Readonly<Record<string, (lines: DStream<string>) => DStream<Row>>> = {
  lines: (lines) => lines,
  grep: (lines) => lines.filter(contains('a')),
  countOfGrep: (lines) => lines.filter(contains('e')).count(),
  count: (lines) => words(lines).count(),
  wordCount: (lines) => pairs(lines).reduceByKey(sum),
  wordCountAsWritten: (lines) =>
    lines
      .flatMap((line) => line.split(' '))
      .map((word) => [word, 1])
      .reduceByKey((a, b) => a + b),
  textsAsWritten: (lines) =>
    lines
      .filter((line) => line.includes('e'))
      .map((line) => [line.length, line])
      .reduceByKey((a, b) => a + b),
  wordCountOfGrep: (lines) => pairs(lines.filter(contains('to'))).reduceByKey(sum),
  wordCountOfUnion: (lines) => pairs(lines.union(lines.filter(contains('a')))).reduceByKey(sum),
  countByValue: (lines) => lines.countByValue(),
  countByWindow: (lines) => lines.countByWindow(Milliseconds(200), Milliseconds(100)),
  countByValueAndWindow: (lines) => words(lines).countByValueAndWindow(Milliseconds(200), Milliseconds(100)),
  window: (lines) => pairs(lines).reduceByKeyAndWindow(sum, Milliseconds(300)),
  windowWithInverse: (lines) => pairs(lines).reduceByKeyAndWindow(sum, subtract, Milliseconds(300)),
  state: (lines) => pairs(lines).reduceByKey(sum).updateStateByKey(addTo),
};

/** What happens next: a piece of text arrives, or time passes. */
type Event = { readonly send: number } | { readonly passMs: number };

const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.record({ send: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ passMs: fc.constantFrom(10, 60, 100, 250) }),
  ),
  { maxLength: 12 },
);

interface Given {
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
  readonly events: readonly Event[];
  readonly seed: number;
}

/** The rows of every output in every batch. */
async function outputsOf({ bytes, cuts, events: given, seed }: Given, kernels: boolean): Promise<unknown> {
  const runtime = testRuntime({ seed });
  const conf = new SparkConf().setMaster('local[2]').setAppName('law').set('firesteel.executor.kernels', kernels);
  conf.set('spark.streaming.blockInterval', '50 ms');
  const ssc = new StreamingContext(conf, Milliseconds(100), { runtime });
  ssc.checkpoint('checkpoint');
  const server = runtime.sockets.listen({ host: 'localhost', port: 9999 });
  const lines = ssc.socketTextStream('localhost', 9999);
  const seen: Record<string, Row[][]> = {};
  for (const [name, stream] of Object.entries(streams)) {
    const rows: Row[][] = [];
    seen[name] = rows;
    stream(lines).foreachRDD(async (rdd) => void rows.push(await rdd.collect()));
  }
  ssc.start();
  await runtime.settle();
  const arriving = pieces(bytes, cuts);
  for (const event of given) {
    if ('passMs' in event) await runtime.clock.advance(event.passMs);
    else for (const piece of arriving.splice(0, event.send)) server.send(piece);
  }
  for (const piece of arriving) server.send(piece);
  await runtime.clock.advance(1000);
  await ssc.stop();
  return seen;
}

test('all that is counted of a text that arrives is the same with kernels and without', async () => {
  const given = fc.record({ bytes: anyBytes, cuts: lengths, events, seed: fc.nat() });
  await fc.assert(
    fc.asyncProperty(given, async (drawn) => {
      expect(await outputsOf(drawn, true)).toEqual(await outputsOf(drawn, false));
    }),
    { numRuns: Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 8) },
  );
});
